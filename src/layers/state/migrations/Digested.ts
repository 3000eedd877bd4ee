/**
 * Version 8: rows of the ledger tell what their content was made of, so that it need not be made again to see that it is the same.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

export const digested = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // Rows from before have none: their content is made once more.
  yield* sql`ALTER TABLE plex_cdf_ledger ADD COLUMN digest TEXT`
})
