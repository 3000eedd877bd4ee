/**
 * What a command says: its result on stdout, everything else on stderr.
 */
import { Effect } from "effect"
import { table, type TableCell } from "./Table.js"

export const setExitCode = (code: number): Effect.Effect<void> =>
  Effect.sync(() => {
    process.exitCode = code
  })

const lines =
  (stream: () => NodeJS.WriteStream) =>
  (texts: ReadonlyArray<string>): Effect.Effect<void> =>
    Effect.sync(() => {
      if (texts.length > 0) stream().write(`${texts.join("\n")}\n`)
    })

export const toStdout = lines(() => process.stdout)
export const toStderr = lines(() => process.stderr)

/** A value as one line of JSON on stdout. */
export const toStdoutJson = (value: unknown): Effect.Effect<void> => toStdout([JSON.stringify(value)])

/** Of a cell, only what a line can hold. */
const plain = (cell: TableCell): string => String(cell).replaceAll(/[\t\r\n]+/g, " ")

/** Rows as people and programs like them: a table on a terminal, else a line each with tabs between its cells. */
export const rowLines = (
  headings: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<TableCell>>,
  terminal: boolean
): ReadonlyArray<string> => (terminal ? table(headings, rows) : rows.map((row) => row.map(plain).join("\t")))

/** Rows on stdout. */
export const printRows = (
  headings: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<TableCell>>
): Effect.Effect<void> => Effect.suspend(() => toStdout(rowLines(headings, rows, process.stdout.isTTY === true)))
