import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { Smallest } from "../../src/domain/Smallest.js"

const anyKey = FastCheck.constantFrom(..."abcdefgh")

describe("The few whose keys come first", () => {
  it.prop(
    "are the same in whatever order they come, each with what came for it last",
    { puts: FastCheck.array(FastCheck.tuple(anyKey, FastCheck.nat())), most: FastCheck.nat(5) },
    ({ most, puts }) => {
      const smallest = new Smallest<string>(most)
      for (const [key, value] of puts) smallest.put(key, `${key}${value}`)
      const last = new Map(puts)
      const keys = [...last.keys()].toSorted().slice(0, most)
      assert.deepStrictEqual(
        smallest.values,
        keys.map((key) => `${key}${last.get(key)}`)
      )
      for (const [key, value] of last) {
        assert.strictEqual(smallest.get(key), keys.includes(key) ? `${key}${value}` : undefined)
      }
    }
  )

  it("leave room where one is dropped", () => {
    const smallest = new Smallest<number>(2)
    smallest.put("b", 2)
    smallest.put("a", 1)
    smallest.drop("a")
    smallest.drop("z")
    smallest.put("c", 3)
    assert.deepStrictEqual(smallest.values, [2, 3])
  })
})
