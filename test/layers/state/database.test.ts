/**
 * Opening the state: what is made, what is refused and left as it is, and that a confirmation is whole or not at all.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type * as Statement from "@effect/sql/Statement"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Option, Redacted, type Scope } from "effect"
import { execFile } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { promisify } from "node:util"
import { makeExternalIds } from "../../../src/domain/ExternalId.js"
import { flowNames } from "../../../src/domain/Flow.js"
import { layerLeaseAlone } from "../../../src/layers/LeaseAlone.js"
import { flowCodes, kindCodes } from "../../../src/layers/state/Codes.js"
import * as LedgerSql from "../../../src/layers/state/LedgerSql.js"
import { migrations, migrationsTable } from "../../../src/layers/state/Migrations.js"
import { oneOf } from "../../../src/layers/state/OneOf.js"
import * as StateDatabase from "../../../src/layers/state/StateDatabase.js"
import * as StateReading from "../../../src/layers/state/StateReading.js"
import { AppConfig } from "../../../src/services/AppConfig.js"
import { Ledger, type LedgerRow } from "../../../src/services/Ledger.js"
import { settings } from "../cdf/Settings.js"
import { hasPostgres, newFile, newPostgres } from "./Variants.js"

const ids = makeExternalIds("340884")
const row = (key: string): LedgerRow => ({
  kind: "events",
  externalId: ids.of("job", key),
  hash: key,
  id: undefined,
  flow: "jobs",
  plexId: key,
  links: []
})
const link = { kind: "events", from: ids.of("job", "a"), to: ids.of("part", "p"), flow: "jobs" } as const

interface Place {
  readonly name: string
  readonly skip: boolean
  readonly url: Effect.Effect<string, never, Scope.Scope>
}

const places: ReadonlyArray<Place> = [
  { name: "SQLite", skip: false, url: Effect.map(newFile, (path) => `file:${path}`) },
  { name: "PostgreSQL", skip: !hasPostgres, url: newPostgres }
]

/** What opening is refused with. */
const refusalOf = (url: string) => Effect.map(Effect.flip(Effect.scoped(StateDatabase.openState(url))), String)

/** A raw connection to a file. */
const withFile = <A, E>(path: string, use: (sql: SqlClient.SqlClient) => Effect.Effect<A, E>) =>
  Effect.suspend(() => {
    mkdirSync(dirname(path), { recursive: true })
    return Effect.flatMap(SqlClient.SqlClient, use).pipe(
      Effect.provide(SqliteClient.layer({ filename: path, disableWAL: true }))
    )
  })

const opener = `
  import { Effect } from "effect"
  import { StateDatabase } from "./dist/index.js"
  await Effect.runPromise(Effect.scoped(StateDatabase.openState(process.argv[1])))
`

/** What is refused to whom the file system refuses more than to root: to open the state for work, and to look at it. */
const unprivileged = `
  import { Effect } from "effect"
  import { openState } from "./dist/layers/state/StateDatabase.js"
  import { findState } from "./dist/layers/state/StateReading.js"
  if (process.getuid() === 0) process.setuid(65534)
  for (const open of [openState, findState]) {
    const { _tag, left } = await Effect.runPromise(Effect.either(Effect.scoped(open(process.argv[1]))))
    console.log(_tag === "Left" ? left.message : "opened")
  }
`

/** Opens the state in a process of its own; gives all that it said. */
const openElsewhere = (url: string, program = opener) =>
  Effect.promise(async () => {
    const { stderr, stdout } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", program, url],
      { cwd: resolve(import.meta.dirname, "../../..") }
    )
    return stdout + stderr
  })

