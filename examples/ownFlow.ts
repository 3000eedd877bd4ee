/**
 * Master data with a flow of one's own: one run, by the settings of the environment.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Deferred, Effect, Layer } from "effect"
import {
  AppConfigLive,
  type ExtractorDefinition,
  extractors,
  FacilityLive,
  layerProgressSilent,
  OwnFlows,
  runExtractor
} from "plex-cdf"
import { suppliers } from "./suppliers.js"

// An extractor is a name and a plan: its flows, in the order in which they run.
const masterData: ExtractorDefinition = {
  name: "master-data",
  plan: (settings) => [...extractors["master-data"].plan(settings), suppliers]
}

const program = Effect.gen(function* () {
  const stop = yield* Deferred.make<void>() // completing it ends the run after the chunk in flight
  const report = yield* runExtractor(masterData, { sweep: false, stop })
  for (const { counts, flow, status } of report.flows) {
    yield* Console.log(`${flow}: ${status}, ${counts.created} created, ${counts.unchanged} unchanged`)
  }
})

const services = FacilityLive.layer.pipe(
  Layer.merge(layerProgressSilent),
  Layer.provide(FacilityLive.layerShared),
  Layer.provide(Layer.succeed(OwnFlows, ["own-suppliers"])), // the state keeps rows by flow, and has to know its name
  Layer.provideMerge(AppConfigLive.layer(process.env))
)

NodeRuntime.runMain(Effect.provide(program, services))
