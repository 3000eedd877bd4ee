/**
 * A test with mocked Layers: no Plex, no CDF, no network, no file.
 */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Layer, Stream } from "effect"
import {
  AppConfigLive,
  Cdf,
  CdfMemory,
  DeadLetters,
  ExternalId,
  FacilityMemory,
  OwnFlows,
  Plex,
  runExtractor
} from "plex-cdf"
import { suppliers } from "./suppliers.js"

// A Plex that has two suppliers, one of them without the field that it is known by. Members that are not given are bugs when called.
const plex = Layer.mock(Plex, {
  list: (path) =>
    path === "/mdm/v1/suppliers"
      ? Stream.make({ id: "b80bb774", code: "ICE", name: "Ice & Co", unknown: 1 }, { id: null, code: "LOST" })
      : Stream.empty,
  now: Effect.succeed(Date.UTC(2026, 5, 12, 8))
})

// Settings as they come from the environment; nothing is called, so the addresses only have to look like some.
const settings = AppConfigLive.layer({
  PLEX_API_KEY: "key",
  PLEX_CUSTOMER_ID: "340884",
  CDF_HOST: "http://127.0.0.1:1",
  CDF_PROJECT: "project",
  CDF_CLIENT_ID: "client",
  CDF_CLIENT_SECRET: "secret",
  CDF_TOKEN_URL: "http://127.0.0.1:1/token",
  CDF_DATASET_PLEXMASTER: "1",
  CDF_DATASET_PLEXPRODUCTION: "2",
  CDF_DATASET_PLEXSCHEDULING: "3",
  CDF_DATASET_PLEXINVENTORY: "4",
  CDF_DATASET_PLEXMAINTENANCE: "5"
})

// Everything else that a run needs lives in memory, for as long as this Layer does: each test that provides it begins with nothing.
const services = FacilityMemory.layer.pipe(
  Layer.provideMerge(CdfMemory.layer),
  Layer.merge(plex),
  Layer.provide(Layer.succeed(OwnFlows, ["own-suppliers"])),
  Layer.provideMerge(settings)
)

const run = Effect.gen(function* () {
  const stop = yield* Deferred.make<void>()
  const report = yield* runExtractor({ name: "master-data", plan: () => [suppliers] }, { sweep: false, stop })
  return report.flows.find(({ flow }) => flow === suppliers.name)
})

const iceAndCo = ExternalId.make("PCN340884_own_supplier_b80bb774")

describe("suppliers", () => {
  it.effect("become assets once; one without an id becomes a dead letter", () =>
    Effect.gen(function* () {
      const first = yield* run
      assert.include(first?.counts, { read: 2, created: 1, deadLettered: 1 })

      const [asset] = yield* (yield* Cdf).byids("assets", [iceAndCo])
      assert.strictEqual(asset?.name, "ICE - Ice & Co")
      assert.strictEqual(asset?.parentExternalId, "PCN340884_master_root_340884")

      const letters = yield* (yield* DeadLetters).all
      assert.deepStrictEqual(
        letters.map(({ flow }) => flow),
        ["own-suppliers"]
      )

      const second = yield* run
      assert.include(second?.counts, { read: 2, unchanged: 1, created: 0, updated: 0 })
    }).pipe(Effect.provide(services))
  )
})
