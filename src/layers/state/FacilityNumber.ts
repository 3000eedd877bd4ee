/**
 * The number under which a facility's rows are kept: several facilities share one database and see only their own.
 */
import { Effect } from "effect"
import type { StateError } from "../../domain/Errors.js"
import { AppConfig } from "../../services/AppConfig.js"
import { StateDatabase } from "./StateDatabase.js"
import { guarded } from "./StateFailure.js"

/** Of the facility that `AppConfig` describes, told apart by its CDF project, its PCN and the prefix of its external ids. */
export const facilityNumber: Effect.Effect<number, StateError, AppConfig | StateDatabase> = Effect.gen(function* () {
  const sql = yield* StateDatabase
  const { cdf: settings, facility } = yield* AppConfig
  const { externalIdPrefix, pcn } = facility
  const cdf = `${settings.host.host}/${settings.project}`
  yield* sql`INSERT INTO plex_cdf_facility ${sql.insert({ cdf, pcn, external_id_prefix: externalIdPrefix })}
    ON CONFLICT (cdf, pcn, external_id_prefix) DO NOTHING`
  const [found] = yield* sql<{ facility: number }>`
    SELECT facility FROM plex_cdf_facility WHERE cdf = ${cdf} AND pcn = ${pcn} AND external_id_prefix = ${externalIdPrefix}`
  return found === undefined ? yield* Effect.dieMessage("the facility has no number") : found.facility
}).pipe(guarded("open"))