for (const { name, skip, url: newUrl } of places) {
  describe.skipIf(skip)(`the state database in ${name}`, () => {
    it.scopedLive("is made by whoever comes first, of several processes at once, without a word", () =>
      Effect.gen(function* () {
        const url = yield* newUrl
        const said = yield* Effect.forEach([1, 2, 3, 4], () => openElsewhere(url), { concurrency: 4 })
        assert.deepStrictEqual(said, ["", "", "", ""])
        const sql = yield* StateDatabase.openState(url)
        const made = yield* sql<{ migration_id: number }>`SELECT migration_id FROM ${sql(migrationsTable)}`
        assert.deepStrictEqual(
          made.map(({ migration_id }) => migration_id),
          Object.keys(migrations).map((name) => Number.parseInt(name, 10))
        )
      })
    )

    it.scopedLive("tells the codes of kinds and flows, and gives later flows the next ones", () =>
      Effect.gen(function* () {
        const sql = yield* StateDatabase.openState(yield* newUrl)
        const codes = Effect.provideService(flowCodes, StateDatabase.StateDatabase, sql)
        const kinds = yield* sql<{ code: number; name: string }>`SELECT code, name FROM plex_cdf_kind`
        assert.deepStrictEqual(Object.fromEntries(kinds.map(({ code, name }) => [name, code])), kindCodes)
        yield* sql`INSERT INTO plex_cdf_flow ${sql.insert({ code: 7, name: "a flow that is no more" })}`
        const first = yield* codes
        assert.strictEqual(first.flowOf(first.codeOf("parts")), "parts")
        assert.isUndefined(first.flowOf(7))
        yield* sql`DELETE FROM plex_cdf_flow WHERE name = ${"parts"}`
        const later = yield* codes
        assert.strictEqual(later.codeOf("parts"), Math.max(...flowNames.map((name) => later.codeOf(name))))
        assert.deepStrictEqual(
          flowNames.filter((name) => later.codeOf(name) !== first.codeOf(name)),
          ["parts"]
        )
      })
    )

    it.scopedLive("keeps a confirmation as a whole or not at all, and says so", () =>
      Effect.gen(function* () {
        const url = yield* newUrl
        const built = yield* LedgerSql.layer.pipe(
          Layer.provide(layerLeaseAlone),
          Layer.provideMerge(StateDatabase.layer),
          Layer.provide(Layer.succeed(AppConfig, { ...settings, stateUrl: Redacted.make(url) })),
          Layer.build
        )
        const ledger = Context.get(built, Ledger)
        const sql = Context.get(built, StateDatabase.StateDatabase)
        yield* ledger.confirm({ rows: [row("a")], pending: [] })
        yield* sql.onDialectOrElse({
          sqlite: () => sql`CREATE TRIGGER full BEFORE INSERT ON plex_cdf_pending_link
            BEGIN SELECT RAISE(ABORT, 'no room for plex_cdf_pending_link'); END`,
          orElse: () => sql`ALTER TABLE plex_cdf_pending_link ADD CONSTRAINT full_up CHECK (false)`
        })
        const failed = yield* Effect.flip(
          ledger.confirm({ rows: [{ ...row("a"), hash: "changed" }, row("b")], pending: [link] })
        )
        assert.deepInclude(failed, { _tag: "StateError", operation: "confirm" })
        assert.match(failed.message, /plex_cdf_pending_link/)
        assert.deepStrictEqual(yield* ledger.rowsOf("jobs", "events"), [row("a")])
        yield* sql.onDialectOrElse({
          sqlite: () => sql`DROP TRIGGER full`,
          orElse: () => sql`ALTER TABLE plex_cdf_pending_link DROP CONSTRAINT full_up`
        })
        yield* ledger.confirm({ rows: [{ ...row("a"), hash: "changed" }, row("b")], pending: [link] })
        assert.deepStrictEqual(
          (yield* ledger.pendingLinks).map(({ flow, from, kind, to }) => ({ kind, from, to, flow })),
          [link]
        )
      })
    )

    it.scopedLive("refuses a state of a newer version and leaves it as it is", () =>
      Effect.gen(function* () {
        const url = yield* newUrl
        yield* Effect.scoped(
          Effect.gen(function* () {
            const sql = yield* StateDatabase.openState(url)
            yield* sql`INSERT INTO ${sql(migrationsTable)} ${sql.insert({ migration_id: 4711, name: "later" })}`
          })
        )
        const before = url.startsWith("file:") ? readFileSync(url.slice("file:".length)) : undefined
        const said = yield* refusalOf(url)
        assert.match(said, /STATE_URL .*newer plex-cdf \(state version 4711; this one knows \d+\).*left as it is: run/)
        if (before !== undefined) assert.isTrue(before.equals(readFileSync(url.slice("file:".length))))
      })
    )
  })
}

