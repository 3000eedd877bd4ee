import { Context, type Effect, type Scope } from "effect"
import type { StateError } from "../domain/Errors.js"
import type { FlowName } from "../domain/Flow.js"
import type { Counts, FlowStatus } from "../domain/Report.js"
import type { ObservedCall } from "./CallObserver.js"
import type { RunId } from "./CurrentRun.js"
import type { RunEnding } from "./RunEnding.js"

/** `abandoned`: its process is gone and did not end it. */
export type RunStatus = RunEnding | "running" | "abandoned"

/** What a run is of, and why it began. */
export interface RunDetails {
  /** The extractor or sweep. */
  readonly name: string
  /** `once`, `interval`, `retry`, `request`, …. */
  readonly trigger: string
}

/** What one flow did in a run; watermarks in epoch milliseconds, of history flows only. */
export interface FlowOutcome {
  readonly flow: FlowName
  readonly status: FlowStatus
  readonly notice: string | undefined
  readonly counts: Counts
  /** Whether so much was missing that nothing was retired. */
  readonly valveClosed?: boolean | undefined
  readonly watermarkBefore: number | undefined
  readonly watermarkAfter: number | undefined
}

/** Sums over the requests of a run: each attempt of each call is one. */
export interface RunMetrics {
  readonly requests: number
  /** Records, rows and resources that the answers gave. */
  readonly items: number
  /** Milliseconds. */
  readonly duration: number
  readonly errors: number
  /** 429. */
  readonly throttled: number
  /** Requests that are counted in the sums but not kept one by one, as they could not be written. */
  readonly lost: number
}

/** A run as it is kept; moments in epoch milliseconds. */
export interface LoggedRun extends RunDetails {
  readonly runId: RunId
  readonly status: RunStatus
  readonly started: number
  readonly finished: number | undefined
  /** What was said at its start. */
  readonly notes: string
  /** What was said at its end. */
  readonly endNotes: string
  readonly metrics: RunMetrics
}

/** What a run did to one entity: the source's own count of it, and where it is a flow, what the flow made of it. */
export interface LoggedEntity extends Partial<Omit<FlowOutcome, "flow">> {
  readonly entity: string
  readonly sourceCount: number | undefined
}

/** One request as it is kept. */
export interface LoggedRequest extends ObservedCall {
  /** Epoch milliseconds at which it began. */
  readonly at: number
}

/** The requests of a run to one endpoint: paths that differ only in an id are one. */
export interface EndpointMetrics extends RunMetrics {
  readonly upstream: string
  readonly endpoint: string
  readonly longest: number
}

/** A run with all that is kept of it. */
export interface RunRecord extends LoggedRun {
  readonly entities: ReadonlyArray<LoggedEntity>
  readonly endpoints: ReadonlyArray<EndpointMetrics>
  /** The slowest first. */
  readonly slowest: ReadonlyArray<LoggedRequest>
  /** The latest first. */
  readonly failures: ReadonlyArray<LoggedRequest>
}

/**
 * The record of what happened, one per facility. Tracking never breaks a run and never delays it: what is to be kept is written
 * behind its back, and what cannot be written is counted. Reading it back waits for what is still to be written, and may fail.
 */
export class RunLog extends Context.Tag("plex-cdf/RunLog")<
  RunLog,
  {
    /** Begins a run; gives its id also where the run log is switched off. */
    readonly startRun: (notes: string, details?: RunDetails) => Effect.Effect<RunId>
    /** Ends a run; of several ends the first counts. */
    readonly endRun: (runId: RunId, success: boolean | RunEnding, notes?: string) => Effect.Effect<void>
    /** A run that ends with its scope, with the exit it had, unless it was ended before. */
    readonly scopedRun: (notes: string, details?: RunDetails) => Effect.Effect<RunId, never, Scope.Scope>
    /** Keeps one attempt of one call, as it ended. */
    readonly logRequest: (runId: RunId, call: ObservedCall) => Effect.Effect<void>
    /** Keeps how many of an entity (a flow, or whatever else is counted) the source has. */
    readonly logSourceCount: (runId: RunId, entity: string, count: number) => Effect.Effect<void>
    /** Keeps what a flow did; the records read are its source count. */
    readonly logFlow: (runId: RunId, outcome: FlowOutcome) => Effect.Effect<void>

    /** Nothing for a run that is not known. */
    readonly runMetrics: (runId: RunId) => Effect.Effect<RunMetrics | undefined, StateError>
    /** The newest first. */
    readonly recentRuns: (limit: number) => Effect.Effect<ReadonlyArray<LoggedRun>, StateError>
    /** The run of this id, or the only one whose id begins so. */
    readonly runRecord: (runId: RunId) => Effect.Effect<RunRecord | undefined, StateError>
    /** Deletes runs that ended more than so many days ago; gives how many. */
    readonly prune: (days: number) => Effect.Effect<number, StateError>

    readonly isEnabled: Effect.Effect<boolean>
    /** Switches it off, or on again; what `ETL_META` switched off stays off. A run that has begun is still ended. */
    readonly setEnabled: (enabled: boolean) => Effect.Effect<void>
  }
>() {}
