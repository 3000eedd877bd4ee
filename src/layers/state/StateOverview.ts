/**
 * What a state holds of a facility, counted flow by flow.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"
import type { StateError } from "../../domain/Errors.js"
import { type FlowName, flowNames, sweepFlows } from "../../domain/Flow.js"
import type { AppConfig } from "../../services/AppConfig.js"
import type { SweepProgress } from "../../services/Ledger.js"
import { flowCodes } from "./Codes.js"
import { facilityNumber } from "./FacilityNumber.js"
import { leaseTable } from "./LeaseTable.js"
import { isGone, thisProcess } from "./ProcessIdentity.js"
import { StateDatabase } from "./StateDatabase.js"
import { guarded } from "./StateFailure.js"
import { sweeps } from "./Sweeps.js"
import { watermarks } from "./Watermarks.js"

/** Who has the lease of a facility; instants in epoch milliseconds. */
export interface SeenHolder {
  readonly host: string
  readonly pid: number
  readonly generation: number
  readonly renewed: number
  readonly until: number
  /** The oldest of its runs that go on, where the run log tells. */
  readonly run?: { readonly runId: string; readonly name: string; readonly started: number } | undefined
}

/** What the state holds of one flow. */
export interface FlowOverview {
  readonly flow: FlowName
  /** Rows of the ledger, those of retired objects among them. */
  readonly rows: number
  readonly retired: number
  readonly pendingLinks: number
  readonly deadLetters: number
  /** Data points of which the value is known. */
  readonly points: number
  readonly watermark: number | undefined
  /** Of a sweep. */
  readonly sweep: SweepProgress | undefined
}

/** What the state holds of one facility. */
export interface StateOverview {
  readonly lease: SeenHolder | undefined
  readonly runs: number
  /** Facilities beside this one. */
  readonly others: number
  readonly flows: ReadonlyArray<FlowOverview>
}

/** Who has the lease now; nobody where it was given back, has expired, or its process is surely gone. */
export const leaseHolder = (
  sql: SqlClient.SqlClient,
  facility: number
): Effect.Effect<SeenHolder | undefined, StateError> =>
  Effect.gen(function* () {
    const table = leaseTable(sql, facility)
    const { row } = yield* table.read
    if (row === undefined || row.expires <= (yield* table.now) || (yield* isGone(row, yield* thisProcess))) {
      return undefined
    }
    const { expires, generation, host, machine, pid, renewedAt } = row
    const [run] = yield* sql<{ run_id: string; name: string; started: number | string }>`
      SELECT run_id, name, started FROM plex_cdf_run WHERE facility = ${facility} AND status = 'running'
        AND host = ${host} AND machine = ${machine} AND pid = ${pid} ORDER BY started LIMIT 1`
    return {
      host,
      pid,
      generation,
      renewed: renewedAt,
      until: expires,
      run: run === undefined ? undefined : { runId: run.run_id, name: run.name, started: Number(run.started) }
    }
  }).pipe(guarded("read"))

interface Counted {
  readonly flow: number
  readonly count: number | string
}

/** Counts of the facility of the settings. */
export const stateOverview: Effect.Effect<StateOverview, StateError, AppConfig | StateDatabase> = Effect.gen(
  function* () {
    const sql = yield* StateDatabase
    const facility = yield* facilityNumber
    const flows = yield* flowCodes

    const byFlow = (table: string, condition = "1 = 1") =>
      Effect.map(
        sql<Counted>`SELECT flow, COUNT(*) AS count FROM ${sql(table)}
          WHERE facility = ${facility} AND ${sql.literal(condition)} GROUP BY flow`,
        (found) => new Map(found.map(({ count, flow }) => [flows.flowOf(flow), Number(count)]))
      )
    const countOf = (found: ReadonlyArray<{ readonly count: number | string }>): number => Number(found[0]?.count ?? 0)

    const rows = yield* byFlow("plex_cdf_ledger")
    const retired = yield* byFlow("plex_cdf_ledger", "retired_at IS NOT NULL")
    const pending = yield* byFlow("plex_cdf_pending_link")
    const letters = yield* byFlow("plex_cdf_dead_letter")
    const points = yield* byFlow("plex_cdf_point")
    const marks = watermarks(sql, facility, flows)
    const { progress } = sweeps(sql, facility, flows)
    const swept = new Set(Object.values(sweepFlows).flat())
    return {
      lease: yield* leaseHolder(sql, facility),
      runs: countOf(yield* sql<Counted>`SELECT COUNT(*) AS count FROM plex_cdf_run WHERE facility = ${facility}`),
      others: countOf(
        yield* sql<Counted>`SELECT COUNT(*) AS count FROM plex_cdf_facility WHERE facility <> ${facility}`
      ),
      flows: yield* Effect.forEach([...flowNames, ...flows.own], (flow) =>
        Effect.gen(function* () {
          const overview: FlowOverview = {
            flow,
            rows: rows.get(flow) ?? 0,
            retired: retired.get(flow) ?? 0,
            pendingLinks: pending.get(flow) ?? 0,
            deadLetters: letters.get(flow) ?? 0,
            points: points.get(flow) ?? 0,
            watermark: yield* marks.read(flow),
            sweep: swept.has(flow) ? yield* progress(flow) : undefined
          }
          return overview
        })
      )
    }
  }
).pipe(guarded("read"))
