import type { HoleNote } from "./Holes.js"
import type { PlantSizes, SizeName } from "./Sizes.js"

/** One record exactly as Plex would send it: field names, types and order of the endpoint; see `toJson` for the bytes. */
export type Row = Readonly<Record<string, unknown>>

/** What to make. The same options and the same advances give the same plant, byte for byte. */
export interface PlantOptions {
  readonly seed: number
  /** Default `demo`; an object is the `demo` size with the given counts instead. */
  readonly size?: SizeName | Partial<PlantSizes>
  /** The plant's clock at the beginning, epoch ms; default {@link defaultStart}. Cut to a whole minute. */
  readonly startedAt?: number
  /** The flaws of real data (nulls, odd texts, ties, late and corrected rows, …); default true. Listed in `plant.holes`. */
  readonly holes?: boolean
  /** Records that cannot be decoded or have no key, so that a reader must set them aside; default false. Listed in `plant.holes`. */
  readonly poison?: boolean
  /** IANA zone of the factory's days; default `UTC`. */
  readonly timeZone?: string
  /** Plex Customer Number, default `340884`, and its tenant code, default `ra-process`. */
  readonly pcn?: string
  readonly code?: string
}

/** The clock of a plant that was given none: 2026-06-12T14:00:00Z, a Friday. */
export const defaultStart = Date.UTC(2026, 5, 12, 14)

/** The lists of current state, by the name of their getter; the key that `put` and `remove` go by is in {@link tableKeys}. */
export type TableName =
  | "tenants"
  | "buildings"
  | "parts"
  | "operations"
  | "partOperations"
  | "supplyItems"
  | "productionLines"
  | "workcenters"
  | "workcenterStatuses"
  | "equipment"
  | "jobs"
  | "locations"
  | "containers"
  | "partSpecifications"
  | "controlPlans"
  | "deviations"
  | "approvedWorkcenters"
  | "setups"
  | "checksheets"
  | "problems"
  | "specificationPicker"

/** The field each list is keyed by (`approvedWorkcenters` has no field of its own: `workcenterId partOperationId`). */
export const tableKeys: Readonly<Record<TableName, string>> = {
  tenants: "id",
  buildings: "id",
  parts: "id",
  operations: "id",
  partOperations: "id",
  supplyItems: "id",
  productionLines: "id",
  workcenters: "workcenterId",
  workcenterStatuses: "id",
  equipment: "id",
  jobs: "id",
  locations: "locationId",
  containers: "serialNo",
  partSpecifications: "id",
  controlPlans: "id",
  deviations: "id",
  approvedWorkcenters: "workcenterId partOperationId",
  setups: "id",
  checksheets: "Checksheet_No",
  problems: "Problem_No",
  specificationPicker: "Specification_Key"
}

/** The histories, by the name of their getter. */
export type HistoryName = "productionEntries" | "scrapEntries" | "statusEntries" | "locationMoves" | "adjustments"

/** The field that holds the instant of a history row. */
export const historyTimes: Readonly<Record<HistoryName, string>> = {
  productionEntries: "transactionDate",
  scrapEntries: "transactionDate",
  statusEntries: "logDate",
  locationMoves: "adjustmentDate",
  adjustments: "adjustmentDate"
}

/** Rows that happened, oldest first; only those that Plex knows of at `now()`. They have no ids. */
export interface History {
  readonly rows: ReadonlyArray<Row>
  /** The rows whose instant, cut to the millisecond, lies in [begin, end), epoch ms. */
  between(begin: number, end: number): ReadonlyArray<Row>
}

/**
 * A factory as Plex shows it. Every list is the state at `now()`; nothing moves but by `advance`, `put`, `remove`, `record`
 * and `correct`. The same array is returned until something in it changes, and arrays and rows are never changed in place:
 * a body may be cached by the identity of its array, and read slowly while the plant goes on.
 */
export interface Plant {
  readonly options: Required<PlantOptions> & { readonly size: PlantSizes }
  readonly pcn: string
  /** Tenant code, the host part of the data sources. */
  readonly code: string
  /** Which records show which flaw, so that a test can find them. */
  readonly holes: ReadonlyArray<HoleNote>

  /** The plant's own clock, epoch ms. */
  now(): number
  /** Moves the clock and plays what happens meanwhile, minute by minute: two half hours are one hour. */
  advance(ms: number): void

