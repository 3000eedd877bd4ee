import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { Halving } from "../../../src/domain/cdf/Halving.js"

interface Course {
  /** The items of each call, in order. */
  readonly calls: ReadonlyArray<ReadonlyArray<number>>
  readonly sent: ReadonlyArray<number>
  readonly atFault: ReadonlyArray<number>
}

/** In calls of how many items at most a refusal names an item: CDF does not name all that it could. */
type Naming = (item: number) => number
const namesNone: Naming = () => 0
const namesAll: Naming = () => Number.POSITIVE_INFINITY

/** Sends to a CDF that refuses a call with one of the `bad` in it. */
const course = (items: ReadonlyArray<number>, bad: ReadonlySet<number>, naming: Naming): Course => {
  const calls: Array<ReadonlyArray<number>> = []
  const sent: Array<number> = []
  const atFault: Array<number> = []
  const halving = new Halving(items)
  for (let batch = halving.next(); batch.length > 0; batch = halving.next()) {
    if (calls.push(batch) > items.length * 10) throw new Error("it goes on for ever")
    if (batch.every((item) => !bad.has(item))) {
      halving.taken()
      sent.push(...batch)
      continue
    }
    const apart = batch.filter((item) => bad.has(item) && batch.length <= naming(item))
    const found = halving.refused(new Set(apart))
    atFault.push(...apart, ...(found === undefined ? [] : [found]))
  }
  return { calls, sent, atFault }
}

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at)

const trial = FastCheck.integer({ min: 0, max: 70 }).chain((count) =>
  FastCheck.record({
    items: FastCheck.constant(upTo(count)),
    bad: FastCheck.subarray(upTo(count)).map((items) => new Set(items)),
    naming: FastCheck.array(FastCheck.nat(count), { minLength: count, maxLength: count }).map(
      (most): Naming =>
        (item) =>
          most[item] ?? 0
    )
  })
)

describe("Halving", () => {
  it.prop("finds each item at fault once, and sends all others once in their order", [trial], ([one]) => {
    const { atFault, sent } = course(one.items, one.bad, one.naming)
    assert.deepStrictEqual(
      atFault.toSorted((a, b) => a - b),
      one.items.filter((item) => one.bad.has(item))
    )
    assert.deepStrictEqual(
      sent,
      one.items.filter((item) => !one.bad.has(item))
    )
  })

  it.prop("sends all in one call where CDF takes them, and makes no call of nothing", [trial], ([{ items }]) => {
    assert.deepStrictEqual(course(items, new Set(), namesNone).calls, items.length === 0 ? [] : [items])
  })

  it("finds one bad item in n, wherever it is, in at most ⌈log₂ n⌉ + 2 calls more", () => {
    for (let count = 1; count <= 65; count++) {
      for (const bad of upTo(count)) {
        const { calls } = course(upTo(count), new Set([bad]), namesNone)
        assert.isAtMost(calls.length, 1 + Math.ceil(Math.log2(count)) + 2, `${bad} of ${count}`)
      }
    }
  })

  it.prop("needs one call more where the refusal names all that are bad", [trial], ([{ bad, items }]) => {
    const { calls } = course(items, bad, namesAll)
    const good = items.filter((item) => !bad.has(item))
    assert.deepStrictEqual(
      calls,
      [items, ...(bad.size === 0 ? [] : [good])].filter((call) => call.length > 0)
    )
  })

  it("sends what was not tested in one call, and after the fourth item found part by part", () => {
    assert.deepStrictEqual(course(upTo(8), new Set(upTo(8)), namesNone).calls, [
      [0, 1, 2, 3, 4, 5, 6, 7],
      [0, 1, 2, 3],
      [0, 1],
      [0],
      [1, 2, 3, 4, 5, 6, 7],
      [1, 2, 3, 4],
      [1, 2],
      [1],
      [2, 3, 4, 5, 6, 7],
      [2, 3, 4],
      [2, 3],
      [2],
      [3, 4, 5, 6, 7],
      [3, 4, 5],
      [3, 4],
      [3],
      [4],
      [5],
      [6, 7],
      [6],
      [7]
    ])
  })

  it("costs less than two calls an item and some where all are bad", () => {
    for (const count of [16, 100, 1000]) {
      const { calls } = course(upTo(count), new Set(upTo(count)), namesNone)
      assert.isAtMost(calls.length, 2 * count + 4 * Math.ceil(Math.log2(count)), `${count}`)
    }
  })
})
