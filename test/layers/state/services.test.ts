/**
 * The promises of ledger and dead letters, whatever keeps them.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { makeExternalIds } from "../../../src/domain/ExternalId.js"
import type { JobOperations } from "../../../src/domain/records/JobOperation.js"
import { type Ledger, type LedgerRow, unknownHash } from "../../../src/services/Ledger.js"
import { durable, variants } from "./Variants.js"

const ids = makeExternalIds("340884")
const row = (key: string, plexId = key, over: Partial<LedgerRow> = {}): LedgerRow => ({
  kind: "events",
  externalId: ids.of("job", key),
  hash: `hash of ${key}`,
  id: undefined,
  flow: "jobs",
  plexId,
  links: [],
  ...over
})

/** The pending links, whatever since when they wait. */
const waiting = ({ pendingLinks }: typeof Ledger.Service) =>
  Effect.map(pendingLinks, (links) => links.map(({ flow, from, kind, to }) => ({ flow, from, kind, to })))

for (const { make, name, skip } of variants) {
  describe.skipIf(skip)(`the ledger ${name}`, () => {
    it.scopedLive("gives back each row as it was confirmed, by kind and external id", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        const rows = [
          row("a", "1", { id: 9_007_199_254_740_991, links: [ids.of("part", "p"), ids.of("workcenter", 'w "1" ü')] }),
          row("b", "2"),
          row("a", "1", { kind: "sequences", flow: "job-operations" })
        ]
        yield* ledger.confirm({ rows, pending: [] })
        const keys = [ids.of("job", "a"), ids.of("job", "b"), ids.of("job", "c")]
        assert.sameDeepMembers([...(yield* ledger.rows("events", keys)).values()], rows.slice(0, 2))
        assert.deepStrictEqual([...(yield* ledger.rows("sequences", keys)).values()], rows.slice(2))
        assert.strictEqual((yield* ledger.rows("assets", keys)).size, 0)
        assert.strictEqual((yield* ledger.rows("events", [])).size, 0)
        yield* ledger.confirm({ rows: [row("b", "2", { hash: "new" })], pending: [] })
        assert.strictEqual((yield* ledger.rows("events", keys)).get(ids.of("job", "b"))?.hash, "new")
        assert.sameDeepMembers(
          [...(yield* ledger.rowsOf("jobs", "events"))].map(({ plexId }) => plexId),
          ["1", "2"]
        )
      })
    )

    it.scopedLive("keeps the last of two rows of one id in a chunk", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        yield* ledger.confirm({
          rows: [row("a", "1", { hash: "first" }), row("a", "1", { hash: "last" })],
          pending: []
        })
        assert.deepStrictEqual(
          (yield* ledger.rowsOf("jobs", "events")).map(({ hash }) => hash),
          ["last"]
        )
      })
    )

    it.scopedLive("finds a record under the object that it has now, and a record without any under none", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        yield* ledger.confirm({ rows: [row("N", "a")], pending: [] })
        yield* ledger.confirm({ rows: [row("N", "b")], pending: [] })
        assert.deepStrictEqual([...(yield* ledger.byPlexIds("jobs", ["a", "b"])).keys()], ["b"])
        yield* ledger.confirm({ rows: [row("N_a", "a")], pending: [] })
        yield* ledger.confirm({ rows: [row("A", "a")], pending: [] })
        const found = yield* ledger.byPlexIds("jobs", ["a", "b"])
        assert.deepStrictEqual(
          [found.get("a")?.externalId, found.get("b")?.externalId],
          [ids.of("job", "A"), ids.of("job", "N")]
        )
        assert.strictEqual((yield* ledger.byPlexIds("parts", ["a"])).size, 0)
      })
    )

    it.scoped("finds a record under the object that lives, also where one from before was retired since", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        yield* ledger.confirm({ rows: [row("old", "a")] })
        yield* TestClock.adjust("1 minute")
        yield* ledger.confirm({ rows: [row("new", "a")] })
        yield* TestClock.adjust("1 minute")
        yield* ledger.confirm({ rows: [row("old", "a", { retiredAt: 5 })] })
        assert.strictEqual((yield* ledger.byPlexIds("jobs", ["a"])).get("a")?.externalId, ids.of("job", "new"))
      })
    )

    it.scopedLive("knows a flow as long as it holds a row of it", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        assert.isFalse(yield* ledger.knows("jobs"))
        yield* ledger.confirm({ rows: [row("N", "a")], pending: [] })
        assert.isTrue(yield* ledger.knows("jobs"))
        assert.isFalse(yield* ledger.knows("parts"))
        yield* ledger.forget("events", [ids.of("job", "N")])
        assert.isFalse(yield* ledger.knows("jobs"))
        assert.deepStrictEqual(yield* ledger.rowsOf("jobs", "events"), [])
      })
    )

    it.scopedLive("holds the links that the last confirmation of their row left pending", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        const toPart = { kind: "events", from: ids.of("job", "N"), to: ids.of("part", "p"), flow: "jobs" } as const
        const byCode = { ...toPart, to: { kind: "workcenter", key: "workcenter:w\u001F1" } } as const
        const other = { ...toPart, from: ids.of("job", "M") }
        yield* ledger.confirm({ rows: [row("N"), row("M")], pending: [toPart, byCode, other] })
        assert.sameDeepMembers(yield* waiting(ledger), [toPart, byCode, other])
        yield* ledger.confirm({ rows: [row("N")], pending: [byCode] })
        assert.sameDeepMembers(yield* waiting(ledger), [byCode, other])
        yield* ledger.forget("events", [ids.of("job", "N")])
        assert.deepStrictEqual(yield* waiting(ledger), [other])
      })
    )

    it.scopedLive("gives a row the links that came late, and lets all else that it waits for wait", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        const [one, two] = [ids.of("part", "p"), ids.of("part", "q")]
        const toOne = { kind: "events", from: ids.of("job", "N"), to: one, flow: "jobs" } as const
        const byCode = { ...toOne, to: { kind: "workcenter", key: "workcenter:w\u001F1" } } as const
        const other = { ...toOne, from: ids.of("job", "M") }
        const gone = { ...toOne, from: ids.of("job", "gone") }
        yield* ledger.confirm({ rows: [row("N", "1", { links: [two] }), row("M")], pending: [toOne, byCode, other] })
        yield* ledger.confirm({
          late: [
            { ...toOne, asset: one },
            { ...gone, asset: one }
          ]
        })
        assert.sameDeepMembers(yield* waiting(ledger), [byCode, other])
        const late = row("N", "1", { hash: unknownHash, links: [two, one] })
        assert.sameDeepMembers([...(yield* ledger.rowsOf("jobs", "events"))], [late, row("M")])
        yield* ledger.confirm({ late: [{ ...byCode, asset: one }] })
        assert.sameDeepMembers(yield* waiting(ledger), [other])
        assert.sameDeepMembers([...(yield* ledger.rowsOf("jobs", "events"))], [late, row("M")])
      })
    )

    it.scopedLive("leaves a row the links that it was given since it was known, and only these", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        const [one, two, three] = [ids.of("part", "p"), ids.of("part", "q"), ids.of("part", "r")]
        const before = [row("a", "1", { links: [one] }), row("b", "2", { links: [one] })]
        yield* ledger.confirm({ rows: before })
        const link = { kind: "events", from: ids.of("job", "a"), to: three, flow: "jobs", asset: three } as const
        yield* ledger.confirm({ late: [link] })
        const rows = before.map((known) => ({ ...known, hash: "new", links: [two] }))
        yield* ledger.confirm({ rows: [...rows, row("c")], before })
        assert.sameDeepMembers(
          [...(yield* ledger.rowsOf("jobs", "events"))],
          [
            row("a", "1", { hash: unknownHash, links: [two, three] }),
            row("b", "2", { hash: "new", links: [two] }),
            row("c")
          ]
        )
        // What the new content has is no reason to doubt it.
        yield* ledger.confirm({ rows: [row("a", "1", { hash: "last", links: [two, three] })], before })
        assert.strictEqual((yield* ledger.rows("events", [ids.of("job", "a")])).get(ids.of("job", "a"))?.hash, "last")
      })
    )

    it.scopedLive("keeps watermarks, facts and operations of jobs", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        assert.isUndefined(yield* ledger.watermark("movements"))
        yield* ledger.moveWatermark("movements", 1_780_000_000_000)
        yield* ledger.moveWatermark("movements", 1_780_000_060_000)
        assert.strictEqual(yield* ledger.watermark("movements"), 1_780_000_060_000)
        assert.isUndefined(yield* ledger.watermark("adjustments"))

        yield* ledger.keepFacts(
          "wip",
          new Map([
            ["a", "1"],
            ["b", "2"]
          ])
        )
        yield* ledger.keepFacts("wip", new Map([["b", "3"]]))
        yield* ledger.keepFacts("wip", new Map())
        yield* ledger.keepFacts("output", new Map([["a", "4"]]))
        assert.deepStrictEqual(Object.fromEntries(yield* ledger.facts("wip")), { a: "1", b: "3" })
        assert.deepStrictEqual([...(yield* ledger.facts("wip", ["b", "c"]))], [["b", "3"]])
        assert.strictEqual((yield* ledger.facts("wip", [])).size, 0)

        const known = {
          start: undefined,
          workcenters: [
            { id: "w", code: undefined },
            { id: "v", code: "V" }
          ]
        }
        yield* ledger.confirm({
          jobOperations: new Map<string, JobOperations>([
            ["j", { start: 5, workcenters: [] }],
            ["k", known]
          ])
        })
        yield* ledger.confirm({ jobOperations: new Map([["j", known]]) })
        const found = yield* ledger.jobOperations(["j", "k", "l"])
        assert.deepStrictEqual([found.get("j"), found.get("k"), found.size], [known, known, 2])
      })
    )

    it.scopedLive("takes texts that no database can hold", () =>
      Effect.gen(function* () {
        const { ledger, letters } = yield* (yield* make)()
        yield* ledger.confirm({ rows: [row("a", "NUL\u0000 and half \uD800 a pair")], pending: [] })
        yield* ledger.keepFacts("wip", new Map([["\u0000", "\uDC00"]]))
        yield* letters.add([{ flow: "parts", key: "k\u0000", reason: "\uD800", content: { text: "\u0000\uDFFF" } }])
        assert.isTrue((yield* ledger.rows("events", [ids.of("job", "a")])).has(ids.of("job", "a")))
        assert.strictEqual((yield* letters.all).length, 1)
      })
    )

    it.scopedLive("holds a hundred thousand rows, and is asked for all of them at once", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        const rows = Array.from({ length: 100_000 }, (_, at) => row(String(at)))
        for (let at = 0; at < rows.length; at += 10_000) {
          yield* ledger.confirm({ rows: rows.slice(at, at + 10_000), pending: [] })
        }
        const found = yield* ledger.rows(
          "events",
          rows.map(({ externalId }) => externalId)
        )
        assert.strictEqual(found.size, rows.length)
        assert.strictEqual(
          (yield* ledger.byPlexIds(
            "jobs",
            rows.map(({ plexId }) => plexId)
          )).size,
          rows.length
        )
      })
    )
  })

  describe.skipIf(skip)(`the dead letters ${name}`, () => {
    const letter = (key: string, reason = "", content: unknown = {}) =>
      ({ flow: "parts", key, reason, content }) as const

    it.scopedLive("hold the last letter of each key with when and how often it came, and each without a key", () =>
      Effect.gen(function* () {
        const { letters } = yield* (yield* make)()
        yield* letters.add([letter("a", "old"), letter("", "", { b: 1 }), letter("", "", { b: 2 })])
        yield* letters.add([letter("a", "new", { "c \u0000": [1, null] })])
        yield* letters.add([])
        const kept = yield* letters.all
        assert.sameDeepMembers(
          kept.map(({ attempts, content, key, reason }) => ({ attempts, content, key, reason })),
          [
            { key: "", reason: "", content: { b: 1 }, attempts: 1 },
            { key: "", reason: "", content: { b: 2 }, attempts: 1 },
            { key: "a", reason: "new", content: { "c \u0000": [1, null] }, attempts: 2 }
          ]
        )
        const last = kept.at(-1)
        assert.strictEqual(last?.key, "a")
        assert.isAtMost(last?.firstSeen ?? Infinity, last?.lastSeen ?? 0)
        assert.isAtLeast(last?.firstSeen ?? 0, 1_600_000_000_000)
      })
    )

    it.scopedLive("are of all periods in which their resource was set aside", () =>
      Effect.gen(function* () {
        const { letters } = yield* (yield* make)()
        for (const window of [
          { begin: 20, end: 30 },
          { begin: 40, end: 50 },
          { begin: 10, end: 20 }
        ]) {
          yield* letters.add([{ ...letter("a"), what: "resource", window }])
        }
        assert.deepStrictEqual((yield* letters.all)[0]?.window, { begin: 10, end: 50 })
        yield* letters.add([{ ...letter("a"), what: "resource" }])
        assert.isUndefined((yield* letters.all)[0]?.window)
      })
    )

    it.scopedLive("are bounded: those not seen for longest give way", () =>
      Effect.gen(function* () {
        const { letters } = yield* (yield* make)()
        yield* letters.add(Array.from({ length: 6_000 }, (_, at) => letter(`old ${at}`)))
        yield* letters.add(Array.from({ length: 6_000 }, (_, at) => letter(`new ${at}`)))
        const kept = yield* letters.all
        assert.strictEqual(kept.length, 10_000)
        assert.strictEqual(kept.filter(({ key }) => key.startsWith("new")).length, 6_000)
      })
    )
  })
}

