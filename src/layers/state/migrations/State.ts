/**
 * Version 1 of the state.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

const kindsOfFirst = ["assets", "events", "timeseries", "sequences", "relationships", "labels"].map((name, at) => ({
  code: at + 1,
  name
}))

/** Ledger, pending links, watermarks, facts, operations of jobs, dead letters; each row belongs to a facility. */
export const state = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // The primary key is the table itself: half the space and half the work of a table with an index beside it.
  const keyed = sql.onDialectOrElse({ sqlite: () => sql.literal(" WITHOUT ROWID"), orElse: () => sql.literal("") })
  const serial = sql.onDialectOrElse({
    sqlite: () => sql.literal("INTEGER PRIMARY KEY"),
    orElse: () => sql.literal("INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY")
  })
  yield* sql`CREATE TABLE plex_cdf_kind (code SMALLINT PRIMARY KEY, name TEXT NOT NULL UNIQUE)`
  yield* sql`INSERT INTO plex_cdf_kind ${sql.insert(kindsOfFirst)}`
  // Filled with the flows of whichever version opens it.
  yield* sql`CREATE TABLE plex_cdf_flow (code SMALLINT PRIMARY KEY, name TEXT NOT NULL UNIQUE)`
  yield* sql`CREATE TABLE plex_cdf_facility (
    facility ${serial},
    cdf TEXT NOT NULL,
    pcn TEXT NOT NULL,
    external_id_prefix TEXT NOT NULL,
    UNIQUE (cdf, pcn, external_id_prefix)
  )`
  yield* sql`CREATE TABLE plex_cdf_ledger (
    facility INTEGER NOT NULL,
    kind SMALLINT NOT NULL,
    external_id TEXT NOT NULL,
    hash TEXT NOT NULL,
    cdf_id BIGINT,
    flow SMALLINT NOT NULL,
    plex_id TEXT NOT NULL,
    links TEXT,
    last_seen BIGINT NOT NULL,
    PRIMARY KEY (facility, kind, external_id)
  )${keyed}`
  yield* sql`CREATE INDEX plex_cdf_ledger_plex_id ON plex_cdf_ledger (facility, flow, plex_id)`
  yield* sql`CREATE TABLE plex_cdf_pending_link (
    facility INTEGER NOT NULL,
    kind SMALLINT NOT NULL,
    from_id TEXT NOT NULL,
    target TEXT NOT NULL,
    flow SMALLINT NOT NULL,
    PRIMARY KEY (facility, kind, from_id, target)
  )${keyed}`
  yield* sql`CREATE TABLE plex_cdf_watermark (
    facility INTEGER NOT NULL,
    flow SMALLINT NOT NULL,
    confirmed_to BIGINT NOT NULL,
    PRIMARY KEY (facility, flow)
  )${keyed}`
  yield* sql`CREATE TABLE plex_cdf_fact (
    facility INTEGER NOT NULL,
    flow SMALLINT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (facility, flow, name)
  )${keyed}`
  yield* sql`CREATE TABLE plex_cdf_job_operations (
    facility INTEGER NOT NULL,
    job_id TEXT NOT NULL,
    operations TEXT NOT NULL,
    PRIMARY KEY (facility, job_id)
  )${keyed}`
  // A letter without a key is told from others by the digest of its content.
  yield* sql`CREATE TABLE plex_cdf_dead_letter (
    facility INTEGER NOT NULL,
    flow SMALLINT NOT NULL,
    letter_key TEXT NOT NULL,
    digest TEXT NOT NULL,
    reason TEXT NOT NULL,
    content TEXT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    PRIMARY KEY (facility, flow, letter_key, digest)
  )`
  yield* sql`CREATE INDEX plex_cdf_dead_letter_last_seen ON plex_cdf_dead_letter (facility, last_seen)`
})
