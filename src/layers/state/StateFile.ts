/**
 * The file of a SQLite state: where it is, and whether it may be opened. What is not ours is left as it is.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import { Effect, Layer } from "effect"
import { mkdir, stat } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { StateError } from "../../domain/Errors.js"
import { migrationsTable } from "./Migrations.js"
import { reasonOf, told } from "./StateFailure.js"
import { refuseNewer } from "./StateVersion.js"

/** The path of `file:PATH`; relative ones count from the working directory. */
export const pathOf = (url: string): string =>
  url.startsWith("file://") ? fileURLToPath(url) : resolve(url.slice("file:".length))

const refusal = (path: string, why: string, what: string) =>
  new StateError({ operation: "open", detail: `STATE_URL names ${path}, which ${why}. It was left as it is: ${what}` })

const moveAway = "move it away, and a new one is made by comparing with CDF, or put a copy of it back"

const whole = (path: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const [check] = yield* sql<{ quick_check: string }>`PRAGMA quick_check(1)`
    if (check?.quick_check !== "ok") {
      const found = (check?.quick_check ?? "no answer").replaceAll(/\s+/g, " ")
      return yield* refusal(path, `is damaged (${found})`, moveAway)
    }
    const tables = yield* sql<{ name: string }>`SELECT name FROM sqlite_master WHERE type = 'table'`
    if (tables.length > 0 && !tables.some(({ name }) => name === migrationsTable)) {
      return yield* refusal(path, "is a database of another program", "set STATE_URL to a path of its own")
    }
    return yield* refuseNewer(`STATE_URL names ${path}, which`)
  })

/** How SQLite says that a file is none of its own, or no longer. */
const damage = /not a database|malformed|corrupt|disk image|file is encrypted/i

/** Reads an existing file without changing it; fails where it is torn, of another program or of a later version. */
export const inspect = (path: string): Effect.Effect<void, StateError> =>
  Effect.gen(function* () {
    const size = yield* Effect.promise(() =>
      stat(path).then(
        (found) => found.size,
        () => 0
      )
    )
    if (size === 0) return
    const readOnly = SqliteClient.layer({ filename: path, readonly: true, disableWAL: true })
    yield* whole(path).pipe(
      Effect.provide(Layer.orDie(readOnly)),
      told("open"),
      Effect.mapError((error) =>
        damage.test(error.detail) && !error.detail.startsWith("STATE_URL")
          ? refusal(path, `is damaged or no database (${error.detail})`, moveAway)
          : error
      )
    )
  })

/** Makes the folder of the file. */
export const makeFolder = (path: string): Effect.Effect<void, StateError> =>
  Effect.tryPromise({
    try: () => mkdir(dirname(path), { recursive: true }),
    catch: (error) =>
      new StateError({
        operation: "open",
        detail: `the folder of STATE_URL (${dirname(path)}) cannot be made: ${reasonOf(error)}`
      })
  })