for (const { make, name, skip } of durable) {
  describe.skipIf(skip)(`the state ${name}`, () => {
    it.scopedLive("is there again for the next process", () =>
      Effect.gen(function* () {
        const open = yield* make
        const link = { kind: "events", from: ids.of("job", "a"), to: ids.of("part", "p"), flow: "jobs" } as const
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { ledger, letters } = yield* open()
            yield* ledger.confirm({ rows: [row("a")], pending: [link] })
            yield* ledger.moveWatermark("movements", 7)
            yield* ledger.keepFacts("wip", new Map([["s", "1"]]))
            yield* ledger.confirm({ jobOperations: new Map([["j", { start: 1, workcenters: [] }]]) })
            yield* letters.add([{ flow: "parts", key: "k", reason: "why", content: 1 }])
          })
        )
        const { ledger, letters } = yield* open()
        assert.deepStrictEqual(yield* ledger.rowsOf("jobs", "events"), [row("a")])
        assert.deepStrictEqual(yield* waiting(ledger), [link])
        assert.strictEqual(yield* ledger.watermark("movements"), 7)
        assert.deepStrictEqual([...(yield* ledger.facts("wip"))], [["s", "1"]])
        assert.deepStrictEqual([...(yield* ledger.jobOperations(["j"])).values()], [{ start: 1, workcenters: [] }])
        assert.deepInclude((yield* letters.all)[0], { key: "k", reason: "why", content: 1, attempts: 1 })
      })
    )

    it.scopedLive("is forgotten as a whole, dead letters apart, and of this facility only", () =>
      Effect.gen(function* () {
        const open = yield* make
        const [one, other] = [yield* open(), yield* open({ pcn: "2" })]
        const link = { kind: "events", from: ids.of("job", "a"), to: ids.of("part", "p"), flow: "jobs" } as const
        for (const { ledger, letters } of [one, other]) {
          yield* ledger.confirm({ rows: [row("a")], pending: [link] })
          yield* ledger.moveWatermark("movements", 7)
          yield* ledger.keepFacts("wip", new Map([["s", "1"]]))
          yield* ledger.confirm({ jobOperations: new Map([["j", { start: 1, workcenters: [] }]]) })
          yield* letters.add([{ flow: "parts", key: "k", reason: "why", content: 1 }])
        }
        yield* one.ledger.clear
        assert.isFalse(yield* one.ledger.knows("jobs"))
        assert.deepStrictEqual(yield* waiting(one.ledger), [])
        assert.isUndefined(yield* one.ledger.watermark("movements"))
        assert.strictEqual((yield* one.ledger.facts("wip")).size, 0)
        assert.strictEqual((yield* one.ledger.jobOperations(["j"])).size, 0)
        assert.strictEqual((yield* one.letters.all).length, 1)
        assert.isTrue(yield* other.ledger.knows("jobs"))
        assert.strictEqual(yield* other.ledger.watermark("movements"), 7)
      })
    )

    it.scopedLive("of one facility is not seen by another, nor by the same one under another prefix", () =>
      Effect.gen(function* () {
        const open = yield* make
        const one = yield* open()
        const others = [yield* open({ pcn: "2" }), yield* open({ externalIdPrefix: "trial_" })]
        const link = { kind: "events", from: ids.of("job", "a"), to: ids.of("part", "p"), flow: "jobs" } as const
        yield* one.ledger.confirm({ rows: [row("a")], pending: [link] })
        yield* one.ledger.moveWatermark("movements", 7)
        yield* one.ledger.keepFacts("wip", new Map([["s", "1"]]))
        yield* one.ledger.confirm({ jobOperations: new Map([["j", { start: 1, workcenters: [] }]]) })
        yield* one.letters.add([{ flow: "parts", key: "k", reason: "why", content: 1 }])
        for (const { ledger, letters } of others) {
          assert.strictEqual((yield* ledger.rows("events", [ids.of("job", "a")])).size, 0)
          assert.strictEqual((yield* ledger.byPlexIds("jobs", ["a"])).size, 0)
          assert.isFalse(yield* ledger.knows("jobs"))
          assert.deepStrictEqual(yield* ledger.rowsOf("jobs", "events"), [])
          assert.deepStrictEqual(yield* waiting(ledger), [])
          assert.isUndefined(yield* ledger.watermark("movements"))
          assert.strictEqual((yield* ledger.facts("wip")).size, 0)
          assert.strictEqual((yield* ledger.jobOperations(["j"])).size, 0)
          assert.deepStrictEqual(yield* letters.all, [])
          yield* ledger.forget("events", [ids.of("job", "a")])
        }
        assert.isTrue(yield* one.ledger.knows("jobs"))
      })
    )
  })
}
