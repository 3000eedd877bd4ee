/**
 * What is promised of history, one at a time: lateness, ties, outages, corrections, windows that are not believed, a lost state,
 * backfills.
 */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Stream } from "effect"
import type { FlowName } from "../../src/domain/Flow.js"
import { backfillFlows } from "../../src/domain/HistoryKind.js"
import { isBelievable } from "../../src/domain/Retraction.js"
import { isWithin } from "../../src/domain/TimeSlice.js"
import { type BackfillArguments, refusalOf } from "../../src/cli/backfill.js"
import { Ledger } from "../../src/services/Ledger.js"
import {
  changingLists,
  expectedEntries,
  expectedPoints,
  expectedStatuses,
  heldEntries,
  heldPoints,
  heldStatuses,
  type HistoryRow
} from "../support/ChangingPlant.js"
import { transient } from "../support/CdfMemory.js"
import { extract, flowOf, makePlant, type PlantOptions } from "../support/PipelineHarness.js"
import { plexNow } from "../support/PlexScripted.js"
import { settings } from "../layers/cdf/Settings.js"
import { lists, workcenterRow } from "./Rows.js"

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const names: ReadonlySet<FlowName> = new Set<FlowName>(["production-entries", "status-entries", "output"])

const changing = (history: Partial<typeof settings.history> = {}, over?: PlantOptions["over"]) => {
  const rows: { entries: Array<HistoryRow>; statuses: Array<HistoryRow> } = { entries: [], statuses: [] }
  const plant = makePlant({
    plex: { lists: changingLists({ entries: () => rows.entries, statuses: () => rows.statuses }) },
    settings: { history: { ...settings.history, ...history } },
    ...(over === undefined ? {} : { over })
  })
  const run = (flows: Parameters<typeof extract>[1] = {}) =>
    Effect.map(extract("production", { names, sweep: false, ...flows }), (report) =>
      flowOf(report, "production-entries")
    )
  const backfill = (begin: number, end: number) => run({ flows: { backfill: { begin, end } } })
  return { rows, plant, run, backfill }
}

const row = (at: number, value = 1, workcenter = 1): HistoryRow => ({ at, value, workcenter })
const watermark = Effect.flatMap(Ledger, (ledger) => ledger.watermark("production-entries"))
const asked = (plant: ReturnType<typeof changing>["plant"]) =>
  plant.plex.calls.flatMap(({ path, slice }) => (path === lists.entries && slice !== undefined ? [slice] : []))

describe("A late row", () => {
  it.effect(
    "is caught by the overlap, else by the daily recheck, and counted with its lateness; older ones by a backfill",
    () => {
      const { backfill, plant, rows, run } = changing({ startDate: plexNow - 30 * day })
      return Effect.gen(function* () {
        yield* run()
        rows.entries.push(row(plexNow - hour))
        assert.deepInclude((yield* run()).counts, { created: 1, late: 1 })
        rows.entries.push(row(plexNow - 3 * day), row(plexNow - 20 * day))
        assert.deepInclude((yield* run()).counts, { created: 0, late: 0 })
        plant.plex.now += day
        const found = yield* run()
        assert.deepInclude(found.counts, { created: 1, late: 1 })
        assert.strictEqual(found.lateness, 4 * day)
        const mark = yield* watermark
        assert.deepInclude((yield* backfill(plexNow - 21 * day, plexNow - 19 * day)).counts, { created: 1, late: 0 })
        assert.strictEqual(yield* watermark, mark)
        assert.deepStrictEqual(heldEntries(plant), expectedEntries(rows.entries))
        assert.deepStrictEqual(yield* heldPoints(plant), expectedPoints(rows.entries))
      }).pipe(Effect.provide(plant.layer))
    }
  )
})

