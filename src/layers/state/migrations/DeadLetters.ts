/**
 * Version 5: of dead letters where in the record they are wrong, what they are, in the reading of which period they came, and which
 * program tried them last.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

export const deadLetters = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE plex_cdf_dead_letter ADD COLUMN path TEXT NOT NULL DEFAULT ''`
  yield* sql`ALTER TABLE plex_cdf_dead_letter ADD COLUMN what TEXT NOT NULL DEFAULT 'record'`
  yield* sql`ALTER TABLE plex_cdf_dead_letter ADD COLUMN version TEXT NOT NULL DEFAULT ''`
  yield* sql`ALTER TABLE plex_cdf_dead_letter ADD COLUMN window_begin BIGINT`
  yield* sql`ALTER TABLE plex_cdf_dead_letter ADD COLUMN window_end BIGINT`
})
