/**
 * The tables that a facility has in the state, as they are carried from one database to another: kinds and flows by their words,
 * checksums and the number of the facility left to the database that takes them.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type { Fragment } from "@effect/sql/Statement"
import { Effect } from "effect"
import { isFlowName } from "../../domain/Flow.js"
import { inBatches } from "./Batches.js"
import { type FlowCodes, kindCodes, kindOfCode } from "./Codes.js"
import { ledgerRow, rowChecksum, type StoredRow } from "./LedgerRows.js"
import { watermarkChecksum } from "./Watermarks.js"

type ColumnType = "text" | "number" | "kind" | "flow"

interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly optional: boolean
}

/** A row in words: what stands in its columns, by their names. */
export type CarriedRow = Readonly<Record<string, string | number | null>>

/** One table of a facility. */
export interface StateTable {
  /** Without the `plex_cdf_` that all of them begin with. */
  readonly name: string
  readonly columns: ReadonlyArray<Column>
  /** The columns by which its rows are told apart within the facility. */
  readonly key: ReadonlyArray<string>
  /** Whether its rows name their run instead of the facility. */
  readonly byRun: boolean
}

/** `text:number?`: the name, its type unless that is text, and `?` where it may be absent. */
const column = (told: string): Column => {
  const optional = told.endsWith("?")
  const [name = "", type = "text"] = told.replace("?", "").split(":")
  return { name, optional, type: type === "number" || type === "kind" || type === "flow" ? type : "text" }
}

const table = (
  name: string,
  key: ReadonlyArray<string>,
  columns: ReadonlyArray<string>,
  byRun = false
): StateTable => ({ name, key, columns: columns.map(column), byRun })

/** All that a facility has, the lease apart: that belongs to a process. Runs before what hangs on them. */
export const stateTables: ReadonlyArray<StateTable> = [
  table(
    "ledger",
    ["kind", "external_id"],
    [
      "kind:kind",
      "external_id",
      "hash",
      "digest?",
      "cdf_id:number?",
      "flow:flow",
      "plex_id",
      "links?",
      "first_seen:number?",
      "last_seen:number",
      "moment:number?",
      "retired_at:number?"
    ]
  ),
  table("pending_link", ["kind", "from_id", "target"], ["kind:kind", "from_id", "target", "flow:flow", "since:number"]),
  table("watermark", ["flow"], ["flow:flow", "confirmed_to:number"]),
  table("fact", ["flow", "name"], ["flow:flow", "name", "value"]),
  table("job_operations", ["job_id"], ["job_id", "operations"]),
  table("point", ["flow", "moment", "series"], ["flow:flow", "moment:number", "series", "value"]),
  table(
    "sweep",
    ["flow", "object_key"],
    ["flow:flow", "object_key", "fingerprint", "content", "again:number", "looked_fingerprint?", "looked_at:number"]
  ),
  table("natural_key", ["kind", "external_id"], ["kind", "external_id", "natural_keys"]),
  table("natural_kind", ["kind"], ["kind"]),
  table(
    "dead_letter",
    ["flow", "letter_key", "digest"],
    [
      "flow:flow",
      "letter_key",
      "digest",
      "what",
      "path",
      "reason",
      "content",
      "window_begin:number?",
      "window_end:number?",
      "version",
      "first_seen:number",
      "last_seen:number",
      "attempts:number"
    ]
  ),
  table(
    "run",
    ["run_id"],
    [
      "run_id",
      "name",
      "started_by",
      "notes",
      "status",
      "started:number",
      "finished:number?",
      "end_notes",
      "host",
      "machine",
      "pid:number",
      "process_started",
      "alive:number",
      "requests:number",
      "items:number",
      "duration:number",
      "errors:number",
      "throttled:number",
      "lost:number",
      "dropped:number"
    ]
  ),
  table(
    "run_request",
    ["run_id", "number"],
    [
      "run_id",
      "number:number",
      "at:number",
      "upstream",
      "operation",
      "period?",
      "status:number?",
      "items:number?",
      "duration:number",
      "throttled:number",
      "reason?",
      "detail?",
      "request_id?",
      "transaction_no?"
    ],
    true
  ),
  table(
    "run_count",
    ["run_id", "entity"],
    [
      "run_id",
      "entity",
      "source_count:number?",
      "status?",
      "notice?",
      "counts?",
      "watermark_before:number?",
      "watermark_after:number?"
    ],
    true
  )
]

type StoredCells = Readonly<Record<string, string | number | null>>

const textOr = (cell: string | number | null | undefined): string | null => (typeof cell === "string" ? cell : null)

const ledgerCells = (cells: StoredCells): StoredRow => ({
  external_id: String(cells["external_id"]),
  hash: String(cells["hash"]),
  digest: textOr(cells["digest"]),
  cdf_id: cells["cdf_id"] ?? null,
  flow: Number(cells["flow"]),
  plex_id: String(cells["plex_id"]),
  links: textOr(cells["links"]),
  moment: cells["moment"] ?? null,
  retired_at: cells["retired_at"] ?? null,
  checksum: typeof cells["checksum"] === "number" ? cells["checksum"] : null
})

const isKind = (name: string): name is keyof typeof kindCodes => name in kindCodes

/** Rows that are held at a time. */
const pageSize = 1000

