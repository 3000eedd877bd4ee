/**
 * How the rows of one sequence differ from those of another: their number, and of each column the first cell that is another.
 */
import type { FieldDifference, FieldValue } from "./FieldDifference.js"
import type { Cell, Row } from "./Resource.js"

/** Rows with the names of their columns, the cells in that order. */
export interface NamedRows {
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<Row>
}

const field = "rows"

const valueOf = (cell: Cell | undefined): FieldValue | undefined => cell ?? undefined

const numbersOf = ({ rows }: NamedRows): ReadonlySet<number> => new Set(rows.map(({ rowNumber }) => rowNumber))

/** The first row, by its number, that the other side does not have. */
const firstBeyond = (rows: ReadonlySet<number>, others: ReadonlySet<number>): string | undefined => {
  const beyond = [...rows].filter((number) => !others.has(number))
  return beyond.length === 0 ? undefined : `row ${beyond.reduce((least, one) => Math.min(least, one))}`
}

/** As many rows may be other rows. */
const ofNumbers = (before: NamedRows, after: NamedRows): ReadonlyArray<FieldDifference> => {
  const [held, wanted] = [numbersOf(before), numbersOf(after)]
  if (held.size !== wanted.size) return [{ field, before: held.size, after: wanted.size }]
  const missing = firstBeyond(held, wanted)
  return missing === undefined ? [] : [{ field, before: missing, after: firstBeyond(wanted, held) }]
}

const ofColumn = (name: string, before: NamedRows, after: NamedRows): ReadonlyArray<FieldDifference> => {
  const [at, there] = [before.columns.indexOf(name), after.columns.indexOf(name)]
  const others = new Map(after.rows.map(({ rowNumber, values }) => [rowNumber, values[there]]))
  const differing = before.rows.flatMap(({ rowNumber, values }): ReadonlyArray<FieldDifference & { row: number }> => {
    if (!others.has(rowNumber)) return []
    const [held, wanted] = [valueOf(values[at]), valueOf(others.get(rowNumber))]
    return held === wanted ? [] : [{ field: `${field}.${name}`, before: held, after: wanted, row: rowNumber }]
  })
  const [first, ...rest] = differing.sort((one, other) => one.row - other.row)
  if (first === undefined) return []
  const { row, ...difference } = first
  return [{ ...difference, cell: { row, more: rest.length } }]
}

/**
 * The differences of the rows: `rows` where there are more on one side or others, and `rows.{column}` of each column that both have, told by
 * the first row of both in which its cells differ. No cell is the same as an empty one.
 */
export const rowDifferences = (before: NamedRows, after: NamedRows): ReadonlyArray<FieldDifference> => [
  ...ofNumbers(before, after),
  ...before.columns.filter((name) => after.columns.includes(name)).flatMap((name) => ofColumn(name, before, after))
]

/** A field that differs, for people: `rows.quantity (row 3 and 4 more)`. */
export const fieldInWords = ({ cell, field: name }: Pick<FieldDifference, "cell" | "field">): string =>
  cell === undefined ? name : `${name} (row ${cell.row}${cell.more === 0 ? "" : ` and ${cell.more} more`})`
