import { assert, describe, it } from "@effect/vitest"
import { Either, FastCheck, Schema } from "effect"
import { IdScheme, type SchemeRule, schemeRules } from "../../src/domain/IdScheme.js"
import { demoFacility } from "../support/DemoFacility.js"

const facility = demoFacility()
const rulesOf = (...rules: ReadonlyArray<object>) =>
  Either.getOrThrow(schemeRules(Schema.decodeUnknownSync(IdScheme)({ rules, ignore: ["source"] }), facility))
const ruleOf = (one: object): SchemeRule => {
  const [rule] = rulesOf(one)
  assert(rule)
  return rule
}
const problemOf = (rule: object): string =>
  Either.match(schemeRules(Schema.decodeUnknownSync(IdScheme)({ rules: [rule] }), facility), {
    onLeft: (problem) => problem,
    onRight: () => ""
  })

const text = FastCheck.string({ minLength: 1, maxLength: 20 })

describe("A rule of an id scheme", () => {
  it("fits each id that it makes, and every such id begins with its head", () => {
    const rule = ruleOf({ kind: "part", match: "PLEX.{pcn}.PART.{number}/{revision}" })
    const { fits, head, render } = rule
    assert.strictEqual(head, "PLEX.340884.PART.")
    FastCheck.assert(
      FastCheck.property(text, text, (number, revision) => {
        const id = render({ number, revision })
        assert.strictEqual(id, `PLEX.340884.PART.${number}/${revision}`)
        assert.isTrue(fits(id ?? "") && id?.startsWith(head))
      })
    )
    for (const id of ["PLEX.340884.PART.1", "PLEXX340884.PART.1/2", "a PLEX.340884.PART.1/2", "PLEX.340884.PART./2"])
      assert.isFalse(fits(id), id)
  })

  it("makes no id of an object that lacks a field of it", () => {
    const rule = ruleOf({ kind: "part", match: "PART_{number}" })
    assert.isUndefined(rule.render({ revision: "A" }))
    assert.isUndefined(rule.render({ number: "" }))
  })

  it("stands for the kind that records become, or for sequences where it says so", () => {
    const kinds = rulesOf(
      { kind: "bom", match: "B{key}" },
      { kind: "bom", as: "sequences", match: "S{key}" },
      { kind: "facility", match: "F{pcn}" },
      { kind: "ts_wip", match: "W{key}" }
    ).map(({ kind }) => kind)
    assert.deepStrictEqual(kinds, ["relationships", "sequences", "assets", "timeseries"])
  })

  it("leaves out the fields that it or the scheme ignores", () => {
    const { isIgnored } = ruleOf({ kind: "part", match: "P{key}", ignore: ["metadata.plex_*", "name"] })
    const ignored = ["source", "name", "names", "metadata.plex_id", "metadata.plexus"].map((field) => isIgnored(field))
    assert.deepStrictEqual(ignored, [true, true, false, true, false])
  })

  it("with a brace too many, or of a kind that there is not, is told", () => {
    assert.match(problemOf({ kind: "part", match: "P{key" }), /"P\{key" has a brace that is not of a \{field\}/)
    assert.match(problemOf({ kind: "part", as: "sequences", match: "P{key}" }), /part stands for no sequences/)
    assert.isTrue(Either.isLeft(Schema.decodeUnknownEither(IdScheme)({ rules: [{ kind: "widget", match: "W" }] })))
    assert.isTrue(Either.isLeft(Schema.decodeUnknownEither(IdScheme)({ rules: [] })))
  })
})
