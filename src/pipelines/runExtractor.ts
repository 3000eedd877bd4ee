/**
 * Runs one extractor: the tree, then its flows one after the other. Its sweeps are runs of their own.
 */
import { Deferred, Effect } from "effect"
import type { Extractor, FlowName } from "../domain/Flow.js"
import { makeFacility } from "../domain/Facility.js"
import { extractorReport, type ExtractorReport, type FlowReport } from "../domain/Report.js"
import { AppConfig, type Settings } from "../services/AppConfig.js"
import type { RunId } from "../services/CurrentRun.js"
import type { Progress } from "../services/Progress.js"
import { type FlowOptions, followPlex } from "./FlowOptions.js"
import { endingOfReport, inRun, loggedIn } from "./inRun.js"
import { ExtractorRun, type Flow, type FlowServices, runFlow } from "./runFlow.js"
import { hierarchy } from "./tree.js"

/** An extractor makes its flows anew for each run, in the order in which they run: flows of one run share what they have read. */
export interface ExtractorDefinition {
  readonly name: Extractor
  readonly plan: (settings: Settings) => ReadonlyArray<Flow>
}

/** What a run of an extractor is asked to do. */
export interface RunOptions {
  /** Whether flows that cost one call per object are run. */
  readonly sweep: boolean
  readonly stop: Deferred.Deferred<void>
  /** What the flows are asked to do; by default to follow Plex. */
  readonly flows?: FlowOptions
  /** These flows only, with those that feed them; by default all. */
  readonly names?: ReadonlySet<FlowName>
  /** Told of each flow when it has ended, well or not. */
  readonly ended?: (flow: FlowName) => Effect.Effect<void>
}

/** Whether the facility and all its roots are in CDF. */
export const isMade = ({ counts, status }: FlowReport): boolean => status === "ok" && counts.deadLettered === 0

/** Those of these names and, again and again, what feeds them; in the order of the plan. */
const withFeeders = (planned: ReadonlyArray<Flow>, names: ReadonlySet<FlowName>): ReadonlyArray<Flow> => {
  const wanted = new Set(names)
  // A flow is fed by earlier ones.
  for (const { fedBy, name } of planned.toReversed())
    if (wanted.has(name)) for (const feeder of fedBy) wanted.add(feeder)
  return planned.filter(({ name }) => wanted.has(name))
}

/** Runs an extractor to its report; never fails. Without a tree nothing else is tried; after the stop no flow is begun. */
export const runExtractor = (
  definition: ExtractorDefinition,
  options: RunOptions
): Effect.Effect<ExtractorReport, never, FlowServices | Progress> =>
  Effect.flatMap(Deferred.isDone(options.stop), (stopping) =>
    stopping
      ? Effect.succeed(extractorReport(definition.name, [], false))
      : inRun(definition.name, (runId) => extract(runId, definition, options), endingOfReport)
  ).pipe(Effect.withSpan(`extractor ${definition.name}`), Effect.annotateLogs({ extractor: definition.name }))

const extract = (
  runId: RunId,
  { name, plan }: ExtractorDefinition,
  { ended = () => Effect.void, flows = followPlex, names, stop }: RunOptions
): Effect.Effect<ExtractorReport, never, FlowServices | Progress> =>
  Effect.gen(function* () {
    const settings = yield* AppConfig
    const run = new ExtractorRun(name, makeFacility(settings.facility), stop, flows)
    const runLogged = (flow: Flow) => runFlow(run, flow).pipe(loggedIn(runId, flow.name))
    const tree = yield* runLogged(hierarchy)
    if (!isMade(tree) && !(yield* Deferred.isDone(stop))) {
      return { ...extractorReport(name, [tree]), status: "failed" as const }
    }
    const planned = plan(settings)
    const wanted = (names === undefined ? planned : withFeeders(planned, names)).filter(({ sweep }) => !sweep)
    const reports = yield* Effect.forEach(wanted, (flow) =>
      Effect.flatMap(
        Deferred.isDone(stop),
        (stopping): Effect.Effect<ReadonlyArray<FlowReport>, never, FlowServices | Progress> =>
          stopping ? Effect.succeed([]) : Effect.map(Effect.zipLeft(runLogged(flow), ended(flow.name)), Array.of)
      )
    )
    const ran = reports.flat()
    const report = extractorReport(
      name,
      [...(name === "master-data" ? [tree] : []), ...ran],
      ran.length === wanted.length
    )
    yield* Effect.logInfo("extractor finished").pipe(Effect.annotateLogs({ status: report.status }))
    return report
  })
