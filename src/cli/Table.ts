/**
 * Tables in plain text: columns as wide as their widest cell, numbers to the right.
 */

const thousands = new Intl.NumberFormat("en-US")

/** A cell; numbers get thousands separators, 0 is shown as `·` so that what happened stands out. */
export type TableCell = string | number

const shown = (cell: TableCell): string => (typeof cell === "string" ? cell : cell === 0 ? "·" : thousands.format(cell))

/** Lines of a table under its headings. */
export const table = (
  headings: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<TableCell>>
): ReadonlyArray<string> => {
  const right = headings.map((_, column) => rows.every((row) => typeof row[column] !== "string"))
  const texts = rows.map((row) => row.map(shown))
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...texts.map((row) => (row[column] ?? "").length))
  )
  const line = (cells: ReadonlyArray<string>): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return right[column] === true ? cell.padStart(width) : cell.padEnd(width)
      })
      .join("  ")
      .trimEnd()
  return [line(headings), line(widths.map((width) => "-".repeat(width))), ...texts.map(line)]
}
