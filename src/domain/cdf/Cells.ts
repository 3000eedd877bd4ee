/**
 * Cells of sequence rows, and columns that say how their cells come from a record.
 */
import { type Decimal, toDouble } from "../Decimal.js"
import { type Instant, toMillis } from "../Instant.js"
import { type Fit, lengths, mostInteger } from "./Limits.js"
import type { Cell, Column, Row } from "./Resource.js"

/** CDF takes doubles up to this in sequences and data points. */
const mostDouble = 1e100

/** STRING: cut to the limit by `fit`, which counts; empty text is absent. */
export const textCell = (text: string | null | undefined, fit: Fit): Cell =>
  fit.optional(text ?? undefined, lengths.sequences.cell) ?? null

/** LONG: absent where the number is no integer or more than a double holds exactly; nothing is rounded. */
export const integerCell = (decimal: Decimal | null | undefined): Cell => {
  if (decimal === null || decimal === undefined) return null
  const value = toDouble(decimal)
  return !decimal.includes(".") && Math.abs(value) <= mostInteger ? value : null
}

/** DOUBLE: the nearest double; absent beyond what CDF takes. */
export const doubleCell = (decimal: Decimal | null | undefined): Cell => {
  if (decimal === null || decimal === undefined) return null
  const value = toDouble(decimal)
  return Math.abs(value) < mostDouble ? value : null
}

/** STRING: `true` or `false`. */
export const flagCell = (flag: boolean | null | undefined): Cell =>
  flag === null || flag === undefined ? null : String(flag)

/** LONG: epoch milliseconds. */
export const momentCell = (moment: Instant | null | undefined): Cell =>
  moment === null || moment === undefined ? null : toMillis(moment)

/** A column and the cell that a record has in it; what is too long is cut by `fit`. */
export interface ColumnRule<R> extends Column {
  readonly cell: (record: R, fit: Fit) => Cell
}

const columnOf =
  <A>(valueType: Column["valueType"], toCell: (value: A | null | undefined, fit: Fit) => Cell) =>
  <R>(externalId: string, value: (record: R) => A | null | undefined): ColumnRule<R> => ({
    externalId,
    valueType,
    cell: (record, fit) => toCell(value(record), fit)
  })

export const textColumn = columnOf("STRING", textCell)
export const integerColumn = columnOf("LONG", integerCell)
export const doubleColumn = columnOf("DOUBLE", doubleCell)
export const flagColumn = columnOf("STRING", flagCell)
export const momentColumn = columnOf("LONG", momentCell)

/** The columns as CDF takes them. */
export const columnsOf = <R>(rules: ReadonlyArray<ColumnRule<R>>): ReadonlyArray<Column> =>
  rules.map(({ externalId, valueType }) => ({ externalId, valueType }))

/** The whole set of rows; row numbers are positions, from 0. */
export const rowsOf = <R>(
  rules: ReadonlyArray<ColumnRule<R>>,
  records: ReadonlyArray<R>,
  fit: Fit
): ReadonlyArray<Row> =>
  records.map((record, rowNumber) => ({ rowNumber, values: rules.map(({ cell }) => cell(record, fit)) }))
