import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Plant } from "../../src/sandbox/plant/Plant.js"
import { finishedFlows, logLines } from "../support/RunProcess.js"
import {
  forbiddenCalls,
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

/** Names and ids of people that a text gives away. */
const peopleIn = (plant: Plant, text: string): ReadonlyArray<string> => {
  const people = plant.productionEntries.rows.flatMap((row) => [row["employeeName"], row["employeeId"]]).map(String)
  assert.isAbove(people.length, 100)
  return Array.from(new Set(people)).filter((each) => text.includes(each))
}

describe("A pass over the demo plant", { concurrent: true, timeout: 120_000 }, () => {
  for (const seed of [1, 23]) {
    it.scopedLive(
      `leaves in CDF what Plex shows and nothing else, and a second process changes nothing (seed ${seed})`,
      () =>
        Effect.gen(function* () {
          const sandbox = yield* startSandbox({ seed })
          const first = yield* onePass(sandbox)
          assert.strictEqual(first.code, 0, first.stderr)
          assert.deepStrictEqual(verdict(sandbox), none)
          assert.deepStrictEqual(unexplainedRefusals(sandbox), none)
          assert.deepStrictEqual(forbiddenCalls(sandbox), none)
          assert.deepStrictEqual(miscounts(first), none)
          assert.deepStrictEqual(leaks(sandbox, first), none)
          assert.isAbove(finishedFlows(first).size, 25)
          assert.deepStrictEqual(
            logLines(first).filter(({ level }) => level !== "info"),
            []
          )

          assert.isAbove(writesTo(sandbox).length, 20)

          const before = sandbox.cdf.snapshot()
          assert.deepStrictEqual(peopleIn(sandbox.plant, JSON.stringify(before)), none)
          const mark = lastOf(sandbox)
          const second = yield* onePass(sandbox)
          assert.strictEqual(second.code, 0, second.stderr)
          assert.deepStrictEqual(sandbox.cdf.snapshot(), before)
          assert.deepStrictEqual(writesTo(sandbox, mark), none)
          assert.deepStrictEqual(miscounts(second), none)
        })
    )
  }

  it.scopedLive("reads no secret out, however much it logs", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ plexKnobs: { movesUnavailable: true } })
      sandbox.plex.revokeGrant(22870)
      sandbox.cdf.knobs.turn({ poison: { externalId: "_part_", named: "message" } })
      const ended = yield* onePass(sandbox, [], { LOG_LEVEL: "trace" })
      assert.isAbove(ended.stdout.length, 10_000)
      assert.deepStrictEqual(leaks(sandbox, ended), none)
    })
  )
})
