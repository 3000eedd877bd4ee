/**
 * Tables in plain text: columns as wide as their widest cell, numbers to the right, no wider than the terminal.
 */
import stringWidth from "string-width"
import { anywhere, type Screen } from "./Screen.js"
import type { Tone } from "./Style.js"

const thousands = new Intl.NumberFormat("en-US")

/** A text in a tone, where the table is shown in colours. */
export interface TonedCell {
  readonly text: string
  readonly tone: Tone
}

/** A cell; numbers get thousands separators, 0 is shown as `·` so that what happened stands out. */
export type TableCell = string | number | TonedCell

/** What a cell says, without its tone. */
export const textOf = (cell: TableCell): string => (typeof cell === "object" ? cell.text : String(cell))

const shown = (cell: TableCell): string =>
  typeof cell !== "number" ? textOf(cell) : cell === 0 ? "·" : thousands.format(cell)

const gap = "  "

/** No text is cut to less: what is shorter, an id or a moment, is of use only whole. */
const least = 20

const graphemes = new Intl.Segmenter()

/** The beginning of a text that fits into so many columns, with `…` where something is missing. */
export const cut = (text: string, width: number): string => {
  if (stringWidth(text) <= width) return text
  let kept = ""
  let used = 0
  for (const { segment } of graphemes.segment(text)) {
    used += stringWidth(segment)
    if (used > width - 1) break
    kept += segment
  }
  return `${kept.trimEnd()}…`
}

interface Column {
  readonly heading: string
  readonly cells: ReadonlyArray<TableCell>
  /** Numbers stand to the right, and are never cut. */
  readonly right: boolean
  readonly width: number
}

const columnsOf = (
  headings: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<TableCell>>
): ReadonlyArray<Column> =>
  headings.map((heading, index) => {
    const cells = rows.map((row) => row[index] ?? "")
    return {
      heading,
      cells,
      right: cells.every((cell) => typeof cell === "number"),
      width: Math.max(stringWidth(heading), ...cells.map((cell) => stringWidth(shown(cell))))
    }
  })

const total = (columns: ReadonlyArray<Column>): number =>
  columns.reduce((sum, { width }) => sum + width, (columns.length - 1) * gap.length)

const isEmpty = ({ cells }: Column): boolean => cells.every((cell) => cell === 0 || textOf(cell) === "")

/** Texts are cut, the widest first, until all fits. */
const narrowed = (columns: ReadonlyArray<Column>, room: number): ReadonlyArray<Column> => {
  const over = total(columns) - room
  if (over <= 0) return columns
  const widest = columns.reduce<Column | undefined>(
    (wide, column) => (column.right || (wide !== undefined && wide.width >= column.width) ? wide : column),
    undefined
  )
  if (widest === undefined || widest.width <= least) return columns
  const others = columns.filter((column) => column !== widest && !column.right).map(({ width }) => width)
  const next = Math.max(least, widest.width - over, ...others.filter((width) => width < widest.width))
  return narrowed(
    columns.map((column) => (column === widest ? { ...column, width: Math.min(next, widest.width - 1) } : column)),
    room
  )
}

const padded = ({ right, width }: Column, text: string): string => {
  const blanks = " ".repeat(Math.max(0, width - stringWidth(text)))
  return right ? blanks + text : text + blanks
}

/** Blanks stay outside the colours, so that those at the end of a line can go. */
const toned = (cell: TableCell | undefined, text: string, { style }: Screen): string =>
  typeof cell === "object" ? style[cell.tone](text.trimEnd()) + " ".repeat(text.length - text.trimEnd().length) : text

const lines = (columns: ReadonlyArray<Column>, count: number, screen: Screen): ReadonlyArray<string> => {
  const line = (each: (column: Column) => string): string => columns.map(each).join(gap).trimEnd()
  return [
    line((column) => padded(column, cut(column.heading, column.width))),
    line(({ width }) => "-".repeat(width)),
    ...Array.from({ length: count }, (_, row) =>
      line((column) => {
        const cell = column.cells[row]
        return toned(cell, padded(column, cut(cell === undefined ? "" : shown(cell), column.width)), screen)
      })
    )
  ]
}

/** Each row as lines of its own, a heading and a cell each, for what fits no other way. */
const records = (
  columns: ReadonlyArray<Column>,
  count: number,
  room: number,
  screen: Screen
): ReadonlyArray<string> => {
  const width = Math.max(...columns.map(({ heading }) => stringWidth(heading)))
  return Array.from({ length: count }, (_, row) => [
    ...(row === 0 ? [] : [""]),
    ...columns.flatMap(({ cells, heading }) => {
      const cell = cells[row]
      if (cell === undefined || cell === 0 || textOf(cell) === "") return []
      const text = cut(shown(cell), Math.max(least, room - width - gap.length))
      return [`${heading}${" ".repeat(width - stringWidth(heading))}${gap}${toned(cell, text, screen)}`.trimEnd()]
    })
  ]).flat()
}

/**
 * Lines of a table under its headings. Where it is wider than the screen, columns that say nothing are left out, then texts are cut;
 * where that is not enough, each row has lines of its own.
 */
export const table = (
  headings: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<TableCell>>,
  screen: Screen = anywhere
): ReadonlyArray<string> => {
  const all = columnsOf(headings, rows)
  const room = screen.width ?? Infinity
  if (total(all) <= room) return lines(all, rows.length, screen)
  const telling = all.filter((column) => !isEmpty(column))
  const narrow = narrowed(telling, room)
  return total(narrow) <= room ? lines(narrow, rows.length, screen) : records(telling, rows.length, room, screen)
}
