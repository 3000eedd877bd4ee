/**
 * History flows: slice by slice from the watermark, less the overlap, to Plex's now; the watermark follows what is confirmed.
 */
import { Effect } from "effect"
import type { PlexError, StateError } from "../../domain/Errors.js"
import { timeSlices, type TimeSlice } from "../../domain/TimeSlice.js"
import { AppConfig } from "../../services/AppConfig.js"
import { Ledger } from "../../services/Ledger.js"
import { Plex } from "../../services/Plex.js"
import { FlowRun } from "../FlowRun.js"
import { isStopping } from "./read.js"

/** Minutes by which Plex's clock and ours may differ before a watermark counts as one from the future. */
const tolerance = 5 * 60_000

const inWords = (watermark: number): string => {
  const date = new Date(watermark)
  return Number.isNaN(date.getTime()) ? String(watermark) : date.toISOString()
}

/** Where the flow begins: its watermark less the overlap; on a first run the configured start, else the look-back. */
const beginning = (now: number) =>
  Effect.gen(function* () {
    const { extractor, flow } = yield* FlowRun
    const { extractors, history } = yield* AppConfig
    const watermark = yield* (yield* Ledger).watermark(flow)
    if (watermark !== undefined) return { from: watermark - history.overlap, watermark }
    return { from: history.startDate ?? now - extractors[extractor].lookback, watermark }
  })

/**
 * Runs `read` for one slice after the other, oldest first; `newest` is the one that reaches up to now. One that fails ends the
 * flow; its watermark stays where it was.
 */
export const bySlices = <E, R>(
  read: (slice: TimeSlice, newest: boolean) => Effect.Effect<void, E, R>,
  /** Where a run that would begin at `from` begins instead. */
  alignBegin: (from: number) => number = (from) => from
): Effect.Effect<void, E | PlexError | StateError, R | AppConfig | FlowRun | Ledger | Plex> =>
  Effect.gen(function* () {
    const { flow, tally } = yield* FlowRun
    const { history } = yield* AppConfig
    const ledger = yield* Ledger
    const now = yield* (yield* Plex).now
    const { from, watermark } = yield* beginning(now)
    if (watermark !== undefined && !(watermark >= 0 && watermark <= now + tolerance)) {
      tally.degrade(`the watermark ${inWords(watermark)} lies in the future or is no time: nothing was read`)
      return
    }
    for (const slice of timeSlices(alignBegin(from), now, history.windowHours)) {
      if (yield* isStopping) return
      yield* read(slice, slice.end >= now)
      if (yield* isStopping) return
      yield* ledger.moveWatermark(flow, Math.max(watermark ?? 0, Math.min(slice.end, now)))
    }
  })
