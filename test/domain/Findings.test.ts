import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { ExternalId } from "../../src/domain/ExternalId.js"
import { type Findings, judge, type PlexAnswer, targetInWords } from "../../src/domain/Findings.js"
import {
  type AwaitedReference,
  inspectionPointKey,
  operationCodeKey,
  partRevisionKey
} from "../../src/domain/NaturalKey.js"

const noon = Date.UTC(2026, 5, 12, 12)
const anHourLater = noon + 3_600_000
const location = ExternalId.make("PCN340884_location_1")
const renamed = { field: "name", cdf: "Mine", plex: "Theirs" }

/** An object that Plex has and CDF holds as it should. */
const inStep: Findings = {
  externalId: "PCN340884_part_1",
  kind: "assets",
  flow: "parts",
  off: undefined,
  plex: { state: "listed" },
  ledger: { retiredAt: undefined, sameRecord: true },
  cdf: { ours: true, retiredAt: undefined },
  differences: [],
  pending: [],
  letters: [],
  behindWatermark: undefined
}

const verdictOf = (over: Partial<Findings>) => {
  const { sentence, verdict } = judge({ ...inStep, ...over })
  return [verdict, sentence]
}

const notInCdf: Partial<Findings> = { cdf: undefined, ledger: undefined }
const notAsked: PlexAnswer = { state: "notAsked", reason: "it would take a list of 60 MB" }

const anyAnswer: FastCheck.Arbitrary<PlexAnswer> = FastCheck.constantFrom<PlexAnswer>(
  { state: "listed" },
  { state: "letter", reason: "name: expected a text" },
  { state: "letter" },
  { state: "absent" },
  { state: "made" },
  notAsked,
  { state: "failed", reason: "status 503" }
)
const anyMoment = FastCheck.constantFrom(undefined, noon)

const anyFindings: FastCheck.Arbitrary<Findings> = FastCheck.record({
  externalId: FastCheck.constant("PCN340884_part_1"),
  kind: FastCheck.constantFrom("assets", "events"),
  flow: FastCheck.constantFrom(undefined, "parts"),
  off: FastCheck.constantFrom(undefined, "the extractor master-data is off"),
  plex: anyAnswer,
  ledger: FastCheck.option(
    FastCheck.record({ retiredAt: anyMoment, sameRecord: FastCheck.constantFrom(undefined, true, false) }),
    { nil: undefined }
  ),
  cdf: FastCheck.option(FastCheck.record({ ours: FastCheck.boolean(), retiredAt: anyMoment }), { nil: undefined }),
  differences: FastCheck.constantFrom([], [renamed]),
  pending: FastCheck.constantFrom([], [location]),
  letters: FastCheck.constantFrom([], ["quantity: expected a number"]),
  behindWatermark: FastCheck.constantFrom(undefined, true, false)
})

