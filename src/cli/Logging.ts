/**
 * Logs: one JSON object a line on stdout, or something pleasant for a terminal.
 */
import { Cause, HashMap, Inspectable, Layer, List, Logger, LogLevel } from "effect"
import type { LogFormat } from "../services/AppConfig.js"
import { messageOf } from "./loggedText.js"
import { prettyLine } from "./prettyLine.js"
import * as RepeatedLines from "./RepeatedLines.js"
import { isForPeople, isLive, style } from "./Style.js"
import { clearLine } from "./TerminalProgress.js"

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

/** A line of the log: `timestamp`, `level`, `message`, then the annotations under their own names, and `error` where there is one. */
export const jsonLine = Logger.make(({ annotations, cause, date, logLevel, message, spans }): string => {
  const line: Record<string, unknown> = {
    timestamp: date.toISOString(),
    level: logLevel.label.toLowerCase(),
    message: messageOf(message)
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

/** Replaces Effect's own logger; what repeats is told once. Without a format: JSON, unless a person is looking. */
export const layer = (
  format: LogFormat | undefined,
  level: string,
  target: LogTarget = "stdout"
): Layer.Layer<never> => {
  const stream = process[target]
  const isJson = (format ?? (isForPeople(stream) ? "pretty" : "json")) === "json"
  // Progress may stand in the line that is begun.
  const begin = !isJson && isLive(stream) ? clearLine : ""
  return Layer.merge(
    RepeatedLines.layer(
      Logger.map(isJson ? jsonLine : prettyLine(style(stream)), (line) => {
        stream.write(`${begin}${line}\n`)
      })
    ),
    Logger.minimumLogLevel(levels.get(level.toLowerCase()) ?? LogLevel.Info)
  )
}
