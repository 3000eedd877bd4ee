import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { areAlike, Comparison, type DifferingPair } from "../../../src/domain/cdf/Comparison.js"
import type { ResourceKind } from "../../../src/domain/cdf/Resource.js"

const pairOf = (externalId: string, ...fields: ReadonlyArray<string>): DifferingPair => ({
  externalId,
  counterpart: `THEIR_${externalId}`,
  differences: fields.map((field) => ({ field, before: "ours", after: "theirs" }))
})

/** What may be found, and where it is counted. */
const acts = {
  alike: (into: Comparison, kind: ResourceKind, word: string) => into.pair(kind, word, pairOf("A")),
  different: (into: Comparison, kind: ResourceKind, word: string) => into.pair(kind, word, pairOf("D", "name")),
  onlyHere: (into: Comparison, kind: ResourceKind, word: string) => into.onlyHere(kind, word, "H"),
  onlyThere: (into: Comparison, kind: ResourceKind, word: string) => into.onlyThere(kind, word, "T"),
  contested: (into: Comparison, kind: ResourceKind, word: string) => into.contested(kind, word),
  uncovered: (into: Comparison, kind: ResourceKind, word: string) => into.uncovered(kind, word)
} as const

const act = FastCheck.record({
  name: FastCheck.constantFrom<keyof typeof acts>(
    "alike",
    "different",
    "onlyHere",
    "onlyThere",
    "contested",
    "uncovered"
  ),
  kind: FastCheck.constantFrom<ResourceKind>("assets", "events"),
  word: FastCheck.constantFrom("part", "job", "")
})

const counted = { alike: 0, different: 0, onlyHere: 0, onlyThere: 0, contested: 0 }

describe("A comparison", () => {
  it("in which nothing was found has nothing, and is alike", () => {
    const { report } = new Comparison(3)
    assert.deepStrictEqual(report, { kinds: [], dataSets: [], uncovered: [] })
    assert.isTrue(areAlike(report))
  })

  it.prop("counts all that was found, by kind and word", [FastCheck.array(act, { maxLength: 40 })], ([found]) => {
    const comparison = new Comparison(2)
    for (const { kind, name, word } of found) acts[name](comparison, kind, word)
    const { kinds, uncovered } = comparison.report
    for (const kind of ["assets", "events"]) {
      for (const word of ["part", "job", ""]) {
        const count = (name: string) =>
          found.filter((one) => one.kind === kind && one.word === word && one.name === name).length
        const { alike, contested, different, onlyHere, onlyThere } =
          kinds.find((one) => one.kind === kind && one.word === word) ?? counted
        assert.deepStrictEqual(
          [alike, different, onlyHere, onlyThere],
          [count("alike"), count("different"), count("onlyHere"), count("onlyThere")]
        )
        const isTold = alike + different + onlyHere + onlyThere > 0
        assert.strictEqual(contested, isTold ? count("contested") : 0)
        assert.strictEqual(
          uncovered.find((one) => one.kind === kind && one.word === word)?.objects ?? 0,
          count("uncovered")
        )
      }
    }
    for (const { alike, different, onlyHere, onlyThere } of kinds) {
      assert.isAbove(alike + different + onlyHere + onlyThere, 0)
    }
    for (const { objects } of uncovered) assert.isAbove(objects, 0)
  })

  it.prop("is alike where all that was compared is alike", [FastCheck.array(act, { maxLength: 6 })], ([found]) => {
    const comparison = new Comparison(0)
    for (const { kind, name, word } of found) acts[name](comparison, kind, word)
    assert.strictEqual(
      areAlike(comparison.report),
      found.every(({ name }) => name === "alike" || name === "contested" || name === "uncovered")
    )
  })

  it("names the first of each sort, and not more than it was asked for", () => {
    const comparison = new Comparison(2)
    const ids = ["1", "2", "3"]
    comparison.pair("assets", "part", pairOf("0"))
    for (const id of ids) comparison.pair("assets", "part", pairOf(id, "name"))
    for (const id of ids) comparison.onlyHere("assets", "part", `here ${id}`)
    for (const id of ids) comparison.onlyThere("assets", "part", `there ${id}`)
    assert.deepStrictEqual(comparison.report.kinds, [
      {
        kind: "assets",
        word: "part",
        alike: 1,
        different: 3,
        onlyHere: 3,
        onlyThere: 3,
        contested: 0,
        fields: { name: 3 },
        samples: {
          different: [pairOf("1", "name"), pairOf("2", "name")],
          onlyHere: ["here 1", "here 2"],
          onlyThere: ["there 1", "there 2"]
        }
      }
    ])
  })

  it("tells in how many pairs each field differs, the most frequent first", () => {
    const comparison = new Comparison(0)
    comparison.pair("events", "job", pairOf("1", "endTime", "description"))
    comparison.pair("events", "job", pairOf("2", "description", "links"))
    comparison.pair("events", "job", pairOf("3", "links", "description"))
    const [job] = comparison.report.kinds
    assert.deepStrictEqual(Object.entries(job?.fields ?? {}), [
      ["description", 3],
      ["links", 2],
      ["endTime", 1]
    ])
  })

  it("counts pairs by the two data sets that they are in, where these are not the same", () => {
    const comparison = new Comparison(0)
    comparison.inDataSets("assets", 1, 2)
    comparison.inDataSets("assets", 1, 1)
    comparison.inDataSets("assets", undefined, undefined)
    comparison.inDataSets("events", 1, 2)
    comparison.inDataSets("assets", 2, 1)
    comparison.inDataSets("assets", 1, undefined)
    comparison.inDataSets("assets", 1, 2)
    const { report } = comparison
    assert.deepStrictEqual(report.dataSets, [
      { kind: "assets", here: 1, there: 2, pairs: 2 },
      { kind: "events", here: 1, there: 2, pairs: 1 },
      { kind: "assets", here: 2, there: 1, pairs: 1 },
      { kind: "assets", here: 1, there: undefined, pairs: 1 }
    ])
    assert.isTrue(areAlike(report))
  })
})