describe("a SQLite file", () => {
  it.scopedLive("finds rows by their Plex keys and by their moments without reading all of the facility", () =>
    Effect.gen(function* () {
      const path = `file:${yield* newFile}`
      yield* Effect.scoped(StateDatabase.openState(path))
      const sql = yield* StateDatabase.openState(path)
      const planOf = (rows: Statement.Fragment) =>
        Effect.map(
          sql<{ detail: string }>`EXPLAIN QUERY PLAN SELECT links FROM plex_cdf_ledger WHERE facility = 1 AND ${rows}`,
          ([first]) => first?.detail
        )
      const one = oneOf(sql, "plex_id", ["a", "b"])
      assert.match(
        String(yield* planOf(sql`flow = 2 AND ${one}`)),
        /plex_id \(facility=\? AND flow=\? AND plex_id=\?\)/
      )
      const within = sql`flow = 2 AND moment IS NOT NULL AND moment >= 1 AND moment < 2`
      assert.match(String(yield* planOf(within)), /plex_cdf_ledger_moment \(facility=\? AND flow=\? AND moment>/)
      const named = sql`kind = 1 AND ${oneOf(sql, "external_id", ["a", "b"])}`
      assert.match(String(yield* planOf(named)), /PRIMARY KEY \(facility=\? AND kind=\? AND external_id=\?\)/)
    })
  )

  it.scopedLive("is made with its folder, and closed so that it can be copied", () =>
    Effect.gen(function* () {
      const path = yield* newFile
      yield* Effect.scoped(
        Effect.gen(function* () {
          const sql = yield* StateDatabase.openState(`file:${path}`)
          const [mode] = yield* sql<{ journal_mode: string }>`PRAGMA journal_mode`
          const [synchronous] = yield* sql<{ synchronous: number }>`PRAGMA synchronous`
          assert.deepStrictEqual([mode?.journal_mode, synchronous?.synchronous], ["wal", 1])
        })
      )
      assert.isTrue(existsSync(path))
      assert.isTrue(!existsSync(`${path}-wal`) || statSync(`${path}-wal`).size === 0, "the file alone holds everything")
    })
  )

  const torn: ReadonlyArray<readonly [string, (whole: Buffer) => Buffer]> = [
    ["cut at a page", (whole) => whole.subarray(0, 3 * 4096)],
    ["cut within a page", (whole) => whole.subarray(0, 2 * 4096 + 1234)],
    ["without its beginning", (whole) => Buffer.concat([Buffer.alloc(100, 7), whole.subarray(100)])],
    [
      "with a page of noise",
      (whole) => Buffer.concat([whole.subarray(0, 4096), Buffer.alloc(4096, 0x5a), whole.subarray(8192)])
    ],
    ["that is a text", () => Buffer.from("no database at all, but long enough to be looked at".repeat(10))]
  ]
  for (const [what, tear] of torn) {
    it.scopedLive(`${what} is refused with what to do, and left as it is`, () =>
      Effect.gen(function* () {
        const path = yield* newFile
        yield* Effect.scoped(StateDatabase.openState(`file:${path}`))
        const bytes = tear(readFileSync(path))
        writeFileSync(path, bytes)
        const said = yield* refusalOf(`file:${path}`)
        assert.match(said, /STATE_URL names .*plex-cdf\.db, which is damaged.*left as it is: move it away/)
        assert.isTrue(bytes.equals(readFileSync(path)))
      })
    )
  }

  it.scopedLive("of another program is refused, and left as it is", () =>
    Effect.gen(function* () {
      const path = yield* newFile
      yield* withFile(path, (sql) => sql`CREATE TABLE customers (name TEXT)`)
      const before = readFileSync(path)
      assert.match(yield* refusalOf(`file:${path}`), /STATE_URL .*another program.*a path of its own/)
      assert.isTrue(before.equals(readFileSync(path)))
    })
  )

  it.scopedLive("whose folder cannot be made is told by name", () =>
    Effect.gen(function* () {
      const path = yield* newFile
      mkdirSync(dirname(dirname(path)), { recursive: true })
      writeFileSync(dirname(path), "a file where the folder should be")
      assert.match(yield* refusalOf(`file:${path}`), /the folder of STATE_URL .* cannot be made/)
    })
  )

  it.scopedLive("that is a folder is told by name, with what to do, by who opens it and by who looks at it", () =>
    Effect.gen(function* () {
      const path = yield* newFile
      mkdirSync(path, { recursive: true })
      const said = /STATE_URL names .*plex-cdf\.db, which can be neither opened nor made\. .*: check owner, mount/
      assert.match(yield* refusalOf(`file:${path}`), said)
      assert.match(String(yield* Effect.flip(Effect.scoped(StateReading.findState(`file:${path}`)))), said)
    })
  )

  it.scopedLive("that may not be written, or made, or looked at is told by name, with what to do", () =>
    Effect.gen(function* () {
      const path = yield* newFile
      const folder = dirname(path)
      yield* Effect.scoped(StateDatabase.openState(`file:${path}`))
      // With what SQLite keeps beside it in the folder it could be read.
      for (const beside of ["-wal", "-shm"]) rmSync(`${path}${beside}`, { force: true })
      chmodSync(dirname(folder), 0o755)
      chmodSync(path, 0o444)
      const named = "STATE_URL names .*plex-cdf\\.db, which"
      const refused = (why: string) => new RegExp(`${named} ${why}.*left as it is: check .*mount`)
      const said = (mode: number) => {
        chmodSync(folder, mode)
        return Effect.map(openElsewhere(`file:${path}`, unprivileged), (lines) => lines.split("\n"))
      }
      const [work = "", look = ""] = yield* said(0o555)
      assert.match(work, refused("cannot be written \\(EACCES"))
      assert.match(look, refused("cannot be opened \\(attempt to write a readonly database\\)"))
      const [hidden = "", unseen = ""] = yield* said(0o000)
      assert.match(hidden, refused("cannot be written \\(EACCES"))
      assert.match(unseen, refused("can be neither opened nor made"))
      chmodSync(folder, 0o755)
    })
  )

  it.scopedLive("that is empty is taken for a new one", () =>
    Effect.gen(function* () {
      const path = yield* newFile
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, "")
      yield* StateDatabase.openState(`file:${path}`)
    })
  )
})

