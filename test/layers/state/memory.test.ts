/**
 * What the ledger remembers beside its rows: history, points, what sweeps have looked at, since when links wait.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Stream, TestClock } from "effect"
import { makeExternalIds } from "../../../src/domain/ExternalId.js"
import { decodeMemory, encodeMemory, memoryFact } from "../../../src/domain/HistoryMemory.js"
import type { LedgerRow, SweepObject } from "../../../src/services/Ledger.js"
import { openState } from "../../../src/layers/state/StateDatabase.js"
import { newFile, openAt, type Opened, variants } from "./Variants.js"

const ids = makeExternalIds("340884")
const entry = (key: string, moment: number, over: Partial<LedgerRow> = {}): LedgerRow => ({
  kind: "events",
  externalId: ids.of("production_entry", key),
  hash: key,
  id: 1,
  flow: "production-entries",
  plexId: key,
  links: [],
  moment,
  ...over
})
const object = (key: string, fingerprint = "1", again = true): SweepObject => ({
  key,
  fingerprint,
  content: "{}",
  again
})
const names = (rows: ReadonlyArray<LedgerRow>) => rows.map(({ plexId }) => plexId)
const sinceWhen = (ledger: Opened["ledger"]) =>
  Effect.map(
    Stream.runCollect(ledger.eachOf("production-entries", "events")),
    (rows) => new Map([...rows].map(({ plexId, since }) => [plexId, since]))
  )

for (const { make, name, skip } of variants) {
  describe.skipIf(skip)(`the ledger ${name}`, () => {
    it.scopedLive("knows the history of a slice, from its beginning to before its end, and of one flow only", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        const rows = [entry("a", 10), entry("b", 20), entry("c", 19), entry("d", 15, { flow: "scrap-entries" })]
        yield* ledger.confirm({ rows })
        assert.sameMembers(names(yield* ledger.within("production-entries", { begin: 10, end: 20 })), ["a", "c"])
        assert.deepStrictEqual(yield* ledger.within("movements", { begin: 0, end: 100 }), [])
        assert.strictEqual((yield* ledger.within("scrap-entries", { begin: 15, end: 16 }))[0]?.moment, 15)
      })
    )

    it.scopedLive(
      "hands over links that wait in the order of what waits, each once, while some of them find their asset",
      () =>
        Effect.gen(function* () {
          const { ledger } = yield* (yield* make)()
          const rows = Array.from({ length: 2_500 }, (_, at) => entry(String(10_000 + at), 5))
          const pending = rows.flatMap(({ externalId, flow, kind }) =>
            ["a", "b"].map((key) => ({ kind, from: externalId, to: ids.of("part", key), flow }))
          )
          yield* ledger.confirm({ rows, pending })
          const seen: Array<string> = []
          yield* Stream.runForEachChunk(ledger.eachPendingLink, (links) => {
            seen.push(...Chunk.toReadonlyArray(links).map(({ from, to }) => `${from} ${String(to)}`))
            // What was handed over is linked, and waits no more.
            const froms = new Set(Chunk.toReadonlyArray(links).map(({ from }) => from))
            return ledger.confirm({ rows: rows.filter(({ externalId }) => froms.has(externalId)), pending: [] })
          })
          const all = pending.map(({ from, to }) => `${from} ${to}`)
          // An object whose links came in two parts lost the second one with the first.
          assert.isAtLeast(seen.length, all.length - 3)
          assert.deepStrictEqual(
            seen,
            all.filter((link) => seen.includes(link))
          )
          assert.deepStrictEqual(yield* ledger.pendingLinks, [])
        })
    )

    it.scopedLive("tells for what some objects wait, of one kind", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        const [one, other] = [entry("one", 5), entry("other", 5)]
        const to = ids.of("part", "a")
        yield* ledger.confirm({
          rows: [one, other],
          pending: [one, other].map(({ externalId, flow, kind }) => ({ kind, from: externalId, to, flow }))
        })
        const of = (kind: LedgerRow["kind"]) =>
          Effect.map(ledger.pendingOf(kind, [one.externalId]), (links) => links.length)
        assert.strictEqual(yield* of("events"), 1)
        assert.strictEqual(yield* of("assets"), 0)
        assert.deepStrictEqual(yield* ledger.pendingOf("events", []), [])
      })
    )

    it.scopedLive("prunes history and points from before an instant, but not what still waits for a link", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        const waits = entry("waits", 5)
        yield* ledger.confirm({
          rows: [entry("old", 5), waits, entry("new", 50), entry("job", 5, { flow: "jobs", moment: undefined })],
          pending: [{ kind: "events", from: waits.externalId, to: ids.of("part", "p"), flow: "production-entries" }],
          points: {
            flow: "production-entries",
            written: [
              { series: ids.series("output", "w"), timestamp: 5, value: "1" },
              { series: ids.series("output", "w"), timestamp: 50, value: "2" }
            ],
            deleted: []
          }
        })
        assert.strictEqual(yield* ledger.prune(["production-entries", "jobs"], 50), 1)
        assert.sameMembers(names(yield* ledger.rowsOf("production-entries", "events")), ["waits", "new"])
        assert.deepStrictEqual(names(yield* ledger.rowsOf("jobs", "events")), ["job"])
        assert.deepStrictEqual(
          (yield* ledger.points("production-entries", { begin: 0, end: 100 })).map(({ timestamp }) => timestamp),
          [50]
        )
      })
    )

    it.scopedLive("prunes of the points of several flows those of one alone", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        const written = [ids.series("output", "w"), ids.series("scrap", "w")].flatMap((series) =>
          [5, 50].map((timestamp) => ({ series, timestamp, value: "1" }))
        )
        yield* ledger.confirm({ points: { flow: "output", written, deleted: [] } })
        yield* ledger.prune(["output"], 50, [ids.prefix("ts_output")])
        assert.sameDeepMembers(
          (yield* ledger.points("output", { begin: 0, end: 100 })).map(({ series, timestamp }) => [series, timestamp]),
          [
            [ids.series("output", "w"), 50],
            [ids.series("scrap", "w"), 5],
            [ids.series("scrap", "w"), 50]
          ]
        )
      })
    )

    it.scopedLive("knows the points of a slice as they were written last, and not those that were deleted", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        const series = ids.series("output", "w")
        const other = ids.series("output", "v")
        yield* ledger.confirm({
          points: {
            flow: "output",
            written: [
              { series, timestamp: 1, value: "1" },
              { series, timestamp: 1, value: "2" },
              { series, timestamp: 2, value: "3" },
              { series: other, timestamp: 2, value: "4" }
            ],
            deleted: []
          }
        })
        yield* ledger.confirm({ points: { flow: "output", written: [], deleted: [{ series, timestamp: 2 }] } })
        assert.sameDeepMembers(
          [...(yield* ledger.points("output", { begin: 0, end: 3 }))],
          [
            { series, timestamp: 1, value: "2" },
            { series: other, timestamp: 2, value: "4" }
          ]
        )
      })
    )

    it.scopedLive("tells what is retired and what is live, and takes a row that is confirmed again for revived", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        yield* ledger.confirm({
          rows: [entry("a", 1, { retiredAt: 100 }), entry("b", 1, { retiredAt: 200 }), entry("c", 1)]
        })
        assert.strictEqual((yield* ledger.live("production-entries", "events")).count, 1)
        assert.deepStrictEqual(names(yield* ledger.retiredBefore("production-entries", 200)), ["a"])
        yield* ledger.confirm({ rows: [entry("a", 1)] })
        assert.strictEqual((yield* ledger.live("production-entries", "events")).count, 2)
        assert.deepStrictEqual(yield* ledger.retiredBefore("production-entries", 200), [])
      })
    )

    it.scopedLive("gives each row of a flow once, however many there are", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        const keys = Array.from({ length: 4500 }, (_, at) => String(at))
        yield* ledger.confirm({ rows: keys.map((key) => entry(key, 1)) })
        const each = yield* Stream.runCollect(ledger.eachOf("production-entries", "events"))
        assert.sameMembers(names(Chunk.toReadonlyArray(each)), keys)
      })
    )

    it.scopedLive("tells since when each object is there that it saw come", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        yield* ledger.meet([entry("found", 1)])
        yield* ledger.confirm({ rows: [entry("a", 1), entry("b", 1), entry("gone", 1, { retiredAt: 100 })] })
        const { latest } = yield* ledger.live("production-entries", "events")
        const first = yield* sinceWhen(ledger)
        assert.deepStrictEqual(
          ["a", "b", "found"].map((key) => first.get(key)),
          [latest, latest, undefined]
        )
        yield* ledger.confirm({ rows: [entry("found", 2), entry("a", 2), entry("gone", 2), entry("new", 2)] })
        const second = yield* sinceWhen(ledger)
        for (const key of ["found", "a", "b"]) assert.strictEqual(second.get(key), first.get(key), key)
        for (const key of ["gone", "new"]) assert.isAbove(second.get(key) ?? 0, latest, key)
      })
    )

    it.scopedLive("meets objects that CDF holds without touching those that it knows", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        yield* ledger.confirm({ rows: [entry("a", 1)] })
        yield* ledger.meet([entry("a", 1, { hash: "" }), entry("b", 2, { hash: "" })])
        const hashes = (yield* ledger.rowsOf("production-entries", "events")).map(({ hash }) => hash)
        assert.sameMembers(hashes, ["a", ""])
        const memory = encodeMemory({ since: 1, began: 2, rechecked: 3 })
        yield* ledger.keepFacts("production-entries", new Map([[memoryFact, memory]]))
        yield* ledger.distrust
        assert.deepStrictEqual(
          (yield* ledger.rowsOf("production-entries", "events")).map(({ hash }) => hash),
          ["", ""]
        )
        assert.deepStrictEqual(decodeMemory((yield* ledger.facts("production-entries")).get(memoryFact)), { began: 2 })
      })
    )

    it.scopedLive("does not know the content any more of what is about to be changed, and all else of it", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        const a = entry("a", 1, { links: [ids.of("part", "p")] })
        const b = entry("b", 2)
        yield* ledger.confirm({ rows: [a, b] })
        yield* ledger.doubt("events", [a.externalId, ids.of("production_entry", "unknown")])
        yield* ledger.doubt("assets", [b.externalId])
        const rows = yield* ledger.rows("events", [a.externalId, b.externalId])
        assert.deepInclude(rows.get(a.externalId), { ...a, hash: "" })
        assert.strictEqual(rows.get(b.externalId)?.hash, "b")
      })
    )

    it.scopedLive("finds what is linked to an asset, by its whole id", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        yield* ledger.confirm({
          rows: [
            entry("a", 1, { links: [ids.of("part", "p"), ids.of("workcenter", "w")] }),
            entry("b", 1, { links: [ids.of("part", "p2")] })
          ]
        })
        assert.deepStrictEqual(names(yield* ledger.linkedTo([ids.of("part", "p")])), ["a"])
        const others = ["q", "r", "s"].map((key) => ids.of("part", key))
        assert.deepStrictEqual(names(yield* ledger.linkedTo([...others, ids.of("part", "p")])), ["a"])
        assert.deepStrictEqual(names(yield* ledger.linkedTo([...others, ids.of("part", "p2")])), ["b"])
      })
    )

    it.scoped("keeps since when a link waits, however often it is confirmed again, and gives it up in the end", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        const a = entry("a", 1)
        const link = { kind: "events", from: a.externalId, to: ids.of("part", "p"), flow: a.flow } as const
        yield* TestClock.setTime(1000)
        yield* ledger.confirm({ rows: [a], pending: [link] })
        yield* TestClock.setTime(2000)
        yield* ledger.confirm({ rows: [a], pending: [link, { ...link, to: ids.of("part", "q") }] })
        assert.deepStrictEqual(
          (yield* ledger.pendingLinks).map(({ since }) => Math.floor((since ?? 0) / 1000)),
          [1, 2]
        )
        const page = (offset: number, limit: number) =>
          Effect.map(ledger.somePendingLinks({ offset, limit }), (links) => links.map(({ to }) => to))
        assert.deepStrictEqual(yield* page(0, 1), [ids.of("part", "p")])
        assert.deepStrictEqual(yield* page(1, 5), [ids.of("part", "q")])
        assert.strictEqual(yield* ledger.giveUpLinks(1900), 1)
        assert.deepStrictEqual(
          (yield* ledger.pendingLinks).map(({ to }) => to),
          [ids.of("part", "q")]
        )
      })
    )

    it.scopedLive("offers sweeps what is new or changed first, then what was not looked at for longest", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        const next = (limit: number, due = false, lookedBefore = Infinity) =>
          Effect.map(
            ledger.sweepObjects("boms", { due, lookedBefore: Math.min(lookedBefore, Number.MAX_SAFE_INTEGER), limit }),
            (objects) => objects.map(({ key }) => key)
          )
        yield* ledger.confirm({ offered: { sweep: "boms", objects: ["a", "b", "c", "d"].map((key) => object(key)) } })
        for (const [at, key] of ["c", "a", "b"].entries()) {
          yield* ledger.confirm({ looked: { sweep: "boms", objects: [object(key)], at: at + 1 } })
        }
        assert.deepStrictEqual(yield* next(3), ["d", "c", "a"])
        yield* ledger.confirm({ offered: { sweep: "boms", objects: [object("b", "2"), object("a")] } })
        assert.deepStrictEqual(yield* next(10), ["d", "b", "c", "a"])
        assert.deepStrictEqual(yield* next(10, true), ["d", "b"])
        assert.deepStrictEqual(yield* next(10, false, 2), ["d", "b", "c"])
        assert.deepStrictEqual(yield* ledger.sweepProgress("boms"), { objects: 4, due: 2, oldest: 1 })
        yield* ledger.withdraw("boms", ["c"])
        assert.strictEqual((yield* ledger.offered("boms", ["a", "c"])).size, 1)
      })
    )

    it.scopedLive("forgets what a sweep looked at and need not look at again, unless it changed meanwhile", () =>
      Effect.gen(function* () {
        const { ledger } = yield* (yield* make)()
        const done = object("done", "1", false)
        const changed = object("changed", "1", false)
        yield* ledger.confirm({
          offered: { sweep: "job-operations", objects: [done, { ...changed, fingerprint: "2" }] }
        })
        yield* ledger.confirm({
          looked: { sweep: "job-operations", objects: [done, changed, object("withdrawn", "1", true)], at: 1 }
        })
        const left = yield* ledger.sweepObjects("job-operations", { due: false, lookedBefore: 10, limit: 10 })
        assert.deepStrictEqual(
          left.map(({ key }) => key),
          ["changed"]
        )
      })
    )
  })
}

describe("a watermark", () => {
  it.scopedLive("that is not what was written counts as none", () =>
    Effect.gen(function* () {
      const path = yield* newFile
      const { ledger } = yield* openAt(`file:${path}`)()
      yield* ledger.moveWatermark("movements", 1000)
      assert.strictEqual(yield* ledger.watermark("movements"), 1000)
      const sql: SqlClient.SqlClient = yield* openState(`file:${path}`)
      yield* sql`UPDATE plex_cdf_watermark SET confirmed_to = 1001`
      assert.strictEqual(yield* ledger.watermark("movements"), undefined)
    })
  )
})

it.scoped("The ledger tells what came later though the clock was put back", () =>
  Effect.gen(function* () {
    const open = openAt(`file:${yield* newFile}`)
    yield* TestClock.setTime(1_000_000)
    yield* Effect.scoped(Effect.flatMap(open(), ({ ledger }) => ledger.confirm({ rows: [entry("a", 1)] })))
    yield* TestClock.setTime(1000)
    const { ledger } = yield* open()
    const { latest } = yield* ledger.live("production-entries", "events")
    assert.strictEqual(latest, 1_000_000)
    yield* ledger.confirm({ rows: [entry("b", 1)] })
    assert.isAbove((yield* sinceWhen(ledger)).get("b") ?? 0, latest)
  })
)
