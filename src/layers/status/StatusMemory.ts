/**
 * What a process remembers of what its runs, its scheduler and its calls have told, for whoever looks at its status.
 */
import { ErrorCounts } from "../../domain/ErrorCounts.js"
import { type Extractor, type FlowName, historyFlows, isOwnFlow, type OwnFlow } from "../../domain/Flow.js"
import { type Counts, countNames, noCounts } from "../../domain/Report.js"
import type { RunPoint, StatusOfFlow, StatusOfRun } from "../../domain/Status.js"
import type { ObservedCall } from "../../services/CallObserver.js"
import type { RunId } from "../../services/CurrentRun.js"
import type { RunEnding } from "../../services/RunEnding.js"
import type { FlowOutcome, LoggedRun, RunDetails } from "../../services/RunLog.js"
import type { Waiting } from "../../services/Status.js"

/** Runs of a trend. */
const mostPoints = 20

const isHistory: ReadonlySet<FlowName> = new Set(historyFlows)

/** What is known of the runs of one extractor or sweep. */
export interface RunsOf {
  readonly last: StatusOfRun | undefined
  readonly current: StatusOfRun | undefined
  readonly lastSuccess: number | undefined
  readonly trend: ReadonlyArray<RunPoint>
}

const noRuns: RunsOf = { last: undefined, current: undefined, lastSuccess: undefined, trend: [] }

interface OpenRun extends RunDetails {
  readonly started: number
  requests: number
  errors: number
}

interface KnownFlow extends Omit<FlowOutcome, "watermarkBefore"> {
  readonly lastSuccess: number | undefined
  /** The name of the run that it was part of. */
  readonly runName: string | undefined
}

const sumOf = (one: Counts, other: Counts): Counts => {
  const sum = { ...one }
  for (const name of countNames) sum[name] += other[name]
  return sum
}

const cameToItsEnd = (status: string): boolean => status === "succeeded" || status === "degraded"

/** A run of the run log, as an operator sees it. */
export const statusOfRun = (run: LoggedRun, now: number): StatusOfRun => ({
  runId: run.runId,
  name: run.name,
  trigger: run.trigger,
  status: run.status,
  started: run.started,
  ...(run.finished === undefined ? {} : { finished: run.finished }),
  duration: (run.finished ?? now) - run.started,
  notice: run.endNotes,
  ...(run.finished === undefined ? {} : { requests: run.metrics.requests, errors: run.metrics.errors })
})

/** Moments are epoch milliseconds. */
export class StatusMemory {
  readonly errors = new ErrorCounts()
  /** How far Plex's clock, by which watermarks are, is ahead of ours. */
  plexAhead = 0
  readonly #open = new Map<RunId, OpenRun>()
  readonly #runs = new Map<string, RunsOf>()
  readonly #flows = new Map<FlowName, KnownFlow>()
  readonly #totals = new Map<FlowName, Counts>()
  readonly #waiting = new Map<Extractor, Waiting>()
  #lastMoved: number

  constructor(readonly started: number) {
    this.#lastMoved = started
  }

  moved(at: number): void {
    this.#lastMoved = Math.max(this.#lastMoved, at)
  }
  get lastMoved(): number {
    return this.#lastMoved
  }

  waits(extractor: Extractor, waiting: Waiting, at: number): void {
    this.moved(at)
    this.#waiting.set(extractor, waiting)
  }
  waiting(extractor: Extractor): Waiting | undefined {
    return this.#waiting.get(extractor)
  }

