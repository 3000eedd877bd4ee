/**
 * Which version of the state a database holds.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { Effect } from "effect"
import { StateError } from "../../domain/Errors.js"
import { migrationsTable, stateVersion } from "./Migrations.js"

/** The version; 0 where there is no state yet. */
export const versionOf: Effect.Effect<number, SqlError, SqlClient.SqlClient> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const found = yield* sql.onDialectOrElse({
    sqlite: () => sql`SELECT name FROM sqlite_master WHERE type = 'table' AND name = ${migrationsTable}`,
    orElse: () => sql`SELECT 1 FROM pg_class WHERE oid = to_regclass(${migrationsTable})`
  })
  if (found.length === 0) return 0
  const [latest] = yield* sql<{ version: number | null }>`
    SELECT MAX(migration_id) AS version FROM ${sql(migrationsTable)}`
  return latest?.version ?? 0
})

/** Fails where a later version of this program made the state; `what` names it. */
export const refuseNewer = (what: string): Effect.Effect<void, SqlError | StateError, SqlClient.SqlClient> =>
  Effect.flatMap(versionOf, (version) =>
    version <= stateVersion
      ? Effect.void
      : Effect.fail(
          new StateError({
            operation: "open",
            detail:
              `${what} was made by a newer plex-cdf (state version ${version}; this one knows ${stateVersion}). ` +
              "It was left as it is: run the newer plex-cdf, or set STATE_URL to another place"
          })
        )
  )
