/**
 * Runs one flow to its report: its failure is its own.
 */
import { Cause, Clock, Deferred, Effect, Option } from "effect"
import { Drift } from "../domain/Drift.js"
import type { FlowError, FlowStuck, RemoteError } from "../domain/Errors.js"
import type { Facility } from "../domain/Facility.js"
import type { Extractor, FlowName } from "../domain/Flow.js"
import { addsUp, type Counts, type FlowReport, type FlowStatus } from "../domain/Report.js"
import { AppConfig } from "../services/AppConfig.js"
import { CalledBy } from "../services/CalledBy.js"
import type { Cdf } from "../services/Cdf.js"
import { CurrentFlow } from "../services/CurrentFlow.js"
import type { DeadLetters } from "../services/DeadLetters.js"
import type { IdResolver } from "../services/IdResolver.js"
import type { Lease } from "../services/Lease.js"
import type { Ledger } from "../services/Ledger.js"
import type { Plex } from "../services/Plex.js"
import type { PlexDataSource } from "../services/PlexDataSource.js"
import { Progress } from "../services/Progress.js"
import type { RunLog } from "../services/RunLog.js"
import { inPlaces } from "../services/SettingPlaces.js"
import { type FlowOptions, followPlex } from "./FlowOptions.js"
import { FlowRun, Tally } from "./FlowRun.js"
import { tellDrift } from "./tellDrift.js"
import { watched } from "./watchdog.js"

/** Everything that flows may need from the world, made per facility. */
export type FlowServices = AppConfig | Cdf | DeadLetters | IdResolver | Lease | Ledger | Plex | PlexDataSource | RunLog

/** A flow: its name, and the way of its records from Plex to CDF. */
export interface Flow {
  readonly name: FlowName
  readonly run: Effect.Effect<void, FlowError, FlowServices | FlowRun>
  /** Plex may refuse it, as not every tenant has it: then it is skipped with a notice. */
  readonly optional: boolean
  /** Flows of the same run whose records it needs: it is as whole as they are. */
  readonly fedBy: ReadonlyArray<FlowName>
  /** Costs one call per object; its calls have the share of the rate budget that sweeps have. */
  readonly sweep: boolean
  /** Why it cannot run, where that is known beforehand. */
  readonly off: string | undefined
}

/**
 * A flow of this name. `run` is made of the shared stages, which count in the flow's tally; what it fails with is told in the report
 * and does not touch other flows.
 */
export const flow = (
  name: FlowName,
  run: Effect.Effect<unknown, FlowError, FlowServices | FlowRun>,
  { fedBy = [], off, optional = false, sweep = false }: Partial<Omit<Flow, "name" | "run">> = {}
): Flow => ({ name, run: Effect.asVoid(run), optional, off, fedBy, sweep })

/** A flow whose points are made from the records of others while those run. */
export const fedFlow = (name: FlowName, fedBy: ReadonlyArray<FlowName>, off?: string): Flow =>
  flow(name, Effect.void, { fedBy, off })

/** One run of one extractor for one facility. */
export class ExtractorRun {
  readonly #tallies = new Map<FlowName, Tally>()
  readonly #statuses = new Map<FlowName, FlowStatus>()

  constructor(
    readonly extractor: Extractor,
    readonly facility: Facility,
    readonly stop: Deferred.Deferred<void>,
    readonly options: FlowOptions = followPlex
  ) {}

  tally = (flow: FlowName): Tally => {
    const tally = this.#tallies.get(flow) ?? new Tally()
    this.#tallies.set(flow, tally)
    return tally
  }
  ended(flow: FlowName, status: FlowStatus): void {
    this.#statuses.set(flow, status)
  }
  /** How the first of these flows ended that did not end well; one that is off counts only where all are. */
  unwell(flows: ReadonlyArray<FlowName>): { readonly flow: FlowName; readonly status: FlowStatus } | undefined {
    const ended = flows.flatMap((flow) => {
      const status = this.#statuses.get(flow)
      return status === undefined ? [] : [{ flow, status }]
    })
    const tried = ended.filter(({ status }) => status !== "off")
    return tried.length === 0 ? ended[0] : tried.find(({ status }) => status !== "ok")
  }
}

/** What an optional flow may meet without anything being wrong; a call that Plex refuses for its arguments is our fault. */
const skippable: ReadonlySet<RemoteError["reason"]> = new Set([
  "NotAvailable",
  "NotFound",
  "NotSubscribed",
  "Forbidden"
])

type Ending = Pick<FlowReport, "status" | "notice" | "finished" | "refused">

const endingOf = (optional: boolean, cause: Cause.Cause<FlowError | FlowStuck>): Ending => {
  const failure = Option.getOrUndefined(Cause.failureOption(cause))
  if (failure === undefined)
    return { status: "degraded", notice: `defect: ${Cause.pretty(cause)}`, finished: false, refused: false }
  if (optional && failure._tag === "PlexError" && skippable.has(failure.reason)) {
    return { status: "skipped", notice: failure.message, finished: false, refused: false }
  }
  const refused =
    (failure._tag === "PlexError" || failure._tag === "CdfError") &&
    (failure.reason === "Unauthenticated" || (failure._tag === "CdfError" && failure.category === "configuration"))
  return { status: "degraded", notice: failure.message, finished: false, refused }
}

