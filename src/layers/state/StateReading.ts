/**
 * A state that is only looked at: it is neither made nor migrated, nothing in it changes, and a process that works with it goes on.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import { Context, Effect, Layer, Redacted, Schedule, type Scope } from "effect"
import { stat } from "node:fs/promises"
import { StateError } from "../../domain/Errors.js"
import { flowNames } from "../../domain/Flow.js"
import { AppConfig } from "../../services/AppConfig.js"
import { facilityKey, knownNumber } from "./FacilityNumber.js"
import { stateVersion } from "./Migrations.js"
import { type Opened, openState, postgres, StateDatabase } from "./StateDatabase.js"
import { told } from "./StateFailure.js"
import { inspect, isMissing, naming, pathOf } from "./StateFile.js"
import { refuseNewer, versionOf } from "./StateVersion.js"

/** A state as it was found. */
export interface FoundState {
  readonly sql: SqlClient.SqlClient
  /** 0 where there is none. */
  readonly version: number
}

const sizeOf = (path: string): Effect.Effect<number> =>
  Effect.promise(() =>
    stat(path).then(
      ({ size }) => size,
      () => 0
    )
  )

/** A process that is just opening or closing the file holds it for a moment. */
const patience = Schedule.spaced("100 millis").pipe(
  Schedule.intersect(Schedule.recurs(50)),
  Schedule.whileInput(({ detail }: StateError) => /locked|busy/i.test(detail))
)

const sqlite = (path: string): Opened =>
  Effect.gen(function* () {
    yield* inspect(path)
    const built = yield* Layer.build(
      Layer.orDie(SqliteClient.layer({ filename: path, readonly: true, disableWAL: true, prepareCacheSize: 64 }))
    )
    const sql = Context.get(built, SqlClient.SqlClient)
    yield* sql`PRAGMA busy_timeout = 10000`
    // Not every build of the driver heeds that the file is to be opened for reading.
    yield* sql`PRAGMA query_only = ON`
    return sql
  }).pipe(told("open"), Effect.retry(patience), naming(path))

/** PostgreSQL itself refuses to write, and shows within a transaction what was there when that began. */
const readOnly = ["-c default_transaction_read_only=on", "-c default_transaction_isolation=repeatable\\ read"]

const nothingThere: Effect.Effect<FoundState, StateError, Scope.Scope> = Effect.map(openState(":memory:"), (sql) => ({
  sql,
  version: 0
}))

/** The state at an address; where there is none, an empty one in memory. A newer one is refused. */
export const findState = (url: string): Effect.Effect<FoundState, StateError, Scope.Scope> =>
  Effect.gen(function* () {
    const isFile = url.startsWith("file:")
    if (url === ":memory:" || (isFile && !(yield* isThere(url)))) return yield* nothingThere
    const sql = yield* isFile ? sqlite(pathOf(url)) : postgres(url, readOnly)
    const version = yield* refuseNewer(
      isFile ? `STATE_URL names ${pathOf(url)}, which` : "the state in PostgreSQL"
    ).pipe(Effect.zipRight(versionOf), Effect.provideService(SqlClient.SqlClient, sql), told("open"))
    return version === 0 ? yield* nothingThere : { sql, version }
  })

/** Whether there is a state at an address; it is not made by asking. */
export const isThere = (url: string): Effect.Effect<boolean, StateError> => {
  if (url === ":memory:") return Effect.succeed(false)
  if (url.startsWith("file:")) return Effect.map(isMissing(pathOf(url)), (missing) => !missing)
  return Effect.map(Effect.scoped(findState(url)), ({ version }) => version > 0)
}

/** Bytes that the state takes at an address. */
export const bytesOf = (url: string, sql: SqlClient.SqlClient): Effect.Effect<number, StateError> =>
  url.startsWith("file:")
    ? Effect.map(
        Effect.forEach(["", "-wal"], (suffix) => sizeOf(`${pathOf(url)}${suffix}`)),
        (sizes) => sizes.reduce((sum, size) => sum + size, 0)
      )
    : sql.onDialectOrElse({
        sqlite: () => Effect.succeed(0),
        orElse: () =>
          sql<{ bytes: string | null }>`SELECT CAST(SUM(pg_total_relation_size(oid)) AS TEXT) AS bytes FROM pg_class
            WHERE relkind = 'r' AND relname LIKE 'plex\\_cdf\\_%'`.pipe(
            Effect.map(([found]) => Number(found?.bytes ?? 0)),
            told("read")
          )
      })

const outdated = (version: number) =>
  new StateError({
    operation: "open",
    detail:
      `it was last used by an earlier plex-cdf (state version ${version}; this one reads ${stateVersion}), and is not changed by looking ` +
      "at it: the next run brings it up to date"
  })

/** The state for whoever only reads it, with what is known there of the facility; empty where that is nothing. */
const opened = Effect.gen(function* () {
  const settings = yield* AppConfig
  const { sql, version } = yield* findState(Redacted.value(settings.stateUrl))
  if (version === 0) return sql
  if (version < stateVersion) return yield* outdated(version)
  const known = yield* knownNumber(sql, facilityKey(settings)).pipe(told("read"))
  if (known === undefined) return (yield* nothingThere).sql
  const flows = yield* sql<{ name: string }>`SELECT name FROM plex_cdf_flow`.pipe(told("read"))
  const names = new Set(flows.map(({ name }) => name))
  return flowNames.every((name) => names.has(name)) ? sql : yield* outdated(version)
})

/** In place of `StateDatabase.layer`: what others would write fails. */
export const layer: Layer.Layer<StateDatabase, StateError, AppConfig> = Layer.scoped(StateDatabase, opened)
