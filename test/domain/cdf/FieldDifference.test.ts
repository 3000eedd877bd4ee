import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { differenceOf, type FieldDifference, type ObjectFields } from "../../../src/domain/cdf/FieldDifference.js"

const value = FastCheck.oneof(
  FastCheck.string(),
  FastCheck.double(),
  FastCheck.boolean(),
  FastCheck.array(FastCheck.string(), { maxLength: 4 })
)
const name = FastCheck.constantFrom("name", "unit", "links", "metadata.a", "__proto__")
const fields = FastCheck.array(FastCheck.tuple(name, value)).map((entries): ObjectFields => new Map(entries))

const applied = (before: ObjectFields, differences: ReadonlyArray<FieldDifference>): ObjectFields => {
  const after = new Map(before)
  for (const { after: next, before: was, field } of differences) {
    assert.deepStrictEqual(before.get(field), was)
    if (next === undefined) after.delete(field)
    else after.set(field, next)
  }
  return after
}

const plain = (object: ObjectFields) => [...object].toSorted(([one], [other]) => (one < other ? -1 : 1))

describe("The difference of two objects", () => {
  it("applied to one gives the other, and names no field that is the same", () => {
    FastCheck.assert(
      FastCheck.property(fields, fields, (before, after) => {
        const differences = differenceOf(before, after)
        assert.deepStrictEqual(plain(applied(before, differences)), plain(after))
        assert.strictEqual(new Set(differences.map(({ field }) => field)).size, differences.length)
        for (const { after: next, before: was } of differences) assert.notDeepEqual(was, next)
      })
    )
  })

  it("of an object and itself is none", () => {
    FastCheck.assert(FastCheck.property(fields, (one) => assert.deepStrictEqual(differenceOf(one, new Map(one)), [])))
  })
})
