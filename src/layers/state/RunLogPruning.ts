/**
 * What keeps the run log from growing for ever: runs go after their time, single requests also by number.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { Effect } from "effect"
import type { RunId } from "../../services/CurrentRun.js"

/** Runs that are deleted in one transaction: nobody else waits long. */
const runsAtOnce = 50

/** Requests of a facility that are kept one by one; the sums of their runs outlive them. */
const mostRequests = 500_000

const deleteRuns = (sql: SqlClient.SqlClient, runIds: ReadonlyArray<RunId>): Effect.Effect<void, SqlError> =>
  Effect.forEach(
    ["plex_cdf_run_request", "plex_cdf_run_count", "plex_cdf_run"],
    (table) => sql`DELETE FROM ${sql(table)} WHERE ${sql.in("run_id", runIds)}`,
    { discard: true }
  ).pipe(sql.withTransaction)

/** Deletes the runs of a facility that ended before `before`; gives how many. One that goes on is never deleted. */
export const deleteEndedBefore = (
  sql: SqlClient.SqlClient,
  facility: number,
  before: number
): Effect.Effect<number, SqlError> =>
  Effect.iterate(
    { deleted: 0, more: true },
    {
      while: ({ more }) => more,
      body: ({ deleted }) =>
        Effect.gen(function* () {
          const old = yield* sql<{ run_id: RunId }>`SELECT run_id FROM plex_cdf_run
            WHERE facility = ${facility} AND started < ${before} AND finished < ${before} LIMIT ${runsAtOnce}`
          if (old.length > 0) {
            yield* deleteRuns(
              sql,
              old.map(({ run_id }) => run_id)
            )
          }
          return { deleted: deleted + old.length, more: old.length === runsAtOnce }
        })
    }
  ).pipe(Effect.map(({ deleted }) => deleted))

interface Surplus {
  readonly run_id: RunId
  readonly requests: number | string
  readonly kept: number | string
  readonly upto: number | string
}

/** Deletes the oldest single requests of a facility beyond the number that is kept. */
export const deleteSurplusRequests = (
  sql: SqlClient.SqlClient,
  facility: number,
  most = mostRequests
): Effect.Effect<void, SqlError> =>
  Effect.gen(function* () {
    const surplus = yield* sql<Surplus>`SELECT run_id, requests, kept, upto FROM (
        SELECT run_id, requests, requests - dropped AS kept,
          SUM(requests - dropped) OVER (ORDER BY started DESC, run_id DESC) AS upto
        FROM plex_cdf_run WHERE facility = ${facility} AND requests > dropped) AS runs
      WHERE upto > ${most}`
    yield* Effect.forEach(
      surplus,
      ({ kept, requests, run_id, upto }) => {
        const dropped = Number(requests) - Number(kept) + Math.min(Number(kept), Number(upto) - most)
        return Effect.zipRight(
          sql`DELETE FROM plex_cdf_run_request WHERE run_id = ${run_id} AND number <= ${dropped}`,
          sql`UPDATE plex_cdf_run SET dropped = ${dropped} WHERE run_id = ${run_id}`
        ).pipe(sql.withTransaction)
      },
      { discard: true }
    )
  })
