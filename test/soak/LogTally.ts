/**
 * The log of a process, line by line: whether each is as it must be, and what all of them together say.
 */
import { Either, Schema } from "effect"
import { type Counted, sumOf } from "../support/JournalMetrics.js"
import type { Sample } from "../support/Served.js"

const Line = Schema.parseJson(
  Schema.Struct(
    {
      timestamp: Schema.String.pipe(Schema.pattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)),
      level: Schema.Literal("info", "warn", "error"),
      message: Schema.NonEmptyString,
      pcn: Schema.NonEmptyString,
      facility: Schema.NonEmptyString,
      extractor: Schema.optional(Schema.NonEmptyString),
      flow: Schema.optional(Schema.NonEmptyString),
      run_id: Schema.optional(Schema.NonEmptyString)
    },
    Schema.Record({ key: Schema.String, value: Schema.Unknown })
  )
)
type Line = typeof Line.Type

const decodeLine = Schema.decodeUnknownEither(Line)

/** Fields of the line with which a flow ends, and the metric that is their sum. */
const metrics: ReadonlyArray<readonly [field: string, metric: string, labels: Readonly<Record<string, string>>]> = [
  ["read", "plex_cdf_records_read_total", {}],
  ["created", "plex_cdf_records_total", { outcome: "created" }],
  ["updated", "plex_cdf_records_total", { outcome: "updated" }],
  ["unchanged", "plex_cdf_records_total", { outcome: "unchanged" }],
  ["deadLettered", "plex_cdf_records_total", { outcome: "dead_lettered" }],
  ["filtered", "plex_cdf_records_total", { outcome: "filtered" }],
  ["duplicates", "plex_cdf_records_total", { outcome: "duplicate" }],
  ["points", "plex_cdf_data_points_total", {}],
  ["links", "plex_cdf_links_total", {}],
  ["retired", "plex_cdf_objects_retired_total", {}],
  ["retracted", "plex_cdf_objects_retracted_total", {}]
]

/** What becomes of a record. */
const outcomes = ["created", "updated", "unchanged", "deadLettered", "filtered", "duplicates"]

const amount = (value: unknown): number => (typeof value === "number" ? value : 0)

export class LogTally {
  #text = ""
  #read = 0
  readonly #sums = new Map<string, Map<string, number>>()
  readonly #runs = new Map<string, number>()
  readonly #levels = new Map<string, number>()
  readonly #messages = new Map<string, number>()
  readonly #malformed: Array<string> = []

  /** All that a process has written so far. */
  hear(text: string): void {
    const end = text.lastIndexOf("\n") + 1
    const lines = text.slice(this.#read, end).split("\n")
    this.#read = end
    this.#text = text
    for (const line of lines) if (line !== "") this.#hearLine(line)
  }

  /** Lines by level, of all processes. */
  get levels(): Counted {
    return Object.fromEntries(this.#levels)
  }

  /** Messages and how often each was said, by all processes, the most frequent first. */
  get messages(): ReadonlyArray<readonly [message: string, count: number]> {
    return [...this.#messages].toSorted(([, one], [, other]) => other - one)
  }

  /** Another process writes. */
  begin(): void {
    this.#text = ""
    this.#read = 0
    this.#sums.clear()
    this.#runs.clear()
  }

  /** The last lines that somebody may want to see where something is wrong. */
  tail(lines: number): ReadonlyArray<string> {
    return this.#text.trimEnd().split("\n").slice(-lines)
  }

  /** Lines that are not as they must be, and where the log and the metrics of one process do not say the same. */
  disagreements(samples: ReadonlyArray<Sample>): ReadonlyArray<string> {
    return [
      ...this.#malformed,
      ...[...this.#sums].flatMap(([flow, sums]) =>
        metrics.flatMap(([field, metric, labels]) => {
          const [logged, counted] = [sums.get(field) ?? 0, sumOf(samples, metric, { flow, ...labels })]
          return logged === counted ? [] : [`${flow} ${field}: the log says ${logged}, the metrics ${counted}`]
        })
      ),
      ...[...this.#runs].flatMap(([run, logged]) => {
        const [name = "", outcome = ""] = run.split(" ")
        const counted = sumOf(samples, "plex_cdf_runs_total", { name, outcome })
        return logged === counted ? [] : [`${run}: the log has ${logged} runs, the metrics ${counted}`]
      })
    ]
  }

  #hearLine(text: string): void {
    const line = decodeLine(text)
    if (Either.isLeft(line)) {
      this.#malformed.push(`the log has a line that is not as it must be: ${text.slice(0, 500)}`)
      return
    }
    const { level, message } = line.right
    this.#levels.set(level, (this.#levels.get(level) ?? 0) + 1)
    this.#messages.set(message, (this.#messages.get(message) ?? 0) + 1)
    this.#count(line.right)
  }

  #count(line: Line): void {
    const { extractor, flow, message } = line
    if (message === "extractor finished") {
      const run = `${extractor ?? ""} ${String(line["status"])}`
      this.#runs.set(run, (this.#runs.get(run) ?? 0) + 1)
    }
    if (message !== "flow finished" || flow === undefined) return
    if (line.run_id === undefined) this.#malformed.push(`the log does not say the run in which ${flow} finished`)
    const accounted = outcomes.reduce((sum, name) => sum + amount(line[name]), 0)
    if (accounted > amount(line["read"])) {
      this.#malformed.push(`${flow} accounts for ${accounted} records: ${JSON.stringify(line)}`)
    }
    const sums = this.#sums.get(flow) ?? new Map<string, number>()
    for (const [field] of metrics) sums.set(field, (sums.get(field) ?? 0) + amount(line[field]))
    this.#sums.set(flow, sums)
  }
}
