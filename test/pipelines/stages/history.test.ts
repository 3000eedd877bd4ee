import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import type { FlowName } from "../../../src/domain/Flow.js"
import { encodeMemory, memoryFact } from "../../../src/domain/HistoryMemory.js"
import type { TimeSlice } from "../../../src/domain/TimeSlice.js"
import { bySlices, type HistorySlice } from "../../../src/pipelines/stages/history.js"
import { AppConfig, type Settings } from "../../../src/services/AppConfig.js"
import { Ledger, type LedgerRow } from "../../../src/services/Ledger.js"
import { transient } from "../../support/CdfMemory.js"
import { demoFacility } from "../../support/DemoFacility.js"
import { inFlow as run, makePlant, type PlantOptions } from "../../support/PipelineHarness.js"
import { plexNow } from "../../support/PlexScripted.js"
import { settings } from "../../layers/cdf/Settings.js"

const hour = 3_600_000
const history: Settings["history"] = { startDate: undefined, windowHours: 6, overlap: 2 * hour, recheck: 7 * 24 * hour }

const plant = (over: Partial<Settings["history"]> = {}, options: PlantOptions = {}) =>
  makePlant({
    ...options,
    settings: {
      history: { ...history, ...over },
      extractors: { ...settings.extractors, production: { enabled: true, interval: hour, lookback: 12 * hour } }
    }
  })

const inFlow = <A, E, R>(effect: Effect.Effect<A, E, R>, stop?: Deferred.Deferred<void>) =>
  run(effect, { extractor: "production", flow: "scrap-entries", ...(stop === undefined ? {} : { stop }) })

const watermark = Effect.flatMap(Ledger, (ledger) => ledger.watermark("scrap-entries"))
/** As a run leaves it that has looked at the days of the recheck. */
const setWatermark = (to: number) =>
  Effect.flatMap(Ledger, (ledger) =>
    ledger.confirm({
      watermark: { flow: "scrap-entries", to },
      facts: {
        flow: "scrap-entries",
        facts: new Map([[memoryFact, encodeMemory({ since: 0, rechecked: plexNow - hour })]])
      }
    })
  )

/** Notes the slices, in hours from now, and which one is the newest. */
const noting =
  (seen: Array<readonly [number, number, boolean]>) =>
  ({ begin, end, newest }: HistorySlice) =>
    Effect.sync(() => {
      seen.push([(begin - plexNow) / hour, (end - plexNow) / hour, newest])
    })

