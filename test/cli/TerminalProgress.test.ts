import { assert, describe, it } from "@effect/vitest"
import { Pace } from "../../src/cli/Pace.js"
import { type RunningFlow, runningLine } from "../../src/cli/TerminalProgress.js"
import type { FlowName } from "../../src/domain/Flow.js"
import { noCounts } from "../../src/domain/Report.js"

const unknown = { course: () => undefined, begun: 0 }

describe("progress on a terminal", () => {
  it("tells of what has a known end how much is done and how long the rest will take, by all that is done", () => {
    let done = 0
    const line = (at: number, total = 3000): string =>
      runningLine(
        new Map([
          [
            "boms",
            {
              counts: () => noCounts,
              pace: new Pace(),
              course: () => ({ done, total, unit: "objects" }),
              begun: 1000
            }
          ]
        ]),
        at,
        80
      )
    assert.strictEqual(line(1000), "boms 0, 0 of 3,000 objects")
    done = 100
    assert.strictEqual(line(4000), "boms 0, 100 of 3,000 objects")
    assert.strictEqual(line(11_000), "boms 0, 100 of 3,000 objects, 5 min left")
    done = 2000
    assert.strictEqual(line(101_000), "boms 0, 2,000 of 3,000 objects, 50 s left")
    done = 10
    assert.strictEqual(line(61_000), "boms 0, 10 of 3,000 objects, 5 h left")
    // More came meanwhile than was known at the beginning.
    done = 3001
    assert.strictEqual(line(101_000), "boms 0, 3,001 of 3,001 objects")
    done = 0
    assert.strictEqual(line(101_000, 0), "boms 0")
  })

  it("tells what each flow has read and how many a second lately, as soon as that can be told", () => {
    let read = 0
    const running = new Map<FlowName, RunningFlow>([
      ["parts", { counts: () => ({ ...noCounts, read }), pace: new Pace(), ...unknown }],
      ["jobs", { counts: () => noCounts, pace: new Pace(), ...unknown }]
    ])
    assert.strictEqual(runningLine(running, 0, 80), "parts 0 · jobs 0")
    read = 500
    assert.strictEqual(runningLine(running, 500, 80), "parts 500 · jobs 0")
    read = 5000
    assert.strictEqual(runningLine(running, 2500, 80), "parts 5,000 (2,000/s) · jobs 0 (0/s)")
    // Nothing came since: the rate falls, and after some seconds what was read before counts no more.
    runningLine(running, 11_000, 80)
    assert.strictEqual(runningLine(running, 12_500, 80), "parts 5,000 (0/s) · jobs 0 (0/s)")
    assert.strictEqual(runningLine(running, 12_600, 10), "parts 5,0…")
  })
})