it.scopedLive("a PostgreSQL that does not answer is told without the password", () =>
  Effect.gen(function* () {
    const said = yield* refusalOf("postgres://someone:s3ntinel@127.0.0.1:1/nowhere")
    assert.match(said, /STATE_URL .*cannot be opened: .*ECONNREFUSED/)
    assert.notInclude(said, "s3ntinel")
  })
)

describe.skipIf(!hasPostgres)("a PostgreSQL that does not answer", () => {
  const building = (stateUrl: string, once: boolean) =>
    StateDatabase.layer.pipe(
      Layer.provide(Layer.succeed(AppConfig, { ...settings, once, stateUrl: Redacted.make(stateUrl) })),
      Layer.build,
      Effect.scoped
    )
  const closed = "postgres://postgres@127.0.0.1:1/state"

  it.scopedLive("is waited for by a resident process, and ends a single pass", () =>
    Effect.gen(function* () {
      assert.match(String(yield* Effect.flip(building(closed, true))), /ECONNREFUSED/)
      assert.isTrue(Option.isNone(yield* Effect.timeoutOption(Effect.exit(building(closed, false)), "1 second")))
    })
  )

  it.scopedLive("is not waited for where only a person can mend it", () =>
    Effect.gen(function* () {
      const missing = (yield* newPostgres).replace(/\/[^/]+$/, "/plex_cdf_no_such_database")
      assert.match(String(yield* Effect.flip(building(missing, false))), /does not exist/)
    })
  )
})
