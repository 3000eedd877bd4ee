/**
 * A period of history, read again or for the first time, beside what follows the watermark.
 */
import type { Deferred } from "effect"
import { type Extractor, extractors, type FlowName, flows } from "../domain/Flow.js"
import { historyKindOf } from "../domain/HistoryKind.js"
import type { TimeSlice } from "../domain/TimeSlice.js"
import { followPlex } from "./FlowOptions.js"
import type { PassOptions } from "./pass.js"

/** What is to be read. */
export interface Backfill {
  /** Of `backfillFlows`. */
  readonly flows: ReadonlyArray<FlowName>
  /** [begin, end) in epoch milliseconds; slices are cut on whole minutes. */
  readonly period: TimeSlice
}

/** The extractors that flows belong to. */
export const extractorsOf = (names: ReadonlyArray<FlowName>): ReadonlyArray<Extractor> =>
  extractors.filter((extractor) => flows[extractor].some((flow) => names.includes(flow)))

/**
 * A pass that reads a period of these flows and nothing else, and derives from it what is derived from them. Watermarks are neither
 * looked at nor moved; in the process that follows Plex it may run at the same time.
 */
export const backfillOptions = ({ flows: names, period }: Backfill, stop: Deferred.Deferred<void>): PassOptions => ({
  only: extractorsOf(names),
  names: new Set(names.flatMap((name) => [name, ...(historyKindOf(name)?.feeds ?? [])])),
  flows: { ...followPlex, backfill: period },
  sweep: false,
  stop
})
