import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import {
  awaitedTooLong,
  type AwaitedWorkcenters,
  decodeAwaited,
  encodeAwaited,
  firstAwaited,
  withAwaited,
  withoutAwaited
} from "../../src/domain/AwaitedWorkcenters.js"

const instants = fc.integer({ min: 0, max: 4e12 })
const readings = fc.array(fc.tuple(fc.array(fc.string(), { maxLength: 3 }), instants, instants), { maxLength: 8 })

const after = (told: ReadonlyArray<readonly [ReadonlyArray<string>, number, number]>): AwaitedWorkcenters =>
  told.reduce<AwaitedWorkcenters>((awaited, [keys, day, now]) => withAwaited(awaited, keys, day, now), new Map())

describe("Workcenters that are awaited", () => {
  it("are remembered from their earliest day, and from the reading that named them first", () => {
    fc.assert(
      fc.property(readings, (told) => {
        for (const [key, { from, since }] of after(told)) {
          const of = told.filter(([keys]) => keys.includes(key))
          assert.strictEqual(from, Math.min(...of.map(([, day]) => day)))
          assert.strictEqual(since, of[0]?.[2])
        }
      })
    )
  })

  it("are all that were named, and come back from their fact as they are", () => {
    fc.assert(
      fc.property(readings, (told) => {
        const awaited = after(told)
        assert.deepStrictEqual(new Set(awaited.keys()), new Set(told.flatMap(([keys]) => keys)))
        assert.deepStrictEqual(decodeAwaited(encodeAwaited(awaited)), awaited)
      })
    )
  })

  it("are none where the fact is absent or unreadable", () => {
    for (const fact of [undefined, "", "{}", '[["WC",{"from":"x"}]]']) {
      assert.strictEqual(decodeAwaited(fact).size, 0)
    }
  })

  it("name the first day that lacks a point of one of them, and go when they are known or awaited too long", () => {
    const awaited = after([
      [["a"], 50, 1],
      [["b"], 20, 2],
      [["a"], 30, 3]
    ])
    assert.strictEqual(firstAwaited(awaited, new Set(["a"])), 30)
    assert.strictEqual(firstAwaited(awaited, new Set(["a", "b"])), 20)
    assert.strictEqual(firstAwaited(awaited, new Set(["c"])), undefined)
    assert.deepStrictEqual([...awaitedTooLong(awaited, 2)], ["a"])
    assert.deepStrictEqual([...withoutAwaited(awaited, new Set(["a"])).keys()], ["b"])
  })
})
