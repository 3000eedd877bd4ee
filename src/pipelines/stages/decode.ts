/**
 * Stage 2, decode: records by their schema; one that does not fit goes to the dead letters with its path, the rest go on.
 */
import { Chunk, Effect, Either, ParseResult, type Schema, Stream } from "effect"
import { isLeftOut } from "../../domain/KeptContent.js"
import { decodeRecord } from "../../domain/plex/QuickDecode.js"
import type { StateError } from "../../domain/Errors.js"
import type { DeadLetters } from "../../services/DeadLetters.js"
import { inStage } from "../../services/Pulse.js"
import { FlowRun } from "../FlowRun.js"
import { bury } from "./bury.js"

/** The key of a record as Plex sent it; empty where it cannot be read. */
export const keyOf = (record: unknown, name: string): string => {
  if (typeof record !== "object" || record === null) return ""
  const value: unknown = Reflect.get(record, name)
  const key = typeof value === "string" || typeof value === "number" ? String(value) : ""
  return key.trim() === "" ? "" : key
}

/**
 * Decodes chunk by chunk; the decoder is built once. `key`: the field by which Plex links the records; `onDeadLetters` is told of the
 * records that do not fit.
 */
export const decode = <A, I>(
  schema: Schema.Schema<A, I>,
  key = "id",
  onDeadLetters: (records: ReadonlyArray<unknown>) => void = () => undefined
) => {
  const either = decodeRecord(schema)
  return <E, R>(records: Stream.Stream<unknown, E, R>): Stream.Stream<A, E | StateError, R | FlowRun | DeadLetters> =>
    Stream.mapChunksEffect(records, (chunk) =>
      Effect.flatMap(FlowRun, ({ drift, facility }) => {
        const seen = drift?.of(schema)
        seen?.see(chunk)
        const good: Array<A> = []
        const bad: Array<{ record: unknown; error: ParseResult.ParseError }> = []
        for (const record of chunk) {
          const decoded = either(record)
          if (Either.isRight(decoded)) good.push(decoded.right)
          else bad.push({ record, error: decoded.left })
        }
        if (bad.length === 0) return Effect.succeed(Chunk.unsafeFromArray(good))
        onDeadLetters(bad.map(({ record }) => record))
        const letters = bad.map(({ error, record }) => {
          const issues = ParseResult.ArrayFormatter.formatErrorSync(error)
          seen?.unread(issues.map(({ path }) => path))
          return { key: keyOf(record, key), reason: explain(issues, facility.includePersonalData), content: record }
        })
        return Effect.as(bury(letters), Chunk.unsafeFromArray(good))
      }).pipe(inStage("decode"))
    )
}

/** Each problem as `path: what is expected`; what stands there is not told where it is not kept either. */
const explain = (issues: ReadonlyArray<ParseResult.ArrayFormatterIssue>, people: boolean): string =>
  issues
    .map(({ message, path }) =>
      path.some((name) => isLeftOut(String(name), people))
        ? `${path.join(".")}: it is not what it should be`
        : `${path.join(".") || "record"}: ${message}`
    )
    .join("; ")
    .slice(0, 500)
