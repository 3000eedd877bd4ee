import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Stream } from "effect"
import type { Stock } from "../../src/pipelines/takeStock.js"
import { cleanup } from "../../src/pipelines/cleanup.js"
import { DeadLetters } from "../../src/services/DeadLetters.js"
import { Ledger } from "../../src/services/Ledger.js"
import { demoFacility } from "../support/DemoFacility.js"
import { extract, makePlant, type PipelinePlant, type PlantOptions } from "../support/PipelineHarness.js"
import { plexExamples } from "../support/PlexExamples.js"
import { containerRow, lists, partRow, uuid } from "./Rows.js"

const { ids } = demoFacility()
const part = (at: number) => ids.of("part", uuid(at))

const plantOf = (options: Omit<PlantOptions, "plex"> = {}) =>
  makePlant({
    plex: {
      lists: {
        [lists.parts]: [1, 2, 3, 4].map((at) => partRow(at)),
        [lists.locations]: [{ ...plexExamples.location, locationId: uuid(1) }],
        [lists.containers]: [containerRow(1)]
      }
    },
    ...options
  })

/** What CDF holds, by kind. */
const there = ({ cdf }: PipelinePlant): ReadonlyArray<string> =>
  Object.values(cdf.held).flatMap((held) => [...held].flatMap(([id, one]) => (one === undefined ? [] : [id])))

const load = Effect.zipRight(
  extract("master-data", { sweep: false }),
  extract("inventory", { names: new Set(["hierarchy", "locations", "containers"] as const), sweep: false })
)

const cleaned = (
  over: Partial<Parameters<typeof cleanup>[0]> = {},
  mayBegin: (stocks: ReadonlyArray<Stock>) => boolean = () => true
) =>
  Effect.gen(function* () {
    const stop = yield* Deferred.make<void>()
    return yield* cleanup({
      keepFacility: false,
      stop,
      watch: () => Effect.void,
      mayBegin: (stocks) => Effect.succeed(mayBegin(stocks)),
      ...over
    })
  })

describe("cleanup", () => {
  it.effect("takes away what CDF does not list yet, as the ledger knows of it", () => {
    const late = new Set<string>([part(2), part(3)])
    const plant = plantOf({
      over: (cdf) => ({
        list: (kind, filter) =>
          cdf.list(kind, filter).pipe(Stream.filter(({ externalId }) => !late.has(externalId ?? "")))
      })
    })
    return Effect.gen(function* () {
      yield* load
      const report = yield* cleaned()
      assert.deepStrictEqual(there(plant), [])
      assert.strictEqual(report.ended, "done")
      for (const { deleted, ours } of report.kinds) assert.strictEqual(deleted, ours)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("takes away what CDF begins to list while it works", () => {
    let lists = 0
    const plant = plantOf({
      over: (cdf) => ({
        list: (kind, filter) =>
          Stream.suspend(() => {
            const isLate = kind === "assets" && ++lists < 20
            return cdf.list(kind, filter).pipe(Stream.filter(({ externalId }) => !isLate || externalId !== part(2)))
          })
      })
    })
    return Effect.gen(function* () {
      yield* load
      // Nobody but CDF's lists can tell.
      yield* (yield* Ledger).clear
      yield* cleaned()
      assert.deepStrictEqual(there(plant), [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("climbs the tree wherever somebody has moved what stands in it", () => {
    const plant = plantOf()
    return Effect.gen(function* () {
      yield* load
      const moves = [
        [ids.of("container", "S1"), part(1)],
        [part(1), part(2)],
        [part(2), part(3)],
        [part(3), ids.of("location", uuid(1))]
      ] as const
      for (const [externalId, parent] of moves)
        yield* plant.cdf.cdf.update("assets", [{ externalId, update: { parentExternalId: { set: parent } } }])
      const report = yield* cleaned()
      assert.deepStrictEqual(there(plant), [])
      assert.deepStrictEqual(report.stays, [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("keeps the facility's own asset where that is wanted, and says of nothing that it stays for others", () => {
    const plant = plantOf()
    return Effect.gen(function* () {
      yield* load
      const report = yield* cleaned({ keepFacility: true })
      assert.deepStrictEqual(there(plant), [ids.root("facility")])
      assert.deepStrictEqual(report.stays, [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("clears the state, dead letters and all, also where CDF holds nothing", () => {
    const plant = plantOf()
    return Effect.gen(function* () {
      const [ledger, letters] = [yield* Ledger, yield* DeadLetters]
      yield* letters.add([{ flow: "parts", key: "1", reason: "none", content: {} }])
      yield* ledger.moveWatermark("parts", 1)
      const report = yield* cleaned()
      assert.deepStrictEqual(
        report.kinds.map(({ ours }) => ours),
        [0, 0, 0, 0, 0, 0]
      )
      assert.isUndefined(yield* ledger.watermark("parts"))
      assert.strictEqual(yield* letters.count, 0)
      assert.deepStrictEqual(yield* ledger.facts("hierarchy"), new Map())
      assert.deepStrictEqual(plant.cdf.writes(), [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("does nothing where it may not begin, or is told to stop while it asks", () => {
    const plant = plantOf()
    return Effect.gen(function* () {
      yield* load
      const before = there(plant)
      const writes = plant.cdf.writes().length
      assert.strictEqual((yield* cleaned({}, () => false)).ended, "declined")
      const stop = yield* Deferred.make<void>()
      const asked = () => Effect.zipRight(Deferred.succeed(stop, undefined), Effect.never)
      assert.strictEqual((yield* cleaned({ stop, mayBegin: asked })).ended, "stopped")
      assert.deepStrictEqual(there(plant), before)
      assert.strictEqual(plant.cdf.writes().length, writes)
      assert.isTrue(yield* (yield* Ledger).knows("parts"))
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("told to stop in the middle it begins no other call, and goes on when it is run again", () => {
    const plant = plantOf()
    return Effect.gen(function* () {
      yield* load
      const stop = yield* Deferred.make<void>()
      const report = yield* cleaned({ stop, watch: () => Deferred.succeed(stop, undefined) })
      assert.strictEqual(report.ended, "stopped")
      assert.lengthOf(
        plant.cdf.calls.filter(({ operation }) => operation === "delete"),
        1
      )
      assert.isAbove(there(plant).length, 0)
      assert.isFalse(yield* (yield* Ledger).knows("parts"))
      yield* cleaned()
      assert.deepStrictEqual(there(plant), [])
    }).pipe(Effect.provide(plant.layer))
  })
})
