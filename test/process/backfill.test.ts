/**
 * A period of history that no pass has read, by a process of its own.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { followed, qualityAndPerformance } from "../support/Followed.js"
import { keptState } from "../support/KeptState.js"
import { mutant } from "../support/Mutant.js"
import { compare, expectedOf, historyRows } from "../support/Verdict.js"

const none: ReadonlyArray<string> = []
const hour = 3_600_000
const day = 24 * hour

const concerned = (line: string): boolean => /_production_entry_|_ts_output_/.test(line)

describe("backfill", { timeout: 240_000 }, () => {
  it.scopedLive("makes the events of its period and their points, once, and leaves every watermark where it is", () =>
    Effect.gen(function* () {
      const { command, follow, sandbox, statePath } = yield* followed({
        size: { parts: 8, jobs: 8, openJobs: 4, containers: 12, historyDays: 5, entriesPerDay: 60 }
      })
      const { plant } = sandbox
      const [from, to] = [plant.now() - 4 * day, plant.now() - 3 * day]
      const asked = plant.productionEntries.between(from, to)
      assert.isAbove(asked.length, 20)
      const watermarks = Effect.map(keptState(`file:${statePath}`), (kept) => kept.watermarks)
      const before = yield* watermarks
      assert.isAbove(before.get("production-entries") ?? 0, to)

      const period = ["--from", new Date(from).toISOString(), "--to", new Date(to).toISOString()]
      const backfill = ["backfill", "--flow", "production-entries", ...period]
      const recent = historyRows(plant, plant.now() - day, plant.now())
      const histories = { ...recent, productionEntries: [...asked, ...recent.productionEntries] }
      const expected = expectedOf(plant, { without: qualityAndPerformance, histories })
      const wrong = () => compare(expected, sandbox.cdf.snapshot(), 10_000).filter(concerned)
      assert.isAtLeast(wrong().length, asked.length)
      const { ended } = yield* command(backfill)
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.deepStrictEqual(wrong(), none)
      assert.deepStrictEqual(yield* watermarks, before)

      assert.deepStrictEqual((yield* command(backfill)).written, [])
      assert.deepStrictEqual((yield* follow(["--only", "production"])).written, [])

      // The seeded bug: a watermark that follows whatever is read.
      const kept = yield* watermarks
      const program = yield* mutant({
        file: "pipelines/stages/history.js",
        right: "advances: !backfill &&",
        wrong: "advances:"
      })
      assert.strictEqual((yield* command(backfill, program)).ended.code, 0)
      assert.notDeepEqual(yield* watermarks, kept)
    })
  )
})
