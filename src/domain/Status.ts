/**
 * What an operator may see of a running process: state, runs, counts, freshness. No record contents, and nothing secret.
 *
 * All moments are epoch milliseconds of our clock, all durations milliseconds, unless a name says otherwise. What is not known (not yet,
 * or as the state does not answer) is absent.
 */
import type { Category, Reason } from "./Errors.js"
import type { Extractor, FlowName, OwnFlow } from "./Flow.js"
import type { Counts, FlowStatus } from "./Report.js"

/** What is known of the process and of its facility. */
export interface ProcessStatus {
  /** The version of the program. */
  readonly version: string
  readonly started: number
  /** When this was seen. */
  readonly at: number
  readonly facilities: ReadonlyArray<FacilityStatus>
}

/**
 * `starting`: it has not asked for the lease yet (Plex or CDF is waited for, or nothing writes yet). `active`: this process has the
 * lease of the facility. `standby`: another process has it, and this one waits for it.
 */
export type Role = "starting" | "active" | "standby"

/** What is known of one facility. */
export interface FacilityStatus {
  /** Plex Customer Number. */
  readonly pcn: string
  readonly name: string
  readonly code: string
  /** IANA zone. */
  readonly timezone: string
  /** Whether everything is done but the writes. */
  readonly dryRun: boolean
  readonly role: Role
  /** The process that has the lease, in standby, as far as known. */
  readonly holder?: { readonly host: string; readonly pid: number } | undefined
  /** All six, in the order in which they run. */
  readonly extractors: ReadonlyArray<StatusOfExtractor>
  readonly sweeps: ReadonlyArray<StatusOfSweep>
  /** Flows of the application that are not among those of an extractor: they have not run yet, or run by themselves. */
  readonly ownFlows: ReadonlyArray<StatusOfOwnFlow>
  readonly upstreams: ReadonlyArray<StatusOfUpstream>
  /** Attempts of calls that failed within the last hour, the most frequent first. */
  readonly errors: ReadonlyArray<ErrorsByMinute>
  /** External ids looked up since the start of the process, by who answered; `misses` of them have no asset. */
  readonly idLookups: Readonly<Record<"memory" | "ledger" | "redis" | "cdf" | "misses", number>>
  /** Dead letters that are kept; absent where the state does not tell. */
  readonly deadLetters?: number | undefined
  /** Links whose asset does not exist yet; absent where the state does not tell. */
  readonly pendingLinks?: number | undefined
  /** Objects retired since the start of the process. */
  readonly retired: number
  /** Flows whose last run closed the safety valve: nothing is retired until it opens again, or a person accepts the removals. */
  readonly valveClosed: ReadonlyArray<FlowName>
  /** The newest first; none where the run log is switched off. */
  readonly recentRuns: ReadonlyArray<StatusOfRun>
  /** Why the state (ledger, dead letters, run log) could not be read; absent where it could. */
  readonly stateError?: string | undefined
}

/** How a run is, or ended. `abandoned`: its process is gone and did not end it. */
export type RunState = "running" | "succeeded" | "degraded" | "failed" | "interrupted" | "abandoned"

/** One run of an extractor or sweep. */
export interface StatusOfRun {
  /** By which the run log knows it (`plex-cdf runs show ID`). */
  readonly runId: string
  /** The extractor, sweep or command. */
  readonly name: string
  readonly trigger: string
  readonly status: RunState
  readonly started: number
  /** Absent while it runs. */
  readonly finished?: number | undefined
  /** From its start to its end; while it runs, so far. */
  readonly duration: number
  /** Why it is degraded or failed; empty otherwise. */
  readonly notice: string
  /** Attempts of calls that it made, those that failed among them; absent while it runs. */
  readonly requests?: number | undefined
  readonly errors?: number | undefined
}

/** A run that has ended, as a point of a trend. */
export interface RunPoint {
  readonly finished: number
  readonly duration: number
  readonly status: RunState
}

