/**
 * What a command says: its result on stdout, everything else on stderr.
 */
import { Effect } from "effect"
import { screenOf } from "./Screen.js"
import { Speaking } from "./Speaking.js"
import { isForPeople } from "./Style.js"
import { table, type TableCell, textOf } from "./Table.js"

/** The exit code of what is done; of several facilities the worst counts. */
export const setExitCode = (code: number): Effect.Effect<void> => Effect.map(Speaking, ({ exit }) => exit(code))

const lines =
  (stream: () => NodeJS.WriteStream) =>
  (texts: ReadonlyArray<string>): Effect.Effect<void> =>
    Effect.sync(() => {
      if (texts.length > 0) stream().write(`${texts.join("\n")}\n`)
    })

export const toStdout = lines(() => process.stdout)
export const toStderr = lines(() => process.stderr)

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** What a terminal takes for a command is none of a record's business. */
export const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, "\uFFFD")

/** Lines on stdout, done when they are on their way: for more than memory should hold. */
export const writeStdout = (texts: ReadonlyArray<string>): Effect.Effect<void> =>
  texts.length === 0
    ? Effect.void
    : Effect.async((resume) => {
        process.stdout.write(`${texts.join("\n")}\n`, () => resume(Effect.void))
      })

/** A value as one line of JSON on stdout; an object of one of several facilities says of which, as `facility`. */
export const toStdoutJson = (value: unknown): Effect.Effect<void> =>
  Effect.flatMap(Speaking, ({ facility }) =>
    toStdout([JSON.stringify(facility === undefined || !isObject(value) ? value : { facility, ...value })])
  )

/** Of a cell, only what a line can hold. */
const plain = (cell: TableCell): string => textOf(cell).replaceAll(/[\t\r\n]+/g, " ")

/** Rows as people and programs like them: a table on a terminal, else a line each with tabs between its cells. */
export const rowLines = (
  headings: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<TableCell>>,
  terminal: boolean
): ReadonlyArray<string> =>
  terminal ? table(headings, rows, screenOf(process.stdout)) : rows.map((row) => row.map(plain).join("\t"))

/** Rows on stdout; those of one of several facilities end with it. */
export const printRows = (
  headings: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<TableCell>>
): Effect.Effect<void> =>
  Effect.flatMap(Speaking, ({ facility }) => {
    const own = facility === undefined ? rows : rows.map((row) => [...row, facility])
    const above = facility === undefined ? headings : [...headings, "facility"]
    return toStdout(rowLines(above, own, isForPeople(process.stdout)))
  })
