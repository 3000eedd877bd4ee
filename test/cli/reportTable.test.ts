/**
 * The report of a pass.
 */
import { assert, describe, it } from "@effect/vitest"
import { reportLines } from "../../src/cli/reportTable.js"
import { screenOf } from "../../src/cli/Screen.js"
import { nothing } from "../../src/pipelines/pass.js"

const failure = (upstream: string, reason: "Refused" | "Timeout", category: "data" | "transient") => ({
  upstream,
  category,
  reason,
  count: 4,
  perMinute: () => []
})

describe("The report of a pass", () => {
  it("tells calls that failed, and none that was refused for its content", () => {
    const errors = [failure("plex", "Timeout", "transient"), failure("cdf", "Refused", "data")]
    const lines = reportLines({ ...nothing, errors }, false, screenOf(process.stdout))
    assert.deepStrictEqual(
      lines.filter((line) => line.includes("calls to")),
      ["4 calls to plex failed: Timeout (transient)"]
    )
  })

  it("says of an extractor that never began that it was interrupted", () => {
    const extractors = [{ extractor: "jobs" as const, status: "interrupted" as const, flows: [] }]
    assert.include(reportLines({ ...nothing, extractors }, false, screenOf(process.stdout)), "jobs: interrupted")
  })
})
