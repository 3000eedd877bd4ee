/**
 * The resident process as orchestrators and operators meet it: health, run now, its port, its end.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { createServer } from "node:http"
import { startProcess } from "../support/RunProcess.js"
import { environmentOf, startSandbox } from "../support/SandboxProcess.js"
import { eventually, freePort, idle, startServed } from "../support/Served.js"

const small = { parts: 8, jobs: 8, openJobs: 4, checksheets: 4 }

const quick = { HEALTH_CHECK_INTERVAL: "1", ENABLE_QUALITY_EXTRACTOR: "false", ENABLE_PERFORMANCE_EXTRACTOR: "false" }

/** Something that listens at a port until the scope closes. */
const taken = Effect.flatMap(freePort, (port) =>
  Effect.acquireRelease(
    Effect.async<number>((resume) => {
      const server = createServer().listen(port, "127.0.0.1", () => resume(Effect.succeed(port)))
      return Effect.sync(() => server.close())
    }),
    () => Effect.void
  )
)

describe("Health of a resident process", { timeout: 180_000 }, () => {
  it.scopedLive("while Plex is down: alive, not ready, with reasons; ready again when it is back", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: small })
      const served = yield* startServed(sandbox, quick)
      yield* eventually(served.checks("/readyz"), ({ code }) => code === 200)
      // Flows that fail as well would open the breaker, which stays open for longer than this test waits.
      yield* eventually(served.facility, idle)

      const back = sandbox.faults.add({ kind: "status", status: 503, match: { server: "plex" } })
      const { code } = yield* eventually(served.checks("/readyz"), ({ failing }) => /503/.test(failing["plex"] ?? ""))
      assert.strictEqual(code, 503)
      assert.deepStrictEqual(yield* served.checks("/livez"), { code: 200, failing: {} })

      back()
      yield* eventually(served.checks("/readyz"), ({ code }) => code === 200)
    })
  )

  it.scopedLive("while CDF refuses the client: not ready, and says what to check; secrets are not told", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: small, cdfKnobs: { tokenLifetimeSeconds: 2 } })
      const served = yield* startServed(sandbox, quick)
      yield* eventually(served.checks("/readyz"), ({ code }) => code === 200)
      sandbox.faults.add({
        kind: "status",
        status: 401,
        body: '{"error":"invalid_client"}',
        match: { path: /oauth2/ }
      })
      const { code, failing } = yield* eventually(served.checks("/readyz"), ({ failing }) =>
        /CDF_CLIENT/.test(failing["token"] ?? "")
      )
      assert.strictEqual(code, 503)
      assert.match(failing["data sets"] ?? "", /without a token/)
      assert.notInclude(JSON.stringify(failing), sandbox.cdf.clientSecret)
    })
  )

  it.scopedLive("runs an extractor when asked by HTTP, and all of them at SIGUSR2; its end is in order", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: small })
      const served = yield* startServed(sandbox, { ...quick, HEALTH_CHECK_INTERVAL: "86400" })
      const before = yield* eventually(served.facility, idle)
      const beats = before.extractors.map(({ nextRun }) => nextRun)

      const asked = yield* served.ask("/run/inventory", { method: "POST" })
      assert.strictEqual(asked.status, 202)
      const ofInventory = (runs: (typeof before)["recentRuns"]) =>
        runs.filter(
          ({ name, status, trigger }) => name === "inventory" && trigger === "request" && status === "succeeded"
        )
      yield* eventually(served.facility, ({ recentRuns }) => ofInventory(recentRuns).length === 1)

      served.process.kill("SIGUSR2")
      const after = yield* eventually(
        served.facility,
        (facility) =>
          idle(facility) &&
          ["master-data", "jobs", "production", "inventory"].every((name) =>
            facility.recentRuns.some((run) => run.name === name && run.trigger === "request")
          )
      )
      assert.deepStrictEqual(
        after.extractors.map(({ nextRun }) => nextRun),
        beats
      )
      assert.strictEqual((yield* served.ask("/run/quality", { method: "POST" })).status, 409)
      assert.strictEqual((yield* served.ask("/run/nothing", { method: "POST" })).status, 404)

      // Somebody listens to the end.
      const events = yield* served.ask("/events")
      assert.strictEqual(events.headers.get("content-type"), "text/event-stream; charset=utf-8")
      served.process.kill("SIGTERM")
      const ended = yield* Effect.promise(() => served.process.ended)
      assert.strictEqual(ended.code, 0, ended.stderr)
      yield* Effect.promise(() => events.text().catch(() => ""))
    })
  )

  it.scopedLive("says which variable names the port that is taken, and ends with 1 before anything is asked", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: small })
      const port = yield* taken
      const running = yield* startProcess([], {
        environment: environmentOf(sandbox, { HTTP_PORT: `${port}`, STATE_URL: ":memory:" })
      })
      const ended = yield* Effect.promise(() => running.ended)
      assert.strictEqual(ended.code, 1)
      assert.match(ended.stderr, new RegExp(`HTTP_PORT ${port} .*HTTP_PORT=0`))
      assert.strictEqual(sandbox.journal.count(), 0)
    })
  )
})
