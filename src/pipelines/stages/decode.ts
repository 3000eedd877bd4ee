/**
 * Stage 2, decode: records by their schema; one that does not fit goes to the dead letters with its path, the rest go on.
 */
import { Chunk, Effect, Either, ParseResult, Schema, Stream } from "effect"
import type { StateError } from "../../domain/Errors.js"
import type { DeadLetters } from "../../services/DeadLetters.js"
import type { FlowRun } from "../FlowRun.js"
import { bury } from "./bury.js"

/** The first thing that looks like a key of a record that could not be decoded. */
export const keyOf = (record: unknown): string => {
  if (typeof record !== "object" || record === null) return ""
  for (const name of ["id", "workcenterId", "locationId", "serialNo", "jobNumber"]) {
    const value: unknown = Reflect.get(record, name)
    if (typeof value === "string" || typeof value === "number") return String(value)
  }
  return ""
}

/** Decodes chunk by chunk; the decoder is built once. */
export const decode = <A, I>(schema: Schema.Schema<A, I>) => {
  const either = Schema.decodeUnknownEither(schema)
  return <E, R>(records: Stream.Stream<unknown, E, R>): Stream.Stream<A, E | StateError, R | FlowRun | DeadLetters> =>
    Stream.mapChunksEffect(records, (chunk) => {
      const good: Array<A> = []
      const bad: Array<{ key: string; reason: string; content: unknown }> = []
      for (const record of chunk) {
        const decoded = either(record)
        if (Either.isRight(decoded)) good.push(decoded.right)
        else bad.push({ key: keyOf(record), reason: explain(decoded.left), content: record })
      }
      return Effect.as(bury(bad), Chunk.unsafeFromArray(good))
    })
}

/** Each problem as `path: what is expected`. */
const explain = (error: ParseResult.ParseError): string =>
  ParseResult.ArrayFormatter.formatErrorSync(error)
    .map(({ message, path }) => `${path.join(".") || "record"}: ${message}`)
    .join("; ")
    .slice(0, 500)
