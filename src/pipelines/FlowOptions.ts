/**
 * What a run was asked to do beyond following Plex.
 */
import type { FlowName } from "../domain/Flow.js"
import type { TimeSlice } from "../domain/TimeSlice.js"

/** What the flows of a run are asked to do, beyond following Plex. */
export interface FlowOptions {
  /** Flows whose list may retire whatever it does not show: somebody has confirmed that it is gone. */
  readonly acceptRemovals: ReadonlySet<FlowName>
  /** Period of history to read instead of what follows the watermark, which then stays where it is. */
  readonly backfill: TimeSlice | undefined
  /** Everything is asked for whole, whether it is due or not: full lists, and the history of the recheck. */
  readonly whole: boolean
  /** There may be no other run for long: lists are asked for in full, and sweeps look at everything that there is time for. */
  readonly once: boolean
}

/** As a resident process asks: to follow Plex, and nothing else. */
export const followPlex: FlowOptions = { acceptRemovals: new Set(), backfill: undefined, whole: false, once: false }
