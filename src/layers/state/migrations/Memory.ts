/**
 * Version 2: what Plex has no more, when records of history happened, points, what sweeps have looked at, since when links wait,
 * and watermarks that tell whether they can be trusted.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import { Clock, Effect } from "effect"

export const memory = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const keyed = sql.onDialectOrElse({ sqlite: () => sql.literal(" WITHOUT ROWID"), orElse: () => sql.literal("") })
  yield* sql`ALTER TABLE plex_cdf_ledger ADD COLUMN moment BIGINT`
  yield* sql`ALTER TABLE plex_cdf_ledger ADD COLUMN retired_at BIGINT`
  yield* sql`CREATE INDEX plex_cdf_ledger_moment ON plex_cdf_ledger (facility, flow, moment) WHERE moment IS NOT NULL`
  yield* sql`CREATE INDEX plex_cdf_ledger_retired ON plex_cdf_ledger (facility, flow, retired_at) WHERE retired_at IS NOT NULL`
  yield* sql`ALTER TABLE plex_cdf_pending_link ADD COLUMN since BIGINT NOT NULL DEFAULT 0`
  yield* sql`UPDATE plex_cdf_pending_link SET since = ${yield* Clock.currentTimeMillis}`
  // Watermarks from before have none, and count as none: what lies behind them is compared with CDF once more.
  yield* sql`ALTER TABLE plex_cdf_watermark ADD COLUMN checksum TEXT NOT NULL DEFAULT ''`
  yield* sql`CREATE TABLE plex_cdf_point (
    facility INTEGER NOT NULL,
    flow SMALLINT NOT NULL,
    moment BIGINT NOT NULL,
    series TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (facility, flow, moment, series)
  )${keyed}`
  // Values of points were facts of these names.
  yield* sql`DELETE FROM plex_cdf_fact WHERE name LIKE '%@%'`
  yield* sql`CREATE TABLE plex_cdf_sweep (
    facility INTEGER NOT NULL,
    flow SMALLINT NOT NULL,
    object_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    content TEXT NOT NULL,
    again SMALLINT NOT NULL,
    looked_fingerprint TEXT,
    looked_at BIGINT NOT NULL,
    PRIMARY KEY (facility, flow, object_key)
  )${keyed}`
  yield* sql`CREATE INDEX plex_cdf_sweep_looked ON plex_cdf_sweep (facility, flow, looked_at)`
})
