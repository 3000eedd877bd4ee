/**
 * The lease of a facility in the state's database; each of these is one statement or one transaction.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { Clock, Effect } from "effect"
import { highestGeneration, type LeaseRow, leaseRow, type StoredLease, storedLease } from "./LeaseRow.js"

/** What the table says of the lease. */
export interface SeenLease {
  /** Nothing where there is none, or one that cannot be believed. */
  readonly row: LeaseRow | undefined
  /** The highest generation that it tells of. */
  readonly highest: number
  readonly stored: StoredLease | undefined
}

/** Whose lease a statement is about. */
export type Own = Pick<LeaseRow, "generation" | "holder">

export interface LeaseTable {
  /** Epoch milliseconds by the clock that all processes of this database share. */
  readonly now: Effect.Effect<number, SqlError>
  readonly read: Effect.Effect<SeenLease, SqlError>
  /** Puts a row in the place of what was seen; tells whether that was still there. Commits under way end first. */
  readonly take: (seen: SeenLease, row: LeaseRow) => Effect.Effect<boolean, SqlError>
  /** Renews or, with an end of 0, gives back; tells whether the lease was still this one's. */
  readonly renew: (row: LeaseRow) => Effect.Effect<boolean, SqlError>
  /** Within a transaction: whether the lease is this one's, and stays so until the transaction ends. */
  readonly fence: (own: Own) => Effect.Effect<boolean, SqlError>
}

const unchanged = (before: StoredLease | undefined, after: StoredLease | undefined): boolean =>
  JSON.stringify(before) === JSON.stringify(after)

/** The database's own clock, as hosts differ; processes that share a file share their clock. */
const clockOf = (sql: SqlClient.SqlClient): Effect.Effect<number, SqlError> =>
  sql.onDialectOrElse({
    sqlite: () => Clock.currentTimeMillis,
    orElse: () =>
      Effect.flatMap(
        sql<{ now: string }>`SELECT CAST(FLOOR(EXTRACT(EPOCH FROM clock_timestamp()) * 1000) AS TEXT) AS now`,
        ([found]) => (found === undefined ? Effect.dieMessage("no answer") : Effect.succeed(Number(found.now)))
      )
  })

export const leaseTable = (sql: SqlClient.SqlClient, facility: number, now = clockOf(sql)): LeaseTable => {
  const asText = (column: string) => sql.literal(`CAST(${column} AS TEXT) AS ${column}`)
  const select = (lock: string) =>
    Effect.map(
      sql<StoredLease>`SELECT ${asText("generation")}, ${asText("holder")}, ${asText("host")}, ${asText("machine")},
        ${asText("pid")}, ${asText("started")}, ${asText("renewed_at")}, ${asText("expires")}, ${asText("seal")}
        FROM plex_cdf_lease WHERE facility = ${facility}${sql.literal(lock)}`,
      ([stored]): SeenLease => ({
        row: stored === undefined ? undefined : leaseRow(stored),
        highest: stored === undefined ? 0 : highestGeneration(stored),
        stored
      })
    )
  const read = select("")
  const ours = ({ generation, holder }: Own) =>
    sql`facility = ${facility} AND generation = ${generation} AND holder = ${holder}`
  /** The row that nobody else can change until the transaction ends. */
  const locked = sql.onDialectOrElse({
    // A transaction of SQLite sees what was there when it first read, unless it writes first.
    sqlite: () =>
      Effect.zipRight(sql`UPDATE plex_cdf_lease SET seal = seal WHERE facility = ${facility} AND 1 = 0`, read),
    orElse: () => select(" FOR UPDATE")
  })

  return {
    now,
    read,
    take: (seen, row) =>
      Effect.gen(function* () {
        const found = yield* locked
        if (!unchanged(found.stored, seen.stored)) return false
        const written =
          found.stored === undefined
            ? yield* sql`INSERT INTO plex_cdf_lease ${sql.insert({ facility, ...storedLease(row) })}
                ON CONFLICT (facility) DO NOTHING RETURNING facility`
            : yield* sql`UPDATE plex_cdf_lease SET ${sql.update(storedLease(row))}
                WHERE facility = ${facility} RETURNING facility`
        return written.length > 0
      }).pipe(sql.withTransaction),
    renew: (row) => {
      const { expires, renewed_at, seal } = storedLease(row)
      return Effect.map(
        sql`UPDATE plex_cdf_lease SET renewed_at = ${renewed_at}, expires = ${expires}, seal = ${seal}
          WHERE ${ours(row)} RETURNING facility`,
        (found) => found.length > 0
      )
    },
    fence: (own) =>
      Effect.map(
        sql.onDialectOrElse({
          // Takes the right to write at once, and so sees the newest row.
          sqlite: () => sql`UPDATE plex_cdf_lease SET seal = seal WHERE ${ours(own)} RETURNING facility`,
          orElse: () => sql`SELECT facility FROM plex_cdf_lease WHERE ${ours(own)} FOR KEY SHARE`
        }),
        (found) => found.length > 0
      )
  }
}
