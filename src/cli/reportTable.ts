/**
 * The report of a pass, for people.
 */
import type { FlowReport } from "../domain/Report.js"
import type { PassReport } from "../pipelines/pass.js"
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
  "links",
  "pending",
  "points",
  "sequences",
  "seconds"
]

const row = ({ counts, flow, milliseconds, status }: FlowReport) => [
  flow,
  status,
  counts.read,
  counts.created,
  counts.updated,
  counts.unchanged,
  counts.filtered,
  counts.duplicates,
  counts.deadLettered,
  counts.links,
  counts.pendingLinks,
  counts.points,
  counts.sequences,
  Math.round(milliseconds / 100) / 10
]

const notices = (flows: ReadonlyArray<FlowReport>): ReadonlyArray<string> =>
  flows.flatMap(({ flow, notice, status }) => (notice === undefined ? [] : [`${flow} is ${status}: ${notice}`]))

const odds = (flows: ReadonlyArray<FlowReport>): ReadonlyArray<string> => {
  const sum = (name: "ambiguous" | "cuts" | "omitted") => flows.reduce((total, { counts }) => total + counts[name], 0)
  const lines: ReadonlyArray<readonly [count: number, words: string]> = [
    [sum("cuts"), "texts were cut to CDF's limits"],
    [sum("ambiguous"), "human keys fit several objects and made no link"],
    [sum("omitted"), "points or times were left out because Plex does not say enough to know them"]
  ]
  return lines.flatMap(([count, words]) => (count === 0 ? [] : [`${count} ${words}`]))
}

/** What each flow read, created, updated, left unchanged and could not decode, and the links made; then what to know about it. */
export const reportLines = ({ extractors, relinked }: PassReport, dryRun: boolean): ReadonlyArray<string> => {
  const flows = extractors.flatMap(({ flows }) => flows)
  return [
    ...table(headings, flows.map(row)),
    "",
    ...extractors.map(({ extractor, status }) => `${extractor}: ${status}`),
    ...(relinked === 0 ? [] : [`${relinked} links were made to assets that appeared later`]),
    ...odds(flows),
    ...notices(flows),
    ...(dryRun ? ["dry run: nothing was written to CDF"] : [])
  ]
}