describe("What is judged of an object", () => {
  it("that Plex has and CDF holds is that it is in step, or what it waits for", () => {
    assert.deepStrictEqual(verdictOf({}), ["in step", "CDF holds what Plex says"])
    assert.deepStrictEqual(verdictOf({ plex: { state: "made" } }), ["in step", "CDF holds what Plex says"])
    const part: AwaitedReference = { kind: "part", key: partRevisionKey("10-24", "A") }
    assert.deepStrictEqual(verdictOf({ pending: [location, part] }), [
      "waiting",
      `as Plex has it, and waiting for ${location}, a part with the key "10-24 A", which CDF does not hold yet`
    ])
    const many = ["a", "b", "c", "d", "e"].map((id) => ExternalId.make(id))
    assert.include(verdictOf({ pending: many })[1], "waiting for a, b, c and 2 more,")
    assert.include(verdictOf({ pending: many.slice(0, 3) })[1], "waiting for a, b, c,")
  })

  it("that CDF holds otherwise is where it differs, and who changed it", () => {
    const differences = [renamed, { field: "assetIds", cdf: 1, plex: undefined }, { ...renamed, field: "assetIds" }]
    assert.deepStrictEqual(verdictOf({ differences }), [
      "CDF differs",
      "CDF differs in name, assetIds: somebody changed it there: plex-cdf reconcile puts it right"
    ])
    for (const ledger of [undefined, { retiredAt: undefined, sameRecord: false }]) {
      assert.deepStrictEqual(verdictOf({ differences: [renamed], ledger }), [
        "CDF differs",
        "CDF differs in name: Plex changed since it was written: the next run of parts updates it"
      ])
      assert.deepStrictEqual(verdictOf({ differences: [renamed], ledger, off: "the extractor is off" }), [
        "CDF differs",
        "CDF differs in name: parts does not run (the extractor is off)"
      ])
    }
  })

  it("whose new content CDF refused is that the older one stays, and not that the next run writes it", () => {
    const ledger = { retiredAt: undefined, sameRecord: false }
    const letters = ["name: too long"]
    assert.deepStrictEqual(verdictOf({ differences: [renamed], ledger, letters }), [
      "dead letter",
      "CDF holds an older content, as it is a dead letter: name: too long"
    ])
    // The record is the one that CDF took: the letter is of an older one.
    assert.strictEqual(verdictOf({ differences: [renamed], letters })[0], "CDF differs")
  })

  it("that CDF does not hold is why it is missing", () => {
    const missing = (over: Partial<Findings>) => verdictOf({ ...notInCdf, ...over })
    const why = "Plex has it and CDF does not hold it: "
    assert.deepStrictEqual(missing({}), [
      "missing in CDF",
      `${why}it is not written yet: the next run of parts creates it`
    ])
    assert.deepStrictEqual(missing({ behindWatermark: false }), missing({}))
    assert.deepStrictEqual(missing({ behindWatermark: true }), [
      "missing in CDF",
      `${why}it lies behind the watermark of parts: the daily recheck finds it, or plex-cdf backfill`
    ])
    assert.deepStrictEqual(missing({ ledger: inStep.ledger, behindWatermark: true }), [
      "missing in CDF",
      `${why}it was written and somebody deleted it there: plex-cdf reconcile makes it again`
    ])
    assert.deepStrictEqual(missing({ ledger: inStep.ledger, off: "the extractor is off" }), [
      "missing in CDF",
      `${why}parts does not run (the extractor is off)`
    ])
    assert.deepStrictEqual(missing({ letters: ["name: too long", "another"] }), [
      "dead letter",
      "missing in CDF, as it is a dead letter: name: too long"
    ])
  })

  it("whose record cannot be delivered is the reason, of this moment before that of an earlier one", () => {
    const letter = (reason: string | undefined, over: Partial<Findings>) =>
      verdictOf({ plex: { state: "letter", reason }, ...over })
    assert.deepStrictEqual(letter("now", { letters: ["before"] }), [
      "dead letter",
      "CDF holds an older content, as it is a dead letter: now"
    ])
    assert.deepStrictEqual(letter(undefined, { ...notInCdf, letters: ["before"] }), [
      "dead letter",
      "missing in CDF, as it is a dead letter: before"
    ])
    // Although neither Plex nor CDF nor the ledger knows it.
    for (const plex of [notAsked, { state: "failed" as const, reason: "status 503" }]) {
      assert.deepStrictEqual(verdictOf({ ...notInCdf, plex, letters: ["before"] }), [
        "dead letter",
        "missing in CDF, as it is a dead letter: before"
      ])
    }
    assert.deepStrictEqual(letter(undefined, notInCdf), [
      "dead letter",
      "missing in CDF, as it is a dead letter: it cannot be delivered"
    ])
  })

  it("that Plex does not list is since when it is retired, by CDF before the ledger, or who retires it", () => {
    const gone = (over: Partial<Findings>) => verdictOf({ plex: { state: "absent" }, ...over })
    const retired = { retiredAt: noon, sameRecord: undefined }
    assert.deepStrictEqual(gone({ cdf: { ours: true, retiredAt: anHourLater }, ledger: retired }), [
      "gone from Plex",
      "Plex does not list it any more: retired since 2026-06-12T13:00:00Z"
    ])
    assert.deepStrictEqual(gone({ cdf: undefined, ledger: retired }), [
      "gone from Plex",
      "Plex does not list it any more: retired since 2026-06-12T12:00:00Z"
    ])
    assert.deepStrictEqual(gone({}), [
      "gone from Plex",
      "Plex does not list it any more: the next whole reading by parts retires or retracts it in CDF"
    ])
    assert.deepStrictEqual(gone({ cdf: undefined }), [
      "gone from Plex",
      "Plex does not list it any more, and CDF does not hold it"
    ])
  })

  it("of which Plex was not asked is what CDF and the state say", () => {
    const rest = (over: Partial<Findings>) => verdictOf({ plex: notAsked, ...over })
    assert.deepStrictEqual(rest({}), [
      "not compared",
      "CDF holds it; not compared with Plex: it would take a list of 60 MB"
    ])
    assert.deepStrictEqual(rest({ ledger: undefined }), [
      "not compared",
      "CDF holds it, and the state does not know it; not compared with Plex: it would take a list of 60 MB"
    ])
    assert.deepStrictEqual(rest({ pending: [location] }), [
      "waiting",
      `CDF holds it, and it is waiting for ${location}`
    ])
    assert.deepStrictEqual(rest({ cdf: { ours: true, retiredAt: noon }, pending: [location] }), [
      "gone from Plex",
      "retired since 2026-06-12T12:00:00Z"
    ])
    assert.deepStrictEqual(rest({ cdf: undefined }), [
      "missing in CDF",
      "it was written, and CDF does not hold it any more: plex-cdf reconcile makes it again where Plex has it"
    ])
    assert.deepStrictEqual(rest({ cdf: undefined, letters: ["name: too long"] }), [
      "dead letter",
      "missing in CDF, as it is a dead letter: name: too long"
    ])
  })

  it("that no mapping makes, or another system made, is that it is not ours", () => {
    assert.deepStrictEqual(verdictOf({ flow: undefined }), ["not ours", "CDF holds it, and no mapping makes such ids"])
    assert.deepStrictEqual(verdictOf({ cdf: { ours: false, retiredAt: undefined }, plex: { state: "absent" } }), [
      "not ours",
      "another system made it under this id; it becomes ours when Plex has a record of that key"
    ])
  })

  it("that nobody knows is that, and why Plex was not asked", () => {
    assert.deepStrictEqual(verdictOf({ flow: undefined, cdf: undefined }), [
      "unknown id",
      "nobody knows PCN340884_part_1: no mapping makes such ids, and CDF holds none"
    ])
    assert.deepStrictEqual(verdictOf({ ...notInCdf, plex: { state: "absent" } }), [
      "unknown id",
      "nobody knows PCN340884_part_1: neither Plex, nor the state, nor CDF"
    ])
    assert.deepStrictEqual(verdictOf({ ...notInCdf, plex: notAsked }), [
      "unknown id",
      "neither the state nor CDF knows PCN340884_part_1; Plex was not asked: it would take a list of 60 MB"
    ])
    assert.deepStrictEqual(verdictOf({ ...notInCdf, plex: { state: "failed", reason: "status 503" } }), [
      "unknown id",
      "neither the state nor CDF knows PCN340884_part_1; Plex was asked in vain: status 503"
    ])
  })

  it.prop("agrees with what was found, whatever that is", { found: anyFindings }, ({ found }) => {
    const { sentence, verdict } = judge(found)
    const { cdf, differences, flow, ledger, letters, pending, plex } = found
    assert.match(sentence, /\S$/)
    assert.notMatch(sentence, /undefined|NaN|Invalid/)
    switch (verdict) {
      case "in step":
        assert.isTrue(cdf?.ours === true && differences.length + pending.length === 0)
        assert.include(["listed", "made"], plex.state)
        break
      case "waiting":
        assert.isTrue(cdf !== undefined && pending.length > 0)
        break
      case "CDF differs":
        assert.isTrue(cdf !== undefined && differences.length > 0)
        break
      case "missing in CDF":
        assert.isUndefined(cdf)
        break
      case "dead letter":
        assert.isTrue(letters.length > 0 || plex.state === "letter")
        break
      case "gone from Plex":
        assert.isTrue(plex.state === "absent" || (cdf?.retiredAt ?? ledger?.retiredAt) !== undefined)
        break
      case "not compared":
        assert.isTrue(cdf !== undefined && (plex.state === "notAsked" || plex.state === "failed"))
        break
      case "not ours":
        assert.isTrue(cdf !== undefined && (flow === undefined || !cdf.ours))
        break
      case "unknown id":
        assert.isUndefined(cdf)
        break
    }
  })
})

describe("An asset that is waited for", () => {
  it("is told by its id, or by its kind and its key without what stands before it", () => {
    assert.strictEqual(targetInWords(location), location)
    assert.strictEqual(
      targetInWords({ kind: "inspection_point", key: inspectionPointKey("depth: 12") }),
      'an inspection point with the key "depth: 12"'
    )
    assert.strictEqual(targetInWords({ kind: "routing", key: "17" }), 'a routing with the key "17"')
    assert.strictEqual(
      targetInWords({ kind: "operation", key: operationCodeKey("Cut") }),
      'an operation with the key "Cut"'
    )
  })
})
