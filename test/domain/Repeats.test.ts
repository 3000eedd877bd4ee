import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { firstWait, Repeats, silence } from "../../src/domain/Repeats.js"

const minute = 60_000

describe("Problems that repeat", () => {
  it("are told at once, then after growing waits with how often they came", () => {
    const repeats = new Repeats<string>()
    const told = Array.from({ length: 24 * 60 }, (_, at) => repeats.met("down", "jobs", "down", at * minute)).flatMap(
      (each, at) => (each === undefined ? [] : [[at, each.times, each.since] as const])
    )
    assert.deepStrictEqual(told, [
      [0, 1, 0],
      [5, 6, 0],
      [20, 21, 0],
      [65, 66, 0],
      [200, 201, 0],
      [605, 606, 0]
    ])
  })

  it("are over for the flow that ends well, with all that it met before it began; others' go on", () => {
    const repeats = new Repeats<string>()
    for (let time = 0; time < 3; time++) {
      repeats.met("jobs down", "jobs", `jobs ${time}`, time)
      repeats.met("parts down", "parts", "parts", time)
    }
    repeats.met("once", "jobs", "once", 3)
    assert.deepStrictEqual(repeats.over("jobs", 2), [])
    const [over, ...others] = repeats.over("jobs", 4)
    assert.deepInclude(over, { last: "jobs 2", since: 0, times: 3 })
    assert.isEmpty(others, "what came once is not told again")
    assert.deepStrictEqual(repeats.met("jobs down", "jobs", "anew", 5), { times: 1, since: 5 })
    assert.strictEqual(repeats.met("parts down", "parts", "parts", 5), undefined)
  })

  it("of no flow are over when they have not come for long", () => {
    const repeats = new Repeats<string>()
    repeats.met("lease", "", "lease", 0)
    repeats.met("lease", "", "lease", minute)
    repeats.met("jobs", "jobs", "jobs", 0)
    repeats.met("jobs", "jobs", "jobs", minute)
    assert.deepStrictEqual(repeats.silent(silence), [])
    assert.deepStrictEqual(
      repeats.silent(minute + silence).map(({ last }) => last),
      ["lease"]
    )
  })

  it("are all told of in the end, each as often as it came", () => {
    const coming = fc.record({
      key: fc.constantFrom("a", "b", "c"),
      wait: fc.integer({ min: 0, max: 3 * firstWait })
    })
    fc.assert(
      fc.property(fc.array(coming, { maxLength: 60 }), (comings) => {
        const repeats = new Repeats<string>()
        const met = new Map<string, number>()
        const told = new Map<string, number>()
        let at = 0
        for (const { key, wait } of comings) {
          at += wait
          met.set(key, (met.get(key) ?? 0) + 1)
          const now = repeats.met(key, "jobs", key, at)
          if (now !== undefined) told.set(key, now.times)
        }
        for (const { last, times } of repeats.rest()) told.set(last, times)
        assert.deepStrictEqual(told, met)
      })
    )
  })
})
