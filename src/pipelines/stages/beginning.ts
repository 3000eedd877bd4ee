/**
 * Where a run of a history flow begins, and how far it goes.
 */
import { Effect } from "effect"
import { historyKindOf } from "../../domain/HistoryKind.js"
import type { HistoryMemory } from "../../domain/HistoryMemory.js"
import { AppConfig } from "../../services/AppConfig.js"
import { Cdf } from "../../services/Cdf.js"
import { Ledger } from "../../services/Ledger.js"
import { Plex } from "../../services/Plex.js"
import { assetsWereLost, cdfIsFresh, wasBeingCleared } from "../cdfIsFresh.js"
import { FlowRun } from "../FlowRun.js"
import { keepMemory, type Learn, ourEvents, recallMemory } from "./learn.js"
import { inTurnOf } from "./turnOf.js"

/** What a run reads; instants in epoch milliseconds. */
export interface Course {
  /** Plex's. */
  readonly now: number
  readonly from: number
  readonly until: number
  /** From where the run began; absent where there is none yet, and in a backfill, which has nothing to do with it. */
  readonly watermark: number | undefined
  readonly backfill: boolean
  /** Whether the days of the recheck are part of it. */
  readonly rechecks: boolean
  /** Whether CDF may hold records of the flow from before `from`. */
  readonly preceded: boolean
}

const day = 86_400_000

/** How far Plex's clock and a watermark may differ before it counts as one from the future. */
const tolerance = 5 * 60_000

const inWords = (watermark: number): string => {
  const date = new Date(watermark)
  return Number.isNaN(date.getTime()) ? String(watermark) : date.toISOString()
}

/** Whether the days of the recheck are due to be read again. */
const isDue = ({ rechecked }: HistoryMemory, now: number) =>
  Effect.map(FlowRun, ({ options }) => options.whole || rechecked === undefined || now - rechecked >= day)

/** The starts of the oldest and the newest event of the flow in CDF that is not from the future. */
const extentInCdf = (now: number) =>
  Effect.gen(function* () {
    const { facility, flow } = yield* FlowRun
    const cdf = yield* Cdf
    const kind = historyKindOf(flow)
    const filter = kind === undefined ? undefined : ourEvents(facility, kind, { min: 0, max: now })
    if (filter === undefined) return undefined
    const newest = (yield* cdf.event("last", filter))?.startTime
    const oldest = newest === undefined ? undefined : (yield* cdf.event("first", filter))?.startTime
    return newest === undefined || oldest === undefined ? undefined : { newest, oldest }
  })

/** A first run, or one whose state was lost: what CDF holds tells where to begin, and is learned first. */
const firstCourse = <R>(now: number, align: (from: number) => number, learn: Learn<R>) =>
  Effect.gen(function* () {
    const { extractor } = yield* FlowRun
    const { extractors, history, pendingLinkDays } = yield* AppConfig
    const memory = yield* recallMemory
    if (memory.starting === true && memory.began !== undefined) return { from: memory.began, preceded: true }
    const fresh = memory.since === undefined && (yield* cdfIsFresh)
    const extent = fresh ? undefined : yield* extentInCdf(now)
    const first = history.startDate ?? now - extractors[extractor].lookback
    // The links that were pending are lost with the state: they are found by reading their records again. What lies before the
    // oldest event was never wanted.
    const back = Math.max(history.recheck, pendingLinkDays * day)
    const last = (extent?.newest ?? Infinity) - back
    const again = extent === undefined || (yield* assetsWereLost) ? Math.min(first, last) : last
    const from = (yield* wasBeingCleared) ? align(first) : Math.max(align(again), extent?.oldest ?? -Infinity)
    if (!fresh) yield* learn({ begin: from, end: Infinity })
    yield* keepMemory({ ...memory, since: fresh ? 0 : from, began: from, starting: true })
    if (extent !== undefined) {
      yield* Effect.logInfo(
        "no watermark is known: begun at the newest event in CDF, less the days that links may be pending"
      ).pipe(Effect.annotateLogs({ newest: inWords(extent.newest) }))
    }
    return { from, preceded: extent !== undefined }
  })

/**
 * Where to begin: at the watermark less the overlap, or where the recheck begins when that is due; without a watermark at the newest
 * event in CDF less the days that links may be pending, else at the configured start, else at the look-back; never before the first run began. Nothing where the watermark is absurd: the
 * flow is then degraded. `align`: where a run that would begin at an instant begins instead.
 */
export const courseOf = <R>(align: (from: number) => number, learn: Learn<R>) =>
  Effect.gen(function* () {
    const { flow, options, tally } = yield* FlowRun
    const { history } = yield* AppConfig
    const now = yield* (yield* Plex).now
    const { backfill } = options
    if (backfill !== undefined) {
      const course: Course = {
        now,
        from: backfill.begin,
        until: Math.min(backfill.end, now),
        watermark: undefined,
        backfill: true,
        rechecks: false,
        preceded: true
      }
      return course
    }
    const watermark = yield* (yield* Ledger).watermark(flow)
    if (watermark === undefined) {
      const { from, preceded } = yield* inTurnOf(flow)(firstCourse(now, align, learn))
      const course: Course = { now, from, until: now, watermark, backfill: false, rechecks: true, preceded }
      return course
    }
    if (!(watermark >= 0 && watermark <= now + tolerance)) {
      tally.degrade(
        `the watermark ${inWords(watermark)} lies in the future or is no time (Plex's clock says ${inWords(now)}): nothing was read. ` +
          `Stop the process and mend it by "state watermark ${flow} --set MOMENT", a moment up to which all has been read; what came since is then read`
      )
      return undefined
    }
    const memory = yield* recallMemory
    const rechecks = yield* isDue(memory, now)
    const again = Math.min(watermark - history.overlap, rechecks ? now - history.recheck : Infinity)
    const from = Math.max(align(again), memory.began ?? -Infinity)
    if (now - watermark > day) {
      yield* Effect.logInfo("catching up from the watermark").pipe(
        Effect.annotateLogs({ watermark: inWords(watermark), days: Math.round((now - watermark) / day) })
      )
    }
    const course: Course = { now, from, until: now, watermark, backfill: false, rechecks, preceded: true }
    return course
  })
