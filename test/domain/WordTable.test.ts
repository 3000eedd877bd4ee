import { assert, describe, it } from "@effect/vitest"
import { defaultTenantTables } from "../../src/domain/TenantTables.js"
import { wordMatcher } from "../../src/domain/WordTable.js"

describe("wordMatcher", () => {
  const job = wordMatcher(defaultTenantTables.jobStatuses)

  it("matches whole words in any case", () => {
    assert.strictEqual(job("In PROGRESS"), "in_progress")
    assert.strictEqual(job("in_progress"), "in_progress")
    assert.strictEqual(job("Cancelled"), "cancelled")
    assert.strictEqual(job("On-Hold"), "on_hold")
    assert.strictEqual(job("ready: closed."), "completed")
  })

  it("does not match a word inside another word", () => {
    assert.strictEqual(job("Incomplete"), undefined)
    assert.strictEqual(job("Inactive"), undefined)
    assert.strictEqual(job("Withholding"), undefined)
  })

  it("does not match a word after not or un", () => {
    assert.strictEqual(job("Not Started"), undefined)
    assert.strictEqual(job("not yet started"), undefined)
    assert.strictEqual(job("un-finished"), undefined)
    assert.strictEqual(job("Not started, on hold"), "on_hold")
    assert.strictEqual(job("Not complete / closed"), "completed")
  })

  it("takes the first entry of the table that matches, whatever comes first in the text", () => {
    assert.strictEqual(job("Completed, then cancelled"), "cancelled")
    assert.strictEqual(job("Active - Hold"), "on_hold")
  })

  it("matches several words only in a row", () => {
    const match = wordMatcher([{ subtype: "wip", words: ["Work-in-Process"] }])
    assert.strictEqual(match("work in process"), "wip")
    assert.strictEqual(match("work process in"), undefined)
    assert.strictEqual(match("not work in process"), undefined)
  })

  it("matches nothing in no text, nor with an entry of no words", () => {
    assert.strictEqual(job(null), undefined)
    assert.strictEqual(job(undefined), undefined)
    assert.strictEqual(job(""), undefined)
    assert.strictEqual(wordMatcher([{ subtype: "all", words: ["-"] }])("anything"), undefined)
  })
})
