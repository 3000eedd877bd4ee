import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { finishedFlows, logLines, runProcess } from "../support/RunProcess.js"
import {
  environmentOf,
  lastOf,
  leaks,
  miscounts,
  onePass,
  startSandbox,
  unexplainedRefusals,
  writesTo
} from "../support/SandboxProcess.js"
import { verdict } from "../support/Verdict.js"

const none: ReadonlyArray<string> = []

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "plex-cdf-state-process-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** What only who does not remember has to ask CDF: whether records exist, and what they are. */
const asksWhatItWrote = /\/(events|relationships|timeseries|sequences)\/byids$|\/data\/(list|latest)$/

describe("State that outlives the process", { concurrent: true, timeout: 180_000 }, () => {
  it.scopedLive("lets the next process write nothing and ask nothing again; without it CDF ends the same", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox()
      const path = join(yield* folder, "kept", "state.db")
      const over = { STATE_URL: `file:${path}` }
      const first = yield* onePass(sandbox, [], over)
      assert.strictEqual(first.code, 0, first.stderr)
      assert.deepStrictEqual(verdict(sandbox), none)
      const held = JSON.stringify(sandbox.cdf.snapshot())
      assert.isTrue(existsSync(path))

      const afterFirst = lastOf(sandbox)
      const second = yield* onePass(sandbox, [], over)
      // What got its links late in the first pass is compared with CDF once more; after that nothing is.
      const afterSecond = lastOf(sandbox)
      const third = yield* onePass(sandbox, [], over)
      assert.deepStrictEqual(writesTo(sandbox, afterFirst), none)
      assert.deepStrictEqual(unexplainedRefusals(sandbox, afterFirst), none)
      const calls = sandbox.journal.entries({ server: "cdf", method: "POST", after: afterSecond })
      assert.isAbove(calls.length, 0)
      assert.deepStrictEqual(
        calls.map((call) => call.path).filter((call) => asksWhatItWrote.test(call)),
        none
      )
      for (const ended of [second, third]) {
        assert.strictEqual(ended.code, 0, ended.stderr)
        assert.deepStrictEqual(miscounts(ended), none)
        for (const [flow, { created, updated }] of finishedFlows(ended)) {
          assert.deepStrictEqual([created, updated], [0, 0], flow)
        }
      }
      assert.strictEqual(JSON.stringify(sandbox.cdf.snapshot()), held)

      rmSync(path)
      const cold = yield* onePass(sandbox, [], over)
      assert.strictEqual(cold.code, 0, cold.stderr)
      assert.strictEqual(JSON.stringify(sandbox.cdf.snapshot()), held)
      assert.deepStrictEqual(verdict(sandbox), none)
      for (const ended of [first, second, third, cold]) {
        assert.deepStrictEqual(leaks(sandbox, ended), none)
        assert.notMatch(ended.stderr, /warning/i)
      }
    })
  )

  it.scopedLive("is not touched by a dry run", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: { parts: 3, jobs: 4, openJobs: 2 } })
      const path = join(yield* folder, "state.db")
      const over = { STATE_URL: `file:${path}` }
      assert.strictEqual((yield* onePass(sandbox, ["--dry-run"], over)).code, 0)
      assert.isFalse(existsSync(path))
      assert.strictEqual((yield* onePass(sandbox, ["--only", "master-data"], over)).code, 0)
      assert.isAbove(writesTo(sandbox).length, 0)
    })
  )

  it.scopedLive("is not made by who looks at what it holds or throws it away, and that there is none is said", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "kept", "state.db")
      const environment = environmentOf(yield* startSandbox({ size: { parts: 3 } }), { STATE_URL: `file:${path}` })
      const told = `There is no state at file:${path} yet: the first run makes it.\n`
      for (const [code, said, ...words] of [
        [0, told, "runs", "list"],
        [0, told, "runs", "list", "--json"],
        [0, told, "runs", "prune"],
        [0, told, "dead-letters", "list"],
        [0, told, "dead-letters", "retry", "--all"],
        [0, told, "dead-letters", "drop", "--all", "--yes"],
        [1, told, "dead-letters", "drop", "--key", "K"],
        [1, "plex-cdf: the run log holds no run X", "runs", "show", "X"],
        [1, "plex-cdf: no dead letter has the key", "dead-letters", "show", "K"]
      ] as const) {
        const ended = yield* runProcess(words, { environment })
        assert.isTrue(ended.stderr.startsWith(said), `${words.join(" ")}: ${ended.stderr}`)
        assert.deepStrictEqual([ended.code, ended.stdout], [code, ""], words.join(" "))
        assert.isFalse(existsSync(join(path, "..")), words.join(" "))
      }
    })
  )

  it.scopedLive("is refused where it is no state: exit 1, what to do on stderr, nothing written", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: { parts: 3, jobs: 4, openJobs: 2 } })
      const path = join(yield* folder, "state.db")
      writeFileSync(path, "this is no database".repeat(100))
      const ended = yield* onePass(sandbox, [], { STATE_URL: `file:${path}` })
      assert.strictEqual(ended.code, 1, ended.stderr)
      assert.match(ended.stderr, /^plex-cdf cannot start: .*STATE_URL names .*state\.db.*move it away/m)
      assert.notMatch(ended.stderr, /\n {4}at /)
      assert.isTrue(logLines(ended).every(({ level }) => level !== "fatal"))
      assert.deepStrictEqual(writesTo(sandbox), none)
      assert.match(readFileSync(path, "utf8"), /^this is no database/)
    })
  )
})