/** The statements that carry tables of one facility. */
export const carrying = (sql: SqlClient.SqlClient, facility: number, flows: FlowCodes) => {
  const ofFacility = ({ byRun }: StateTable): Fragment =>
    byRun ? sql`run_id IN (SELECT run_id FROM plex_cdf_run WHERE facility = ${facility})` : sql`facility = ${facility}`
  const nameOf = ({ name }: StateTable) => sql(`plex_cdf_${name}`)
  const hasChecksum = ({ name }: StateTable): boolean => name === "ledger" || name === "watermark"

  /** A row that is not what was written, or of a flow that this version does not have, is of no use to anybody. */
  const isSound = ({ name }: StateTable, cells: StoredCells): boolean => {
    if (name === "ledger") {
      const kind = kindOfCode(Number(cells["kind"]))
      return kind !== undefined && ledgerRow(flows, kind, ledgerCells(cells)) !== undefined
    }
    if (name !== "watermark") return true
    const flow = flows.flowOf(Number(cells["flow"]))
    return flow !== undefined && cells["checksum"] === watermarkChecksum(facility, flow, Number(cells["confirmed_to"]))
  }

  const carriedCell = ({ type }: Column, cell: string | number | null): string | number | null | undefined => {
    if (cell === null || type === "text") return cell
    if (type === "number") return Number(cell)
    return type === "kind" ? kindOfCode(Number(cell)) : flows.flowOf(Number(cell))
  }

  const carriedRow = (of: StateTable, cells: StoredCells): CarriedRow | undefined => {
    if (!isSound(of, cells)) return undefined
    const row: Record<string, string | number | null> = {}
    for (const each of of.columns) {
      const cell = carriedCell(each, cells[each.name] ?? null)
      if (cell === undefined) return undefined
      row[each.name] = cell
    }
    return row
  }

  const storedCell = (each: Column, cell: string | number | null | undefined): string | number | null | undefined => {
    const { optional, type } = each
    if (cell === null || cell === undefined) return optional ? null : undefined
    if (type === "number") return typeof cell === "number" && Number.isSafeInteger(cell) ? cell : undefined
    if (typeof cell !== "string") return undefined
    if (type === "kind") return isKind(cell) ? kindCodes[cell] : undefined
    if (type === "flow") return isFlowName(cell) ? flows.find(cell) : undefined
    return cell
  }

  const checksumOf = ({ name }: StateTable, row: CarriedRow, cells: StoredCells): string | number | undefined => {
    const { flow, kind } = row
    if (name === "watermark" && typeof flow === "string" && isFlowName(flow)) {
      return watermarkChecksum(facility, flow, Number(cells["confirmed_to"]))
    }
    return typeof kind === "string" && isKind(kind) ? rowChecksum(kind, ledgerCells(cells)) : undefined
  }

  return {
    /** The rows after a key, in order of their keys, some at a time; with the key where the next ones follow. */
    read: (
      of: StateTable,
      after: ReadonlyArray<string | number> | undefined
    ): Effect.Effect<
      {
        readonly rows: ReadonlyArray<CarriedRow>
        /** Rows that cannot be used. */
        readonly damaged: number
        readonly next: ReadonlyArray<string | number> | undefined
      },
      SqlError
    > => {
      const key = sql.literal(of.key.join(", "))
      const columns = sql.literal(
        [...of.columns.map(({ name }) => name), ...(hasChecksum(of) ? ["checksum"] : [])].join(", ")
      )
      const rest = after === undefined ? sql`1 = 1` : sql`(${key}) > (${sql.csv(after.map((part) => sql`${part}`))})`
      return Effect.map(
        sql<StoredCells>`SELECT ${columns} FROM ${nameOf(of)} WHERE ${ofFacility(of)} AND ${rest}
          ORDER BY ${key} LIMIT ${pageSize}`,
        (found) => {
          const rows = found.map((cells) => carriedRow(of, cells)).filter((row) => row !== undefined)
          const last = found.length < pageSize ? undefined : found.at(-1)
          return {
            rows,
            damaged: found.length - rows.length,
            next: last === undefined ? undefined : of.key.map((name) => last[name] ?? "")
          }
        }
      )
    },

    /** A row as it is kept; nothing where it is none of this table. */
    stored: (of: StateTable, row: CarriedRow): Readonly<Record<string, string | number | null>> | undefined => {
      const cells: Record<string, string | number | null> = of.byRun ? {} : { facility }
      for (const each of of.columns) {
        const cell = storedCell(each, row[each.name])
        if (cell === undefined) return undefined
        cells[each.name] = cell
      }
      if (!hasChecksum(of)) return cells
      const checksum = checksumOf(of, row, cells)
      return checksum === undefined ? undefined : { ...cells, checksum }
    },

    /** Rows as `stored` gives them. */
    insert: (of: StateTable, rows: ReadonlyArray<Readonly<Record<string, string | number | null>>>) =>
      inBatches(rows, of.columns.length + 2, (some) => sql`INSERT INTO ${nameOf(of)} ${sql.insert(some)}`),

    isEmpty: (of: StateTable): Effect.Effect<boolean, SqlError> =>
      Effect.map(sql`SELECT 1 FROM ${nameOf(of)} WHERE ${ofFacility(of)} LIMIT 1`, (found) => found.length === 0),

    clear: (of: StateTable) => sql`DELETE FROM ${nameOf(of)} WHERE ${ofFacility(of)}`
  }
}
