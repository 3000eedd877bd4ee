/**
 * Everything that flows live on, mocked: a scripted Plex, a CDF in memory, and the real resolver, ledger and dead letters over them.
 */
import { Deferred, Effect, type Exit, Layer, Redacted } from "effect"
import { dataSetNames, type FacilityIdentity } from "../../src/domain/Facility.js"
import type { Extractor, FlowName } from "../../src/domain/Flow.js"
import { addsUp, type ExtractorReport, type FlowReport } from "../../src/domain/Report.js"
import { layerDeadLettersMemory } from "../../src/layers/DeadLettersMemory.js"
import * as IdResolverLive from "../../src/layers/IdResolverLive.js"
import { layerLedgerMemory } from "../../src/layers/LedgerMemory.js"
import { layerProgressSilent } from "../../src/layers/ProgressSilent.js"
import { definitions } from "../../src/pipelines/extractors.js"
import { FlowRun, Tally } from "../../src/pipelines/FlowRun.js"
import { runExtractor } from "../../src/pipelines/runExtractor.js"
import { ExtractorRun, type Flow, type FlowServices, runFlow } from "../../src/pipelines/runFlow.js"
import { AppConfig, type Settings } from "../../src/services/AppConfig.js"
import { Cdf } from "../../src/services/Cdf.js"
import { DeadLetters } from "../../src/services/DeadLetters.js"
import type { Progress } from "../../src/services/Progress.js"
import { settings as demoSettings } from "../layers/cdf/Settings.js"
import { type CdfMemory, layerCdfMemory, makeCdfMemory } from "./CdfMemory.js"
import { demoFacility } from "./DemoFacility.js"
import { makePlexScripted, type PlexScript, type PlexScripted } from "./PlexScripted.js"

export interface PlantOptions {
  readonly plex?: Partial<PlexScript>
  readonly settings?: Partial<Settings>
  readonly facility?: Partial<FacilityIdentity>
  readonly cdf?: Partial<Settings["cdf"]>
  /** Replaces calls of the CDF in memory. */
  readonly over?: (cdf: typeof Cdf.Service) => Partial<typeof Cdf.Service>
}

export interface PipelinePlant {
  readonly plex: PlexScripted
  readonly cdf: CdfMemory
  readonly settings: Settings
  /** To be provided once per test: the ledger lives as long as this layer. */
  readonly layer: Layer.Layer<FlowServices | Progress>
}

/** Credentials of the data sources, so that their flows are on. */
export const dataSourceSettings: NonNullable<Settings["plex"]["dataSource"]> = {
  baseUrl: new URL("http://127.0.0.1:1"),
  username: Redacted.make("user"),
  password: Redacted.make("password"),
  usernameFile: undefined,
  passwordFile: undefined,
  rateLimit: 60
}

/** A facility with a Plex that answers as scripted and a CDF that is empty. */
export const makePlant = ({
  cdf: cdfOver,
  facility,
  over,
  plex: script,
  settings
}: PlantOptions = {}): PipelinePlant => {
  const plex = makePlexScripted(script)
  const all: Settings = {
    ...demoSettings,
    facility: demoFacility(facility),
    plex: { ...demoSettings.plex, dataSource: dataSourceSettings },
    cdf: { ...demoSettings.cdf, ...cdfOver },
    ...settings
  }
  const cdf = makeCdfMemory({
    dataSets: dataSetNames.map((name, at) => ({ id: at + 1, externalId: name, name })),
    chunkSize: all.cdf.batchSize
  })
  const service = over === undefined ? layerCdfMemory(cdf) : Layer.succeed(Cdf, { ...cdf.cdf, ...over(cdf.cdf) })
  return {
    plex,
    cdf,
    settings: all,
    layer: IdResolverLive.layer.pipe(
      Layer.provideMerge(service),
      Layer.merge(plex.layer),
      Layer.merge(layerLedgerMemory),
      Layer.merge(layerDeadLettersMemory),
      Layer.merge(layerProgressSilent),
      Layer.provideMerge(Layer.succeed(AppConfig, all))
    )
  }
}

/** Runs one extractor as a pass would. */
export const extract = (
  name: Extractor,
  options: { readonly sweep?: boolean; readonly stop?: Deferred.Deferred<void> } = {}
): Effect.Effect<ExtractorReport, never, FlowServices | Progress> =>
  Effect.flatMap(options.stop === undefined ? Deferred.make<void>() : Effect.succeed(options.stop), (stop) =>
    runExtractor(definitions[name], { sweep: options.sweep ?? true, stop })
  )

/** Runs one flow of a test to its report. */
export const report = (flow: Flow, extractor: Extractor = "master-data") =>
  Effect.gen(function* () {
    const { facility } = yield* AppConfig
    return yield* runFlow(new ExtractorRun(extractor, demoFacility(facility), yield* Deferred.make<void>()), flow)
  })

export interface InFlow<A, E> {
  readonly exit: Exit.Exit<A, E>
  readonly tally: Tally
}

/** Runs stages as part of a flow; gives how they ended and what was counted. */
export const inFlow = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  options: {
    readonly extractor?: Extractor
    readonly flow?: FlowName
    readonly stop?: Deferred.Deferred<void>
    readonly tallyOf?: (flow: FlowName) => Tally
  } = {}
): Effect.Effect<InFlow<A, E>, never, Exclude<R, FlowRun> | AppConfig> =>
  Effect.gen(function* () {
    const { facility } = yield* AppConfig
    const tally = new Tally()
    const exit = yield* Effect.exit(
      Effect.provideService(effect, FlowRun, {
        extractor: options.extractor ?? "master-data",
        flow: options.flow ?? "parts",
        facility: demoFacility(facility),
        tally,
        tallyOf: options.tallyOf ?? (() => tally),
        stop: options.stop ?? (yield* Deferred.make<void>())
      })
    )
    return { exit, tally }
  })

export const deadLetters = Effect.flatMap(DeadLetters, ({ all }) => all)

/** The report of one flow of an extractor. */
export const flowOf = ({ flows }: ExtractorReport, name: FlowName): FlowReport => {
  const found = flows.find(({ flow }) => flow === name)
  if (found === undefined) throw new Error(`no report of ${name}`)
  return found
}

/** Flows whose counts do not account for every record read; there should be none. */
export const unbalanced = ({ flows }: ExtractorReport): ReadonlyArray<FlowReport> =>
  flows.filter(({ counts }) => !addsUp(counts))