/** What is said of a flow that was told to stop: it may have been cut. */
const stopped = "told to stop before its end: the rest is left to the next run"

/** What is said of a flow that came to its end and does not account for every record. */
const doesNotAddUp = ({ created, deadLettered, duplicates, filtered, read, unchanged, updated }: Counts): string =>
  `the counts do not add up: ${read} read, but ${created} created, ${updated} updated, ${unchanged} unchanged, ` +
  `${deadLettered} dead-lettered, ${filtered} filtered, ${duplicates} duplicates`

/** A flow that finished is as whole as its own notices and the flows that feed it say. */
const endingOfWhole = (tally: Tally, source: ReturnType<ExtractorRun["unwell"]>): Ending => {
  const notices = [
    ...tally.notices,
    ...(source === undefined ? [] : [`${source.flow}, which feeds it, is ${source.status}`])
  ]
  if (notices.length === 0) return { status: "ok", notice: undefined, finished: true, refused: false }
  const status = tally.notices.length > 0 || source === undefined ? "degraded" : source.status
  return { status, notice: notices.join("; "), finished: source === undefined, refused: false }
}

const logEnding = ({ notice, status }: Ending, cause: Cause.Cause<unknown>) =>
  status === "skipped"
    ? Effect.logWarning("optional flow skipped: Plex does not offer it here").pipe(Effect.annotateLogs({ notice }))
    : Effect.logError("flow did not finish", cause)

/** Runs a flow; never fails. Interruption goes through. */
export const runFlow = (run: ExtractorRun, flow: Flow): Effect.Effect<FlowReport, never, FlowServices | Progress> =>
  Effect.gen(function* () {
    const settings = yield* AppConfig
    const progress = yield* Progress
    const tally = run.tally(flow.name)
    const report = (ending: Ending, milliseconds: number): FlowReport => ({
      extractor: run.extractor,
      flow: flow.name,
      ...ending,
      counts: tally.counts,
      milliseconds,
      ...(tally.isValveClosed ? { valveClosed: true } : {}),
      ...(tally.lateness === undefined ? {} : { lateness: tally.lateness })
    })
    const off = settings.flowsDisabled.has(flow.name) ? inPlaces(settings)("switched off by FLOWS_DISABLED") : flow.off
    if (off !== undefined) {
      run.ended(flow.name, "off")
      return report({ status: "off", notice: off, finished: false, refused: false }, 0)
    }

    yield* progress.started(
      run.extractor,
      flow.name,
      () => tally.counts,
      () => tally.course
    )
    const begin = yield* Clock.currentTimeMillis
    const drift = new Drift()
    const failed = yield* flow.run.pipe(
      watched(flow.name, tally),
      Effect.as(undefined),
      Effect.catchAllCause((cause) =>
        Cause.isInterruptedOnly(cause)
          ? Effect.interrupt
          : Effect.succeed({ cause, ending: endingOf(flow.optional, cause) })
      ),
      Effect.provideService(CalledBy, flow.sweep ? "sweep" : "flow"),
      Effect.provideService(CurrentFlow, flow.name),
      Effect.provideService(FlowRun, {
        extractor: run.extractor,
        flow: flow.name,
        facility: run.facility,
        tally,
        tallyOf: run.tally,
        stop: run.stop,
        options: run.options,
        drift,
        begun: begin
      })
    )
    const stopping = yield* Deferred.isDone(run.stop)
    if (stopping) tally.degrade(stopped)
    const whole = failed === undefined && !stopping && run.options.backfill === undefined
    tally.add("drifted", yield* tellDrift(flow.name, drift, whole))
    if (failed === undefined && !addsUp(tally.counts)) tally.degrade(doesNotAddUp(tally.counts))
    const ending = failed?.ending ?? endingOfWhole(tally, run.unwell(flow.fedBy))
    run.ended(flow.name, ending.status)
    if (failed !== undefined) yield* logEnding(failed.ending, failed.cause)
    const done = report(ending, (yield* Clock.currentTimeMillis) - begin)
    const { counts, milliseconds, status } = done
    yield* Effect.logInfo("flow finished").pipe(
      Effect.annotateLogs({ status, ...counts, duration_ms: milliseconds }),
      Effect.annotateLogs(done.notice === undefined ? {} : { notice: done.notice }),
      Effect.annotateLogs(done.lateness === undefined ? {} : { lateness_ms: done.lateness })
    )
    yield* progress.finished(done)
    return done
  }).pipe(Effect.withSpan(`flow ${flow.name}`), Effect.annotateLogs({ extractor: run.extractor, flow: flow.name }))
