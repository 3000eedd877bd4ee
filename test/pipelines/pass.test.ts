import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Either, Fiber, Stream } from "effect"
import type { Extractor } from "../../src/domain/Flow.js"
import { pass } from "../../src/pipelines/pass.js"
import { makePlant, unbalanced } from "../support/PipelineHarness.js"
import { type ListScript, plexError } from "../support/PlexScripted.js"
import { settings } from "../layers/cdf/Settings.js"
import { containerRow, lists, partRow, uuid } from "./Rows.js"

const options = (stop: Deferred.Deferred<void>, ...only: ReadonlyArray<Extractor>) => ({ only, sweep: true, stop })

/** The first list of each extractor. */
const first = {
  "master-data": "/mdm/v1/buildings",
  jobs: lists.jobs,
  production: lists.entries,
  inventory: lists.locations,
  quality: "/quality/v1/part-specifications"
}

describe("a pass", () => {
  it.effect("runs master-data to its end before any other extractor begins", () => {
    const { layer, plex } = makePlant()
    return Effect.gen(function* () {
      yield* pass(options(yield* Deferred.make<void>()))
      const paths = plex.calls.map(({ path }) => path)
      const lastOfMaster = paths.lastIndexOf(lists.routings)
      for (const [extractor, path] of Object.entries(first)) {
        assert.isTrue(extractor === "master-data" || paths.indexOf(path) > lastOfMaster, extractor)
      }
    }).pipe(Effect.provide(layer))
  })

  it.effect("runs the others at once, up to the bound", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const begun: Array<string> = []
      const waiting: ListScript = ({ path }) => {
        begun.push(path)
        return Stream.execute(Deferred.await(gate))
      }
      const { layer } = makePlant({
        plex: {
          lists: {
            [first.jobs]: waiting,
            [first.production]: waiting,
            [first.inventory]: waiting,
            [first.quality]: waiting
          }
        },
        settings: { maxConcurrentExtractors: 2 }
      })
      yield* Effect.gen(function* () {
        const stop = yield* Deferred.make<void>()
        const fiber = yield* Effect.fork(pass(options(stop, "jobs", "production", "inventory", "quality")))
        yield* Effect.repeatN(Effect.yieldNow(), 5000)
        assert.deepStrictEqual([...begun].sort(), [first.inventory, first.jobs])
        yield* Deferred.succeed(gate, undefined)
        const report = yield* Fiber.join(fiber)
        assert.strictEqual(begun.length, 4)
        assert.strictEqual(report.extractors.length, 4)
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("begins production of a first load when the list of containers has ended, and of a later one at once", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const begun: Array<string> = []
      const note: ListScript = ({ path }) => {
        begun.push(path)
        return path === lists.containers
          ? Stream.concat(Stream.execute(Deferred.await(gate)), Stream.make(containerRow(1)))
          : Stream.empty
      }
      const { layer } = makePlant({ plex: { lists: { [first.production]: note, [lists.containers]: note } } })
      yield* Effect.gen(function* () {
        const stop = yield* Deferred.make<void>()
        const both = Effect.gen(function* () {
          const fiber = yield* Effect.fork(pass(options(stop, "production", "inventory")))
          yield* Effect.repeatN(Effect.yieldNow(), 5000)
          const meanwhile = begun.splice(0)
          yield* Deferred.succeed(gate, undefined)
          yield* Fiber.join(fiber)
          return { meanwhile, later: begun.splice(0) }
        })
        const load = yield* both
        assert.deepStrictEqual(load.meanwhile, [lists.containers])
        assert.include(load.later, first.production)
        assert.include((yield* both).meanwhile, first.production)
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("goes on with the other extractors where one fails", () => {
    const { layer } = makePlant({
      plex: { lists: { [lists.jobs]: plexError("Unauthenticated"), [lists.parts]: [partRow(1)] } }
    })
    return Effect.gen(function* () {
      const { extractors } = yield* pass(options(yield* Deferred.make<void>()))
      assert.deepStrictEqual(
        extractors.map(({ extractor, status }) => [extractor, status]),
        [
          ["master-data", "succeeded"],
          ["jobs", "failed"],
          ["production", "succeeded"],
          ["inventory", "succeeded"],
          ["quality", "succeeded"],
          ["performance", "succeeded"]
        ]
      )
      assert.deepStrictEqual(extractors.flatMap(unbalanced), [])
    }).pipe(Effect.provide(layer))
  })

  it.effect("runs the extractors that are enabled, or those that are asked for", () => {
    const { layer } = makePlant({
      settings: {
        extractors: { ...settings.extractors, quality: { ...settings.extractors.quality, enabled: false } }
      }
    })
    return Effect.gen(function* () {
      const stop = yield* Deferred.make<void>()
      const names = (report: { readonly extractors: ReadonlyArray<{ readonly extractor: Extractor }> }) =>
        report.extractors.map(({ extractor }) => extractor)
      assert.notInclude(names(yield* pass(options(stop))), "quality")
      assert.deepStrictEqual(names(yield* pass(options(stop, "quality", "jobs"))), ["jobs", "quality"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("writes the links that waited for what a later extractor made", () => {
    const deviation = { id: uuid(90), deviationStatus: "Approved", parts: [{ partId: uuid(1) }], jobIds: [] }
    const plant = makePlant({ plex: { lists: { [lists.deviations]: [deviation] } } })
    return Effect.gen(function* () {
      const stop = yield* Deferred.make<void>()
      assert.strictEqual((yield* pass(options(stop, "quality"))).relinked, 0)
      plant.plex.lists[lists.parts] = [partRow(1)]
      assert.strictEqual((yield* pass(options(stop, "master-data"))).relinked, 1)
      assert.strictEqual((yield* pass(options(stop))).relinked, 0)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("writes nothing where the guard says no", () => {
    const plant = makePlant({ facility: { dataSets: { master: 77 } } })
    return Effect.gen(function* () {
      const outcome = yield* Effect.either(pass(options(yield* Deferred.make<void>())))
      assert.isTrue(Either.isLeft(outcome))
      assert.deepStrictEqual(plant.cdf.writes(), [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("begins nothing more after the stop", () =>
    Effect.gen(function* () {
      const stop = yield* Deferred.make<void>()
      const stopping = Stream.fromIterable([partRow(1)]).pipe(Stream.tap(() => Deferred.succeed(stop, undefined)))
      const plant = makePlant({ plex: { lists: { [lists.parts]: stopping } } })
      yield* Effect.gen(function* () {
        const { extractors } = yield* pass(options(stop))
        assert.strictEqual(plant.plex.asked(lists.operations), 0)
        assert.strictEqual(plant.plex.asked(lists.jobs), 0)
        assert.deepStrictEqual(
          extractors.flatMap(({ flows }) => flows.map(({ flow }) => flow)),
          ["hierarchy", "buildings", "parts"]
        )
        assert.deepStrictEqual([...new Set(extractors.slice(1).map(({ status }) => status))], ["interrupted"])
        // The chunk in hand is confirmed.
        assert.isDefined(plant.cdf.held.assets.get(`PCN340884_part_${uuid(1)}`))
      }).pipe(Effect.provide(plant.layer))
    })
  )

  it.effect(
    "runs the sweeps of an extractor beside the other extractors, and ends when all that is new was looked at",
    () =>
      Effect.gen(function* () {
        const gate = yield* Deferred.make<void>()
        const plant = makePlant({
          plex: {
            lists: {
              [lists.parts]: [partRow(1), partRow(2)],
              [lists.boms]: Stream.execute(Deferred.await(gate)),
              // The sweep of master-data waits until another extractor has begun.
              [first.inventory]: () => Stream.execute(Deferred.succeed(gate, undefined))
            }
          }
        })
        yield* Effect.gen(function* () {
          const { sweeps } = yield* pass(options(yield* Deferred.make<void>(), "master-data", "inventory"))
          assert.deepStrictEqual(
            sweeps.map(({ progress, status, sweep }) => [sweep, status, progress?.objects, progress?.due]),
            [["boms", "succeeded", 2, 0]]
          )
          assert.strictEqual(plant.plex.asked(lists.boms), 2)
        }).pipe(Effect.provide(plant.layer))
      })
  )
})
