/**
 * Everything that flows live on, mocked: a scripted Plex, a CDF in memory, and the real resolver, ledger and dead letters over them.
 */
import { Clock, Deferred, Effect, type Exit, Layer, Redacted, TestClock } from "effect"
import type { StateError } from "../../src/domain/Errors.js"
import { dataSetNames, type FacilityIdentity } from "../../src/domain/Facility.js"
import type { Extractor, FlowName } from "../../src/domain/Flow.js"
import { addsUp, type ExtractorReport, type FlowReport } from "../../src/domain/Report.js"
import type { TimeSlice } from "../../src/domain/TimeSlice.js"
import * as IdResolverLive from "../../src/layers/IdResolverLive.js"
import { layerRunLogOff } from "../../src/layers/RunLogOff.js"
import * as RedisConnection from "../../src/layers/idresolver/RedisConnection.js"
import { layerProgressSilent } from "../../src/layers/ProgressSilent.js"
import { layerStateMemory } from "../../src/layers/state/StateMemory.js"
import { definitions } from "../../src/pipelines/extractors.js"
import { type FlowOptions, followPlex } from "../../src/pipelines/FlowOptions.js"
import { FlowRun, Tally } from "../../src/pipelines/FlowRun.js"
import { retry } from "../../src/pipelines/retry.js"
import { runExtractor, type RunOptions } from "../../src/pipelines/runExtractor.js"
import { runSweep, sweepsOf } from "../../src/pipelines/runSweep.js"
import { ExtractorRun, type Flow, type FlowServices, runFlow } from "../../src/pipelines/runFlow.js"
import { AppConfig, type Settings } from "../../src/services/AppConfig.js"
import { Cdf } from "../../src/services/Cdf.js"
import { DeadLetters } from "../../src/services/DeadLetters.js"
import type { Lease } from "../../src/services/Lease.js"
import { Ledger } from "../../src/services/Ledger.js"
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
  /** In memory and empty, unless the test says where. */
  readonly state?: Layer.Layer<DeadLetters | Lease | Ledger, StateError, AppConfig>
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
  settings,
  state = layerStateMemory
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
      Layer.provideMerge(Layer.orDie(state)),
      Layer.provide(RedisConnection.layerAbsent),
      Layer.merge(plex.layer),
      Layer.merge(layerProgressSilent),
      Layer.merge(layerRunLogOff),
      Layer.provideMerge(Layer.succeed(AppConfig, all))
    )
  }
}

/** Lets the test's clock go on for a moment, where it is one: what was looked at before is looked at again. */
const aMomentLater = Effect.clockWith((clock) => ("adjust" in clock ? TestClock.adjust("1 second") : Effect.void))

/** Runs one extractor and its sweeps as a pass would; the flows of the sweeps come last. */
export const extract = (
  name: Extractor,
  options: Partial<Omit<RunOptions, "flows">> & { readonly flows?: Partial<FlowOptions> } = {}
): Effect.Effect<ExtractorReport, never, FlowServices | Progress> =>
  Effect.gen(function* () {
    yield* aMomentLater
    const stop = options.stop ?? (yield* Deferred.make<void>())
    const flows = { ...followPlex, once: true, ...options.flows }
    const asked = { sweep: true, ...options, stop, flows }
    const report = yield* runExtractor(definitions[name], asked)
    const sweeps = (yield* Deferred.isDone(stop)) ? [] : sweepsOf(definitions[name], yield* AppConfig, asked)
    const swept = yield* Effect.forEach(sweeps, (sweep) => runSweep(name, sweep, asked))
    const statuses = [report, ...swept].map(({ status }) => status)
    return {
      extractor: name,
      status:
        statuses.find((status) => status === "failed") ??
        statuses.find((status) => status === "degraded") ??
        "succeeded",
      flows: [...report.flows, ...swept.flatMap(({ flows }) => flows)]
    }
  })

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
    readonly options?: Partial<FlowOptions>
    readonly window?: TimeSlice
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
        stop: options.stop ?? (yield* Deferred.make<void>()),
        options: { ...followPlex, ...options.options },
        begun: yield* Clock.currentTimeMillis,
        window: options.window
      })
    )
    return { exit, tally }
  })

export const deadLetters = Effect.flatMap(DeadLetters, ({ all }) => all)

/** So much later that what was set aside before is from before. */
export const later = TestClock.adjust("1 minute")

/** Tries all dead letters again, some time after whatever was before. */
export const retryAll = Effect.gen(function* () {
  yield* later
  return yield* retry(yield* (yield* DeadLetters).list(), yield* Deferred.make<void>())
})

/** With a ledger that misbehaves. */
export const withLedger =
  (over: (ledger: typeof Ledger.Service) => Partial<typeof Ledger.Service>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.updateService(effect, Ledger, (ledger) => ({ ...ledger, ...over(ledger) }))

/** The report of one flow of an extractor. */
export const flowOf = ({ flows }: ExtractorReport, name: FlowName): FlowReport => {
  const found = flows.find(({ flow }) => flow === name)
  if (found === undefined) throw new Error(`no report of ${name}`)
  return found
}

/** Flows whose counts do not account for every record read; there should be none. */
export const unbalanced = ({ flows }: ExtractorReport): ReadonlyArray<FlowReport> =>
  flows.filter(({ counts }) => !addsUp(counts))
