/**
 * Several facilities in one resident process, as those meet them who watch over it.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { type Served, eventually, startServed } from "../support/Served.js"
import { fileOf, folder, pcns, twins } from "../support/Twins.js"

const [first, second] = pcns

const Status = Schema.Struct({
  facilities: Schema.Array(
    Schema.Struct({
      pcn: Schema.String,
      upstreams: Schema.Array(Schema.Struct({ name: Schema.String })),
      extractors: Schema.Array(
        Schema.Struct({
          name: Schema.String,
          state: Schema.String,
          lastRun: Schema.optional(Schema.Struct({ status: Schema.String, trigger: Schema.String }))
        })
      )
    })
  )
})

const Checks = Schema.Struct({
  checks: Schema.Array(Schema.Struct({ name: Schema.String, ok: Schema.Boolean, facility: Schema.String }))
})

const asked = <A, I>({ ask }: Served, path: string, schema: Schema.Schema<A, I>) =>
  Effect.gen(function* () {
    const answer = yield* ask(path)
    const body: unknown = yield* Effect.promise(() => answer.json())
    return { code: answer.status, ...Schema.decodeUnknownSync(schema)(body) }
  })

const textOf = ({ ask }: Served, path: string) =>
  Effect.flatMap(ask(path, { headers: { accept: "text/html" } }), (answer) => Effect.promise(() => answer.text()))

/** Whose checks fail. */
const failing = (served: Served) =>
  Effect.map(asked(served, "/readyz", Checks), ({ checks, code }) => ({
    code,
    facilities: [...new Set(checks.filter(({ ok }) => !ok).map(({ facility }) => facility))]
  }))

const runOf = (served: Served, pcn: string, name: string) =>
  Effect.map(asked(served, "/status", Status), ({ facilities }) =>
    facilities.find((one) => one.pcn === pcn)?.extractors.find((one) => one.name === name)
  )

describe("A resident process of several facilities", { timeout: 180_000 }, () => {
  it.scopedLive("tells of each by itself, runs one when asked, and the outage of one is none of the others'", () =>
    Effect.gen(function* () {
      const both = yield* twins()
      const file = join(yield* folder, "facilities.yaml")
      yield* Effect.promise(() => writeFile(file, fileOf(both)))
      const served = yield* startServed(both.sandbox, {
        FACILITIES: file,
        HEALTH_CHECK_INTERVAL: "1",
        HTTP_ADMIN_TOKEN: "admin-token"
      })
      const bearer = { headers: { authorization: "Bearer admin-token" } }
      for (const pcn of pcns) yield* eventually(runOf(served, pcn, "jobs"), (jobs) => jobs?.lastRun !== undefined)
      yield* eventually(failing(served), ({ code }) => code === 200)
      const { facilities } = yield* asked(served, "/status", Status)
      for (const { upstreams } of facilities) {
        assert.deepStrictEqual(upstreams.map(({ name }) => name).toSorted(), ["cdf", "plex", "plex-ds"])
      }

      both.twin.faults.add({ kind: "status", status: 503, match: { server: "plex" } })
      const down = yield* eventually(failing(served), ({ code }) => code === 503)
      assert.deepStrictEqual(down.facilities, [`Plant ${second}`])

      const nobody = yield* served.ask("/run/jobs", { method: "POST", ...bearer })
      assert.strictEqual(nobody.status, 404)
      assert.include(yield* Effect.promise(() => nobody.text()), `/facilities/${first}/run/{extractor}`)
      const run = yield* served.ask(`/facilities/${first}/run/jobs`, { method: "POST", ...bearer })
      assert.strictEqual(run.status, 202)
      const after = yield* eventually(
        runOf(served, first, "jobs"),
        (jobs) => jobs?.lastRun?.trigger === "request" && jobs.state === "waiting"
      )
      assert.strictEqual(after?.lastRun?.status, "succeeded")
      assert.notStrictEqual((yield* runOf(served, second, "jobs"))?.lastRun?.trigger, "request")

      const overview = yield* textOf(served, "/")
      for (const pcn of pcns)
        assert.include(overview, `<a href="/facilities/${pcn}">Plant ${pcn} (P${pcn}, PCN ${pcn})`)
      const own = yield* textOf(served, `/facilities/${second}`)
      assert.include(own, `href="/facilities/${second}/dead-letters"`)
      assert.notInclude(own, first)
      const letters = yield* textOf(served, `/facilities/${second}/dead-letters`)
      assert.include(letters, `<a href="/facilities/${second}">Plant ${second}`)

      const samples = yield* served.samples
      const active = samples.filter(({ name }) => name === "plex_cdf_active").map(({ labels }) => labels["pcn"])
      assert.deepStrictEqual(active.toSorted(), [...pcns])
      const started = samples.filter(({ name }) => name === "plex_cdf_process_start_time_seconds")
      assert.deepStrictEqual(
        started.map(({ labels }) => labels),
        [{}]
      )

      served.process.kill("SIGTERM")
      const ended = yield* Effect.promise(() => served.process.ended)
      assert.strictEqual(ended.code, 0, ended.stderr)
    })
  )
})
