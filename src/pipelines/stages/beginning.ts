/**
 * Where a run of a history flow begins, and how far it goes.
 */
import { Effect } from "effect"
import { historyKindOf } from "../../domain/HistoryKind.js"
import type { HistoryMemory } from "../../domain/HistoryMemory.js"
import type { TimeSlice } from "../../domain/TimeSlice.js"
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
    if (filter === undefined) return {}
    const newest = (yield* cdf.event("last", filter))?.startTime
    const oldest = newest === undefined ? undefined : (yield* cdf.event("first", filter))?.startTime
    return newest === undefined || oldest === undefined ? {} : { newest, oldest }
  })

/** Whether CDF holds nothing of a flow that never read anything. */
const isFresh = ({ found, since }: HistoryMemory) =>
  since === undefined && found === undefined ? cdfIsFresh : Effect.succeed(false)

/** Keeps what CDF holds before the first run, which would take what a backfill writes for the history that it is to go on with. */
const beforeBackfill = (now: number) =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const memory = yield* recallMemory
    const begun = memory.began !== undefined || (yield* (yield* Ledger).watermark(flow)) !== undefined
    if (begun || memory.found !== undefined) return
    const found = (yield* isFresh(memory)) ? {} : yield* extentInCdf(now)
    yield* keepMemory({ ...memory, found })
  })

/**
 * A first run, or one whose state was lost: what CDF held tells where to begin, and is learned first. One that was cut before
 * anything was confirmed begins no later than it had.
 */
const firstCourse = <R>(now: number, align: (from: number) => number, learn: Learn<R>) =>
  Effect.gen(function* () {
    const { extractor } = yield* FlowRun
    const { extractors, history, pendingLinkDays } = yield* AppConfig
    const memory = yield* recallMemory
    const starting = memory.starting === true
    const fresh = yield* isFresh(memory)
    const found = memory.found ?? (fresh ? {} : yield* extentInCdf(now))
    const first = history.startDate ?? now - extractors[extractor].lookback
    // The links that were pending are lost with the state: they are found by reading their records again. What lies before the
    // oldest event was never wanted.
    const back = Math.max(history.recheck, pendingLinkDays * day)
    const last = (found.newest ?? Infinity) - back
    const again = found.newest === undefined || (yield* assetsWereLost) ? Math.min(first, last) : last
    const wanted = (yield* wasBeingCleared) ? align(first) : Math.max(align(again), found.oldest ?? -Infinity)
    const from = Math.min(wanted, (starting ? memory.began : undefined) ?? Infinity)
    const known = (starting ? memory.since : undefined) ?? Infinity
    if (!fresh && from < known) yield* learn({ begin: from, end: Infinity })
    yield* keepMemory({ ...memory, since: fresh ? 0 : Math.min(from, known), began: from, starting: true, found })
    if (found.newest !== undefined) {
      yield* Effect.logInfo(
        "no watermark is known: begun at the newest event in CDF, less the days that links may be pending"
      ).pipe(Effect.annotateLogs({ newest: inWords(found.newest) }))
    }
    return { from, preceded: starting || found.newest !== undefined || memory.found !== undefined }
  })

/** What is remembered. A watermark before where the first run began was set there by somebody: from there on all is wanted. */
const memoryAt = (watermark: number, align: (from: number) => number) =>
  Effect.gen(function* () {
    const memory = yield* recallMemory
    if (memory.began === undefined || memory.began <= watermark) return memory
    const earlier = { ...memory, began: align(watermark) }
    yield* keepMemory(earlier)
    return earlier
  })

/** How a flow places what it reads. */
export interface Placing {
  /** Where a run that would begin at an instant begins instead. */
  readonly align: (from: number) => number
  /** What a backfill of a period reads instead. */
  readonly widen: (period: TimeSlice) => TimeSlice
  /** Whether all is to be read again from where the first run began. */
  readonly anew: boolean
}

/**
 * Where to begin: at the watermark less the overlap, or where the recheck begins when that is due; without a watermark at the newest
 * event in CDF less the days that links may be pending, else at the configured start, else at the look-back; never before the first
 * run began, unless the watermark was set there. Nothing where the watermark is absurd: the flow is then degraded.
 */
export const courseOf = <R>({ align, anew, widen }: Placing, learn: Learn<R>) =>
  Effect.gen(function* () {
    const { flow, options, tally } = yield* FlowRun
    const { history } = yield* AppConfig
    const now = yield* (yield* Plex).now
    const { backfill } = options
    if (backfill !== undefined) {
      yield* inTurnOf(flow)(beforeBackfill(now))
      const { begin, end } = widen(backfill)
      const course: Course = {
        now,
        from: begin,
        until: Math.min(end, now),
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
    const memory = yield* inTurnOf(flow)(memoryAt(watermark, align))
    const rechecks = yield* isDue(memory, now)
    const again = Math.min(watermark - history.overlap, rechecks ? now - history.recheck : Infinity)
    const { began = -Infinity } = memory
    const from = anew && Number.isFinite(began) ? began : Math.max(align(again), began)
    if (anew) yield* Effect.logInfo("read again from the beginning, as the settings that it is made by have changed")
    if (now - watermark > day) {
      yield* Effect.logInfo("catching up from the watermark").pipe(
        Effect.annotateLogs({ watermark: inWords(watermark), days: Math.round((now - watermark) / day) })
      )
    }
    const course: Course = { now, from, until: now, watermark, backfill: false, rechecks, preceded: true }
    return course
  })
