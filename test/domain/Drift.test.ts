import { assert, describe, it } from "@effect/vitest"
import { FastCheck, Schema } from "effect"
import { decodeDrift, Drift, encodeDrift, noDrift } from "../../src/domain/Drift.js"
import { number, text } from "../../src/domain/plex/Fields.js"

const known = ["a", "b", "c"]
const schema = Schema.Struct({ a: text, b: text, c: number })
const open = Schema.Struct({ a: text }, Schema.Record({ key: Schema.String, value: Schema.Unknown }))

type Row = Readonly<Record<string, unknown>>
type Unread = ReadonlyArray<ReadonlyArray<PropertyKey>>

const drift = (
  rows: ReadonlyArray<unknown>,
  unread: ReadonlyArray<Unread> = [],
  of: typeof schema | typeof open = schema
) => {
  const drift = new Drift()
  drift.of(of).see(rows)
  for (const paths of unread) drift.of(of).unread(paths)
  return drift
}
const times = (count: number, row: Row): ReadonlyArray<Row> => Array.from({ length: count }, () => row)
const whole = { a: "1", b: "2", c: 3 }

/** What each of these runs tells, one after the other, its memory kept as text in between. */
const told = (runs: ReadonlyArray<Drift>, versions: ReadonlyArray<string> = []) => {
  let memory: string | undefined
  return runs.map((run, at) => {
    const verdict = run.verdict(decodeDrift(memory), versions[at] ?? "1", true)
    memory = encodeDrift(verdict.memory)
    return Object.fromEntries(verdict.untold)
  })
}

const value = FastCheck.constantFrom(null, undefined, "", "x", 0, false)
const row = FastCheck.dictionary(FastCheck.constantFrom(...known, "d", "e", "__proto__", "constructor"), value)

describe("drift", () => {
  it.prop(
    "names exactly the fields that no schema reads and those that no record has any more",
    [FastCheck.array(row, { minLength: 20, maxLength: 60 })],
    ([rows]) => {
      const before = drift(times(20, whole)).verdict(noDrift, "1", true).memory
      const { drifted, untold } = drift(rows).verdict(before, "1", true)
      const names = new Set(rows.flatMap((one) => Object.keys(one)))
      const expected = [
        ...[...names].filter((name) => !known.includes(name)).map((name) => `new ${name}`),
        ...known
          .filter((name) => rows.every((one) => one[name] === null || one[name] === undefined))
          .map((name) => `missing ${name}`)
      ]
      assert.sameMembers(
        [...untold].map(([name, kind]) => `${kind} ${name}`),
        expected
      )
      assert.strictEqual(drifted, expected.length)
    }
  )

  it.prop(
    "tells nothing twice of runs that show the same, and keeps the same text",
    [FastCheck.array(row, { maxLength: 60 })],
    ([rows]) => {
      const first = drift(rows).verdict(noDrift, "1", true)
      const second = drift(rows.toReversed()).verdict(decodeDrift(encodeDrift(first.memory)), "1", true)
      assert.deepStrictEqual([...second.untold], [])
      assert.strictEqual(second.drifted, first.drifted)
      assert.strictEqual(encodeDrift(second.memory), encodeDrift(first.memory))
    }
  )

  it("is told again when it ended and came back, and by another version", () => {
    const more = () => drift(times(20, { ...whole, d: 1 }))
    const less = () => drift(times(20, { a: "1", b: null, c: 3 }))
    const all = () => drift(times(20, whole))
    assert.deepStrictEqual(told([more(), more(), all(), more()]), [{ d: "new" }, {}, {}, { d: "new" }])
    assert.deepStrictEqual(told([all(), less(), less(), all(), less()]), [
      {},
      { b: "missing" },
      {},
      {},
      { b: "missing" }
    ])
    assert.deepStrictEqual(told([more(), more(), more()], ["1", "2", "2"]), [{ d: "new" }, { d: "new" }, {}])
  })

  it("is not over because a few records do not show it", () => {
    const rare = () => drift([...times(99, whole), { ...whole, d: 1 }])
    assert.deepStrictEqual(told([rare(), drift(times(30, whole)), rare()]), [{ d: "new" }, {}, {}])
  })

  it("misses a field only where at least 20 records would have had it", () => {
    const rare = () => drift([...times(36, { a: "1" }), ...times(12, whole)])
    assert.deepStrictEqual(told([drift(times(20, whole)), drift(times(19, { a: "1", c: 3 }))]), [{}, {}])
    assert.deepStrictEqual(told([rare(), drift(times(79, { a: "1" }))]), [{}, {}])
    assert.deepStrictEqual(told([rare(), drift(times(160, { a: "1" }))]), [{}, { b: "missing", c: "missing" }])
  })

  it("misses nothing in a run that was cut or that asked for some records only", () => {
    const { memory } = drift(times(20, whole)).verdict(noDrift, "1", true)
    const selected = drift(times(50, { a: "1" }))
    selected.select()
    for (const verdict of [
      drift(times(50, { a: "1" })).verdict(memory, "1", false),
      selected.verdict(memory, "1", true)
    ]) {
      assert.deepStrictEqual(verdict, { drifted: 0, untold: new Map(), memory })
    }
  })

  it("knows no new fields where the schema keeps all, but misses them", () => {
    assert.deepStrictEqual(
      told([drift(times(20, whole), [], open), drift(times(20, { a: "1", b: null, c: 3 }), [], open)]),
      [{}, { b: "missing" }]
    )
  })

  it("names a field that cannot be read once, however often and deep it lies", () => {
    const unread = [["c"], ["c"], ["list", 3, "b"]]
    assert.deepStrictEqual(told([drift(times(20, whole), [unread, unread])]), [
      { c: "unreadable", "list.b": "unreadable" }
    ])
  })

  it("sees a field of any record, also of a late one", () => {
    const rows = [...times(5000, { a: "1" }), whole, { ...whole, d: 1 }]
    const { memory } = drift(times(20, whole)).verdict(noDrift, "1", true)
    assert.deepStrictEqual([...drift(rows).verdict(memory, "1", true).untold], [["d", "new"]])
  })

  it("does not grow without end with keys that are made of data", () => {
    let memory = noDrift
    for (let run = 0; run < 10; run++) {
      const rows = Array.from({ length: 3000 }, (_, at) => ({
        ...whole,
        [`${"x".repeat(300)}${run}-${at}`]: 1,
        [`key${run}-${at}`]: 1
      }))
      memory = drift(rows).verdict(memory, "1", true).memory
    }
    assert.isAtMost(encodeDrift(memory).length, 50_000)
  })

  it("takes what is no object for nothing", () => {
    assert.deepStrictEqual(told([drift([null, 1, "text", ["x"], undefined])]), [{}])
  })
})
