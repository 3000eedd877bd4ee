/**
 * A log in which what repeats is told once: a warning or an error that comes again is counted, told after growing waits with `times` and
 * `since`, and when it is over. A flow's are over when it, and an extractor's when it, has ended well; others when they do not come any more.
 */
import { Cause, Effect, HashMap, Layer, Logger, LogLevel } from "effect"
import { Repeats } from "../domain/Repeats.js"
import { messageOf, textOf } from "./loggedText.js"

type Line = Logger.Logger.Options<unknown>

/** What differs from one time to the next of the same problem. */
const passing: ReadonlySet<string> = new Set(["run_id", "request_id", "count", "key", "duration_ms", "watermark"])
/** Texts in which numbers do: waits, sizes, ids. */
const worded: ReadonlySet<string> = new Set(["error", "reason", "notice"])

const withoutNumbers = (text: string): string => text.replaceAll(/\d+(\.\d+)?/g, "#")

/** What makes a line the same problem as another one. */
const keyOf = ({ annotations, cause, logLevel, message }: Line): string => {
  const said = HashMap.toEntries(annotations)
    .filter(([name]) => !passing.has(name))
    .map(([name, value]) => `${name}=${worded.has(name) ? withoutNumbers(textOf(value)) : textOf(value)}`)
    .toSorted()
  const [why = ""] = Cause.isEmpty(cause) ? [] : Cause.pretty(cause).split("\n")
  return [logLevel.label, messageOf(message), withoutNumbers(why), ...said].join("\n")
}

const annotated = ({ annotations }: Line, name: string): string => {
  const value = HashMap.get(annotations, name)
  return value._tag === "Some" ? String(value.value) : ""
}

/** Which flow of which extractor of which facility a line is of; empty where of none. */
const scopeOf = (line: Line): string => {
  const [extractor, flow] = [annotated(line, "extractor"), annotated(line, "flow")]
  return extractor === "" && flow === "" ? "" : `${annotated(line, "pcn")} ${extractor} ${flow}`
}

const and = (line: Line, also: Readonly<Record<string, string | number>>, over: Partial<Line> = {}): Line => ({
  ...line,
  ...over,
  annotations: Object.entries(also).reduce((all, [name, value]) => HashMap.set(all, name, value), line.annotations)
})

/** Hands on to `write` what is to be told; what is still to be told at the end, when the scope closes. */
export const layer = (write: Logger.Logger<unknown, void>): Layer.Layer<never> =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const repeats = new Repeats<Line>()
      const tell = (line: Line, { since, times }: { readonly since: number; readonly times: number }): void =>
        write.log(times === 1 ? line : and(line, { times, since: new Date(since).toISOString() }))
      const over = (ended: ReturnType<typeof repeats.over>, now: Date): void => {
        for (const { last, ...told } of ended) {
          const message = `over: ${messageOf(last.message)}`
          tell({ ...last, message, date: now, logLevel: LogLevel.Info, cause: Cause.empty }, told)
        }
      }
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          for (const { last, ...told } of repeats.rest()) tell(last, told)
        })
      )
      return Logger.replace(
        Logger.defaultLogger,
        Logger.make((line) => {
          const at = line.date.getTime()
          if (LogLevel.greaterThanEqual(line.logLevel, LogLevel.Warning)) {
            const told = repeats.met(keyOf(line), scopeOf(line), line, at)
            if (told !== undefined) tell(line, told)
            return
          }
          write.log(line)
          if (/^(ok|succeeded)$/.test(annotated(line, "status"))) {
            // One that ended well may have met it meanwhile.
            const begun = at - Number(annotated(line, "duration_ms"))
            over(repeats.over(scopeOf(line), begun), line.date)
          }
          over(repeats.silent(at), line.date)
        })
      )
    })
  )