describe("history", () => {
  it.effect("begins at the look-back on a first run, and goes oldest first, without gaps, to Plex's now", () =>
    Effect.gen(function* () {
      const seen: Array<readonly [number, number, boolean]> = []
      yield* inFlow(bySlices({ read: noting(seen) }))
      assert.deepStrictEqual(seen, [
        [-12, -6, false],
        [-6, 0, true]
      ])
      assert.strictEqual(yield* watermark, plexNow)
    }).pipe(Effect.provide(plant().layer))
  )

  it.effect("begins at the start date on a first run, where one is set", () =>
    Effect.gen(function* () {
      const seen: Array<readonly [number, number, boolean]> = []
      yield* inFlow(bySlices({ read: noting(seen) }))
      assert.deepStrictEqual(seen, [[-3, 0, true]])
    }).pipe(Effect.provide(plant({ startDate: plexNow - 3 * hour }).layer))
  )

  it.effect("of which nothing came yet begins at a start date that is set since, and no later than it would have", () =>
    Effect.gen(function* () {
      const seen: Array<readonly [number, number, boolean]> = []
      const from = (startDate: number) =>
        inFlow(bySlices({ read: (slice) => Effect.zipRight(noting(seen)(slice), transient("write")) })).pipe(
          Effect.updateService(AppConfig, (all) => ({ ...all, history: { ...all.history, startDate } }))
        )
      yield* inFlow(bySlices({ read: () => transient("write") }))
      yield* from(plexNow - 20 * hour)
      yield* from(plexNow - 3 * hour)
      assert.deepStrictEqual(seen, [
        [-20, -14, false],
        [-20, -14, false]
      ])
    }).pipe(Effect.provide(plant().layer))
  )

  it.effect(
    "begins at a watermark that was set before its first run began, and goes back there with each recheck",
    () =>
      Effect.gen(function* () {
        const seen: Array<readonly [number, number, boolean]> = []
        yield* inFlow(bySlices({ read: () => Effect.void }))
        yield* Effect.flatMap(Ledger, (ledger) => ledger.moveWatermark("scrap-entries", plexNow - 20 * hour))
        yield* inFlow(bySlices({ read: noting(seen) }))
        yield* run(bySlices({ read: noting(seen) }), {
          extractor: "production",
          flow: "scrap-entries",
          options: { whole: true }
        })
        assert.deepStrictEqual(
          seen.map(([begin]) => begin),
          [-20, -14, -8, -2, -20, -14, -8, -2]
        )
      }).pipe(Effect.provide(plant().layer))
  )

  it.effect("begins at the watermark less the overlap, and catches up however long it was away", () =>
    Effect.gen(function* () {
      yield* setWatermark(plexNow - 11 * hour)
      const seen: Array<readonly [number, number, boolean]> = []
      yield* inFlow(bySlices({ read: noting(seen) }))
      assert.deepStrictEqual(seen, [
        [-13, -7, false],
        [-7, -1, false],
        [-1, 0, true]
      ])
    }).pipe(Effect.provide(plant().layer))
  )

  it.effect("cuts slices on whole minutes, the minute of now included", () => {
    const { layer, plex } = plant()
    plex.now = plexNow + 1
    return Effect.gen(function* () {
      yield* setWatermark(plexNow - 30_001)
      const seen: Array<TimeSlice> = []
      yield* inFlow(bySlices({ read: ({ begin, end }) => Effect.sync(() => void seen.push({ begin, end })) }))
      assert.deepStrictEqual(seen, [{ begin: plexNow - 2 * hour - 60_000, end: plexNow + 60_000 }])
      assert.strictEqual(yield* watermark, plexNow + 1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("moves the watermark after each slice, up to one that fails and no further", () =>
    Effect.gen(function* () {
      let slices = 0
      const { exit } = yield* inFlow(
        bySlices({
          read: () =>
            Effect.gen(function* () {
              if (slices++ === 0) return
              assert.strictEqual(yield* watermark, plexNow - 6 * hour)
              return yield* transient("write")
            })
        })
      )
      assert.strictEqual(exit._tag, "Failure")
      assert.strictEqual(yield* watermark, plexNow - 6 * hour)
    }).pipe(Effect.provide(plant().layer))
  )

  it.effect("forgets what no recheck will look at again, of its own events alone", () =>
    Effect.gen(function* () {
      const ledger = yield* Ledger
      const kept = history.recheck + 24 * hour
      const row = (flow: FlowName, key: string, age: number): LedgerRow => ({
        kind: "events",
        externalId: demoFacility().ids.of("scrap_entry", key),
        hash: "hash",
        id: 1,
        flow,
        plexId: key,
        links: [],
        moment: plexNow - age
      })
      yield* ledger.confirm({
        rows: [
          row("scrap-entries", "old", kept + hour),
          row("scrap-entries", "young", kept - hour),
          row("movements", "of-another-flow", kept + hour)
        ]
      })
      yield* setWatermark(plexNow - hour)
      yield* inFlow(bySlices({ read: () => Effect.void }))
      const left = [
        ...(yield* ledger.rowsOf("scrap-entries", "events")),
        ...(yield* ledger.rowsOf("movements", "events"))
      ]
      assert.deepStrictEqual(
        left.map(({ plexId }) => plexId),
        ["young", "of-another-flow"]
      )
    }).pipe(Effect.provide(plant().layer))
  )

  it.effect("never moves the watermark back while it reads the overlap again", () =>
    Effect.gen(function* () {
      yield* setWatermark(plexNow - hour)
      const marks: Array<number | undefined> = []
      yield* inFlow(bySlices({ read: () => Effect.map(watermark, (mark) => void marks.push(mark)) }))
      assert.deepStrictEqual(marks, [plexNow - hour, plexNow - hour, plexNow - hour])
      assert.strictEqual(yield* watermark, plexNow)
    }).pipe(Effect.provide(plant({ windowHours: 1 }).layer))
  )

  it.effect("does not take a slice for whole that the stop may have cut", () =>
    Effect.gen(function* () {
      const stop = yield* Deferred.make<void>()
      let slices = 0
      const { exit } = yield* inFlow(
        bySlices({
          read: () =>
            Effect.suspend(() => (++slices === 1 ? Effect.asVoid(Deferred.succeed(stop, undefined)) : Effect.void))
        }),
        stop
      )
      assert.strictEqual(exit._tag, "Success")
      assert.strictEqual(slices, 1)
      assert.isUndefined(yield* watermark)
    }).pipe(Effect.provide(plant().layer))
  )

  it.effect("with a watermark from the future reads nothing, moves nothing and says so", () =>
    Effect.gen(function* () {
      const year2999 = Date.UTC(2999, 0)
      yield* setWatermark(year2999)
      const { exit, tally } = yield* inFlow(bySlices({ read: () => Effect.dieMessage("nothing is to be read") }))
      assert.strictEqual(exit._tag, "Success")
      assert.match(tally.notices.join(), /2999-01-01T00:00:00.000Z lies in the future/)
      assert.strictEqual(yield* watermark, year2999)
    }).pipe(Effect.provide(plant().layer))
  )

  it.effect("takes a watermark a little ahead of Plex's clock for what it is", () =>
    Effect.gen(function* () {
      yield* setWatermark(plexNow + 60_000)
      const seen: Array<readonly [number, number, boolean]> = []
      const { tally } = yield* inFlow(bySlices({ read: noting(seen) }))
      assert.strictEqual(seen.length, 1)
      assert.deepStrictEqual(tally.notices, [])
      assert.strictEqual(yield* watermark, plexNow + 60_000)
    }).pipe(Effect.provide(plant().layer))
  )

  it.effect("with a watermark that is no time reads nothing, and says so", () =>
    Effect.gen(function* () {
      for (const absurd of [-1, 9_000_000_000_000_000]) {
        yield* setWatermark(absurd)
        const { exit, tally } = yield* inFlow(bySlices({ read: () => Effect.dieMessage("nothing is to be read") }))
        assert.strictEqual(exit._tag, "Success")
        assert.strictEqual(tally.notices.length, 1)
      }
    }).pipe(Effect.provide(plant().layer))
  )
})
