/**
 * Runs one extractor: the tree, then its flows one after the other.
 */
import { Deferred, Effect } from "effect"
import type { Extractor } from "../domain/Flow.js"
import { makeFacility } from "../domain/Facility.js"
import { extractorReport, type ExtractorReport, type FlowReport } from "../domain/Report.js"
import { AppConfig, type Settings } from "../services/AppConfig.js"
import type { Progress } from "../services/Progress.js"
import { ExtractorRun, type Flow, type FlowServices, runFlow } from "./runFlow.js"
import { hierarchy } from "./tree.js"

/** An extractor makes its flows anew for each run, in the order in which they run: flows of one run share what they have read. */
export interface ExtractorDefinition {
  readonly name: Extractor
  readonly plan: (settings: Settings) => ReadonlyArray<Flow>
}

export interface RunOptions {
  /** Whether flows that cost one call per object are run. */
  readonly sweep: boolean
  readonly stop: Deferred.Deferred<void>
}

/** Whether the facility and all its roots are in CDF. */
const isMade = ({ counts, status }: FlowReport): boolean => status === "ok" && counts.deadLettered === 0

/** Runs an extractor to its report; never fails. Without a tree nothing else is tried; after the stop no flow is begun. */
export const runExtractor = (
  { name, plan }: ExtractorDefinition,
  { stop, sweep }: RunOptions
): Effect.Effect<ExtractorReport, never, FlowServices | Progress> =>
  Effect.gen(function* () {
    const settings = yield* AppConfig
    const run = new ExtractorRun(name, makeFacility(settings.facility), stop)
    if (yield* Deferred.isDone(stop)) return extractorReport(name, [])
    const tree = yield* runFlow(run, hierarchy)
    if (!isMade(tree) && !(yield* Deferred.isDone(stop))) {
      return { ...extractorReport(name, [tree]), status: "failed" as const }
    }
    const noSweep = !sweep ? "no sweeps were asked for" : settings.sweep.share === 0 ? "SWEEP_SHARE is 0" : undefined
    const reports = yield* Effect.forEach(plan(settings), (flow) =>
      Effect.flatMap(
        Deferred.isDone(stop),
        (stopping): Effect.Effect<ReadonlyArray<FlowReport>, never, FlowServices | Progress> =>
          stopping
            ? Effect.succeed([])
            : Effect.map(runFlow(run, flow.sweep && noSweep !== undefined ? { ...flow, off: noSweep } : flow), Array.of)
      )
    )
    const report = extractorReport(name, [...(name === "master-data" ? [tree] : []), ...reports.flat()])
    yield* Effect.logInfo("extractor finished").pipe(Effect.annotateLogs({ status: report.status }))
    return report
  }).pipe(Effect.withSpan(`extractor ${name}`), Effect.annotateLogs({ extractor: name }))