/** `waiting`: for its next run. `standing by`: another process works on the facility. `off`: not enabled, or not asked for. */
export type ExtractorState = "waiting" | "running" | "standing by" | "off"

export interface StatusOfExtractor {
  readonly name: Extractor
  readonly state: ExtractorState
  /** From one run to the next. */
  readonly interval: number
  /** The run that ended last, here or in an earlier process. */
  readonly lastRun?: StatusOfRun | undefined
  /** The run that goes on. */
  readonly current?: StatusOfRun | undefined
  /** When its last run ended that came to its end (succeeded or degraded). */
  readonly lastSuccess?: number | undefined
  /** When it runs next; absent where it is off or stands by. In the past: it waits for others to end. */
  readonly nextRun?: number | undefined
  /** How many runs in a row have failed; 0 after one that came to its end. */
  readonly failures: number
  /** Since when it is stale: two intervals after its last success, or after the process began where there is none. Absent where it is fresh. */
  readonly staleSince?: number | undefined
  /** The last 20 runs that ended, the oldest first. */
  readonly trend: ReadonlyArray<RunPoint>
  /** Those of its flows that have run, in the order in which they run; sweeps are not among them. */
  readonly flows: ReadonlyArray<StatusOfFlow>
}

export interface StatusOfFlow {
  readonly flow: FlowName
  /** How its last run ended. */
  readonly status: FlowStatus
  /** Why it is degraded, skipped or off. */
  readonly notice?: string | undefined
  /** Of its last run. */
  readonly counts: Counts
  /** Of all its runs since the start of the process. */
  readonly totals: Counts
  /** The instant up to which its history is confirmed in CDF, or of the last whole list of a flow that lists everything. */
  readonly watermark?: number | undefined
  /** When its last run ended that ended well. */
  readonly lastSuccess?: number | undefined
  /**
   * How far CDF may be behind Plex: of a history flow the greatest age that an unwritten record can have, of another the time since
   * its last run that ended well.
   */
  readonly freshness?: number | undefined
  /** Whether its last run closed the safety valve. */
  readonly valveClosed: boolean
}

/** A flow that the application adds, apart from the extractors. */
export interface StatusOfOwnFlow {
  readonly flow: OwnFlow
  /** Its last run, like that of any flow; absent where it has not run yet. */
  readonly ran?: StatusOfFlow | undefined
}

export interface StatusOfSweep {
  readonly extractor: Extractor
  readonly sweep: FlowName
  readonly state: ExtractorState
  /** Its last run, like that of any flow. */
  readonly flow?: StatusOfFlow | undefined
  readonly lastRun?: StatusOfRun | undefined
  readonly trend: ReadonlyArray<RunPoint>
  /** Objects to look at; absent where the state does not tell. */
  readonly objects?: number | undefined
  /** Those of them that are new or changed since they were looked at. */
  readonly due?: number | undefined
  /** How long ago the one was looked at that was not looked at for longest; absent where none was looked at. */
  readonly age?: number | undefined
}

/** `open`: taken for down, nothing is called. `half-open`: the next call is a probe. */
export type StatusOfBreaker = "closed" | "open" | "half-open"

/** An upstream as all share it who call it with the same credentials. */
export interface StatusOfUpstream {
  /** `plex`, `plex-ds`, `cdf`. */
  readonly name: string
  readonly breaker: StatusOfBreaker
  /** Calls a minute; absent where only the calls in flight are bounded. */
  readonly limit?: number | undefined
  /** Calls that began within the last 60 seconds. */
  readonly used: number
  /** Callers that wait for their turn. */
  readonly waiting: number
  /** How long nobody may call, as the server asked for; absent where it did not. */
  readonly held?: number | undefined
}

/** Failed attempts of calls, those for one reason at one upstream. */
export interface CountedErrors {
  readonly upstream: string
  readonly category: Category
  readonly reason: Reason
  readonly count: number
}

/** The same minute by minute, the oldest first. */
export interface ErrorsByMinute extends CountedErrors {
  readonly perMinute: ReadonlyArray<number>
}
