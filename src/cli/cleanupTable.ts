/**
 * What a cleanup counted and did, for people and programs.
 */
import { type Alien, alienReasons } from "../domain/Ownership.js"
import type { CleanupReport } from "../pipelines/cleanup.js"
import type { Stock } from "../pipelines/takeStock.js"
import type { Stay } from "../pipelines/whatStays.js"
import type { Settings } from "../services/AppConfig.js"
import type { TableCell } from "./Table.js"

/** So many objects that stay are named; JSON has all. */
const mostNamed = 20

const alienHeadings: Readonly<Record<Alien, string>> = {
  id: "other id",
  pcn: "other pcn",
  source: "other source",
  "data set": "other data set"
}

const alienCells = ({ aliens }: Stock): ReadonlyArray<TableCell> => alienReasons.map((reason) => aliens[reason])

export const stockHeadings: ReadonlyArray<string> = [
  "kind",
  "ours",
  ...alienReasons.map((reason) => alienHeadings[reason])
]

/** What there is: ours, and what is only called as if it were. */
export const stockRows = (stocks: ReadonlyArray<Stock>): ReadonlyArray<ReadonlyArray<TableCell>> =>
  stocks.map((stock) => [stock.kind, stock.ours, ...alienCells(stock)])

export const cleanedHeadings: ReadonlyArray<string> = [
  "kind",
  "ours",
  "deleted",
  "stay",
  ...alienReasons.map((reason) => alienHeadings[reason])
]

export const cleanedRows = ({ kinds }: CleanupReport): ReadonlyArray<ReadonlyArray<TableCell>> =>
  kinds.map((one) => [one.kind, one.ours, one.deleted, one.stayed, ...alienCells(one)])

export const cleanedJson = ({ ended, kinds, stays }: CleanupReport): unknown => ({
  ended,
  kinds: kinds.map(({ aliens, deleted, kind, ours, stayed }) => ({ kind, ours, deleted, stayed, aliens })),
  stays
})

const saysWhy = ({ children, detail }: Stay): boolean => children > 0 || detail !== undefined

const stayLine = ({ children, detail, example, externalId }: Stay): string =>
  children === 0
    ? `${externalId} stays: ${detail ?? ""}`
    : `${externalId} stays: ${example ?? ""}${children === 1 ? " stands" : ` and ${children - 1} more stand`} under it and ${children === 1 ? "is" : "are"} not ours`

const stayLines = (stays: ReadonlyArray<Stay>): ReadonlyArray<string> => {
  const said = stays.filter(saysWhy)
  const above = stays.length - said.length
  return [
    ...said.slice(0, mostNamed).map(stayLine),
    ...(said.length > mostNamed ? [`${said.length - mostNamed} more stay: --json names them all`] : []),
    ...(above > 0 ? [`${above} assets stay that are above them`] : []),
    ...(said.length > 0 ? ["Move or delete what stands under them, then run cleanup again."] : [])
  ]
}

const endings: Readonly<Record<CleanupReport["ended"], string>> = {
  counted: "dry run: nothing was deleted",
  declined: "nothing was deleted",
  stopped: "stopped: cleanup goes on where it was when it is run again",
  done: "the state of the facility is cleared"
}

/** What is to be known beside the figures. */
export const remarks = (
  { ended, kinds, stays }: CleanupReport,
  { cdf: { extractionPipeline } }: Pick<Settings, "cdf">
): ReadonlyArray<string> => {
  const aliens = kinds.reduce((sum, one) => sum + alienReasons.reduce((of, reason) => of + one.aliens[reason], 0), 0)
  const pipeline = extractionPipeline === undefined ? "" : ` and the extraction pipeline ${extractionPipeline}`
  return [
    ...stayLines(stays),
    ...(aliens === 0
      ? []
      : [
          `${aliens} objects are called as this facility's are, but their id, PCN, source or data set is another: they are left alone`
        ]),
    ...(ended === "done" ? [`The data sets${pipeline} stay: CDF deletes no data sets.`] : []),
    endings[ended]
  ]
}
