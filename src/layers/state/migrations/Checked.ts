/**
 * Version 7: rows of the ledger tell whether they are what was written, and runs tell which machine's process they belong to.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

/**
 * Rows altogether, then rows that agree in the first column, in the first two, and so on. Without such figures SQLite takes it that
 * few rows belong to one facility, and reads all of them where an index would find ten.
 */
const figures: ReadonlyArray<{ readonly idx: string; readonly stat: string }> = [
  { idx: "plex_cdf_ledger", stat: "200000 200000 40000 1" },
  { idx: "plex_cdf_ledger_plex_id", stat: "200000 200000 8000 2" },
  { idx: "plex_cdf_ledger_moment", stat: "100000 100000 10000 2" },
  { idx: "plex_cdf_ledger_retired", stat: "10000 10000 1000 10" }
]

export const checked = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // Rows from before have none, and are believed.
  yield* sql`ALTER TABLE plex_cdf_ledger ADD COLUMN checksum INTEGER`
  yield* sql`ALTER TABLE plex_cdf_run ADD COLUMN machine TEXT NOT NULL DEFAULT ''`
  yield* sql.onDialectOrElse({
    sqlite: () =>
      Effect.gen(function* () {
        // This makes the table of the figures. The same plans everywhere are worth more than figures of the day.
        yield* sql`ANALYZE`
        yield* sql`DELETE FROM sqlite_stat1`
        yield* sql`INSERT INTO sqlite_stat1 ${sql.insert(figures.map((one) => ({ tbl: "plex_cdf_ledger", ...one })))}`
        yield* sql`ANALYZE sqlite_schema`
      }),
    orElse: () => Effect.void
  })
})
