/**
 * The log for a person at a terminal: a line each, what it is about first.
 */
import { Cause, HashMap, Logger, type LogLevel } from "effect"
import { messageOf, textOf } from "./loggedText.js"
import { printable } from "./output.js"
import type { Style, Tone } from "./Style.js"

const first = ["extractor", "flow", "status", "read", "created", "updated", "unchanged"]
const last = ["facility", "pcn", "run_id", "request_id"]

const place = (name: string): number => {
  const [before, after] = [first.indexOf(name), last.indexOf(name)]
  return before >= 0 ? before - first.length : after + 1
}

/** A value with blanks is quoted, so that it is seen where it ends. */
const valueText = (value: unknown): string => {
  const text = printable(textOf(value))
  return /[\s"=]/.test(text) || text === "" ? JSON.stringify(text) : text
}

const toneOf = ({ ordinal }: LogLevel.LogLevel): Tone =>
  ordinal >= 40_000 ? "bad" : ordinal >= 30_000 ? "warn" : ordinal >= 20_000 ? "good" : "faint"

const two = (part: number): string => String(part).padStart(2, "0")

/** Local time of day: a log that is kept is JSON. */
const timeOf = (date: Date): string =>
  `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`

/** Time, level, message, annotations as `name=value`, without counts of nothing; causes with their stacks below. */
export const prettyLine = (style: Style): Logger.Logger<unknown, string> =>
  Logger.make(({ annotations, cause, date, logLevel, message }) => {
    const said = HashMap.toEntries(annotations)
      .filter(([, value]) => value !== 0)
      .toSorted(([one], [other]) => place(one) - place(other))
      .map(([name, value]) => `${style.faint(`${name}=`)}${valueText(value)}`)
    const line = [
      style.faint(timeOf(date)),
      style[toneOf(logLevel)](logLevel.label.padEnd(5)),
      messageOf(message),
      ...said
    ].join(" ")
    if (Cause.isEmpty(cause)) return line
    const why = Cause.pretty(cause, { renderErrorCause: true })
    return `${line}\n${why.replaceAll(/^/gm, "  ")}`
  })