  began(runId: RunId, { name, trigger }: RunDetails, at: number): void {
    this.moved(at)
    this.#open.set(runId, { name, trigger, started: at, requests: 0, errors: 0 })
  }
  /** Names of the runs that go on. */
  get running(): ReadonlyArray<string> {
    return [...this.#open.values()].map(({ name }) => name)
  }

  /** Gives the run, where it was not ended before. */
  ended(runId: RunId, status: RunEnding, notice: string, at: number): StatusOfRun | undefined {
    this.moved(at)
    const open = this.#open.get(runId)
    if (open === undefined) return undefined
    this.#open.delete(runId)
    const run = { runId, ...open, status, finished: at, duration: at - open.started, notice }
    this.#remember(run)
    return run
  }

  called(call: ObservedCall, at: number): void {
    this.moved(at)
    this.errors.called(at, call)
  }
  calledIn(runId: RunId, { reason }: ObservedCall): void {
    const open = this.#open.get(runId)
    if (open === undefined) return
    open.requests++
    if (reason !== undefined) open.errors++
  }

  flowEnded(runId: RunId, outcome: FlowOutcome, at: number): void {
    this.moved(at)
    this.#totals.set(outcome.flow, sumOf(this.totals(outcome.flow), outcome.counts))
    this.#know(outcome, at, this.#open.get(runId)?.name)
  }

  /** What was before this process; what it has seen itself counts more. */
  recall(runs: ReadonlyArray<LoggedRun>): void {
    const seen = new Set(this.#runs.keys())
    for (const run of runs.toSorted((one, other) => one.started - other.started)) {
      if (run.finished !== undefined && !seen.has(run.name)) this.#remember(statusOfRun(run, run.finished))
    }
  }
  recallFlow(runName: string, outcome: FlowOutcome, at: number): void {
    if (!this.#flows.has(outcome.flow)) this.#know(outcome, at, runName)
  }

  runsOf(name: string, now: number): RunsOf {
    const known = this.#runs.get(name) ?? noRuns
    const [current] = [...this.#open].flatMap(([runId, open]): ReadonlyArray<StatusOfRun> => {
      const { requests: _requests, errors: _errors, ...run } = open
      return run.name === name ? [{ runId, ...run, status: "running", duration: now - run.started, notice: "" }] : []
    })
    return { ...known, current }
  }

  totals(flow: FlowName): Counts {
    return this.#totals.get(flow) ?? noCounts
  }

  /** The flows of an application that ran as part of a run of this name. */
  ownFlowsOf(runName: string): ReadonlyArray<OwnFlow> {
    return this.ownFlows.filter((flow) => this.#flows.get(flow)?.runName === runName)
  }
  /** The flows of an application that have run. */
  get ownFlows(): ReadonlyArray<OwnFlow> {
    return [...this.#flows.keys()].filter(isOwnFlow).toSorted()
  }

  flow(name: FlowName, now: number): StatusOfFlow | undefined {
    const known = this.#flows.get(name)
    if (known === undefined) return undefined
    const { counts, lastSuccess, notice, status, valveClosed, watermarkAfter: watermark } = known
    const since = isHistory.has(name) ? watermark : lastSuccess
    const at = isHistory.has(name) ? now + this.plexAhead : now
    return {
      flow: name,
      status,
      ...(notice === undefined ? {} : { notice }),
      counts,
      totals: this.totals(name),
      ...(watermark === undefined ? {} : { watermark }),
      ...(lastSuccess === undefined ? {} : { lastSuccess }),
      ...(since === undefined ? {} : { freshness: Math.max(0, at - since) }),
      valveClosed: valveClosed ?? false
    }
  }

  #know(outcome: FlowOutcome, at: number, runName: string | undefined): void {
    const { watermarkBefore: _, ...known } = outcome
    const before = this.#flows.get(outcome.flow)?.lastSuccess
    this.#flows.set(outcome.flow, { ...known, runName, lastSuccess: outcome.status === "ok" ? at : before })
  }

  #remember(run: StatusOfRun): void {
    const { duration, finished = run.started, name, status } = run
    const known = this.#runs.get(name) ?? noRuns
    this.#runs.set(name, {
      ...known,
      last: run,
      lastSuccess: cameToItsEnd(status) ? finished : known.lastSuccess,
      trend: [...known.trend, { finished, duration, status }].slice(-mostPoints)
    })
  }
}
