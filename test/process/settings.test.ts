import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { finishedFlows } from "../support/RunProcess.js"
import { miscounts, onePass, startSandbox, statusOf, unexplainedRefusals, writesTo } from "../support/SandboxProcess.js"
import { verdict } from "../support/Verdict.js"

const none: ReadonlyArray<string> = []

describe("A pass with other settings", { concurrent: true, timeout: 120_000 }, () => {
  for (const size of [1, 7]) {
    it.scopedLive(`writes the same in chunks of ${size}`, () =>
      Effect.gen(function* () {
        const sandbox = yield* startSandbox({ seed: 5 })
        const ended = yield* onePass(sandbox, [], { BATCH_SIZE: String(size) })
        assert.strictEqual(ended.code, 0, ended.stderr)
        assert.deepStrictEqual(verdict(sandbox), none)
        assert.deepStrictEqual(miscounts(ended), none)
        assert.deepStrictEqual(unexplainedRefusals(sandbox), none)
        assert.isAbove(writesTo(sandbox).length, 600 / size)
      })
    )
  }

  it.scopedLive("does not depend on CDF's lists showing at once what was created", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ cdfKnobs: { listDelayCalls: 50, listDelayMillis: 600_000 } })
      const ended = yield* onePass(sandbox)
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.deepStrictEqual(verdict(sandbox), none)
      // A process that begins cold may take the lagging list for an empty CDF: it may write again, but nothing else.
      yield* onePass(sandbox)
      assert.deepStrictEqual(verdict(sandbox), none)
    })
  )

  it.scopedLive("without sweeps writes all that needs no call per object", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox()
      const ended = yield* onePass(sandbox, ["--no-sweep"])
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.deepStrictEqual(verdict(sandbox, { without: ["boms", "job-operations", "control-plan-lines"] }), none)
      assert.strictEqual(
        sandbox.journal.count({ path: /\/operations$|\/boms$|control-plan-lines$/, server: "plex", method: "GET" }),
        1
      )
    })
  )

  it.scopedLive("of production alone, then of everything, leaves every link in place", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox()
      const first = yield* onePass(sandbox, ["--only", "production"])
      assert.strictEqual(first.code, 0, first.stderr)
      assert.isAbove(sandbox.cdf.state.events.size(), 100)
      assert.strictEqual(sandbox.journal.count({ path: "/mdm/v1/parts" }), 0)
      const second = yield* onePass(sandbox)
      assert.strictEqual(second.code, 0, second.stderr)
      assert.deepStrictEqual(verdict(sandbox), none)
    })
  )

  it.scopedLive("that is dry writes nothing and tells what it would create and update, flow by flow", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox()
      const dry = yield* onePass(sandbox, ["--dry-run"])
      assert.strictEqual(dry.code, 0, dry.stderr)
      assert.deepStrictEqual(writesTo(sandbox), none)
      for (const kind of ["assets", "events", "timeSeries", "sequences", "relationships", "labels"] as const) {
        assert.strictEqual(sandbox.cdf.state[kind].size(), 0, kind)
      }
      assert.include(dry.stderr, "nothing was written to CDF")
      const wet = yield* onePass(sandbox)
      const counted = (ended: typeof dry): ReadonlyArray<unknown> =>
        Array.from(finishedFlows(ended)).map(([flow, { created, read, unchanged, updated }]) =>
          // A job's event is created by its flow, and updated when the sweep has read its operations: two writes, and two counts.
          ({ flow, read, created, updated, unchanged })
        )
      assert.sameDeepMembers(Array.from(counted(dry)), Array.from(counted(wet)))
      const after = yield* onePass(sandbox, ["--dry-run"])
      const changes = Array.from(finishedFlows(after)).filter(
        ([, { created, updated }]) => created !== 0 || updated !== 0
      )
      assert.deepStrictEqual(changes, [])
    })
  )

  it.scopedLive("puts EXTERNAL_ID_PREFIX before every id", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox()
      const ended = yield* onePass(sandbox, [], { EXTERNAL_ID_PREFIX: "trial:" })
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.deepStrictEqual(verdict(sandbox, { prefix: "trial:" }), none)
    })
  )

  it.scopedLive("writes who did it where INCLUDE_PERSONAL_DATA asks for it", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox()
      const ended = yield* onePass(sandbox, [], { INCLUDE_PERSONAL_DATA: "true" })
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.deepStrictEqual(verdict(sandbox, { personal: true }), none)
      assert.isAbove(JSON.stringify(sandbox.cdf.snapshot()).split("employee_name").length, 100)
    })
  )

  it.scopedLive("leaves out what FLOWS_DISABLED names", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox()
      const off = ["equipment", "containers", "movements", "checksheets"]
      const ended = yield* onePass(sandbox, [], { FLOWS_DISABLED: off.join(", ") })
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.deepStrictEqual(verdict(sandbox, { without: [...off, "wip"] }), none)
      assert.strictEqual(statusOf(ended, "equipment"), undefined)
      assert.strictEqual(sandbox.journal.count({ path: /equipment|containers|container-location-moves/ }), 0)
    })
  )
})
