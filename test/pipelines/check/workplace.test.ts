/**
 * `check` of the place where a run would work: the state is only looked at.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, type Scope } from "effect"
import { createHash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { stateVersion } from "../../../src/layers/state/Migrations.js"
import * as LeaseSql from "../../../src/layers/state/LeaseSql.js"
import { openState, StateDatabase } from "../../../src/layers/state/StateDatabase.js"
import * as WorkplaceLive from "../../../src/layers/WorkplaceLive.js"
import { look } from "../../../src/pipelines/check/Probe.js"
import { workplaceProbes } from "../../../src/pipelines/check/workplaceProbes.js"
import { AppConfig } from "../../../src/services/AppConfig.js"
import { Lease } from "../../../src/services/Lease.js"
import { settings } from "../../layers/cdf/Settings.js"
import { hasPostgres, newPostgres } from "../../layers/state/Variants.js"
import { filesIn, newFolder, saidOf, those } from "./Looking.js"

const at = (url: string) => Layer.succeed(AppConfig, { ...settings, stateUrl: Redacted.make(url) })

const lookAt = (url: string) => look(workplaceProbes).pipe(Effect.provide(Layer.provide(WorkplaceLive.layer, at(url))))

/** The state and its log; SQLite's index of the log is no part of it. */
const contentOf = (folder: string): ReadonlyArray<string> =>
  filesIn(folder)
    .filter((name) => !name.endsWith("-shm"))
    .map(
      (name) =>
        `${name} ${createHash("sha256")
          .update(readFileSync(join(folder, name)))
          .digest("hex")}`
    )

/** Makes a state and lets it go again. */
const made = (url: string, then: Effect.Effect<unknown, unknown, SqlClient.SqlClient> = Effect.void) =>
  Effect.scoped(Effect.flatMap(openState(url), (sql) => Effect.provideService(then, SqlClient.SqlClient, sql)))

const places: ReadonlyArray<{
  readonly name: string
  readonly skip: boolean
  readonly url: Effect.Effect<string, never, Scope.Scope>
}> = [
  { name: "a SQLite file", skip: false, url: Effect.map(newFolder, (folder) => `file:${join(folder, "state.db")}`) },
  { name: "PostgreSQL", skip: !hasPostgres, url: newPostgres }
]

describe("A look at the state", { timeout: 60_000 }, () => {
  for (const { name, skip, url: newUrl } of places) {
    describe.skipIf(skip)(`in ${name}`, () => {
      it.scopedLive("tells its version, and that nobody works on the facility", () =>
        Effect.gen(function* () {
          const url = yield* newUrl
          yield* made(url)
          const found = yield* lookAt(url)
          assert.match(saidOf(found, "state"), new RegExp(`^ok: .*: version ${stateVersion} ->`))
          assert.match(saidOf(found, "lease"), /^ok: nobody works/)
        })
      )

      it.scopedLive("tells one that is older, and leaves it at its version", () =>
        Effect.gen(function* () {
          const url = yield* newUrl
          yield* made(
            url,
            Effect.flatMap(
              SqlClient.SqlClient,
              (sql) => sql`DELETE FROM plex_cdf_migrations WHERE migration_id >= ${stateVersion}`
            )
          )
          for (const _ of ["once", "again"]) {
            const found = yield* lookAt(url)
            assert.match(
              saidOf(found, "state"),
              new RegExp(`^ok: .*version ${stateVersion - 1}, a run will bring it to version ${stateVersion}`)
            )
          }
        })
      )

      it.scopedLive("tells one that a newer version made, and what to do; the lease is not looked at", () =>
        Effect.gen(function* () {
          const url = yield* newUrl
          yield* made(
            url,
            Effect.flatMap(
              SqlClient.SqlClient,
              (sql) => sql`INSERT INTO plex_cdf_migrations (migration_id, name) VALUES (999, 'later')`
            )
          )
          const found = yield* lookAt(url)
          assert.match(saidOf(found, "state"), /^failed: .*newer plex-cdf.*-> run the newer plex-cdf, or set STATE_URL/)
          assert.match(saidOf(found, "lease"), /^skipped: not looked at: state failed/)
        })
      )

      it.scopedLive("tells who has the lease, and leaves it to them", () =>
        Effect.gen(function* () {
          const url = yield* newUrl
          const held = Layer.provide(
            LeaseSql.layer,
            Layer.provideMerge(Layer.scoped(StateDatabase, openState(url)), at(url))
          )
          yield* Effect.gen(function* () {
            const lease = yield* Lease
            yield* lease.hold
            const found = yield* lookAt(url)
            assert.deepStrictEqual(those(found, "warning"), ["lease"])
            assert.match(saidOf(found, "lease"), new RegExp(`pid ${process.pid} on .* works on the facility`))
            assert.strictEqual((yield* lease.status).state, "held")
            yield* lease.check
          }).pipe(Effect.scoped, Effect.provide(held))
          assert.match(saidOf(yield* lookAt(url), "lease"), /^ok: nobody works/)
        })
      )
    })
  }

  it.scopedLive("changes no byte of a file or its log, and tells one that is torn", () =>
    Effect.gen(function* () {
      const folder = yield* newFolder
      const path = join(folder, "state.db")
      yield* made(`file:${path}`)
      const before = contentOf(folder)
      yield* lookAt(`file:${path}`)
      assert.deepStrictEqual(contentOf(folder), before)

      const bytes = readFileSync(path)
      writeFileSync(path, bytes.fill(0x5a, 4096, 16_384))
      const found = yield* lookAt(`file:${path}`)
      assert.match(saidOf(found, "state"), /^failed: .*damaged.*-> move it away/)
    })
  )

  it.scopedLive("tells a file of another program, and a database that does not answer without its password", () =>
    Effect.gen(function* () {
      const folder = yield* newFolder
      const path = join(folder, "state.db")
      writeFileSync(path, "this is a letter and no database\n".repeat(200))
      assert.match(saidOf(yield* lookAt(`file:${path}`), "state"), /^failed: .*no database.*-> move it away/)

      const found = yield* lookAt("postgres://someone:sentinel-word@127.0.0.1:9/plex")
      assert.match(saidOf(found, "state"), /^failed: .*ECONNREFUSED.*-> check STATE_URL/)
      assert.match(saidOf(found, "state folder"), /^skipped/)
      assert.notInclude(JSON.stringify(found), "sentinel-word")
    })
  )

  it.scopedLive("tells a folder in which nothing can be written", () =>
    Effect.gen(function* () {
      // Nobody can write there, root neither.
      const found = yield* lookAt("file:/proc/self/nowhere/state.db")
      assert.match(saidOf(found, "state folder"), /^failed: nothing can be written in \/proc\/self/)
    })
  )
})