describe("Rows of one instant", () => {
  it.effect(
    "are all there, once each, over chunks, over the end of a slice and over a run that was cut",
    () => {
      let calls = 0
      const { plant, rows, run } = changing({ windowHours: 2 }, (cdf) => ({
        upsert: (kind, wanted) =>
          kind === "events" && ++calls === 3 ? Effect.fail(transient("killed")) : cdf.upsert(kind, wanted)
      }))
      // The end of a slice: the rows belong to the next one.
      const at = plexNow - 4 * hour
      rows.entries.push(...Array.from({ length: 5000 }, (_, number) => row(at, (number % 7) + 1)), row(at - 1))
      return Effect.gen(function* () {
        assert.strictEqual((yield* run()).status, "degraded")
        assert.strictEqual((yield* run()).status, "ok")
        assert.strictEqual(heldEntries(plant).length, 5001)
        assert.deepStrictEqual(heldEntries(plant), expectedEntries(rows.entries))
        assert.deepStrictEqual(yield* heldPoints(plant), expectedPoints(rows.entries))
        assert.deepInclude((yield* run()).counts, { created: 0, updated: 0, retracted: 0 })
      }).pipe(Effect.provide(plant.layer))
    },
    120_000
  )
})

describe("Windows", () => {
  it.effect(
    "of an outage of a month are caught up, oldest first, and forty empty ones move the watermark to now",
    () => {
      const { plant, rows, run } = changing()
      return Effect.gen(function* () {
        yield* run()
        plant.plex.now += 40 * day
        rows.entries.push(...Array.from({ length: 30 }, (_, number) => row(plexNow + number * day + hour)))
        plant.plex.calls.splice(0)
        yield* run()
        const slices = asked(plant)
        assert.isAtLeast(slices.length, 40)
        assert.isTrue(slices.every(({ begin }, at) => at === 0 || slices[at - 1]?.end === begin))
        assert.strictEqual(slices[0]?.begin, plexNow - 2 * hour)
        assert.deepStrictEqual(heldEntries(plant), expectedEntries(rows.entries))
        assert.strictEqual(yield* watermark, plant.plex.now)
      }).pipe(Effect.provide(plant.layer))
    }
  )

  it.effect("of a year leave no more in the state than those of the recheck", () => {
    const { plant, rows, run } = changing({ startDate: plexNow - 365 * day, windowHours: 240 })
    rows.entries.push(...Array.from({ length: 365 }, (_, number) => row(plexNow - number * day - hour)))
    // A row whose link still waits would stay.
    plant.plex.lists[lists.workcenters] = [workcenterRow(1)]
    return Effect.gen(function* () {
      yield* extract("master-data", { sweep: false })
      yield* run()
      const ledger = yield* Ledger
      assert.strictEqual(heldEntries(plant).length, 365)
      assert.isAtMost((yield* ledger.rowsOf("production-entries", "events")).length, 9)
      assert.isAtMost((yield* ledger.points("output", { begin: 0, end: 4e12 })).length, 9)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("that have lost most of their rows are not believed, until somebody confirms it", () => {
    const { plant, rows, run } = changing()
    rows.entries.push(...Array.from({ length: 12 }, (_, number) => row(plexNow - hour - number * minute)))
    const all = expectedEntries(rows.entries)
    return Effect.gen(function* () {
      yield* run()
      rows.entries.splice(0, 9)
      const report = yield* run()
      assert.strictEqual(report.status, "degraded")
      assert.match(report.notice ?? "", /reconcile --accept-removals production-entries/)
      assert.deepStrictEqual(heldEntries(plant), all)
      assert.strictEqual((yield* heldPoints(plant)).length, 12)
      const accepted = yield* run({ flows: { acceptRemovals: new Set(["production-entries"]) } })
      assert.deepInclude(accepted.counts, { retracted: 9 })
      assert.deepStrictEqual(heldEntries(plant), expectedEntries(rows.entries))
      assert.deepStrictEqual(yield* heldPoints(plant), expectedPoints(rows.entries))
    }).pipe(Effect.provide(plant.layer))
  })

  it("are believed when they lose up to five rows, or up to half", () => {
    assert.deepStrictEqual(
      [
        [5, 0],
        [6, 0],
        [12, 6],
        [13, 6],
        [0, 9]
      ].map(([known = 0, shown = 0]) => isBelievable(known, shown)),
      [true, false, true, false, true]
    )
  })
})

describe("A row that cannot be decoded", () => {
  it.effect("keeps what is known of its moment, and nothing else; one without a moment keeps nothing", () => {
    const { plant, rows, run } = changing()
    rows.entries.push(row(plexNow - hour, 1), row(plexNow - 2 * minute, 2))
    return Effect.gen(function* () {
      yield* run()
      plant.plex.lists[lists.entries] = ({ slice }) =>
        [
          { transactionDate: new Date(plexNow - hour).toISOString(), quantity: { wrong: true } },
          { transactionDate: null, quantity: 3 }
        ].filter(
          ({ transactionDate }) =>
            transactionDate === null || slice === undefined || isWithin(slice, Date.parse(transactionDate))
        )
      assert.deepInclude((yield* run()).counts, { retracted: 1, deadLettered: 2 })
      assert.deepStrictEqual(heldEntries(plant), expectedEntries([row(plexNow - hour, 1)]))
    }).pipe(Effect.provide(plant.layer))
  })
})

describe("A state that was lost", () => {
  it.effect("is learned from CDF: nothing is written that is there, what was corrected meanwhile is retracted", () => {
    const { plant, rows, run } = changing({ startDate: plexNow - 20 * day })
    rows.entries.push(row(plexNow - 9 * day, 3), row(plexNow - 3 * day, 1), row(plexNow - 2 * day, 2))
    rows.statuses.push(row(plexNow - 3 * day, 1), row(plexNow - day, 2))
    return Effect.gen(function* () {
      yield* run()
      yield* Effect.flatMap(Ledger, ({ clear }) => clear)
      rows.entries.splice(1, 1, row(plexNow - 3 * day, 7))
      plant.plex.calls.splice(0)
      plant.cdf.calls.splice(0)
      assert.deepInclude((yield* run()).counts, { created: 1, updated: 0, retracted: 1 })
      // The newest event lies two days back, and the recheck is seven days long.
      assert.strictEqual(asked(plant)[0]?.begin, plexNow - 9 * day)
      assert.deepStrictEqual(heldEntries(plant), expectedEntries(rows.entries))
      assert.deepStrictEqual(yield* heldPoints(plant), expectedPoints(rows.entries))
      assert.deepStrictEqual(heldStatuses(plant), expectedStatuses(rows.statuses))
    }).pipe(Effect.provide(plant.layer))
  })
})

describe("A workcenter status", () => {
  it.effect("that lasted for days gets its end, also where that is corrected; a recheck takes no end away", () => {
    const { plant, rows, run } = changing({ startDate: plexNow - 9 * day })
    rows.statuses.push(row(plexNow - 8 * day, 1), row(plexNow - hour, 2))
    return Effect.gen(function* () {
      yield* run()
      assert.deepStrictEqual(heldStatuses(plant), expectedStatuses(rows.statuses))
      plant.cdf.calls.splice(0)
      plant.plex.now += day
      yield* run()
      assert.deepStrictEqual(plant.cdf.writes(), [])
      // Late, and before all that is read again.
      rows.statuses.splice(1, 1, row(plexNow - 5 * hour, 3), row(plexNow - hour, 2))
      plant.plex.now += day
      yield* run()
      assert.deepStrictEqual(heldStatuses(plant), expectedStatuses(rows.statuses))
      rows.statuses.splice(1)
      plant.plex.now += day
      yield* run()
      assert.deepStrictEqual(heldStatuses(plant), expectedStatuses(rows.statuses))
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("that a run held back for its end and never wrote is no record of the run that writes it", () => {
    const life = { ends: false }
    const { plant, rows, run } = changing({ windowHours: 24, recheck: 0 }, (cdf) => ({
      upsert: (kind, wanted) =>
        life.ends && kind === "events" ? Effect.fail(transient("killed")) : cdf.upsert(kind, wanted)
    }))
    return Effect.gen(function* () {
      yield* run()
      rows.statuses.push(row(plexNow + hour, 1))
      plant.plex.now += 2 * day
      // What is read first has no end yet; the slice that tells it has something to write.
      rows.statuses.push(row(plexNow + 30 * hour, 2))
      life.ends = true
      yield* run()
      life.ends = false
      const statuses = flowOf(yield* extract("production", { names, sweep: false }), "status-entries")
      assert.strictEqual(statuses.status, "ok", statuses.notice)
      assert.deepInclude(statuses.counts, { read: 1, created: 1 })
      assert.deepStrictEqual(heldStatuses(plant), expectedStatuses(rows.statuses))
    }).pipe(Effect.provide(plant.layer))
  })
})

describe("A backfill", () => {
  it.effect("beside the flow leaves it alone, and together they are what Plex has", () => {
    const { backfill, plant, rows, run } = changing()
    const old = Array.from({ length: 50 }, (_, number) => row(plexNow - 40 * day + number * 5 * hour, number + 1))
    rows.entries.push(...old, row(plexNow - hour))
    rows.statuses.push(...old)
    return Effect.gen(function* () {
      yield* run()
      const mark = yield* watermark
      const gate = yield* Deferred.make<void>()
      const inner = plant.plex.lists[lists.entries]
      plant.plex.lists[lists.entries] = (call) =>
        call.slice !== undefined && call.slice.begin < plexNow - 35 * day && typeof inner === "function"
          ? Stream.unwrap(
              Effect.as(
                Deferred.await(gate),
                Stream.fromIterable([inner(call)].flatMap((found) => (Array.isArray(found) ? found : [])))
              )
            )
          : typeof inner === "function"
            ? inner(call)
            : []
      const filling = yield* Effect.fork(backfill(plexNow - 41 * day, plexNow - 20 * day))
      rows.entries.push(row(plexNow + hour))
      plant.plex.now += 2 * hour
      const beside = yield* Effect.fork(run())
      yield* Deferred.succeed(gate, undefined)
      assert.deepInclude((yield* Fiber.join(beside)).counts, { created: 1, retracted: 0 })
      assert.deepInclude((yield* Fiber.join(filling)).counts, { created: 50, retracted: 0 })
      assert.strictEqual(mark, plexNow)
      assert.strictEqual(yield* watermark, plant.plex.now)
      assert.deepStrictEqual(heldEntries(plant), expectedEntries(rows.entries))
      assert.deepStrictEqual(yield* heldPoints(plant), expectedPoints(rows.entries))
      assert.deepStrictEqual(heldStatuses(plant), expectedStatuses(rows.statuses))
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("of a period that was read long ago doubles nothing, and retracts what was corrected", () => {
    const { backfill, plant, rows, run } = changing({ startDate: plexNow - 30 * day })
    rows.entries.push(row(plexNow - 20 * day, 1), row(plexNow - 19 * day, 2))
    return Effect.gen(function* () {
      yield* run()
      rows.entries.splice(0, 1)
      const report = yield* backfill(plexNow - 25 * day, plexNow - 10 * day)
      assert.deepInclude(report.counts, { created: 0, updated: 0, unchanged: 1, retracted: 1 })
      assert.deepStrictEqual(heldEntries(plant), expectedEntries(rows.entries))
      assert.deepStrictEqual(yield* heldPoints(plant), expectedPoints(rows.entries))
    }).pipe(Effect.provide(plant.layer))
  })

  it("is refused for a period without an end before it, or in the future", () => {
    const period = (from: number, to: number): Pick<BackfillArguments, "from" | "to"> => ({ from, to })
    assert.match(refusalOf(period(5, 5), 10) ?? "", /nothing to read/)
    assert.match(refusalOf(period(5, 11), 10) ?? "", /in the future/)
    assert.isUndefined(refusalOf(period(5, 10), 10))
    assert.strictEqual(backfillFlows.length, 8)
  })
})
