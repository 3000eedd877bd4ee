/**
 * Rows of sequences: many sequences a call.
 */
import { Effect } from "effect"
import type { Column, Row } from "../../domain/cdf/Resource.js"
import { CdfError } from "../../domain/Errors.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import type { Cdf } from "../../services/Cdf.js"
import { nothing, rowsPage } from "./Answers.js"
import type { CdfClient } from "./CdfClient.js"
import { mostRows, pack } from "./Packing.js"
import { withoutMissing } from "./WithoutMissing.js"

type Rows = Pick<typeof Cdf.Service, "insertRows" | "rows" | "deleteRows">

const namesOf = (columns: ReadonlyArray<Pick<Column, "externalId">>): ReadonlyArray<string> =>
  columns.map(({ externalId }) => externalId)

const endless = (externalId: ExternalId): CdfError =>
  new CdfError({
    operation: "POST /sequences/data/list",
    reason: "WrongBody",
    detail: `the same cursor was given twice for ${externalId}: the rows would never end`,
    missing: [],
    duplicated: []
  })

export const sequenceRows = ({ post }: typeof CdfClient.Service): Rows => {
  // One after the other, so that of two writes of one row the later one holds.
  const insertRows: Rows["insertRows"] = (sequences) => {
    const entries = sequences.map(({ columns, externalId, rows }) => ({
      key: externalId,
      parts: rows,
      weight: Math.max(1, columns.length),
      columns: namesOf(columns)
    }))
    return Effect.forEach(
      pack<Row, (typeof entries)[number]>(entries, mostRows),
      (call) =>
        post(
          "sequences/data",
          { items: call.map(({ entry, parts }) => ({ externalId: entry.key, columns: entry.columns, rows: parts })) },
          nothing
        ),
      { discard: true }
    )
  }

  const rows: Rows["rows"] = (externalId, columns) =>
    Effect.gen(function* () {
      const wanted = namesOf(columns)
      const limit = Math.min(mostRows.parts, Math.floor(mostRows.weight / Math.max(1, wanted.length)))
      const found: Array<Row> = []
      const seen = new Set<string>()
      let cursor: string | undefined
      do {
        const page = yield* post(
          "sequences/data/list",
          { externalId, columns: wanted, limit, ...(cursor === undefined ? {} : { cursor }) },
          rowsPage
        )
        const places = wanted.map((name) => page.columns.findIndex((column) => column.externalId === name))
        for (const { rowNumber, values } of page.rows) {
          found.push({ rowNumber, values: places.map((place) => values[place] ?? null) })
        }
        cursor = page.nextCursor ?? undefined
        if (cursor === "") cursor = undefined
        if (cursor !== undefined && seen.has(cursor)) return yield* Effect.fail(endless(externalId))
        if (cursor !== undefined) seen.add(cursor)
      } while (cursor !== undefined)
      return found.sort((a, b) => a.rowNumber - b.rowNumber)
    })

  const deleteRows: Rows["deleteRows"] = (sequences) => {
    const entries = sequences.map(({ externalId, rowNumbers }) => ({ key: externalId, parts: rowNumbers, weight: 1 }))
    return Effect.forEach(
      pack<number, (typeof entries)[number]>(entries, mostRows),
      (call) =>
        withoutMissing(
          call.map(({ entry, parts }) => ({ externalId: entry.key, rows: parts })),
          (items) => post("sequences/data/delete", { items }, nothing)
        ),
      { discard: true }
    )
  }

  return { insertRows, rows, deleteRows }
}
