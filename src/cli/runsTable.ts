/**
 * Runs of the run log, for people.
 */
import type { EndpointMetrics, LoggedEntity, LoggedRequest, LoggedRun, RunRecord } from "../services/RunLog.js"
import { type Screen, screenOf } from "./Screen.js"
import { inTone, statusCell } from "./statusCell.js"
import { table, type TableCell } from "./Table.js"

const time = (at: number | undefined): string => (at === undefined ? "" : new Date(at).toISOString().slice(0, 19) + "Z")

const seconds = (milliseconds: number): number => Math.round(milliseconds / 100) / 10

export const runHeadings = [
  "run",
  "name",
  "trigger",
  "status",
  "started",
  "seconds",
  "requests",
  "items",
  "errors",
  "throttled",
  "notes"
]

const notesOf = ({ endNotes, notes }: LoggedRun): string => [notes, endNotes].filter((text) => text !== "").join("; ")

export const runRow = (run: LoggedRun): ReadonlyArray<TableCell> => [
  run.runId,
  run.name,
  run.trigger,
  statusCell(run.status),
  time(run.started),
  run.finished === undefined ? "" : String(seconds(run.finished - run.started)),
  run.metrics.requests,
  run.metrics.items,
  run.metrics.errors,
  run.metrics.throttled,
  notesOf(run).slice(0, 120)
]

const countNames = [
  ["read", "read"],
  ["created", "created"],
  ["updated", "updated"],
  ["unchanged", "unchanged"],
  ["filtered", "filtered"],
  ["duplicates", "duplicates"],
  ["deadLettered", "dead letters"],
  ["retired", "retired"],
  ["retracted", "retracted"],
  ["links", "links"],
  ["pendingLinks", "pending"],
  ["points", "points"],
  ["sequences", "sequences"]
] as const

const entityHeadings = [
  "flow",
  "status",
  ...countNames.map(([, words]) => words),
  "watermark before",
  "watermark after"
]

const entityRow = ({ counts, entity, sourceCount, status, ...marks }: LoggedEntity): ReadonlyArray<TableCell> => [
  entity,
  statusCell(status ?? ""),
  ...countNames.map(([name]): TableCell => counts?.[name] ?? (name === "read" ? (sourceCount ?? 0) : 0)),
  time(marks.watermarkBefore),
  time(marks.watermarkAfter)
]

const endpointHeadings = ["upstream", "endpoint", "requests", "items", "errors", "throttled", "seconds", "longest"]

const endpointRow = (sum: EndpointMetrics): ReadonlyArray<TableCell> => [
  sum.upstream,
  sum.endpoint,
  sum.requests,
  sum.items,
  sum.errors,
  sum.throttled,
  seconds(sum.duration),
  seconds(sum.longest)
]

const requestLine = ({ at, upstream, ...call }: LoggedRequest): string =>
  [
    time(at),
    upstream,
    call.operation,
    call.window,
    call.status === undefined ? undefined : `status ${call.status}`,
    `${call.duration} ms`,
    call.reason,
    call.detail,
    call.requestId === undefined ? undefined : `x-request-id ${call.requestId}`,
    call.transactionNo === undefined ? undefined : `transactionNo ${call.transactionNo}`
  ]
    .filter((part) => part !== undefined)
    .join("  ")

const section = (title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : ["", title, ...lines]

/** One run with all that is kept of it; for stdout, unless another screen is named. */
export const showLines = (run: RunRecord, screen: Screen = screenOf(process.stdout)): ReadonlyArray<string> => {
  const { metrics } = run
  return [
    `run ${run.runId}: ${run.name}, ${inTone(statusCell(run.status), screen)}`,
    `${time(run.started)} to ${run.finished === undefined ? "now" : time(run.finished)}, trigger ${run.trigger || "none"}`,
    ...[notesOf(run)].filter((text) => text !== ""),
    `${metrics.requests} requests, ${metrics.items} items, ${metrics.errors} errors, ${metrics.throttled} throttled, ` +
      `${seconds(metrics.duration)} s in calls${metrics.lost === 0 ? "" : `; ${metrics.lost} requests were not kept`}`,
    ...section("Counts", run.entities.length === 0 ? [] : table(entityHeadings, run.entities.map(entityRow), screen)),
    ...section(
      "Notices",
      run.entities.flatMap(({ entity, notice }) => (notice === undefined ? [] : [`${entity}: ${notice}`]))
    ),
    ...section(
      "Requests",
      run.endpoints.length === 0 ? [] : table(endpointHeadings, run.endpoints.map(endpointRow), screen)
    ),
    ...section("Slowest", run.slowest.map(requestLine)),
    ...section("Failed", run.failures.map(requestLine))
  ]
}
