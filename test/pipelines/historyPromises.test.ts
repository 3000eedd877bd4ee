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
  type EntriesDamage,
  expectedEntries,
  expectedPoints,
  expectedStatuses,
  heldEntries,
  heldPoints,
  heldStatuses,
  type HistoryRow
} from "../support/ChangingPlant.js"
import { transient } from "../support/CdfMemory.js"
import { extract, flowOf, makePlant, type PlantOptions, withLedger } from "../support/PipelineHarness.js"
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

type Changing = ReturnType<typeof changing>

const row = (at: number, value = 1, workcenter = 1): HistoryRow => ({ at, value, workcenter })
const watermark = Effect.flatMap(Ledger, (ledger) => ledger.watermark("production-entries"))
const asked = ({ plex }: Changing["plant"]) =>
  plex.calls.flatMap(({ path, slice }) => (path === lists.entries && slice !== undefined ? [slice] : []))

/** How many of the rows that come late each reading finds and counts as late. */
const lateRows = ({ backfill, plant, rows, run }: Changing) =>
  Effect.gen(function* () {
    yield* run()
    rows.entries.push(row(plexNow - hour))
    const soon = yield* run()
    rows.entries.push(row(plexNow - 3 * day), row(plexNow - 20 * day))
    const sameDay = yield* run()
    plant.plex.now += day
    const nextDay = yield* run()
    const mark = yield* watermark
    const filled = yield* backfill(plexNow - 21 * day, plexNow - 19 * day)
    return {
      found: [soon, sameDay, nextDay, filled].map(({ counts: { created, late } }) => [created, late]),
      lateness: nextDay.lateness,
      moved: (yield* watermark) !== mark
    }
  })

describe("A late row", () => {
  const begun = { startDate: plexNow - 30 * day, windowHours: 240 }

  it.effect(
    "is caught by the overlap, else by the daily recheck, and counted with its lateness; older ones by a backfill",
    () => {
      const subject = changing(begun)
      const { plant, rows } = subject
      return Effect.gen(function* () {
        assert.deepStrictEqual(yield* lateRows(subject), {
          found: [
            [1, 1],
            [0, 0],
            [1, 1],
            [1, 0]
          ],
          lateness: 4 * day,
          moved: false
        })
        assert.deepStrictEqual(heldEntries(plant), expectedEntries(rows.entries))
        assert.deepStrictEqual(yield* heldPoints(plant), expectedPoints(rows.entries))
      }).pipe(Effect.provide(plant.layer))
    }
  )

  it.effect("would be seen missing without the overlap", () => {
    const subject = changing({ ...begun, overlap: 0 })
    return Effect.gen(function* () {
      assert.deepStrictEqual((yield* lateRows(subject)).found[0], [0, 0])
    }).pipe(Effect.provide(subject.plant.layer))
  })

  it.effect("would be seen missing without the recheck", () => {
    const subject = changing({ ...begun, recheck: 0 })
    return Effect.gen(function* () {
      assert.deepStrictEqual((yield* lateRows(subject)).found[2], [0, 0])
      assert.notDeepEqual(heldEntries(subject.plant), expectedEntries(subject.rows.entries))
    }).pipe(Effect.provide(subject.plant.layer))
  })
})

/** Rows of one instant, where one slice ends and the next one begins, read by a run that is cut in their middle and by the next. */
const tied = (count: number, damage?: EntriesDamage) => {
  let calls = 0
  const subject = changing({ windowHours: 2 }, (cdf) => ({
    upsert: (kind, wanted) =>
      kind === "events" && ++calls === 3 ? Effect.fail(transient("killed")) : cdf.upsert(kind, wanted)
  }))
  const { plant, rows, run } = subject
  const at = plexNow - 4 * hour
  rows.entries.push(...Array.from({ length: count }, (_, number) => row(at, (number % 7) + 1)), row(at - 1))
  plant.plex.lists = changingLists({ entries: () => rows.entries, statuses: () => [] }, damage)
  return {
    ...subject,
    runs: Effect.map(Effect.all([run(), run()]), (reports) => reports.map(({ status }) => status))
  }
}

describe("Rows of one instant", () => {
  it.effect(
    "are all there, once each, over chunks, over the end of a slice and over a run that was cut",
    () => {
      const { plant, rows, run, runs } = tied(5000)
      return Effect.gen(function* () {
        assert.deepStrictEqual(yield* runs, ["degraded", "ok"])
        assert.strictEqual(heldEntries(plant).length, 5001)
        assert.deepStrictEqual(heldEntries(plant), expectedEntries(rows.entries))
        assert.deepStrictEqual(yield* heldPoints(plant), expectedPoints(rows.entries))
        assert.deepInclude((yield* run()).counts, { created: 0, updated: 0, retracted: 0 })
      }).pipe(Effect.provide(plant.layer))
    },
    120_000
  )

  const wrongs: ReadonlyArray<readonly [string, EntriesDamage]> = [
    [
      "a slice left out the instant that it begins with",
      (rows, { slice }) => rows.filter(({ transactionDate }) => Date.parse(transactionDate) !== slice?.begin)
    ],
    [
      "identical ones were taken for one",
      (rows) => [...new Map(rows.map((one) => [JSON.stringify(one), one])).values()]
    ]
  ]
  for (const [what, damage] of wrongs) {
    it.effect(`would be seen missing if ${what}`, () => {
      const { plant, rows, runs } = tied(3000, damage)
      return Effect.gen(function* () {
        yield* runs
        assert.notDeepEqual(heldEntries(plant), expectedEntries(rows.entries))
      }).pipe(Effect.provide(plant.layer))
    })
  }
})