  /** `GET /mdm/v1/tenants` */
  readonly tenants: ReadonlyArray<Row>
  /** `GET /mdm/v1/buildings` */
  readonly buildings: ReadonlyArray<Row>
  /** `GET /mdm/v1/parts` */
  readonly parts: ReadonlyArray<Row>
  /** `GET /mdm/v1/operations` */
  readonly operations: ReadonlyArray<Row>
  /** `GET /mdm/v1/part-operations` */
  readonly partOperations: ReadonlyArray<Row>
  /** `GET /inventory/v1/inventory-definitions/supply-items` */
  readonly supplyItems: ReadonlyArray<Row>
  /** `GET /production/v1/production-definitions/production-lines` */
  readonly productionLines: ReadonlyArray<Row>
  /** `GET /production/v1/production-definitions/workcenters` */
  readonly workcenters: ReadonlyArray<Row>
  /** `GET /production/v1/production-definitions/workcenter-statuses` */
  readonly workcenterStatuses: ReadonlyArray<Row>
  /** `GET /production/v1/production-definitions/approved-workcenters` */
  readonly approvedWorkcenters: ReadonlyArray<Row>
  /** `GET /maintenance/v1/equipment` */
  readonly equipment: ReadonlyArray<Row>
  /** `GET /scheduling/v1/jobs` */
  readonly jobs: ReadonlyArray<Row>
  /** `GET /inventory/v1/inventory-definitions/locations` */
  readonly locations: ReadonlyArray<Row>
  /** `GET /inventory/v1/inventory-tracking/containers`: active ones only */
  readonly containers: ReadonlyArray<Row>
  /** `GET /quality/v1/part-specifications` */
  readonly partSpecifications: ReadonlyArray<Row>
  /** `GET /quality/v1/control-plans` */
  readonly controlPlans: ReadonlyArray<Row>
  /** `GET /quality/v1/deviations` */
  readonly deviations: ReadonlyArray<Row>
  /** `POST /production/v1/control/workcenter-setups`: the live state of every workcenter */
  readonly setups: ReadonlyArray<Row>

  /** `GET /engineering/v1/boms?partId=`; empty for an unknown part */
  boms(partId: string): ReadonlyArray<Row>
  /** `GET /scheduling/v1/jobs/{id}/operations`; `undefined` for an unknown job (404) */
  jobOperations(jobId: string): ReadonlyArray<Row> | undefined
  /** `GET /quality/v1/control-plans/{id}/control-plan-lines`; `undefined` for an unknown plan (404) */
  controlPlanLines(planId: string): ReadonlyArray<Row> | undefined

  /** `GET /production/v1/production-history/production-entries` */
  readonly productionEntries: History
  /** `GET /production/v1/production-history/scrap-entries` */
  readonly scrapEntries: History
  /** `GET /production/v1/production-history/workcenter-status-entries` */
  readonly statusEntries: History
  /** `GET /inventory/v1/inventory-history/container-location-moves` */
  readonly locationMoves: History
  /** `GET /inventory/v1/inventory-history/container-adjustments` */
  readonly adjustments: History

  /** Data source 4142, ordered by `Inspection_Date`; the server cuts by dates. */
  readonly checksheets: ReadonlyArray<Row>
  /** Data source 19938: one row per problem, its present state; the server cuts by `Reported_Date`. */
  readonly problems: ReadonlyArray<Row>
  /** Data source 5112 */
  readonly specificationPicker: ReadonlyArray<Row>
  /** Data source 18765 over [begin, end), epoch ms: a row per workcenter × part × operation that ran in it. */
  dailyPerformance(begin: number, end: number): ReadonlyArray<Row>
  /** Data source 22870: usually one row; empty for an unknown key. */
  livePerformance(workcenterKey: number): ReadonlyArray<Row>

  /** The integer keys of the data sources by REST UUID: unrelated numbers, same codes. */
  readonly partKeys: ReadonlyMap<string, number>
  readonly workcenterKeys: ReadonlyMap<string, number>
  readonly specificationKeys: ReadonlyMap<string, number>

  /** Adds a record or replaces the one with the same key: what a user of Plex does, for tests. */
  put(table: TableName, row: Row): void
  /** Removes a record; false when there was none. */
  remove(table: TableName, key: string): boolean
  /** Something happened; Plex knows of it from `visibleAt` on (default: now). */
  record(history: HistoryName, row: Row, visibleAt?: number): void
  /** Replaces a row that a history returned, or takes it out; false when it is not there (any more). */
  correct(history: HistoryName, row: Row, corrected: Row | undefined): boolean
}
