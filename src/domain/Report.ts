/**
 * What a run did, per flow: the counts, and how it ended.
 */
import type { Extractor, FlowName } from "./Flow.js"
import type { SweepProgress } from "./SweepObject.js"

/**
 * What is counted per flow. Of the records read, each is exactly one of unchanged, created, updated, dead-lettered, filtered
 * and duplicate; the rest is counted apart.
 */
export const countNames = [
  "read",
  "created",
  "updated",
  "unchanged",
  "deadLettered",
  "filtered",
  "duplicates",
  /** Records of history that came after the watermark had passed them. */
  "late",
  /** Links written to assets that exist. */
  "links",
  /** Links whose asset does not exist yet. */
  "pendingLinks",
  /** Human keys that fit several assets and so made no link. */
  "ambiguous",
  /** Fields cut to CDF's limits. */
  "cuts",
  /** Data points written. */
  "points",
  /** Sequences whose rows were written. */
  "sequences",
  /** Points and times left out because Plex does not say enough to know them. */
  "omitted",
  /** Objects retired because Plex has their record no more. */
  "retired",
  /** Objects of history deleted because Plex corrected their row or took it back. */
  "retracted",
  /** Objects that a sweep has looked at. */
  "looked",
  /** Fields of its records that are new, missing from all of them, or unreadable. */
  "drifted"
] as const
export type CountName = (typeof countNames)[number]
/** How many of each, from 0 on. */
export type Counts = Readonly<Record<CountName, number>>

export const noCounts: Counts = {
  read: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  deadLettered: 0,
  filtered: 0,
  duplicates: 0,
  late: 0,
  links: 0,
  pendingLinks: 0,
  ambiguous: 0,
  cuts: 0,
  points: 0,
  sequences: 0,
  omitted: 0,
  retired: 0,
  retracted: 0,
  looked: 0,
  drifted: 0
}

/** Records read that came to no end, as their flow failed or was stopped: they are read again. Below 0 where some have two. */
export const unfinished = (counts: Counts): number =>
  counts.read -
  (counts.created + counts.updated + counts.unchanged + counts.deadLettered + counts.filtered + counts.duplicates)

/** Whether every record read is accounted for. */
export const addsUp = (counts: Counts): boolean => unfinished(counts) === 0

/** How a flow ended. `skipped`: optional and refused, said in a notice; `off`: not run. */
export type FlowStatus = "ok" | "degraded" | "skipped" | "off"

/** What a run of a flow did, and how it ended. */
export interface FlowReport {
  readonly extractor: Extractor
  readonly flow: FlowName
  readonly status: FlowStatus
  readonly counts: Counts
  /** Why it is degraded, skipped or off. */
  readonly notice: string | undefined
  /** Whether it, and what feeds it, came to its end; it may be degraded nevertheless. */
  readonly finished: boolean
  /** Whether credentials or the project were refused: every other flow would meet the same. */
  readonly refused: boolean
  readonly milliseconds: number
  /** Whether so much was missing from Plex that nothing was retired; absent where not. */
  readonly valveClosed?: boolean | undefined
  /** How long after it happened the latest of its late records was found, in milliseconds; absent where none was late. */
  readonly lateness?: number | undefined
}

/** `interrupted`: the process was told to stop before all of its flows had begun. */
export type ExtractorStatus = "succeeded" | "degraded" | "failed" | "interrupted"

/** What a run of an extractor did, flow by flow. */
export interface ExtractorReport {
  readonly extractor: Extractor
  readonly status: ExtractorStatus
  readonly flows: ReadonlyArray<FlowReport>
}

/**
 * Failed: credentials were refused or no flow finished. Degraded: finished, but a flow that is not optional failed, or a
 * record was dead-lettered. `begun`: whether all of its flows were.
 */
export const extractorReport = (
  extractor: Extractor,
  flows: ReadonlyArray<FlowReport>,
  begun = true
): ExtractorReport => {
  const tried = flows.filter(({ status }) => status !== "off")
  const status =
    tried.some(({ refused }) => refused) ||
    (tried.every(({ finished }) => !finished) && tried.some(({ status }) => status === "degraded"))
      ? "failed"
      : tried.some(({ counts, status }) => status === "degraded" || counts.deadLettered > 0)
        ? "degraded"
        : begun
          ? "succeeded"
          : "interrupted"
  return { extractor, status, flows }
}

/** A run of a sweep, which is one of its own. */
export interface SweepReport extends ExtractorReport {
  readonly sweep: FlowName
  /** How far the sweep is after it; nothing where it was not run, or the state does not tell. */
  readonly progress: SweepProgress | undefined
}

/** A sweep is one flow of its extractor: the run has failed only where credentials were refused, and is degraded where it did not finish. */
export const sweepReport = (flow: FlowReport, progress: SweepProgress | undefined): SweepReport => ({
  extractor: flow.extractor,
  sweep: flow.flow,
  status: flow.refused
    ? "failed"
    : flow.status === "degraded" || flow.counts.deadLettered > 0
      ? "degraded"
      : "succeeded",
  flows: [flow],
  progress
})
