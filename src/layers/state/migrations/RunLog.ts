/**
 * The tables of the run log: runs, their requests, and what they counted.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

/** Moments in epoch milliseconds; `counts` is a JSON object, so that a new count needs no migration. */
export const runLog = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const keyed = sql.onDialectOrElse({ sqlite: () => sql.literal(" WITHOUT ROWID"), orElse: () => sql.literal("") })
  // Who runs it and the last sign of life tell later whether it was abandoned; the sums outlive the single requests.
  yield* sql`CREATE TABLE plex_cdf_run (
    run_id TEXT PRIMARY KEY,
    facility INTEGER NOT NULL,
    name TEXT NOT NULL,
    started_by TEXT NOT NULL,
    notes TEXT NOT NULL,
    status TEXT NOT NULL,
    started BIGINT NOT NULL,
    finished BIGINT,
    end_notes TEXT NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    process_started TEXT NOT NULL,
    alive BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    items BIGINT NOT NULL,
    duration BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    throttled BIGINT NOT NULL,
    lost BIGINT NOT NULL,
    dropped BIGINT NOT NULL
  )`
  yield* sql`CREATE INDEX plex_cdf_run_started ON plex_cdf_run (facility, started)`
  yield* sql`CREATE TABLE plex_cdf_run_request (
    run_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    at BIGINT NOT NULL,
    upstream TEXT NOT NULL,
    operation TEXT NOT NULL,
    period TEXT,
    status INTEGER,
    items BIGINT,
    duration BIGINT NOT NULL,
    throttled SMALLINT NOT NULL,
    reason TEXT,
    detail TEXT,
    request_id TEXT,
    transaction_no TEXT,
    PRIMARY KEY (run_id, number)
  )${keyed}`
  yield* sql`CREATE TABLE plex_cdf_run_count (
    run_id TEXT NOT NULL,
    entity TEXT NOT NULL,
    source_count BIGINT,
    status TEXT,
    notice TEXT,
    counts TEXT,
    watermark_before BIGINT,
    watermark_after BIGINT,
    PRIMARY KEY (run_id, entity)
  )${keyed}`
})
