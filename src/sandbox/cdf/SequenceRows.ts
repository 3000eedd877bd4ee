import type { Reply } from "../Reply.js"
import { json } from "../Reply.js"
import * as checks from "./Checks.js"
import type { Collection, Stored } from "./Collection.js"
import { badRequest } from "./Errors.js"
import { asArray, asNumber, asObject, asText } from "./Json.js"
import type { JsonObject } from "./Json.js"
import { limitOf } from "./Listing.js"
import { itemsOf, refusePoisoned, requestOf } from "./Project.js"
import type { Project } from "./Project.js"
import { referenceOf, resolve } from "./References.js"
import type { Reference } from "./References.js"
import { columnKey, sequenceTexts } from "./Sequences.js"

/** A cell; absent cells are not stored. */
export type Cell = string | number

/** One row: what its columns hold, by their external id. */
export interface Row {
  readonly rowNumber: number
  readonly cells: ReadonlyMap<string, Cell>
}

/** A row on its way in; a null empties its cell. */
interface RowWrite {
  readonly rowNumber: number
  readonly cells: ReadonlyArray<readonly [string, Cell | undefined]>
}

const typeProblem = (valueType: unknown, value: unknown): string | undefined => {
  switch (valueType) {
    case "LONG":
      return checks.integer(Number.MIN_SAFE_INTEGER)(value)
    case "STRING":
      return checks.text(0, 256)(value)
    default:
      return checks.decimal(-Number.MAX_VALUE, Number.MAX_VALUE)(value)
  }
}

const rowNumberCheck = checks.integer(0)

const columnsOf = (stored: Stored): ReadonlyMap<string, JsonObject> =>
  new Map(asArray(stored.value["columns"]).map((column) => [columnKey(column), asObject(column)]))

/** The columns a request names, all of the sequence when it names none. */
const namedColumns = (stored: Stored, named: unknown, place: string): ReadonlyArray<JsonObject> => {
  const known = columnsOf(stored)
  if (named === undefined || named === null) {
    return Array.from(known.values())
  }
  const problem = checks.distinct(checks.externalId, 400)(named)
  if (problem !== undefined) {
    throw badRequest(`Invalid value at ${place}: ${problem}`)
  }
  return asArray(named).map((key) => {
    const column = known.get(String(key))
    if (column === undefined) {
      throw badRequest(`Columns not found: ${String(key)}`, [{ externalId: String(key) }])
    }
    return column
  })
}

/** The cells of all sequences, by the sequence's internal id. */
export class SequenceRows {
  private readonly tables = new Map<number, Map<number, Map<string, Cell>>>()

  constructor(
    private readonly project: Project,
    private readonly sequences: Collection
  ) {}

  /** Rows go with their sequence, cells with their column. */
  readonly changed = (previous: Stored | undefined, next: Stored | undefined): void => {
    if (previous === undefined) {
      return
    }
    if (next === undefined) {
      this.tables.delete(previous.id)
      return
    }
    const left = columnsOf(next)
    const removed = Array.from(columnsOf(previous).keys()).filter((key) => !left.has(key))
    for (const [rowNumber, cells] of removed.length === 0 ? [] : (this.tables.get(next.id) ?? [])) {
      removed.forEach((key) => cells.delete(key))
      if (cells.size === 0) {
        this.tables.get(next.id)?.delete(rowNumber)
      }
    }
  }

  /** All rows of a sequence by row number. */
  rowsOf(id: number): ReadonlyArray<Row> {
    return Array.from(this.tables.get(id) ?? [], ([rowNumber, cells]) => ({ rowNumber, cells })).toSorted(
      (a, b) => a.rowNumber - b.rowNumber
    )
  }

  /** `POST /sequences/data`: several sequences, at most 10,000 rows and 100,000 values in all. */
  insert(body: unknown): Reply {
    const items = itemsOf(body, 1000).map((item, index) => this.item(item, `items[${index}]`, ["columns", "rows"]))
    this.refuseTooMany(items.map(({ request }) => asArray(request["rows"]).length))
    const values = items.reduce(
      (sum, { request }) =>
        sum + asArray(request["rows"]).reduce<number>((own, row) => own + asArray(asObject(row)["values"]).length, 0),
      0
    )
    if (values > 100_000) {
      throw badRequest(`At most 100000 values per request, has ${values}`)
    }
    const targets = this.targets(items)
    const writes = targets.map((stored, index) => {
      const request = asObject(items[index]?.request)
      const place = `items[${index}]`
      if (request["columns"] === undefined) {
        throw badRequest(`Missing required property at ${place}: columns`)
      }
      return this.checkedRows(stored, request, place)
    })
    targets.forEach((stored, index) => this.write(stored.id, writes[index] ?? []))
    return json(200, {})
  }

