import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { type Difference, differencesOf, fieldsOf } from "../../../src/domain/cdf/Difference.js"

type Fields = Readonly<Record<string, unknown>>

const entriesOf = (value: unknown): Fields => (typeof value === "object" && value !== null ? { ...value } : {})

const textsOf = (value: unknown): ReadonlyArray<string> =>
  Array.isArray(value) ? value.map((item) => JSON.stringify(item)) : []

const having = (fields: Fields, key: string, value: unknown): Fields =>
  Object.fromEntries([
    ...Object.entries(fields).filter(([name]) => name !== key),
    ...(value === undefined ? [] : [[key, value]])
  ])

/** What somebody has who puts a difference right by hand. */
const applied = (fields: Fields, difference: Difference): Fields => {
  const { field } = difference
  if ("added" in difference) {
    const removed = new Set(textsOf(difference.removed))
    const held: unknown = fields[field]
    const left = (Array.isArray(held) ? held : []).filter((item) => !removed.has(JSON.stringify(item)))
    return having(fields, field, [...left, ...difference.added])
  }
  return difference.key === undefined
    ? having(fields, field, difference.after)
    : having(fields, field, having(entriesOf(fields[field]), difference.key, difference.after))
}

/** The same, where the order of keys and of sets says nothing. */
const canonical = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([field]) => field !== "id" && field !== "parentId")
      .map(([field, value]) => [
        field,
        Array.isArray(value)
          ? textsOf(value).toSorted()
          : typeof value === "object"
            ? Object.entries(entriesOf(value)).toSorted()
            : value
      ])
      .toSorted()
  )

const anyText = FastCheck.string({ maxLength: 2 })
// Some of these every object has, without its being a field.
const anyMetadata = FastCheck.dictionary(FastCheck.constantFrom("a", "b", "constructor", "toString"), anyText)

const anyObject = FastCheck.record(
  {
    id: FastCheck.nat(9),
    externalId: FastCheck.constant("x"),
    parentId: FastCheck.nat(3),
    name: anyText,
    startTime: FastCheck.nat(3),
    isStep: FastCheck.boolean(),
    metadata: anyMetadata,
    assetIds: FastCheck.uniqueArray(FastCheck.nat(4)),
    labels: FastCheck.uniqueArray(
      anyText.map((externalId) => ({ externalId })),
      {
        selector: ({ externalId }) => externalId
      }
    )
  },
  { requiredKeys: ["id", "externalId", "metadata", "assetIds", "labels"] }
)

describe("The differences of two states of an object", () => {
  it.prop("make the one out of the other", { before: anyObject, after: anyObject }, ({ after, before }) => {
    const made = differencesOf(before, after, true).reduce<Fields>(applied, before)
    assert.deepStrictEqual(canonical(made), canonical(after))
  })

  it.prop(
    "tell nothing of what is the same, in whatever order it is",
    { before: anyObject, after: anyObject },
    ({ after, before }) => {
      for (const one of differencesOf(before, after, true)) {
        if ("added" in one) assert.isAbove(one.added.length + one.removed.length, 0)
        else assert.notStrictEqual(one.before, one.after)
      }
      const turned = Object.fromEntries(Object.entries(before).toReversed())
      assert.deepStrictEqual(
        differencesOf(before, { ...turned, id: after.id, assetIds: before.assetIds.toReversed() }, true),
        []
      )
    }
  )

  it("name what tells of people, and tell it only where people are written", () => {
    const [before, after] = [
      { metadata: { operator_name: "Ann", status: "New" } },
      { metadata: { created_by_id: "Bob", status: "Old" } }
    ]
    assert.deepStrictEqual(differencesOf(before, after, false), [
      { field: "metadata", key: "created_by_id", withheld: true },
      { field: "metadata", key: "operator_name", withheld: true },
      { field: "metadata", key: "status", before: "New", after: "Old" }
    ])
    assert.deepStrictEqual(differencesOf(before, after, true), [
      { field: "metadata", key: "created_by_id", after: "Bob" },
      { field: "metadata", key: "operator_name", before: "Ann" },
      { field: "metadata", key: "status", before: "New", after: "Old" }
    ])
    assert.deepStrictEqual(fieldsOf({ id: 1, parentId: 2, name: "N", ...before }, false), {
      name: "N",
      metadata: { status: "New" }
    })
  })
})
