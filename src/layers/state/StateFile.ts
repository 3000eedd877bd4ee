/**
 * The file of a SQLite state: where it is, and whether it may be opened. What is not ours is left as it is.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import { Effect, Layer } from "effect"
import { isUtf8 } from "node:buffer"
import { access, constants, mkdir, stat } from "node:fs/promises"
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

/** Matches what holds more than ASCII. */
const beyondAscii = "*[^\u0001-\u007f]*"

/**
 * The first column that holds what is no UTF-8: a flipped bit in a text is none of SQLite's business, and the driver ends the process
 * when it reads one.
 */
const garbled = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const names = yield* sql`SELECT 1 FROM sqlite_master
    WHERE name GLOB ${beyondAscii} OR tbl_name GLOB ${beyondAscii} OR sql GLOB ${beyondAscii}`
  if (names.length > 0) return "the names of its tables"
  const columns = yield* sql<{ held: string; text: string }>`SELECT held.name AS held, found.name AS text
    FROM sqlite_master AS held, pragma_table_info(held.name) AS found
    WHERE held.type = 'table' AND found.type NOT LIKE '%INT%'`
  for (const { held, text } of columns) {
    const found = yield* sql<{ bytes: Uint8Array | null }>`SELECT CAST(${sql(text)} AS BLOB) AS bytes FROM ${sql(held)}
      WHERE ${sql(text)} GLOB ${beyondAscii}`
    if (found.some(({ bytes }) => bytes !== null && !isUtf8(bytes))) return `${held}.${text}`
  }
  return undefined
})

const whole = (path: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const names = yield* sql<{
      name: Uint8Array
    }>`SELECT CAST(name AS BLOB) AS name FROM sqlite_master WHERE type = 'table'`
    const tables = names.map(({ name }) => Buffer.from(name).toString())
    if (tables.length > 0 && !tables.includes(migrationsTable)) {
      return yield* refusal(path, "is a database of another program", "set STATE_URL to a path of its own")
    }
    const strange = yield* garbled
    if (strange !== undefined) return yield* refusal(path, `is damaged (no text in ${strange})`, moveAway)
    // The quick check knows nothing of an index that does not fit its table: rows would not be found by it.
    const [check] = yield* sql<{ integrity_check: string }>`PRAGMA integrity_check(1)`
    if (check?.integrity_check !== "ok") {
      const found = (check?.integrity_check ?? "no answer").replaceAll(/\s+/g, " ")
      return yield* refusal(path, `is damaged (${found})`, moveAway)
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

/** How SQLite says that it may not open or write the file, or what it keeps beside it. */
const closed = /unable to open|readonly database|disk I\/O|disk is full/i

const letIn =
  "check owner, mount and free space of its folder, in which SQLite writes also where the state is only read, or set STATE_URL to another place"

/** Names the file where the driver does not, and says what to do. */
export const naming =
  (path: string) =>
  <A, R>(opening: Effect.Effect<A, StateError, R>): Effect.Effect<A, StateError, R> =>
    Effect.mapError(opening, (error) => {
      if (error.detail.startsWith("STATE_URL") || !closed.test(error.detail)) return error
      // Of a file that cannot be opened the driver tells no more than SQLite's number for that.
      const why = /unable to open/i.test(error.detail)
        ? "can be neither opened nor made"
        : `cannot be opened (${error.detail})`
      return refusal(path, why, letIn)
    })

/** Fails where the file is there and may not be written: SQLite would open it all the same, and say so in mid-run. */
export const mayWrite = (path: string): Effect.Effect<void, StateError> =>
  Effect.tryPromise({
    try: () =>
      access(path, constants.W_OK).catch((error: unknown) => {
        if (!isAbsent(error)) throw error
      }),
    catch: (error) => refusal(path, `cannot be written (${reasonOf(error)})`, "check its owner, its mode and its mount")
  })

/** Whether it says that there is no such file, and not merely that it cannot be looked at. */
const isAbsent = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT"

/** Whether there is nothing, not even what may not be looked at. */
export const isMissing = (path: string): Effect.Effect<boolean> =>
  Effect.promise(() => stat(path).then(({ size }) => size === 0, isAbsent))

/** Makes the folder of the file. */
export const makeFolder = (path: string): Effect.Effect<void, StateError> =>
  Effect.tryPromise({
    try: () => mkdir(dirname(path), { recursive: true }),
    catch: (error) =>
      new StateError({
        operation: "open",
        detail: `the folder of STATE_URL (${dirname(path)}) cannot be made: ${reasonOf(error)}. Make it, for the process to write in, or set STATE_URL to another place`
      })
  })
