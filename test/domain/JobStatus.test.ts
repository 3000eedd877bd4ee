import { assert, describe, it } from "@effect/vitest"
import { jobStatuses, priorityRank } from "../../src/domain/JobStatus.js"
import { Instant } from "../../src/domain/Instant.js"
import { defaultTenantTables, type JobSubtype } from "../../src/domain/TenantTables.js"

const statuses = jobStatuses(defaultTenantTables)
const rank = priorityRank(defaultTenantTables)
const completedDate = Instant.make("2026-06-11T14:03:22.417Z")

const meanings: ReadonlyArray<readonly [status: string | null, subtype: JobSubtype]> = [
  ["Open", "scheduled"],
  ["New", "scheduled"],
  ["Scheduled", "scheduled"],
  ["Released", "scheduled"],
  ["", "scheduled"],
  ["   ", "scheduled"],
  [null, "scheduled"],
  ["Cancelled", "cancelled"],
  ["CANCELED", "cancelled"],
  ["cancel", "cancelled"],
  ["Hold", "on_hold"],
  ["On Hold", "on_hold"],
  ["ON-HOLD", "on_hold"],
  ["Quality hold (active)", "on_hold"],
  ["Complete", "completed"],
  ["completed", "completed"],
  ["Finished", "completed"],
  ["Closed", "completed"],
  ["Closed - Cancelled", "cancelled"],
  ["In Progress", "in_progress"],
  ["in_progress", "in_progress"],
  ["Active", "in_progress"],
  ["Running", "in_progress"],
  ["Started", "in_progress"],
  ["Incomplete", "scheduled"],
  ["Inactive", "scheduled"],
  ["Not Complete", "scheduled"],
  ["Not started", "scheduled"],
  ["Un-started", "scheduled"],
  ["Unfinished", "scheduled"],
  ["Household", "scheduled"],
  ["Complete, not closed", "completed"]
]

describe("the subtype of a job", () => {
  for (const [jobStatus, subtype] of meanings) {
    it(`"${jobStatus ?? "null"}" is ${subtype}`, () => {
      assert.strictEqual(statuses.subtypeOf({ jobStatus, completedDate: null }), subtype)
    })
  }

  it("without a status, a completion date means completed", () => {
    for (const jobStatus of [null, undefined, "", "  "]) {
      assert.strictEqual(statuses.subtypeOf({ jobStatus, completedDate }), "completed")
    }
  })

  it("a status that is there outweighs the completion date", () => {
    assert.strictEqual(statuses.subtypeOf({ jobStatus: "Open", completedDate }), "scheduled")
  })

  it("follows the tenant's own words", () => {
    const german = jobStatuses({ jobStatuses: [{ subtype: "completed", words: ["Fertig"] }] })
    assert.strictEqual(german.subtypeOf({ jobStatus: "FERTIG gemeldet" }), "completed")
    assert.strictEqual(german.subtypeOf({ jobStatus: "Completed" }), "scheduled")
  })
})

describe("an open job", () => {
  it("is neither completed nor cancelled, by status or by date", () => {
    assert.isTrue(statuses.isOpen({ jobStatus: "Open", completedDate: null }))
    assert.isTrue(statuses.isOpen({ jobStatus: "On Hold" }))
    assert.isTrue(statuses.isOpen({}))
    assert.isFalse(statuses.isOpen({ jobStatus: "Closed", completedDate: null }))
    assert.isFalse(statuses.isOpen({ jobStatus: "Cancelled", completedDate: null }))
    assert.isFalse(statuses.isOpen({ jobStatus: "Open", completedDate }))
  })

  it("and a cancelled one are not completed", () => {
    for (const jobStatus of ["Open", "Cancelled", null])
      assert.isFalse(statuses.isCompleted({ jobStatus, completedDate: null }))
    assert.isTrue(statuses.isCompleted({ jobStatus: "Closed", completedDate: null }))
    assert.isTrue(statuses.isCompleted({ jobStatus: "Cancelled", completedDate }))
  })

  it("has no finished status", () => {
    assert.deepStrictEqual(
      ["Open", "Hold", "In Progress", "Complete", "Cancelled", "Not Complete"].filter(statuses.isFinishedStatus),
      ["Complete", "Cancelled"]
    )
  })
})

describe("the rank of a priority", () => {
  const ranks: ReadonlyArray<readonly [priority: string | null | undefined, rank: string]> = [
    ["Low", "1"],
    ["Medium", "2"],
    ["normal", "2"],
    ["HIGH", "3"],
    [" Critical ", "4"],
    ["Urgent", "4"],
    ["7", "7"],
    ["07.50", "7.5"],
    ["-1", "-1"],
    ["Whenever", "0"],
    ["constructor", "0"],
    ["__proto__", "0"],
    ["", "0"],
    [null, "0"],
    [undefined, "0"]
  ]
  for (const [priority, expected] of ranks) {
    it(`of ${JSON.stringify(priority)} is ${expected}`, () => assert.strictEqual(rank(priority), expected))
  }
})
