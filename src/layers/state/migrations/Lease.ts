/**
 * The lease of each facility.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

export const lease = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // With the generation in a key, PostgreSQL lets a renewal pass beside commits, and a take-over wait for them.
  yield* sql`CREATE TABLE plex_cdf_lease (
    facility INTEGER NOT NULL PRIMARY KEY,
    generation BIGINT NOT NULL,
    holder TEXT NOT NULL,
    host TEXT NOT NULL,
    machine TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started TEXT NOT NULL,
    renewed_at BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    seal TEXT NOT NULL,
    UNIQUE (facility, generation)
  )`
})
