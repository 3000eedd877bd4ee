/**
 * The human keys of assets, and the kinds of asset of which all are known.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

export const naturalKeys = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const keyed = sql.onDialectOrElse({ sqlite: () => sql.literal(" WITHOUT ROWID"), orElse: () => sql.literal("") })
  yield* sql`CREATE TABLE plex_cdf_natural_key (
    facility INTEGER NOT NULL,
    kind TEXT NOT NULL,
    external_id TEXT NOT NULL,
    natural_keys TEXT NOT NULL,
    PRIMARY KEY (facility, kind, external_id)
  )${keyed}`
  yield* sql`CREATE INDEX plex_cdf_natural_key_external_id ON plex_cdf_natural_key (facility, external_id)`
  yield* sql`CREATE TABLE plex_cdf_natural_kind (
    facility INTEGER NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (facility, kind)
  )${keyed}`
})
