import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Stream } from "effect"
import { transient } from "../support/CdfMemory.js"
import { demoFacility } from "../support/DemoFacility.js"
import { extract, flowOf, makePlant, type PipelinePlant, unbalanced } from "../support/PipelineHarness.js"
import { plexExamples } from "../support/PlexExamples.js"
import { plexError } from "../support/PlexScripted.js"
import { containerRow, lists, uuid } from "./Rows.js"

const { ids } = demoFacility()
const location = plexExamples.location
const wip = ids.series("wip", uuid(1), "kg")
const stock = ids.series("inventory", location.locationId)

const inProcess = (at: number, quantity: unknown) =>
  containerRow(at, { inventoryType: "WIP", partId: uuid(1), quantity, locationId: location.locationId })

/** What stays in the plant, so that a list without the others can be believed. */
const staying = containerRow(8, { locationId: null })

const values = ({ cdf }: PipelinePlant, series: typeof wip) =>
  Effect.map(cdf.cdf.points([series], { begin: 0, end: 4e12 }), (found) =>
    (found.get(series) ?? []).map(({ value }) => value)
  )

const plantWith = (...containers: ReadonlyArray<unknown>) =>
  makePlant({ plex: { lists: { [lists.locations]: [location], [lists.containers]: containers } } })

describe("inventory", () => {
  it.effect("puts containers under their location, and the second pass writes nothing", () => {
    const plant = plantWith(inProcess(1, 5), inProcess(2, "2.5"), containerRow(3, { locationId: null }))
    return Effect.gen(function* () {
      const found = yield* extract("inventory")
      assert.deepStrictEqual(unbalanced(found), [])
      const parent = (serial: string) => plant.cdf.held.assets.get(ids.of("container", serial))?.parentExternalId
      assert.strictEqual(parent("S1"), ids.of("location", location.locationId))
      assert.strictEqual(parent("S3"), ids.root("containers_root"))
      assert.deepStrictEqual(yield* values(plant, wip), [7.5])
      assert.deepStrictEqual(yield* values(plant, stock), [2])
      plant.cdf.calls.splice(0)
      plant.plex.now += 60_000
      yield* extract("inventory")
      assert.deepStrictEqual(plant.cdf.writes(), [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("gives a series that has emptied a 0, once", () => {
    const plant = plantWith(inProcess(1, 5), staying)
    return Effect.gen(function* () {
      yield* extract("inventory")
      plant.plex.lists[lists.containers] = [staying, containerRow(9, { locationId: uuid(50) })]
      for (let pass = 0; pass < 2; pass++) {
        plant.plex.now += 60_000
        yield* extract("inventory")
      }
      assert.deepStrictEqual(yield* values(plant, wip), [5, 0])
      assert.deepStrictEqual(yield* values(plant, stock), [1, 0])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("gives a series that has emptied a 0 also where the ledger was lost", () => {
    const before = plantWith(inProcess(1, 5), staying)
    const after = makePlant({
      plex: {
        now: before.plex.now + 60_000,
        lists: { [lists.containers]: [staying, containerRow(9, { locationId: uuid(50) })] }
      },
      over: () => before.cdf.cdf
    })
    return Effect.gen(function* () {
      yield* Effect.provide(extract("inventory"), before.layer)
      yield* Effect.gen(function* () {
        // The first try does not get through; what is known of the series must not be forgotten over it.
        before.cdf.fail = ({ operation }) => (operation === "insertPoints" ? transient("points") : undefined)
        yield* extract("inventory")
        before.cdf.fail = () => undefined
        yield* extract("inventory")
      }).pipe(Effect.provide(after.layer))
      assert.deepStrictEqual(yield* values(before, wip), [5, 0])
    })
  })

  it.effect("counts a container once that the list has twice", () => {
    const plant = plantWith(inProcess(1, 5), inProcess(2, 1), inProcess(1, 5))
    return Effect.gen(function* () {
      const found = yield* extract("inventory")
      assert.deepInclude(flowOf(found, "containers").counts, { read: 3, created: 2, duplicates: 1 })
      assert.deepStrictEqual(yield* values(plant, wip), [6])
      assert.deepStrictEqual(yield* values(plant, stock), [2])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("remembers series that have not emptied over a first try that does not get through", () => {
    const before = plantWith(inProcess(1, 5), staying)
    const first = makePlant({
      plex: { now: before.plex.now + 60_000, lists: { [lists.containers]: [inProcess(1, 6), staying] } },
      over: () => before.cdf.cdf
    })
    return Effect.gen(function* () {
      yield* Effect.provide(extract("inventory"), before.layer)
      yield* Effect.gen(function* () {
        before.cdf.fail = ({ operation }) => (operation === "insertPoints" ? transient("points") : undefined)
        yield* extract("inventory")
        before.cdf.fail = () => undefined
        first.plex.lists[lists.containers] = [staying, containerRow(9, { locationId: uuid(50) })]
        yield* extract("inventory")
      }).pipe(Effect.provide(first.layer))
      assert.deepStrictEqual(yield* values(before, stock), [1, 0])
    })
  })

  it.effect("leaves levels as they are that an unreadable container may belong to, and writes the others", () => {
    const elsewhere = (at: number, over: object = {}) =>
      containerRow(at, { inventoryType: "WIP", partId: uuid(2), quantity: at, locationId: uuid(50), ...over })
    const others = Effect.fnUntraced(function* (plant: PipelinePlant) {
      return [
        ...(yield* values(plant, ids.series("wip", uuid(2), "kg"))),
        ...(yield* values(plant, ids.series("inventory", uuid(50))))
      ]
    })
    const plant = plantWith(inProcess(1, 5), inProcess(2, 1), elsewhere(3))
    const unread = { ...inProcess(1, "many"), updateDateTime: "never" }
    return Effect.gen(function* () {
      yield* extract("inventory")
      plant.plex.now += 60_000
      plant.plex.lists[lists.containers] = [unread, inProcess(2, 2), elsewhere(4)]
      const found = yield* extract("inventory")
      assert.strictEqual(found.status, "degraded")
      assert.deepInclude(flowOf(found, "wip").counts, { omitted: 2 })
      assert.deepStrictEqual(yield* values(plant, wip), [6])
      assert.deepStrictEqual(yield* values(plant, stock), [2])
      assert.deepStrictEqual(yield* others(plant), [3, 4, 1])

      plant.plex.now += 60_000
      plant.plex.lists[lists.containers] = [unread, elsewhere(4)]
      yield* extract("inventory")
      assert.deepStrictEqual(yield* values(plant, wip), [6], "not emptied")

      plant.plex.now += 60_000
      plant.plex.lists[lists.containers] = [{ ...unread, partId: {}, locationId: {} }, elsewhere(5)]
      yield* extract("inventory")
      assert.deepStrictEqual(yield* others(plant), [3, 4, 1], "it may be anybody's")

      plant.plex.now += 60_000
      const raw = { ...unread, inventoryType: "Raw material" }
      plant.plex.lists[lists.containers] = [raw, inProcess(2, 9), elsewhere(4)]
      yield* extract("inventory")
      assert.deepStrictEqual(yield* values(plant, wip), [6, 9], "it is none of those in process")
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("makes no level of a list that broke off or was cut", () => {
    const broken = Stream.concat(Stream.make(inProcess(1, 5)), Stream.fail(plexError("WrongBody")))
    const plant = makePlant({ plex: { lists: { [lists.containers]: broken } } })
    return Effect.gen(function* () {
      const found = yield* extract("inventory")
      assert.strictEqual(flowOf(found, "wip").status, "degraded")
      const stop = yield* Deferred.make<void>()
      plant.plex.lists[lists.containers] = Stream.make(inProcess(1, 5)).pipe(
        Stream.tap(() => Deferred.succeed(stop, undefined))
      )
      yield* extract("inventory", { stop })
      assert.strictEqual(plant.cdf.held.timeseries.size, 0)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("leaves out a level that CDF cannot hold, and writes the others", () => {
    const plant = plantWith(inProcess(1, `1${"0".repeat(120)}`))
    return Effect.gen(function* () {
      const found = yield* extract("inventory")
      assert.strictEqual(flowOf(found, "containers").status, "ok")
      assert.deepInclude(flowOf(found, "wip").counts, { points: 1, omitted: 1 })
      assert.deepStrictEqual(yield* values(plant, stock), [1])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("skips moves where the endpoint is not available, and goes on", () => {
    const plant = makePlant({ plex: { lists: { [lists.moves]: plexError("NotAvailable") } } })
    return Effect.gen(function* () {
      const found = yield* extract("inventory")
      assert.strictEqual(flowOf(found, "movements").status, "skipped")
      assert.strictEqual(flowOf(found, "adjustments").status, "ok")
      assert.strictEqual(found.status, "succeeded")
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("writes moves with the same keys on every reading", () => {
    const move = { ...plexExamples.containerMove, adjustmentDate: "2026-06-12T07:00:00.5Z" }
    const plant = makePlant({ plex: { lists: { [lists.moves]: [move, move, { ...move, serialNo: "S2" }] } } })
    return Effect.gen(function* () {
      assert.deepInclude(flowOf(yield* extract("inventory"), "movements").counts, { read: 3, created: 3, filtered: 0 })
      plant.cdf.calls.splice(0)
      yield* extract("inventory")
      assert.deepStrictEqual(plant.cdf.writes(), [])
    }).pipe(Effect.provide(plant.layer))
  })
})
