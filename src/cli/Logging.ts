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

/** Where the log goes. */
export type LogTarget = "stdout" | "stderr"

/** Replaces Effect's own logger. Without a format: JSON, unless a person is looking. */
export const layer = (
  format: LogFormat | undefined,
  level: string,
  target: LogTarget = "stdout"
): Layer.Layer<never> => {
  const terminal = process[target].isTTY === true
  return Layer.merge(
    Logger.replace(
      Logger.defaultLogger,
      (format ?? (terminal ? "pretty" : "json")) === "json"
        ? Logger.map(jsonLine, (line) => {
            process[target].write(`${line}\n`)
          })
        : Logger.prettyLogger({
            colors: terminal && process.env["NO_COLOR"] === undefined,
            stderr: target === "stderr"
          })
    ),
    Logger.minimumLogLevel(levels.get(level.toLowerCase()) ?? LogLevel.Info)
  )
}
