/**
 * The log of a resident process: what repeats is told once, and each line names what it is of.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { logLines } from "../support/RunProcess.js"
import { startSandbox } from "../support/SandboxProcess.js"
import { eventually, idle, type Served, startServed } from "../support/Served.js"

const only = {
  HEALTH_CHECK_INTERVAL: "86400",
  ENABLE_JOBS_EXTRACTOR: "false",
  ENABLE_PRODUCTION_EXTRACTOR: "false",
  ENABLE_QUALITY_EXTRACTOR: "false",
  ENABLE_PERFORMANCE_EXTRACTOR: "false"
}

/** Runs inventory now, and waits for its end. */
const runs = (served: Served) =>
  Effect.gen(function* () {
    const ended = Effect.map(served.facility, ({ recentRuns }) =>
      recentRuns.filter(
        ({ name, status, trigger }) => name === "inventory" && trigger !== "interval" && status !== "running"
      )
    )
    const before = (yield* ended).length
    yield* served.ask("/run/inventory", { method: "POST" })
    yield* eventually(ended, ({ length }) => length > before)
  })

describe("The log of a resident process", { timeout: 120_000 }, () => {
  it.scopedLive("tells what fails run after run at once, and then when it is over, how often it came", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: { parts: 8, jobs: 8, openJobs: 4 } })
      const served = yield* startServed(sandbox, only)
      yield* eventually(served.facility, idle)
      const back = sandbox.faults.add({ kind: "status", status: 503, match: { path: /definitions\/locations$/ } })
      for (let time = 0; time < 3; time++) yield* runs(served)
      back()
      yield* runs(served)
      served.process.kill("SIGTERM")
      const ended = yield* Effect.promise(() => served.process.ended)
      assert.strictEqual(ended.code, 0, ended.stderr)

      const lines = logLines(ended)
      const told = lines.filter(({ message }) => String(message).endsWith("flow did not finish"))
      assert.deepStrictEqual(
        told.map(({ flow, level, message, times }) => `${level} ${flow} ${message} ${times ?? "once"}`),
        ["error locations flow did not finish once", "info locations over: flow did not finish 3"]
      )
      const [first = {}, over = {}] = told
      assert.match(String(first["error"]), /Plex GET \/inventory\/.*: Unavailable \(status 503.*\n +at /s)
      assert.strictEqual(over["since"], first["timestamp"])
      assert.isUndefined(over["error"], "what it was stands in the line that told of it first")

      for (const line of lines) {
        assert.match(String(line["timestamp"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
        assert.include(["info", "warn", "error"], line["level"])
        assert.isNotEmpty(line["message"])
        assert.deepInclude(line, { pcn: "340884", facility: "RADEMO" })
        if (line["flow"] !== undefined) assert.containsAllKeys(line, ["extractor", "run_id"], JSON.stringify(line))
      }
      // Each run tells how each flow ended, and nothing of the tries of its calls.
      assert.strictEqual(
        lines.filter(({ flow, message }) => flow === "locations" && message === "flow finished").length,
        5
      )
      assert.isFalse(lines.some(({ message }) => /^(GET|POST) /.test(String(message))))
    })
  )
})
