/**
 * The report of a pass, for people.
 */
import { errorsInWords } from "../domain/ErrorCounts.js"
import type { FlowReport, SweepReport } from "../domain/Report.js"
import type { PassReport } from "../pipelines/pass.js"
import { type Screen, screenOf } from "./Screen.js"
import { inTone, statusCell } from "./statusCell.js"
import { table } from "./Table.js"

const headings = [
  "flow",
  "status",
  "read",
  "created",
  "updated",
  "unchanged",
  "filtered",
  "duplicates",
  "dead letters",
  "retired",
  "retracted",
  "links",
  "pending",
  "points",
  "sequences",
  "seconds"
]

const row = ({ counts, flow, milliseconds, status }: FlowReport) => [
  flow,
  statusCell(status),
  counts.read,
  counts.created,
  counts.updated,
  counts.unchanged,
  counts.filtered,
  counts.duplicates,
  counts.deadLettered,
  counts.retired,
  counts.retracted,
  counts.links,
  counts.pendingLinks,
  counts.points,
  counts.sequences,
  Math.round(milliseconds / 100) / 10
]

/** What is to be known of flows that are not well. */
export const notices = (flows: ReadonlyArray<FlowReport>): ReadonlyArray<string> =>
  flows.flatMap(({ flow, notice, status }) => (notice === undefined ? [] : [`${flow} is ${status}: ${notice}`]))

const odds = (flows: ReadonlyArray<FlowReport>): ReadonlyArray<string> => {
  const sum = (name: "ambiguous" | "cuts" | "drifted" | "omitted") =>
    flows.reduce((total, { counts }) => total + counts[name], 0)
  const lines: ReadonlyArray<readonly [count: number, words: string]> = [
    [sum("cuts"), "texts were cut to CDF's limits"],
    [sum("ambiguous"), "human keys fit several objects and made no link"],
    [sum("omitted"), "points or times were left out because Plex does not say enough to know them"],
    [sum("drifted"), "fields of Plex's records are new, missing or unreadable; the log names them once"]
  ]
  return lines.flatMap(([count, words]) => (count === 0 ? [] : [`${count} ${words}`]))
}

const number = new Intl.NumberFormat("en-US")

/** What was set aside, and where it is seen; in a dry run it is nowhere. */
const setAside = (flows: ReadonlyArray<FlowReport>, dryRun: boolean): ReadonlyArray<string> => {
  const letters = flows.reduce((sum, { counts }) => sum + counts.deadLettered, 0)
  if (letters === 0) return []
  const told = letters === 1 ? "1 dead letter" : `${number.format(letters)} dead letters`
  return [`${told}: ${dryRun ? "the log says why" : "plex-cdf dead-letters list says why"}`]
}

/** How far a sweep is. */
const swept = ({ flows, progress, sweep }: SweepReport): ReadonlyArray<string> => {
  if (progress === undefined) return []
  const looked = flows.reduce((sum, { counts }) => sum + counts.looked, 0)
  const { due, objects, oldest } = progress
  return [
    [
      `${sweep}: looked at ${number.format(looked)}; ${number.format(objects)} to look at again`,
      ...(due === 0 ? [] : [`${number.format(due)} of them new or changed`]),
      ...(oldest === undefined ? [] : [`the longest ago at ${new Date(oldest).toISOString()}`])
    ].join(", ")
  ]
}

const daysAndHours = (milliseconds: number): string => {
  const hours = milliseconds / 3_600_000
  return hours < 48 ? `${Math.round(hours * 10) / 10} hours` : `${Math.round(hours / 2.4) / 10} days`
}

const late = (flows: ReadonlyArray<FlowReport>): ReadonlyArray<string> =>
  flows.flatMap(({ counts, flow, lateness }) =>
    lateness === undefined
      ? []
      : [
          `${counts.late} records of ${flow} came late, the latest was found ${daysAndHours(lateness)} after it happened`
        ]
  )

/**
 * What each flow read, created, updated, left unchanged and could not decode, and the links made; then what to know about it. For
 * stderr, unless another screen is named.
 */
export const reportLines = (
  { errors, extractors, givenUp, relinked, sweeps }: PassReport,
  dryRun: boolean,
  screen: Screen = screenOf(process.stderr)
): ReadonlyArray<string> => {
  const flows = [...extractors, ...sweeps].flatMap(({ flows }) => flows)
  return [
    ...table(headings, flows.map(row), screen),
    "",
    ...extractors.map(({ extractor, status }) => `${extractor}: ${inTone(statusCell(status), screen)}`),
    ...sweeps.flatMap(({ status, sweep }) =>
      status === "succeeded" ? [] : [`${sweep}: ${inTone(statusCell(status), screen)}`]
    ),
    ...sweeps.flatMap(swept),
    ...(relinked === 0 ? [] : [`${relinked} links were made to assets that appeared later`]),
    ...(givenUp === 0 ? [] : [`${givenUp} links were given up, as their assets did not appear in time`]),
    ...setAside(flows, dryRun),
    ...odds(flows),
    ...late(flows),
    // What is refused is part of the work, and told by the flow that it concerns: what exists already is created by nobody.
    ...errorsInWords(errors.filter(({ category }) => category !== "data")),
    ...notices(flows),
    ...(dryRun ? ["dry run: nothing was written to CDF"] : [])
  ]
}
