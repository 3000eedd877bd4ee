/**
 * States as earlier versions left them: each is brought up to this version, what it knew is still known, and a pass doubles nothing.
 * `version-N.sql` holds the state of version N after a pass over the small plant of `test/support/SmallLists.ts`.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdirSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { migrations, stateVersion } from "../../../src/layers/state/Migrations.js"
import { openState } from "../../../src/layers/state/StateDatabase.js"
import { cdfLines, inTime, layerStateOf, makeSmallPlant, passOver } from "../../support/SmallPlant.js"
import { newFile } from "./Variants.js"

const folder = resolve(import.meta.dirname, "../../fixtures/state")
const versions = readdirSync(folder).map((name) => Number(/^version-(\d+)\.sql$/.exec(name)?.[1]))

/** A file that holds what the text says. */
const restored = (version: number) =>
  Effect.gen(function* () {
    const path = yield* newFile
    mkdirSync(dirname(path), { recursive: true })
    yield* Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      for (const statement of readFileSync(join(folder, `version-${version}.sql`), "utf8").split(/;\n/)) {
        if (statement.trim() !== "") yield* sql.unsafe(statement)
      }
    }).pipe(Effect.provide(SqliteClient.layer({ filename: path, disableWAL: true })))
    return path
  })

const schemaOf = (sql: SqlClient.SqlClient) =>
  Effect.map(
    sql<{
      name: string
      column: string
      type: string
    }>`SELECT held.name AS name, found.name AS "column", found.type AS type
      FROM sqlite_master AS held, pragma_table_info(held.name) AS found ORDER BY held.name, found.cid`,
    (rows) => rows.map(({ column, name, type }) => `${name} ${column} ${type}`)
  )

const keysOf = (sql: SqlClient.SqlClient) =>
  Effect.map(
    sql<{
      kind: number
      external_id: string
    }>`SELECT kind, external_id FROM plex_cdf_ledger ORDER BY kind, external_id`,
    (rows) => rows.map(({ external_id, kind }) => `${kind} ${external_id}`)
  )

it("of this version and of the first one are kept", () => assert.includeMembers(versions, [1, stateVersion]))

for (const version of versions) {
  describe(`A state of version ${version}`, () => {
    it.scoped(
      "is brought up to this version, and a pass over it doubles nothing",
      () =>
        Effect.gen(function* () {
          const sql = yield* openState(`file:${yield* restored(version)}`)
          const anew = yield* openState(":memory:")
          assert.deepStrictEqual(yield* schemaOf(sql), yield* schemaOf(anew))
          const had = yield* keysOf(sql)
          assert.isAbove(had.length, 50)

          const before = makeSmallPlant()
          yield* inTime(passOver.pipe(Effect.provide(before.layer)))
          const expected = yield* cdfLines(before)
          // Numeric ids are the CDF's own: those of this one.
          for (const [externalId, asset] of before.cdf.held.assets) {
            yield* sql`UPDATE plex_cdf_ledger SET cdf_id = ${asset?.id ?? null}, checksum = NULL
            WHERE external_id = ${externalId} AND cdf_id IS NOT NULL`
          }
          before.cdf.calls.splice(0)
          const after = makeSmallPlant({ state: layerStateOf(sql), over: () => before.cdf.cdf })
          yield* inTime(passOver.pipe(Effect.provide(after.layer)))
          assert.deepStrictEqual(yield* cdfLines(before), expected)
          assert.deepStrictEqual(
            before.cdf.writes().filter(({ operation }) => operation === "create" || operation === "delete"),
            []
          )
          assert.includeMembers(yield* keysOf(sql), had)
          const [letters] = yield* sql<{ count: number }>`SELECT COUNT(*) AS count FROM plex_cdf_dead_letter`
          assert.strictEqual(letters?.count, 1)
        }),
      30_000
    )
  })
}

it("of every version have migrations that lead from it", () =>
  assert.deepStrictEqual(
    versions.filter((version) => version > Object.keys(migrations).length),
    []
  ))