  /** `POST /sequences/data/list`: one sequence, rows from `start` up to but not including `end`. */
  list(body: unknown): Reply {
    const { request, reference } = this.item(body, "request", ["start", "end", "limit", "cursor", "columns"])
    const [stored] = resolve(this.sequences, [reference], sequenceTexts, false)
    if (stored === undefined) {
      throw badRequest(sequenceTexts.unknownId)
    }
    const columns = namedColumns(stored, request["columns"], "columns")
    const limit = limitOf(request, 10_000, 100)
    const start = asNumber(request["start"]) ?? 0
    const end = asNumber(request["end"]) ?? -1
    const from = this.cursorOf(request["cursor"]) ?? start
    const keys = columns.map(columnKey)
    const wanted = this.rowsOf(stored.id).filter(
      ({ rowNumber, cells }) =>
        rowNumber >= from && (end === -1 || rowNumber < end) && keys.some((key) => cells.has(key))
    )
    const more = wanted[limit]
    return json(200, {
      id: stored.id,
      externalId: stored.externalId,
      columns: columns.map(({ externalId, name, valueType }) => ({ externalId, name, valueType })),
      rows: wanted.slice(0, limit).map(({ rowNumber, cells }) => ({
        rowNumber,
        values: keys.map((key) => cells.get(key) ?? null)
      })),
      nextCursor: more === undefined ? undefined : Buffer.from(`row ${more.rowNumber}`).toString("base64url")
    })
  }

  /** `POST /sequences/data/delete`: rows by number; numbers without a row are no error. */
  remove(body: unknown): Reply {
    const items = itemsOf(body, 1000).map((item, index) => this.item(item, `items[${index}]`, ["rows"]))
    for (const { request, place } of items) {
      const problem = checks.list(rowNumberCheck, 10_000)(request["rows"])
      if (problem !== undefined) {
        throw badRequest(`Invalid value at ${place}.rows: ${problem}`)
      }
    }
    this.refuseTooMany(items.map(({ request }) => asArray(request["rows"]).length))
    this.targets(items).forEach((stored, index) => {
      for (const rowNumber of asArray(items[index]?.request["rows"])) {
        this.tables.get(stored.id)?.delete(asNumber(rowNumber) ?? -1)
      }
    })
    return json(200, {})
  }

  private item(
    item: unknown,
    place: string,
    properties: ReadonlyArray<string>
  ): { readonly request: JsonObject; readonly reference: Reference; readonly place: string } {
    const request = requestOf(item, ["id", "externalId", ...properties])
    return { request, reference: referenceOf(item, place, true), place }
  }

  private targets(items: ReadonlyArray<{ readonly reference: Reference }>): ReadonlyArray<Stored> {
    const references = items.map(({ reference }) => reference)
    refusePoisoned(
      this.project,
      references.map((each) => ("externalId" in each ? each.externalId : undefined))
    )
    return resolve(this.sequences, references, sequenceTexts, false).filter((each) => each !== undefined)
  }

  private refuseTooMany(counts: ReadonlyArray<number>): void {
    const rows = counts.reduce((sum, count) => sum + count, 0)
    if (rows > 10_000) {
      throw badRequest(`At most 10000 rows per request, has ${rows}`)
    }
  }

  private checkedRows(stored: Stored, request: JsonObject, place: string): ReadonlyArray<RowWrite> {
    const columns = namedColumns(stored, request["columns"], `${place}.columns`)
    const rows = request["rows"]
    if (!Array.isArray(rows) || rows.length === 0) {
      throw badRequest(`Invalid value at ${place}.rows: must have at least 1 row`)
    }
    const checked = rows.map((row, index) => this.checkedRow(row, columns, `${place}.rows[${index}]`))
    if (new Set(checked.map(({ rowNumber }) => rowNumber)).size < checked.length) {
      throw badRequest(`Invalid value at ${place}.rows: rowNumber must be unique`)
    }
    return checked
  }

  private checkedRow(row: unknown, columns: ReadonlyArray<JsonObject>, place: string): RowWrite {
    const { rowNumber, values } = requestOf(row, ["rowNumber", "values"])
    const problem = rowNumberCheck(rowNumber)
    if (problem !== undefined || typeof rowNumber !== "number") {
      throw badRequest(`Invalid value at ${place}.rowNumber: ${problem}`)
    }
    if (!Array.isArray(values) || values.length !== columns.length) {
      throw badRequest(`Invalid value at ${place}.values: must have ${columns.length} elements, one per column`)
    }
    const cells = columns.map((column, index): readonly [string, Cell | undefined] => {
      const value: unknown = values[index]
      const mismatch = value === null ? undefined : typeProblem(column["valueType"], value)
      if (mismatch !== undefined) {
        throw badRequest(`Invalid value at ${place}.values[${index}]: ${asText(column["valueType"])} ${mismatch}`)
      }
      return [columnKey(column), typeof value === "string" || typeof value === "number" ? value : undefined]
    })
    return { rowNumber, cells }
  }

  private write(id: number, rows: ReadonlyArray<RowWrite>): void {
    const table = this.tables.get(id) ?? new Map<number, Map<string, Cell>>()
    this.tables.set(id, table)
    for (const { rowNumber, cells } of rows) {
      const row = table.get(rowNumber) ?? new Map<string, Cell>()
      table.set(rowNumber, row)
      for (const [key, cell] of cells) {
        if (cell === undefined) {
          row.delete(key)
        } else {
          row.set(key, cell)
        }
      }
    }
  }

  private cursorOf(cursor: unknown): number | undefined {
    if (cursor === undefined || cursor === null) {
      return undefined
    }
    const [, row] = /^row (\d+)$/.exec(Buffer.from(asText(cursor) ?? "", "base64url").toString()) ?? []
    if (row === undefined) {
      throw badRequest("Invalid cursor")
    }
    return Number(row)
  }
}
