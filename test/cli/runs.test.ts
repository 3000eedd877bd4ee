import { assert, describe, it } from "@effect/vitest"
import { noCounts } from "../../src/domain/Report.js"
import { rowLines } from "../../src/cli/output.js"
import { runHeadings, runRow, showLines } from "../../src/cli/runsTable.js"
import type { RunRecord } from "../../src/services/RunLog.js"

const request = {
  at: 1_780_000_000_000,
  upstream: "cdf",
  operation: "POST /events",
  status: 503,
  duration: 1_250,
  throttled: false,
  reason: "Unavailable",
  detail: "status 503",
  requestId: "x-1"
} as const

const sums = { requests: 1_200, items: 0, duration: 1_250, errors: 1, throttled: 0, lost: 3 }

const run: RunRecord = {
  runId: "mws0jzkisxe0a",
  name: "jobs",
  trigger: "once",
  status: "degraded",
  started: 1_780_000_000_000,
  finished: 1_780_000_002_500,
  notes: "dry run",
  endNotes: "jobs is degraded:\tcut\nin two",
  metrics: sums,
  entities: [{ entity: "jobs", sourceCount: 4, status: "degraded", notice: "cut", counts: { ...noCounts, read: 4 } }],
  endpoints: [{ ...sums, upstream: "cdf", endpoint: "POST /events", longest: 1_250 }],
  slowest: [request],
  failures: [request]
}

describe("runs on the screen", () => {
  it("are a table on a terminal, and a line each with tabs between its cells elsewhere", () => {
    const plain = rowLines(runHeadings, [runRow(run)], false)
    assert.lengthOf(plain, 1)
    const cells = plain[0]?.split("\t") ?? []
    assert.lengthOf(cells, runHeadings.length)
    assert.deepStrictEqual(cells.slice(0, 7), [
      "mws0jzkisxe0a",
      "jobs",
      "once",
      "degraded",
      "2026-05-28T20:26:40Z",
      "2.5",
      "1200"
    ])
    const table = rowLines(runHeadings, [runRow(run), runRow({ ...run, finished: undefined })], true)
    assert.lengthOf(table, 4)
    assert.include(table[0], "requests")
    assert.include(table[2], "1,200")
  })

  it("show counts, notices, requests by endpoint, the slowest and the failed ones, and what was not kept", () => {
    const text = showLines(run).join("\n")
    for (const words of [
      "run mws0jzkisxe0a: jobs, degraded",
      "dry run; jobs is degraded",
      "3 requests were not kept",
      "Counts",
      "jobs: cut",
      "Slowest",
      "Failed",
      "1250 ms  Unavailable  status 503  x-request-id x-1"
    ]) {
      assert.include(text, words)
    }
    const empty = { ...run, entities: [], endpoints: [], slowest: [], failures: [], metrics: { ...sums, lost: 0 } }
    assert.lengthOf(showLines({ ...empty, notes: "", endNotes: "" }), 3)
  })
})
