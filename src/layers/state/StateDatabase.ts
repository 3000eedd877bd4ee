/**
 * The database of the state: SQLite or PostgreSQL, as `STATE_URL` says; made once per process and shared by its facilities.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import { Context, Effect, Exit, Layer, Redacted, Schedule, Scope } from "effect"
import { StateError } from "../../domain/Errors.js"
import { AppConfig } from "../../services/AppConfig.js"
import { migrate, stateVersion } from "./Migrations.js"
import { told } from "./StateFailure.js"
import { inspect, makeFolder, mayWrite, naming, pathOf } from "./StateFile.js"
import { refuseNewer, versionOf } from "./StateVersion.js"

/** A client whose database holds the tables of this version. */
export class StateDatabase extends Context.Tag("plex-cdf/StateDatabase")<StateDatabase, SqlClient.SqlClient>() {}

/** A database of the state that is open for as long as its scope. */
export type Opened = Effect.Effect<SqlClient.SqlClient, StateError, Scope.Scope>

/** How databases say that another process is at it: its lock, or a table that it has just made. */
const contended = /locked|busy|already exists|duplicate key|concurrently|deadlock|still at version/i

/** Several processes may open and migrate one database at the same time. */
const patience = Schedule.exponential("50 millis").pipe(
  Schedule.union(Schedule.spaced("1 second")),
  // Those who met once must not meet again and again.
  Schedule.jitteredWith({ min: 0.2, max: 1.5 }),
  Schedule.intersect(Schedule.recurs(40)),
  Schedule.whileInput(({ detail }: StateError) => contended.test(detail))
)

/** One connection. A power cut may lose the last commits, which the next run compares again, and never tears the file. */
const sqlite = (filename: string): Opened =>
  Effect.gen(function* () {
    const built = yield* Layer.build(Layer.orDie(SqliteClient.layer({ filename, prepareCacheSize: 64 })))
    const sql = Context.get(built, SqlClient.SqlClient)
    yield* sql`PRAGMA busy_timeout = 10000`
    yield* sql`PRAGMA synchronous = NORMAL`
    yield* sql`PRAGMA wal_autocheckpoint = 10000`
    yield* sql`PRAGMA cache_size = -8192`
    // The file alone then holds everything: it can be copied or moved while no process has it open.
    yield* Effect.addFinalizer(() => Effect.ignore(sql`PRAGMA wal_checkpoint(TRUNCATE)`))
    return sql
  }).pipe(told("open"))

/** Limits of time where the address sets none: a server that never answers is a failure and no standstill. */
const withLimits = (url: string): string => {
  const limited = new URL(url)
  const limits = {
    query_timeout: 60_000,
    statement_timeout: 60_000,
    // A process that was stopped in the middle of a commit must not keep its successor from the lease.
    idle_in_transaction_session_timeout: 15_000
  }
  for (const [name, milliseconds] of Object.entries(limits)) {
    if (!limited.searchParams.has(name)) limited.searchParams.set(name, String(milliseconds))
  }
  return limited.href
}

const withOptions = (url: string, options: ReadonlyArray<string>): string => {
  if (options.length === 0) return url
  const told = new URL(url)
  const before = told.searchParams.get("options")
  told.searchParams.set("options", [...(before === null ? [] : [before]), ...options].join(" "))
  return told.href
}

/** A PostgreSQL database, whatever it holds; `options` are given to each of its sessions. */
export const postgres = (url: string, options: ReadonlyArray<string> = []): Opened =>
  Effect.gen(function* () {
    // Loaded only where it is used: it is as long to load as all else of the state.
    const PgClient = yield* Effect.promise(() => import("@effect/sql-pg/PgClient"))
    const built = yield* Layer.build(
      PgClient.layer({
        url: Redacted.make(withOptions(withLimits(url), options)),
        applicationName: "plex-cdf",
        maxConnections: 5,
        connectTimeout: "10 seconds",
        idleTimeout: "1 minute"
      })
    )
    return Context.get(built, SqlClient.SqlClient)
  }).pipe(
    told("open"),
    Effect.mapError(
      ({ detail, operation }) =>
        new StateError({ operation, detail: `STATE_URL names a PostgreSQL database that cannot be opened: ${detail}` })
    )
  )

const open = (url: string): Opened =>
  Effect.gen(function* () {
    if (url === ":memory:") return yield* sqlite(url)
    if (!url.startsWith("file:")) {
      const sql = yield* postgres(url)
      yield* refuseNewer("STATE_URL names a PostgreSQL database that").pipe(
        Effect.provideService(SqlClient.SqlClient, sql),
        told("open")
      )
      return sql
    }
    const path = pathOf(url)
    yield* Effect.retry(inspect(path), patience)
    return yield* Effect.retry(sqlite(path), patience)
  })

/** Migrates; where another process is at it, the version is not there yet. */
const migrated = (sql: SqlClient.SqlClient): Effect.Effect<void, StateError> =>
  Effect.gen(function* () {
    yield* migrate
    const version = yield* versionOf
    if (version < stateVersion) {
      return yield* new StateError({
        operation: "migrate",
        detail: `it is still at version ${version} of ${stateVersion}`
      })
    }
  }).pipe(Effect.provideService(SqlClient.SqlClient, sql), told("migrate"))

/** An attempt that fails leaves no connection behind: one that met another process in a transaction may go on seeing the past. */
const apart = (opening: Opened): Opened =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    yield* Effect.addFinalizer((exit) => Scope.close(scope, exit))
    return yield* Scope.extend(opening, scope).pipe(
      Effect.tapErrorCause((cause) => Scope.close(scope, Exit.failCause(cause)))
    )
  })

/** Opens the state at this address, brings it up to this version and closes it with the scope. Secrets are never told. */
export const openState = (url: string): Opened => {
  const opened = Effect.retry(apart(Effect.tap(open(url), migrated)), patience)
  if (!url.startsWith("file:")) return opened
  const path = pathOf(url)
  return makeFolder(path).pipe(Effect.zipRight(mayWrite(path)), Effect.zipRight(opened), naming(path))
}

/** How a database that is away for a while says so, and how the network does. */
const away =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|timed? ?out|Connection terminated|starting up|shutting down|in recovery|too many (?:clients|connections)|connection slots/i

/** Opens the state when its database is there again; what only a person can mend is a failure at once. */
const openPatiently = (url: string): Opened =>
  Effect.tapError(openState(url), (error) =>
    away.test(error.detail)
      ? Effect.logWarning("not begun yet").pipe(Effect.annotateLogs({ error: error.message }))
      : Effect.void
  ).pipe(
    Effect.retry(Schedule.spaced("10 seconds").pipe(Schedule.whileInput(({ detail }: StateError) => away.test(detail))))
  )

/**
 * The state that `STATE_URL` names; a dry run has one of its own that is gone with it. A resident process waits for a database that does
 * not answer; `once` fails.
 */
export const layer: Layer.Layer<StateDatabase, StateError, AppConfig> = Layer.scoped(
  StateDatabase,
  Effect.flatMap(AppConfig, ({ dryRun, once, stateUrl }) =>
    dryRun ? openState(":memory:") : (once ? openState : openPatiently)(Redacted.value(stateUrl))
  )
)
