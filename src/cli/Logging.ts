/**
 * Logs: one JSON object a line on stdout, or something pleasant for a terminal.
 */
import { Cause, HashMap, Inspectable, Layer, List, Logger, LogLevel } from "effect"
import type { LogFormat } from "../services/AppConfig.js"

const levels = new Map<string, LogLevel.LogLevel>([
  ["trace", LogLevel.Trace],
  ["debug", LogLevel.Debug],
  ["info", LogLevel.Info],
  ["warning", LogLevel.Warning],
  ["warn", LogLevel.Warning],
  ["error", LogLevel.Error],
  ["fatal", LogLevel.Fatal],
  ["none", LogLevel.None]
])

const textOf = (message: unknown): string =>
  (Array.isArray(message) ? message : [message])
    .map((part) => (typeof part === "string" ? part : Inspectable.toStringUnknown(part, 0)))
    .join(" ")

/** A line of the log: `timestamp`, `level`, `message`, then the annotations under their own names, and `error` where there is one. */
export const jsonLine = Logger.make(({ annotations, cause, date, logLevel, message, spans }): string => {
  const line: Record<string, unknown> = {
    timestamp: date.toISOString(),
    level: logLevel.label.toLowerCase(),
    message: textOf(message)
  }
  HashMap.forEach(annotations, (value, key) => {
    line[key] = Inspectable.toJSON(value)
  })
  if (!Cause.isEmpty(cause)) line["error"] = Cause.pretty(cause, { renderErrorCause: true })
  if (List.isCons(spans)) line["span"] = spans.head.label
  return JSON.stringify(line)
})

const toStdout = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

/** The format that was asked for, else JSON unless a person is looking. */
export const formatOf = (asked: LogFormat | undefined): LogFormat =>
  asked ?? (process.stdout.isTTY === true ? "pretty" : "json")

/** Replaces Effect's own logger. */
export const layer = (format: LogFormat, level: string): Layer.Layer<never> =>
  Layer.merge(
    Logger.replace(
      Logger.defaultLogger,
      format === "json"
        ? Logger.map(jsonLine, toStdout)
        : Logger.prettyLogger({ colors: process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined })
    ),
    Logger.minimumLogLevel(levels.get(level.toLowerCase()) ?? LogLevel.Info)
  )
