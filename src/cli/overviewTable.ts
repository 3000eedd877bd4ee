/**
 * What CDF holds of the facility, for people and for programs.
 */
import { historyFlows } from "../domain/Flow.js"
import type { Freshness, Overview, OverviewRow } from "../pipelines/overview.js"
import { rowLines } from "./output.js"
import type { TableCell } from "./Table.js"

const time = (at: number | undefined): string => (at === undefined ? "" : `${new Date(at).toISOString().slice(0, 19)}Z`)

/** A span in its greatest unit: `3 min`, `2 days`. */
export const ageInWords = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`
}

const dataSetsIn = ({ dataSets }: OverviewRow): string => {
  const told = [...dataSets].toSorted(([, one], [, other]) => other - one)
  if (told.length === 0) return ""
  if (told.length === 1) return told[0]?.[0] || "none"
  return told.map(([name, count]) => `${name || "none"} ${count}`).join(", ")
}

const headings = ["kind", "type", "flow", "data set", "in CDF", "retired", "in the ledger", "difference"]

/** How many more CDF holds than the ledger, of what can be compared. */
const differenceOf = ({ ledger }: OverviewRow): number | undefined =>
  ledger === undefined ? undefined : ledger.comparable - ledger.live

const row = (type: OverviewRow): ReadonlyArray<TableCell> => [
  type.kind,
  type.type,
  type.flow ?? "not ours",
  dataSetsIn(type),
  type.count,
  type.retired,
  type.ledger === undefined ? "" : type.ledger.live,
  differenceOf(type) ?? ""
]

const subtypeRows = (rows: Overview["rows"]): ReadonlyArray<ReadonlyArray<TableCell>> =>
  rows.flatMap(({ subtypes, type }) =>
    [...subtypes].toSorted(([, one], [, other]) => other - one).map(([subtype, count]) => [type, subtype, count])
  )

const freshnessRow =
  (at: number) =>
  ({ empty, metric, newest, oldest, series }: Freshness): ReadonlyArray<TableCell> => [
    metric,
    series,
    empty,
    time(newest),
    newest === undefined ? "" : ageInWords(at - newest),
    oldest === undefined ? "" : ageInWords(at - oldest)
  ]

const perDataSet = (rows: Overview["rows"]): ReadonlyArray<ReadonlyArray<TableCell>> => {
  const counts = new Map<string, Map<string, number>>()
  for (const { dataSets, kind } of rows) {
    for (const [name, count] of dataSets) {
      const ofSet = counts.get(name) ?? new Map<string, number>()
      counts.set(name, ofSet.set(kind, (ofSet.get(kind) ?? 0) + count))
    }
  }
  return [...counts].flatMap(([name, ofSet]) => [...ofSet].map(([kind, count]) => [name || "none", kind, count]))
}

const mostShown = 20

/** Tables on a terminal; elsewhere lines with tabs, each after the name of its table. */
export const overviewLines = (found: Overview, terminal: boolean): ReadonlyArray<string> => {
  const section = (
    name: string,
    title: string,
    headings: ReadonlyArray<string>,
    rows: ReadonlyArray<ReadonlyArray<TableCell>>
  ): ReadonlyArray<string> => {
    if (rows.length === 0) return []
    const lines = rowLines(headings, rows, terminal)
    return terminal ? ["", title, ...lines] : lines.map((line) => `${name}\t${line}`)
  }
  const orphans = found.orphans.map(({ externalId, parent, parentExists }) => [
    externalId,
    parent,
    parentExists ? "it exists: the asset is to be moved there" : "it does not exist yet"
  ])
  const unlinked = found.unlinked.map(({ count, type, unexplained, waiting }) => [
    type,
    count,
    waiting,
    unexplained.length,
    unexplained[0] ?? ""
  ])
  const hasHistory = found.rows.some(({ flow }) => flow !== undefined && historyFlows.includes(flow))
  return [
    ...section("type", "What CDF holds", headings, found.rows.map(row)),
    ...(terminal && hasHistory
      ? ["Of history the ledger keeps the time of the recheck alone: the difference is of that time."]
      : []),
    ...section("data set", "By data set", ["data set", "kind", "objects"], perDataSet(found.rows)),
    ...section("subtype", "Events by subtype", ["type", "subtype", "events"], subtypeRows(found.rows)),
    ...section(
      "points",
      "Newest data points",
      ["metric", "series", "without points", "newest", "its age", "age where it is oldest"],
      found.freshness.map(freshnessRow(found.at))
    ),
    ...section(
      "orphan",
      `Assets that wait for their parent: ${orphans.length}`,
      ["asset", "parent", "which"],
      terminal ? orphans.slice(0, mostShown) : orphans
    ),
    ...(terminal && orphans.length > mostShown ? [`… and ${orphans.length - mostShown} more: --json tells all`] : []),
    ...section(
      "unlinked",
      "Events without a link",
      ["type", "events", "wait for an asset", "should have one", "for example"],
      unlinked
    )
  ]
}

/** The same for programs. */
export const overviewJson = ({ at, freshness, rows, ...found }: Overview) => ({
  at: time(at),
  ...found,
  rows: rows.map((type) => ({
    ...type,
    dataSets: Object.fromEntries(type.dataSets),
    subtypes: Object.fromEntries(type.subtypes),
    difference: differenceOf(type)
  })),
  freshness: freshness.map((metric) => ({
    ...metric,
    newest: metric.newest === undefined ? undefined : time(metric.newest),
    oldest: metric.oldest === undefined ? undefined : time(metric.oldest),
    ageSeconds: metric.newest === undefined ? undefined : Math.round((at - metric.newest) / 1000)
  }))
})
