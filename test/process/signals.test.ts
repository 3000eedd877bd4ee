import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { JournalEntry } from "../../src/sandbox/Journal.js"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { logLines, startProcess } from "../support/RunProcess.js"
import { environmentOf, onePass, startSandbox } from "../support/SandboxProcess.js"
import { verdict } from "../support/Verdict.js"

/** Resolves at the first exchange of this kind. */
const seen = ({ journal }: Sandbox, wanted: (entry: JournalEntry) => boolean): Promise<void> =>
  new Promise((done) => {
    const stop = journal.subscribe((entry) => {
      if (!wanted(entry)) return
      stop()
      done()
    })
  })

const isPath =
  (path: RegExp) =>
  (entry: JournalEntry): boolean =>
    path.test(entry.path)

describe("A process that is told to stop", () => {
  for (const [when, path] of [
    ["while a list comes", /\/scheduling\/v1\/jobs$/],
    ["while CDF is written", /\/events$/],
    ["in a sweep", /\/engineering\/v1\/boms$/]
  ] as const) {
    it.scopedLive(`${when} ends within its grace with 0, and the next pass makes CDF whole`, () =>
      Effect.gen(function* () {
        const sandbox = yield* startSandbox({
          size: { parts: 15, jobs: 16, openJobs: 8, checksheets: 10 },
          plexKnobs: { latency: 20 },
          cdfKnobs: { latencyMillis: 20 }
        })
        const there = seen(sandbox, isPath(path))
        const running = yield* startProcess(["--once"], {
          environment: environmentOf(sandbox, { GRACEFUL_SHUTDOWN_TIMEOUT: "10" })
        })
        yield* Effect.promise(() => there)
        const told = performance.now()
        running.kill("SIGTERM")
        const ended = yield* Effect.promise(() => running.ended)
        assert.strictEqual(ended.code, 0, ended.stderr)
        assert.isBelow(performance.now() - told, 10_000)
        assert.isTrue(logLines(ended).some(({ message }) => String(message).startsWith("stopping")))
        assert.isEmpty(sandbox.journal.entries({ outcome: "pending" }))
        assert.isAbove(verdict(sandbox).length, 0, "the pass was over before the signal came")

        sandbox.plex.knobs.latency = 0
        sandbox.cdf.knobs.turn({ latencyMillis: 0 })
        assert.strictEqual((yield* onePass(sandbox)).code, 0)
        assert.deepStrictEqual(verdict(sandbox), [])
      })
    )
  }

  it.scopedLive("twice ends at once with 130", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: { parts: 3 } })
      sandbox.faults.add({ kind: "hang", match: { path: /\/mdm\/v1\/parts$/ } })
      const there = seen(sandbox, isPath(/\/mdm\/v1\/parts$/))
      const running = yield* startProcess(["--once"], { environment: environmentOf(sandbox) })
      yield* Effect.promise(() => there)
      running.kill("SIGTERM")
      yield* Effect.promise(() => running.said(/stopping/))
      const told = performance.now()
      running.kill("SIGTERM")
      const ended = yield* Effect.promise(() => running.ended)
      assert.strictEqual(ended.code, 130)
      assert.isBelow(performance.now() - told, 3_000)
    })
  )

  it.scopedLive("while Plex never answers ends when its grace is over", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: { parts: 3 } })
      sandbox.faults.add({ kind: "hang", match: { path: /\/mdm\/v1\/parts$/ } })
      const there = seen(sandbox, isPath(/\/mdm\/v1\/parts$/))
      const running = yield* startProcess(["--once"], {
        environment: environmentOf(sandbox, { GRACEFUL_SHUTDOWN_TIMEOUT: "1" })
      })
      yield* Effect.promise(() => there)
      const told = performance.now()
      running.kill("SIGINT")
      const ended = yield* Effect.promise(() => running.ended)
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.isBelow(performance.now() - told, 8_000)
    })
  )

  it.scopedLive("between the passes of a resident process ends with 0", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: { parts: 6, jobs: 6, openJobs: 3 } })
      const running = yield* startProcess([], { environment: environmentOf(sandbox, { HTTP_PORT: "0" }) })
      yield* Effect.promise(() => running.said(/"message":"extractor finished".*"extractor":"inventory"/))
      running.kill("SIGTERM")
      const ended = yield* Effect.promise(() => running.ended)
      assert.strictEqual(ended.code, 0, ended.stderr)
    })
  )
})
