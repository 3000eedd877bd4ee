/**
 * Version 7: rows of the ledger tell whether they are what was written, and runs tell which machine's process they belong to.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

export const checked = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // Rows from before have none, and are believed.
  yield* sql`ALTER TABLE plex_cdf_ledger ADD COLUMN checksum INTEGER`
  yield* sql`ALTER TABLE plex_cdf_run ADD COLUMN machine TEXT NOT NULL DEFAULT ''`
})
