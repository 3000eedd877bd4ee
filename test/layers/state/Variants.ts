/**
 * The state in each way it can be kept: in memory, in a SQLite file, in a PostgreSQL database of its own.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as PgClient from "@effect/sql-pg/PgClient"
import { Context, Effect, Layer, Redacted, type Scope } from "effect"
import { randomUUID } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { StateError } from "../../../src/domain/Errors.js"
import { layerLeaseAlone } from "../../../src/layers/LeaseAlone.js"
import * as DeadLettersSql from "../../../src/layers/state/DeadLettersSql.js"
import * as LedgerSql from "../../../src/layers/state/LedgerSql.js"
import * as StateDatabase from "../../../src/layers/state/StateDatabase.js"
import { layerStateMemory } from "../../../src/layers/state/StateMemory.js"
import { AppConfig } from "../../../src/services/AppConfig.js"
import { DeadLetters } from "../../../src/services/DeadLetters.js"
import { Ledger } from "../../../src/services/Ledger.js"
import { demoFacility } from "../../support/DemoFacility.js"
import { settings } from "../cdf/Settings.js"

const server = { host: "127.0.0.1", port: 5432 }

/** Whether a PostgreSQL answers on loopback; where all tests are to be run, one must. */
export const hasPostgres = await new Promise<boolean>((done) => {
  const socket = connect(server, () => {
    socket.destroy()
    done(true)
  })
  socket.on("error", () => done(process.env["CI"] === "true"))
})

const postgresUrl = (database: string) => `postgres://postgres@${server.host}:${server.port}/${database}`

/** Runs a statement that no transaction may hold. */
const administer = (statement: (sql: SqlClient.SqlClient) => Effect.Effect<unknown, unknown>) =>
  Effect.flatMap(SqlClient.SqlClient, statement).pipe(
    Effect.provide(PgClient.layer({ url: Redacted.make(postgresUrl("postgres")) })),
    Effect.orDie
  )

/** The address of a database that is gone with the scope. */
export const newPostgres: Effect.Effect<string, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.suspend(() => {
      const name = `plex_cdf_test_${randomUUID().replaceAll("-", "")}`
      return Effect.as(
        administer((sql) => sql`CREATE DATABASE ${sql(name)}`),
        name
      )
    }),
    (name) => administer((sql) => sql`DROP DATABASE IF EXISTS ${sql(name)} WITH (FORCE)`)
  ),
  postgresUrl
)

/** The path of a file that is not there yet, in a folder that is gone with the scope. */
export const newFile: Effect.Effect<string, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "plex-cdf-state-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  ),
  (folder) => join(folder, "state", "plex-cdf.db")
)

/** The services of one facility. */
export interface Opened {
  readonly ledger: typeof Ledger.Service
  readonly letters: typeof DeadLetters.Service
}

export interface FacilityKey {
  readonly pcn?: string
  readonly externalIdPrefix?: string
}

/** Opens the state of a facility until the scope closes. */
type Open = (facility?: FacilityKey) => Effect.Effect<Opened, StateError, Scope.Scope>

export interface Variant {
  readonly name: string
  /** Why it cannot be tried here. */
  readonly skip: boolean
  /** An empty state. */
  readonly make: Effect.Effect<Open, never, Scope.Scope>
}

const services = (context: Context.Context<DeadLetters | Ledger>): Opened => ({
  ledger: Context.get(context, Ledger),
  letters: Context.get(context, DeadLetters)
})

/** The settings of a facility whose state is there. */
export const configOf = (url: string, facility: FacilityKey = {}) =>
  Layer.succeed(AppConfig, { ...settings, stateUrl: Redacted.make(url), facility: demoFacility(facility) })

/** The state at an address, each time with a connection of its own. */
export const openAt =
  (url: string): Open =>
  (facility) =>
    LedgerSql.layer.pipe(
      Layer.merge(DeadLettersSql.layer),
      Layer.provide(layerLeaseAlone),
      Layer.provide(StateDatabase.layer),
      Layer.provide(configOf(url, facility)),
      Layer.build,
      Effect.map(services)
    )

const memory: Variant = {
  name: "in memory",
  skip: false,
  make: Effect.succeed((facility) =>
    Effect.map(Layer.build(Layer.provide(layerStateMemory, configOf(":memory:", facility))), services)
  )
}

export const file: Variant = {
  name: "in a SQLite file",
  skip: false,
  make: Effect.map(newFile, (path) => openAt(`file:${path}`))
}

export const postgres: Variant = {
  name: hasPostgres ? "in PostgreSQL" : `in PostgreSQL (none answers at ${server.host}:${server.port})`,
  skip: !hasPostgres,
  make: Effect.map(newPostgres, openAt)
}

export const durable: ReadonlyArray<Variant> = [file, postgres]
export const variants: ReadonlyArray<Variant> = [memory, ...durable]
