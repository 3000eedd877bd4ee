/**
 * Forgetting what the state knows of one flow, as if that had never run: what CDF holds of it is read from CDF again.
 */
import { Effect } from "effect"
import type { StateError } from "../../domain/Errors.js"
import type { FlowName } from "../../domain/Flow.js"
import { freshCdf } from "../../domain/FreshCdf.js"
import { listFact } from "../../domain/Listed.js"
import type { AppConfig } from "../../services/AppConfig.js"
import type { Lease } from "../../services/Lease.js"
import { factsOfFacility } from "../../services/Ledger.js"
import { flowCodes } from "./Codes.js"
import { makeCommit } from "./Commit.js"
import { facilityNumber } from "./FacilityNumber.js"
import { facts } from "./Facts.js"
import { StateDatabase } from "./StateDatabase.js"
import { guarded } from "./StateFailure.js"

/** What is kept flow by flow and is a cache of CDF; facts of the facility are kept with its tree, and stay. */
const flowTables = [
  "plex_cdf_pending_link",
  "plex_cdf_ledger",
  "plex_cdf_watermark",
  "plex_cdf_point",
  "plex_cdf_sweep"
]

/** Gives how many rows of the ledger went. Dead letters and the run log stay. */
export const forgetFlow = (flow: FlowName): Effect.Effect<number, StateError, AppConfig | Lease | StateDatabase> =>
  Effect.gen(function* () {
    const sql = yield* StateDatabase
    const facility = yield* facilityNumber
    const flows = yield* flowCodes
    const commit = yield* makeCommit
    const code = flows.codeOf(flow)
    const ofFlow = sql`facility = ${facility} AND flow = ${code}`
    // Of a kind that is no longer known whole, CDF is asked for all human keys.
    const itsAssets = sql`facility = ${facility} AND external_id IN (SELECT external_id FROM plex_cdf_ledger WHERE ${ofFlow})`
    const forget = Effect.gen(function* () {
      const [rows] = yield* sql<{ rows: number | string }>`SELECT COUNT(*) AS rows FROM plex_cdf_ledger WHERE ${ofFlow}`
      yield* sql`DELETE FROM plex_cdf_natural_kind WHERE facility = ${facility}
        AND kind IN (SELECT kind FROM plex_cdf_natural_key WHERE ${itsAssets})`
      yield* sql`DELETE FROM plex_cdf_natural_key WHERE ${itsAssets}`
      for (const table of flowTables) yield* sql`DELETE FROM ${sql(table)} WHERE ${ofFlow}`
      if (flow !== factsOfFacility) yield* sql`DELETE FROM plex_cdf_fact WHERE ${ofFlow}`
      if (flow === "job-operations") yield* sql`DELETE FROM plex_cdf_job_operations WHERE facility = ${facility}`
      yield* facts(sql, facility, flows).drop(factsOfFacility, [listFact(flow), freshCdf])
      return Number(rows?.rows ?? 0)
    })
    return yield* commit(forget).pipe(guarded("forget a flow"))
  })
