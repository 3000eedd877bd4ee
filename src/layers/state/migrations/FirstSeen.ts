/**
 * Version 9: rows of the ledger tell since when their objects are there.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

export const firstSeen = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // Rows from before have none: their objects were there before anything that is asked about.
  yield* sql`ALTER TABLE plex_cdf_ledger ADD COLUMN first_seen BIGINT`
})
