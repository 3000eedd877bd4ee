/**
 * Runs one sweep of an extractor: a run of its own, of the objects that the ledger offers.
 */
import { Deferred, Effect, Option } from "effect"
import type { Extractor } from "../domain/Flow.js"
import { makeFacility } from "../domain/Facility.js"
import { type FlowReport, sweepReport, type SweepReport } from "../domain/Report.js"
import { AppConfig, type Settings } from "../services/AppConfig.js"
import type { RunId } from "../services/CurrentRun.js"
import { Ledger } from "../services/Ledger.js"
import type { Progress } from "../services/Progress.js"
import { inPlaces } from "../services/SettingPlaces.js"
import { followPlex } from "./FlowOptions.js"
import { endingOfReport, inRun, loggedIn } from "./inRun.js"
import { type ExtractorDefinition, isMade, type RunOptions } from "./runExtractor.js"
import { ExtractorRun, type Flow, type FlowServices, runFlow } from "./runFlow.js"
import { hierarchy } from "./tree.js"

/** The sweeps of an extractor that were asked for. */
export const sweepsOf = (
  { plan }: ExtractorDefinition,
  settings: Settings,
  { names }: Pick<RunOptions, "names">
): ReadonlyArray<Flow> => plan(settings).filter(({ name, sweep }) => sweep && names?.has(name) !== false)

/** Why no sweep is run. */
const offFor = (settings: Settings, asked: boolean): string | undefined =>
  !asked ? "no sweeps were asked for" : settings.sweep.share === 0 ? inPlaces(settings)("SWEEP_SHARE is 0") : undefined

const progressOf = (sweep: Flow) =>
  Effect.flatMap(Ledger, (ledger) => Effect.map(Effect.option(ledger.sweepProgress(sweep.name)), Option.getOrUndefined))

/** Where the tree could not be made, the sweep is not tried. */
const withoutTree = (sweep: Flow, tree: FlowReport): FlowReport => ({
  ...tree,
  flow: sweep.name,
  status: "degraded",
  notice: tree.notice ?? "the facility and its roots could not be made"
})

/** Runs a sweep to its report; never fails. */
export const runSweep = (
  extractor: Extractor,
  sweep: Flow,
  { flows = followPlex, stop, sweep: asked }: RunOptions
): Effect.Effect<SweepReport, never, FlowServices | Progress> =>
  Effect.gen(function* () {
    const settings = yield* AppConfig
    const run = new ExtractorRun(extractor, makeFacility(settings.facility), stop, flows)
    const off = offFor(settings, asked)
    return off !== undefined || sweep.off !== undefined || settings.flowsDisabled.has(sweep.name)
      ? sweepReport(yield* runFlow(run, { ...sweep, off: off ?? sweep.off }), undefined)
      : yield* inRun(sweep.name, (runId) => look(run, sweep, runId), endingOfReport)
  }).pipe(Effect.withSpan(`sweep ${sweep.name}`), Effect.annotateLogs({ extractor }))

const look = (run: ExtractorRun, sweep: Flow, runId: RunId) =>
  Effect.gen(function* () {
    const runLogged = (flow: Flow) => runFlow(run, flow).pipe(loggedIn(runId, flow.name))
    const tree = yield* runLogged(hierarchy)
    if (!isMade(tree) && !(yield* Deferred.isDone(run.stop))) return sweepReport(withoutTree(sweep, tree), undefined)
    const report = yield* runLogged(sweep)
    const progress = yield* progressOf(sweep)
    yield* Effect.logInfo("sweep finished").pipe(
      Effect.annotateLogs({
        flow: sweep.name,
        status: report.status,
        looked: report.counts.looked,
        ...(progress === undefined ? {} : { objects: progress.objects, due: progress.due }),
        ...(progress?.oldest === undefined ? {} : { oldest: new Date(progress.oldest).toISOString() })
      })
    )
    return sweepReport(report, progress)
  })
