/**
 * What a comparison found, for people.
 */
import type { ComparedKind, ComparisonReport } from "../domain/cdf/Comparison.js"
import type { FieldValue } from "../domain/cdf/FieldDifference.js"
import { fieldInWords } from "../domain/cdf/RowDifference.js"
import type { TableCell } from "./Table.js"

const shown = (value: FieldValue | undefined): string =>
  value === undefined ? "(absent)" : typeof value === "string" ? value : JSON.stringify(value)

type Rows = ReadonlyArray<ReadonlyArray<TableCell>>

const countRows = ({ kinds }: ComparisonReport): Rows =>
  kinds.map(({ alike, different, kind, onlyHere, onlyThere, word }) => [
    kind,
    word,
    alike,
    different,
    onlyHere,
    onlyThere
  ])

const fieldRows = ({ kinds }: ComparisonReport): Rows =>
  kinds.flatMap(({ fields, kind, word }) =>
    Object.entries(fields).map(([field, pairs]) => [kind, word, field, pairs] as const)
  )

const sampleRows = ({ kind, samples }: ComparedKind): Rows => [
  ...samples.different.flatMap(({ counterpart, differences, externalId }) =>
    differences.map(({ after, before, ...of }) => [
      kind,
      externalId,
      `${fieldInWords(of)}: ${shown(before)} → ${shown(after)}`,
      counterpart
    ])
  ),
  ...samples.onlyHere.map((id) => [kind, id, "only here", ""]),
  ...samples.onlyThere.map((id) => [kind, "", "only there", id])
]

/** How many of each kind; which fields differ in how many pairs; then examples, ours before theirs. Of those that hold something. */
export const comparisonSections = (
  report: ComparisonReport
): ReadonlyArray<readonly [headings: ReadonlyArray<string>, rows: Rows]> => {
  const sections: ReadonlyArray<readonly [headings: ReadonlyArray<string>, rows: Rows]> = [
    [["kind", "of", "alike", "different", "only here", "only there"], countRows(report)],
    [["kind", "of", "field", "pairs"], fieldRows(report)],
    [["kind", "here", "difference", "there"], report.kinds.flatMap(sampleRows)]
  ]
  return sections.filter(([, rows]) => rows.length > 0)
}

/** There was nothing to compare: most likely something else was meant. */
export const isComparisonEmpty = ({ kinds }: ComparisonReport): boolean => kinds.length === 0

const dataSetName = (id: number | undefined): string => (id === undefined ? "no data set" : `data set ${id}`)

/** What is to be known beside the figures. */
export const comparisonRemarks = (report: ComparisonReport, noRows: boolean): ReadonlyArray<string> => [
  ...(isComparisonEmpty(report)
    ? [
        "plex-cdf compare: CDF holds nothing on either side: check EXTERNAL_ID_PREFIX, CDF_PROJECT and what is compared with"
      ]
    : []),
  ...report.dataSets.map(
    ({ here, kind, pairs, there }) =>
      `${pairs} ${kind} are in ${dataSetName(here)} here and in ${dataSetName(there)} there: that is no difference by itself`
  ),
  ...report.kinds.flatMap(({ contested, kind, word }) =>
    contested === 0 ? [] : [`${contested} ${kind} (${word}) have a counterpart that is another one's as well`]
  ),
  ...report.uncovered.map(
    ({ kind, objects, word }) => `${objects} ${kind} (${word}) were not compared: no rule of the scheme is for them`
  ),
  `Points of time series${noRows ? " and rows of sequences" : ""} are not compared.`
]
