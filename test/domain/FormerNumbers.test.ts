import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { decodeFormerNumbers, formerNumbersFact, withFormerNumber } from "../../src/domain/FormerNumbers.js"

/** A number that CDF may give. */
const number = FastCheck.maxSafeNat().filter((one) => one > 0)
const told = (numbers: ReadonlyArray<number>): string | undefined =>
  numbers.reduce<string | undefined>(withFormerNumber, undefined)

describe("The former numbers of an asset", () => {
  it("are a fact of that asset alone", () => {
    assert.strictEqual(formerNumbersFact("PCN340884_part_1"), "former numbers of PCN340884_part_1")
    assert.notStrictEqual(formerNumbersFact("a"), formerNumbersFact("b"))
  })

  it("are none where nothing was told of them", () => {
    assert.deepStrictEqual(decodeFormerNumbers(undefined), [])
    assert.deepStrictEqual(decodeFormerNumbers(""), [])
  })

  it.prop(
    "are the last five, the oldest first, however often one is told",
    [FastCheck.uniqueArray(number, { maxLength: 12 }), FastCheck.integer({ min: 1, max: 3 })],
    ([numbers, times]) => {
      const repeated = numbers.flatMap((one) => Array.from({ length: times }, () => one))
      assert.deepStrictEqual(decodeFormerNumbers(told(repeated)), numbers.slice(-5))
    }
  )

  it("stay in their order where one of them is told again", () => {
    assert.deepStrictEqual(decodeFormerNumbers(told([7, 8, 9, 7])), [7, 8, 9])
  })

  it("are read from what is whole of a fact that is not", () => {
    assert.deepStrictEqual(decodeFormerNumbers("7 8x x9 -1 0 012 1.5 1e3  10"), [7, 10])
    assert.deepStrictEqual(decodeFormerNumbers("9007199254740991 90071992547409910"), [Number.MAX_SAFE_INTEGER])
  })

  it.prop("are whole numbers above 0, whatever the fact", [FastCheck.string(), number], ([fact, one]) => {
    for (const found of decodeFormerNumbers(fact)) assert.isTrue(Number.isInteger(found) && found > 0)
    assert.include(decodeFormerNumbers(withFormerNumber(fact, one)), one)
  })
})
