import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { utf8Length } from "../../src/domain/Text.js"
import { marking, marksOf, retiredAtOf } from "../../src/domain/Marks.js"

describe("The marks of a retired object", () => {
  it.prop("tell when it was retired, to the millisecond", [FastCheck.nat(4e12)], ([at]) => {
    assert.strictEqual(retiredAtOf(marksOf(at)), at)
  })

  it.prop(
    "always find room, a long text gives way and comes to no harm where there is enough",
    [FastCheck.integer({ min: 0, max: 10_200 })],
    ([length]) => {
      const held = { code: "A", note: "é".repeat(length / 2) }
      const { add, remove } = marking("assets", held, 1e12)
      const kept = Object.entries({ ...held, ...add }).filter(([key]) => !remove.includes(key))
      assert.deepInclude(Object.fromEntries(kept), { code: "A", active: "false" })
      assert.isAtMost(
        kept.reduce((sum, [key, value]) => sum + utf8Length(key) + utf8Length(value), 0),
        10_240
      )
      if (length < 10_000) assert.deepStrictEqual(add, marksOf(1e12))
    }
  )

  it("shorten nothing that may be of others", () => {
    const held = { theirs: "x".repeat(10_230) }
    assert.deepStrictEqual(marking("assets", held, 0), { add: marksOf(0), remove: [] })
  })

  it("are none where somebody else calls an object active or not", () => {
    assert.isUndefined(retiredAtOf({}))
    assert.isUndefined(retiredAtOf({ active: "true", retired_at: "2026-06-12T08:00:00.000Z" }))
    assert.isUndefined(retiredAtOf({ active: "false" }))
    assert.isUndefined(retiredAtOf({ active: "false", retired_at: "some day" }))
  })
})