/** Forty days without a run, with a row on each of the first thirty and nothing then. */
const outage = ({ plant, rows, run }: Changing) =>
  Effect.gen(function* () {
    yield* run()
    plant.plex.now += 40 * day
    rows.entries.push(...Array.from({ length: 30 }, (_, number) => row(plexNow + number * day + hour)))
    plant.plex.calls.splice(0)
    yield* run()
    return { behind: plant.plex.now - ((yield* watermark) ?? 0), slices: asked(plant) }
  })

/** The seeded bug: a watermark follows rows only, so that a quiet stream reads the same empty windows for ever. */
const movedByRowsOnly = withLedger(({ confirm }) => {
  let busy = false
  return {
    confirm: ({ watermark, ...chunk }) =>
      Effect.suspend(() => {
        busy ||= chunk.rows?.some(({ flow }) => flow === "production-entries") === true
        const moves = watermark !== undefined && (watermark.flow !== "production-entries" || busy)
        if (watermark?.flow === "production-entries") busy = false
        return confirm(moves ? { ...chunk, watermark } : chunk)
      })
  }
})

describe("Windows", () => {
  it.effect(
    "of an outage of a month are caught up, oldest first, and those that are empty move the watermark to now, not past it",
    () => {
      const subject = changing()
      const { plant, rows } = subject
      // Not on a whole minute: the newest slice ends after now.
      plant.plex.now += 17_500
      return Effect.gen(function* () {
        const { behind, slices } = yield* outage(subject)
        assert.isAtLeast(slices.length, 40)
        assert.isTrue(slices.every(({ begin }, at) => at === 0 || slices[at - 1]?.end === begin))
        assert.strictEqual(slices[0]?.begin, plexNow - 2 * hour)
        assert.deepStrictEqual(heldEntries(plant), expectedEntries(rows.entries))
        assert.strictEqual(behind, 0)
      }).pipe(Effect.provide(plant.layer))
    }
  )

  it.effect("that are empty would be seen to hold the watermark back if that followed rows only", () => {
    const subject = changing()
    return Effect.gen(function* () {
      assert.isAtLeast((yield* outage(subject)).behind, 9 * day)
    }).pipe(movedByRowsOnly, Effect.provide(subject.plant.layer))
  })

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

describe("The end of a status that only CDF tells of", () => {
  it.effect("is set by the next run where the first one that read its successor was cut before", () => {
    const { plant, rows, run } = changing({ startDate: plexNow - 45 * day })
    rows.statuses.push(row(plexNow - 44 * day, 1, 1), row(plexNow - day, 1, 2))
    return Effect.gen(function* () {
      yield* run()
      yield* Effect.flatMap(Ledger, ({ clear }) => clear)
      rows.statuses.push(row(plexNow - hour, 2, 1))
      plant.cdf.fail = ({ operation }) => (operation === "update" ? transient(operation) : undefined)
      yield* run()
      plant.cdf.fail = () => undefined
      yield* run()
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

  it.effect("before the first run takes nothing from that, nor from the history that it goes on with", () => {
    const { backfill, plant, rows, run } = changing({ startDate: plexNow - 30 * day })
    const read = (begin: number) => Effect.zipRight(backfill(begin, begin + day), run())
    rows.entries.push(...[20, 9, 2, 0].map((days) => row(plexNow - days * day - hour)))
    return Effect.gen(function* () {
      yield* read(plexNow - 3 * day)
      assert.deepStrictEqual(heldEntries(plant), expectedEntries(rows.entries))
      yield* Effect.flatMap(Ledger, ({ clear }) => clear)
      plant.plex.now += 40 * day
      rows.entries.push(...[35, 2, 0].map((days) => row(plant.plex.now - days * day - hour)))
      plant.plex.calls.splice(0)
      yield* read(plant.plex.now - 3 * day)
      assert.strictEqual(asked(plant)[1]?.begin, plexNow - 20 * day - hour)
      assert.deepStrictEqual(heldEntries(plant), expectedEntries(rows.entries))
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("is not needed where the watermark is set back: what Plex has corrected since is put right", () => {
    const { plant, rows, run } = changing({ startDate: plexNow - 40 * day })
    rows.entries.push(row(plexNow - 20 * day), row(plexNow - 19 * day))
    return Effect.gen(function* () {
      // In a CDF that is not empty.
      plant.plex.lists[lists.workcenters] = [workcenterRow(1)]
      yield* extract("master-data", { sweep: false })
      yield* run()
      rows.entries.splice(0, 1, { ...row(plexNow - 20 * day), value: 7 })
      yield* Effect.flatMap(Ledger, (ledger) => ledger.moveWatermark("production-entries", plexNow - 30 * day))
      yield* run()
      assert.deepStrictEqual(heldEntries(plant), expectedEntries(rows.entries))
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
