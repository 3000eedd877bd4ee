/**
 * What an application wrote beside this program goes with the facility that it was written for, and with no other.
 */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Stream } from "effect"
import { cleanup } from "../../src/pipelines/cleanup.js"
import { runExtractor } from "../../src/pipelines/runExtractor.js"
import { Cdf } from "../../src/services/Cdf.js"
import { demoFacility } from "../support/DemoFacility.js"
import { makeKeptState, suppliers, suppliersPath, withSuppliers } from "../support/OwnSuppliers.js"
import { makePlant, type PipelinePlant, type PlantOptions } from "../support/PipelineHarness.js"

const { ids } = demoFacility()
const own = (key: string) => ids.of("own_supplier", key)

const plex = { lists: { [suppliersPath]: ["S1", "S2"].map((id) => ({ id, code: id, rating: 4 })) } }

const load = Effect.gen(function* () {
  const stop = yield* Deferred.make<void>()
  yield* runExtractor(withSuppliers["master-data"], { sweep: false, stop, names: new Set([suppliers.name]) })
})

/** By the program alone, without the application. */
const cleaned = Effect.gen(function* () {
  const stop = yield* Deferred.make<void>()
  return yield* cleanup({
    keepFacility: false,
    stop,
    watch: () => Effect.void,
    mayBegin: () => Effect.succeed(true)
  })
})

const assetsIn = ({ cdf }: PipelinePlant): ReadonlyArray<string> =>
  [...cdf.held.assets].flatMap(([id, held]) => (held === undefined ? [] : [id]))

describe("cleanup of a facility for which an application wrote", () => {
  it.scoped("counts and deletes what the application wrote, also below it", () =>
    Effect.gen(function* () {
      const plant = makePlant({ plex, state: (yield* makeKeptState).application })
      yield* Effect.gen(function* () {
        yield* load
        yield* (yield* Cdf).update("assets", [
          { externalId: own("S1"), update: { parentExternalId: { set: own("S2") } } }
        ])
        const held = assetsIn(plant).length
        const report = yield* cleaned
        const assets = report.kinds.find(({ kind }) => kind === "assets")
        assert.deepInclude(assets, { ours: held, deleted: held, stayed: 0 })
        assert.deepStrictEqual(assetsIn(plant), [])
      }).pipe(Effect.provide(plant.layer))
    })
  )

  it.scoped("knows from the state what CDF does not list yet, without the application too", () =>
    Effect.gen(function* () {
      const { application, plain } = yield* makeKeptState
      const late: NonNullable<PlantOptions["over"]> = (cdf) => ({
        list: (kind, filter) => Stream.filter(cdf.list(kind, filter), ({ externalId }) => externalId !== own("S2"))
      })
      const before = makePlant({ plex, state: application })
      yield* Effect.provide(load, before.layer)
      const plant = makePlant({
        plex,
        state: plain,
        over: () => ({ ...before.cdf.cdf, ...late(before.cdf.cdf) })
      })
      yield* Effect.provide(cleaned, plant.layer)
      assert.deepStrictEqual(assetsIn(before), [])
    })
  )

  it.scoped("leaves alone what is only called so: of another PCN, of another source, in another data set", () =>
    Effect.gen(function* () {
      const plant = makePlant({ plex, state: (yield* makeKeptState).application })
      yield* Effect.gen(function* () {
        yield* load
        const cdf = yield* Cdf
        const [one] = yield* cdf.byids("assets", [own("S1")])
        const { dataSetId = 0, metadata } = one ?? (yield* Effect.dieMessage("it was written"))
        const asset = { name: "theirs", source: "Plex", dataSetId, metadata }
        const theirs = [
          { ...asset, externalId: own("pcn"), metadata: { ...metadata, pcn: "1" } },
          { ...asset, externalId: own("source"), source: "SAP" },
          { ...asset, externalId: own("set"), dataSetId: 77 }
        ]
        const made = theirs.map((resource) => ({ resource, exists: false, owns: [], heldLinks: [] }))
        assert.lengthOf((yield* cdf.upsert("assets", made)).created, 3)
        const report = yield* cleaned
        const assets = report.kinds.find(({ kind }) => kind === "assets")
        assert.deepInclude(assets?.aliens, { pcn: 1, source: 1, "data set": 1, id: 0 })
        for (const { externalId } of theirs) assert.include(assetsIn(plant), externalId)
        assert.notInclude(assetsIn(plant), own("S1"))
      }).pipe(Effect.provide(plant.layer))
    })
  )
})
