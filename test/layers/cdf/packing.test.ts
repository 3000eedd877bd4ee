import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { mostPoints, mostRows, pack } from "../../../src/layers/cdf/Packing.js"

const entry = (key: string, parts: number, weight = 1) => ({
  key,
  weight,
  parts: Array.from({ length: parts }, (_, at) => at)
})

const sizes = (calls: ReturnType<typeof pack<number, ReturnType<typeof entry>>>) =>
  calls.map((call) => call.map(({ entry: { key }, parts }) => `${key}:${parts.length}`))

describe("pack", () => {
  it("fills each call and lets a large entry go on in the next", () => {
    assert.deepStrictEqual(sizes(pack([entry("a", 5), entry("b", 3)], { parts: 4, weight: 4, entries: 9 })), [
      ["a:4"],
      ["a:1", "b:3"]
    ])
  })

  it("bounds the entries of a call", () => {
    const many = Array.from({ length: 20_001 }, (_, at) => entry(`s${at}`, 1))
    assert.deepStrictEqual(
      pack(many, mostPoints).map((call) => call.length),
      [10_000, 10_000, 1]
    )
  })

  it("counts values as well as rows", () => {
    assert.deepStrictEqual(sizes(pack([entry("wide", 600, 400), entry("narrow", 9000)], mostRows)), [
      ["wide:250"],
      ["wide:250"],
      ["wide:100", "narrow:9000"]
    ])
  })

  it("never has a key twice in a call", () => {
    assert.deepStrictEqual(sizes(pack([entry("a", 1), entry("a", 1), entry("b", 1)], mostPoints)), [
      ["a:1"],
      ["a:1", "b:1"]
    ])
  })

  it.prop(
    "sends every part once, in order, within the limits",
    [Schema.Array(Schema.Struct({ parts: Schema.Int.pipe(Schema.between(0, 40)), weight: Schema.Literal(1, 3, 50) }))],
    ([shapes]) => {
      const limits = { parts: 10, weight: 30, entries: 3 }
      const entries = shapes.map(({ parts, weight }, at) => entry(`k${at}`, parts, weight))
      const calls = pack(entries, limits)
      for (const call of calls) {
        assert.isAtMost(call.length, limits.entries)
        assert.isAtMost(
          call.reduce((sum, { parts }) => sum + parts.length, 0),
          limits.parts
        )
        const weight = call.reduce((sum, { entry, parts }) => sum + entry.weight * parts.length, 0)
        assert.isTrue(weight <= limits.weight || (call.length === 1 && call[0]?.parts.length === 1))
      }
      const sent = calls.flat().flatMap(({ entry: { key }, parts }) => parts.map((part) => `${key}/${part}`))
      assert.deepStrictEqual(
        sent,
        entries.flatMap(({ key, parts }) => parts.map((part) => `${key}/${part}`))
      )
    }
  )
})
