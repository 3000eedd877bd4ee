/**
 * Settings that come from a file of facilities are named by their places in it, wherever something is to be changed.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { CdfTokens } from "../../src/layers/cdf/Token.js"
import { layer as cdfLive } from "../../src/layers/cdf/CdfLive.js"
import { layer as httpAgent } from "../../src/layers/http/HttpAgent.js"
import { Upstreams } from "../../src/layers/http/Upstreams.js"
import { makeCdfSandbox } from "../../src/sandbox/cdf/CdfSandbox.js"
import { byPeriod } from "../../src/pipelines/byPeriod.js"
import { guard } from "../../src/pipelines/guard.js"
import { AppConfig, type CdfSettings } from "../../src/services/AppConfig.js"
import { Cdf } from "../../src/services/Cdf.js"
import { PlexDataSource } from "../../src/services/PlexDataSource.js"
import { settings as demoSettings } from "../layers/cdf/Settings.js"
import { cdfOver, settingsFor } from "../layers/cdf/Sandboxed.js"
import { demoFacility } from "../support/DemoFacility.js"
import { extract, flowOf, makePlant } from "../support/PipelineHarness.js"

/** As of the second facility of a file. */
const settingPlaces = new Map([
  ["PLEX_API_KEY", "facilities[1].plex.apiKey"],
  ["PLEX_CUSTOMER_ID", "facilities[1].pcn"],
  ["PLEX_PCN_CODE", "facilities[1].plex.pcnCode"],
  ["PLEX_DS_USERNAME", "facilities[1].plex.dataSource.username"],
  ["PLEX_DS_PASSWORD", "facilities[1].plex.dataSource.password"],
  ["TENANT_TABLES", "defaults.tenantTables"],
  ["FLOWS_DISABLED", "defaults.flowsDisabled"],
  ["SWEEP_SHARE", "defaults.sweep.share"],
  ["CDF_DATASET_PLEXMASTER", "facilities[1].cdf.dataSets.master"],
  ["CDF_PROJECT", "defaults.cdf.project"],
  ["CDF_CLIENT_ID", "defaults.cdf.clientId"],
  ["CDF_CLIENT_SECRET", "defaults.cdf.clientSecret"]
])

describe("settings of a file of facilities are named by their places in it", () => {
  it.effect("by flows and sweeps that are off", () => {
    const plant = makePlant({
      settings: {
        settingPlaces,
        plex: demoSettings.plex,
        flowsDisabled: new Set(["parts"]),
        sweep: { ...demoSettings.sweep, share: 0 }
      }
    })
    return Effect.gen(function* () {
      const masterData = yield* extract("master-data")
      assert.strictEqual(flowOf(masterData, "parts").notice, "switched off by defaults.flowsDisabled")
      assert.strictEqual(flowOf(masterData, "boms").notice, "defaults.sweep.share is 0")
      assert.strictEqual(
        flowOf(yield* extract("quality"), "problems").notice,
        "needs facilities[1].plex.dataSource.username and facilities[1].plex.dataSource.password"
      )
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("by the guard, of the tenant and of data sets", () =>
    Effect.gen(function* () {
      const said = (over: Parameters<typeof makePlant>[0]) => {
        const plant = makePlant({ ...over, settings: { settingPlaces, ...over?.settings } })
        return Effect.provide(Effect.flip(guard(demoFacility(over?.facility))), plant.layer)
      }
      const tenants = { lists: { "/mdm/v1/tenants": [{ id: "f16106ee-43f6-44f9-a7a5-87411e70c1fe", code: "other" }] } }
      const plex = { ...demoSettings.plex, pcnCode: "ours" }
      assert.match(
        (yield* said({ plex: tenants, settings: { plex } })).message,
        /but facilities\[1\]\.plex\.pcnCode is ours: check facilities\[1\]\.plex\.apiKey, facilities\[1\]\.pcn and /
      )
      assert.match(
        (yield* said({ facility: { dataSets: { ...demoFacility().dataSets, master: 77 } } })).message,
        /no data set for facilities\[1\]\.cdf\.dataSets\.master \(77\)/
      )
    })
  )

  it.effect("by an object that has no data set to be written to", () => {
    const { master: _, ...dataSets } = demoFacility().dataSets
    const plant = makePlant({ facility: { dataSets }, settings: { settingPlaces } })
    return Effect.gen(function* () {
      const { flows } = yield* extract("master-data")
      assert.include(JSON.stringify(flows), "set facilities[1].cdf.dataSets.master")
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("by a data source that has other inputs than its table says", () => {
    const source = Layer.mock(PlexDataSource, {
      inputs: () => Effect.succeed([{ name: "Any", type: "date", required: true }]),
      window: () => Stream.empty
    })
    return Effect.gen(function* () {
      const { message } = yield* Effect.flip(byPeriod("problems", { begin: "Begin", end: "End", more: {} }))
      assert.match(message, /name its period in defaults\.tenantTables/)
    }).pipe(Effect.provide(source), Effect.provideService(AppConfig, { ...demoSettings, settingPlaces }))
  })

  it.scopedLive("by what CDF and its token server refuse, each of two facilities that share a token by its own", () =>
    Effect.gen(function* () {
      const sandbox = yield* makeCdfSandbox({ knobs: { unknownProject: 403 } })
      const agent = Layer.provide(httpAgent, Layer.succeed(AppConfig, demoSettings))
      const shared = yield* Layer.build(Layer.provideMerge(CdfTokens.layer, agent))
      const refusal = (cdf: Partial<CdfSettings>, settingPlaces: ReadonlyMap<string, string>) =>
        Effect.flatMap(Cdf, ({ rights }) => Effect.flip(rights)).pipe(
          Effect.map(({ message }) => message),
          Effect.provide(
            cdfLive.pipe(
              Layer.provide(Layer.succeedContext(shared)),
              Layer.provide(Upstreams.layer),
              Layer.provide(Layer.succeed(AppConfig, { ...settingsFor(sandbox, { cdf }), settingPlaces }))
            )
          )
        )
      const first = yield* refusal({ clientId: "nobody" }, new Map([["CDF_CLIENT_ID", "facilities[0].cdf.clientId"]]))
      assert.match(first, /check facilities\[0\]\.cdf\.clientId and CDF_CLIENT_SECRET/)
      const second = yield* refusal({ clientId: "nobody" }, settingPlaces)
      assert.match(second, /check defaults\.cdf\.clientId and defaults\.cdf\.clientSecret/)
    })
  )

  it.scopedLive("by a project that CDF does not know", () =>
    Effect.gen(function* () {
      const sandbox = yield* makeCdfSandbox({ knobs: { unknownProject: 403 } })
      const cdf = yield* cdfOver(
        { ...settingsFor(sandbox, { cdf: { project: "elsewhere" } }), settingPlaces },
        httpAgent
      )
      const { message } = yield* Effect.flip(cdf.byids("assets", [demoFacility().ids.root("facility")]))
      assert.match(message, /; check defaults\.cdf\.project, and what the groups of defaults\.cdf\.clientId may do/)
    })
  )
})
