/**
 * The number under which a facility's rows are kept: several facilities share one database and see only their own.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { Effect } from "effect"
import type { StateError } from "../../domain/Errors.js"
import { AppConfig, type Settings } from "../../services/AppConfig.js"
import { StateDatabase } from "./StateDatabase.js"
import { guarded } from "./StateFailure.js"

/** By what a state tells its facilities apart: the CDF project, the PCN and the prefix of the external ids. */
export interface FacilityKey {
  /** Host and project. */
  readonly cdf: string
  readonly pcn: string
  readonly externalIdPrefix: string
}

export const facilityKey = ({ cdf, facility: { externalIdPrefix, pcn } }: Settings): FacilityKey => ({
  cdf: `${cdf.host.host}/${cdf.project}`,
  pcn,
  externalIdPrefix
})

/** The number of a facility; nothing where the database has none for it. */
export const knownNumber = (
  sql: SqlClient.SqlClient,
  { cdf, externalIdPrefix, pcn }: FacilityKey
): Effect.Effect<number | undefined, SqlError> =>
  Effect.map(
    sql<{ facility: number }>`SELECT facility FROM plex_cdf_facility
      WHERE cdf = ${cdf} AND pcn = ${pcn} AND external_id_prefix = ${externalIdPrefix}`,
    ([found]) => found?.facility
  )

/** Of the facility that `AppConfig` describes; one that has no number yet gets one. */
export const facilityNumber: Effect.Effect<number, StateError, AppConfig | StateDatabase> = Effect.gen(function* () {
  const sql = yield* StateDatabase
  const key = facilityKey(yield* AppConfig)
  // Where there is nothing to write, a state that may only be read serves as well.
  const known = yield* knownNumber(sql, key)
  if (known !== undefined) return known
  const { cdf, externalIdPrefix, pcn } = key
  yield* sql`INSERT INTO plex_cdf_facility ${sql.insert({ cdf, pcn, external_id_prefix: externalIdPrefix })}
    ON CONFLICT (cdf, pcn, external_id_prefix) DO NOTHING`
  const given = yield* knownNumber(sql, key)
  return given ?? (yield* Effect.dieMessage("the facility has no number"))
}).pipe(guarded("open"))
