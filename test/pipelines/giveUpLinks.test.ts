/**
 * Links whose asset does not appear: waited for as long as `PENDING_LINK_DAYS` say, and no longer.
 */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Effect, TestClock } from "effect"
import type { Extractor } from "../../src/domain/Flow.js"
import { pass } from "../../src/pipelines/pass.js"
import { Ledger } from "../../src/services/Ledger.js"
import { transient } from "../support/CdfMemory.js"
import { demoFacility } from "../support/DemoFacility.js"
import { makePlant, type PipelinePlant, withLedger } from "../support/PipelineHarness.js"
import { lists, partRow, uuid } from "./Rows.js"

const { ids } = demoFacility()
const day = 86_400_000

const deviation = (over: Readonly<Record<string, unknown>> = {}) => ({
  id: uuid(90),
  deviationStatus: "Approved",
  parts: [{ partId: uuid(1) }],
  jobIds: [],
  ...over
})

/** A deviation of a part that Plex does not list. */
const makeWaiting = () => makePlant({ plex: { lists: { [lists.deviations]: [deviation()] } } })

/** A pass on this day, over other records than the deviation but for the first; what came of the links that were pending. */
const passOn = (at: number, only: ReadonlyArray<Extractor> = at === 0 ? ["master-data", "quality"] : ["master-data"]) =>
  Effect.gen(function* () {
    yield* TestClock.adjust(at * day - (yield* Clock.currentTimeMillis))
    const stop = yield* Deferred.make<void>()
    const { givenUp, relinked } = yield* pass({ only, sweep: false, stop })
    const waiting = (yield* (yield* Ledger).pendingLinks).length
    return { givenUp, relinked, waiting }
  })

const partAppears = ({ plex }: PipelinePlant) => (plex.lists[lists.parts] = [partRow(1)])

const linksOf = ({ cdf }: PipelinePlant) => cdf.held.events.get(ids.of("deviation", uuid(90)))?.assetIds ?? []

const waits = { givenUp: 0, relinked: 0, waiting: 1 }
const linked = { givenUp: 0, relinked: 1, waiting: 0 }
const givenUp = { givenUp: 1, relinked: 0, waiting: 0 }
const nothing = { givenUp: 0, relinked: 0, waiting: 0 }

describe("A link whose asset does not appear", () => {
  it.effect(
    "waits for 30 days, is then given up and counted once, and is not made when the asset appears later",
    () => {
      const plant = makeWaiting()
      return Effect.gen(function* () {
        assert.deepStrictEqual(yield* Effect.forEach([0, 1, 29, 30, 31, 32], (at) => passOn(at)), [
          waits,
          waits,
          waits,
          waits,
          givenUp,
          nothing
        ])
        partAppears(plant)
        assert.deepStrictEqual(yield* passOn(33), nothing)
        assert.deepStrictEqual(linksOf(plant), [])
      }).pipe(Effect.provide(plant.layer))
    }
  )

  it.effect("waits no longer because its record changes", () => {
    const plant = makeWaiting()
    return Effect.gen(function* () {
      const days = [0, 10, 20, 30]
      for (const at of days) {
        plant.plex.lists[lists.deviations] = [deviation({ note: `note of day ${at}` })]
        assert.deepStrictEqual(yield* passOn(at, ["quality"]), waits)
      }
      assert.deepStrictEqual(yield* passOn(31), givenUp)
    }).pipe(Effect.provide(plant.layer))
  })
})

/** What becomes of the link when the part appears on this day. */
const appearingOn = (at: number, plant: PipelinePlant) =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* Effect.forEach([0, at - 1], (on) => passOn(on)), [waits, waits])
    partAppears(plant)
    return yield* passOn(at)
  })

describe("A link whose asset appears", () => {
  for (const [at, when] of [
    [30, "on the last day"],
    [31, "in the pass that would have given it up"]
  ] as const) {
    it.effect(`${when} is made`, () => {
      const plant = makeWaiting()
      return Effect.gen(function* () {
        assert.deepStrictEqual(yield* appearingOn(at, plant), linked)
        assert.deepStrictEqual(linksOf(plant), [plant.cdf.held.assets.get(ids.of("part", uuid(1)))?.id ?? 0])
      }).pipe(Effect.provide(plant.layer))
    })
  }

  it.effect("is not given up while CDF cannot take it, however long that is", () => {
    const plant = makeWaiting()
    return Effect.gen(function* () {
      assert.deepStrictEqual(yield* passOn(0), waits)
      partAppears(plant)
      plant.cdf.fail = ({ kind, operation }) =>
        operation === "update" && kind === "events" ? transient(operation) : undefined
      assert.deepStrictEqual(yield* Effect.forEach([1, 31, 40], (at) => passOn(at)), [waits, waits, waits])
      plant.cdf.fail = () => undefined
      assert.deepStrictEqual(yield* passOn(41), linked)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("would be seen missing if links were given up too early", () => {
    const plant = makeWaiting()
    return Effect.gen(function* () {
      assert.deepStrictEqual(yield* Effect.forEach([0, 29, 30], (at) => passOn(at)), [waits, waits, givenUp])
      partAppears(plant)
      yield* passOn(30)
      assert.deepStrictEqual(linksOf(plant), [])
    }).pipe(
      withLedger(({ giveUpLinks }) => ({ giveUpLinks: (before) => giveUpLinks(before + day) })),
      Effect.provide(plant.layer)
    )
  })
})
