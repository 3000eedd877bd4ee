/**
 * History flows: slice by slice from the watermark, less the overlap, to Plex's now. What a slice does not show any more is
 * retracted; the watermark follows what is confirmed.
 */
import { Chunk, Effect, Either, identity, Stream } from "effect"
import type { EventDraft } from "../../domain/cdf/Draft.js"
import type { CdfError, PlexError, StateError } from "../../domain/Errors.js"
import { historyFlows } from "../../domain/Flow.js"
import { historyKindOf } from "../../domain/HistoryKind.js"
import { type HistoryMemory, withForgotten } from "../../domain/HistoryMemory.js"
import { momentOf } from "../../domain/Instant.js"
import { momentIn } from "../../domain/plex/Columns.js"
import { type Dated, lateMoments, settle, type Settlement, SliceContent } from "../../domain/Retraction.js"
import { timeSlices, type TimeSlice } from "../../domain/TimeSlice.js"
import { AppConfig } from "../../services/AppConfig.js"
import { Cdf } from "../../services/Cdf.js"
import { type Confirmation, Ledger } from "../../services/Ledger.js"
import type { Plex } from "../../services/Plex.js"
import { FlowRun, inWindow } from "../FlowRun.js"
import { changedSettings, type MadeBy } from "../changedSettings.js"
import { type Course, courseOf } from "./beginning.js"
import { keepMemory, knowing, type Learn, learnAll, memoryFacts, recallMemory } from "./learn.js"
import { isStopping } from "./read.js"
import { inTurnOf } from "./turnOf.js"

/** A slice of history while it is read. */
export interface HistorySlice extends TimeSlice {
  /** Whether it reaches up to now. */
  readonly newest: boolean
  /** Whether it is the last one of a period that does not reach up to now. */
  readonly final: boolean
  /** Whether a run was cut while it wrote something of it. */
  readonly cut: boolean
  /** Whether the watermark moves with it: what is known after a slice that is read again is of no use to the next run. */
  readonly advances: boolean
  /** Whether CDF may hold records of the flow from before the run. */
  readonly preceded: boolean
  /** The records that were known to be in it before it was read. */
  readonly known: ReadonlyArray<Dated & { readonly plexId: string }>
  /** To be told what the slice shows; by `showing` for drafts that are written. */
  readonly content: SliceContent
  /** To be told of records that cannot be decoded: by the field of their moment, the events of that moment stay. */
  readonly blurring: (field: string) => (records: ReadonlyArray<unknown>) => void
  /** Notes the events that pass as shown, and in the state that the slice is being written. */
  readonly showing: <E, R>(
    drafts: Stream.Stream<EventDraft, E, R>
  ) => Stream.Stream<EventDraft, E | StateError, R | FlowRun | Ledger>
  /** To be said before something is written with the slice that is of a longer period. */
  readonly opening: (period: TimeSlice) => Effect.Effect<void, StateError, FlowRun | Ledger>
}

/** What is confirmed with the end of a slice, all at once. */
export type SliceEnd = Pick<Confirmation, "rows" | "pending" | "points"> & {
  /** Of the flow itself. */
  readonly facts?: ReadonlyMap<string, string> | undefined
  /** Something of the slice is yet to be written, with a later one: the watermark waits for that. */
  readonly waits?: boolean
}

/** What follows when it is settled what the slice says: points, ends; what CDF took of it is confirmed with the slice. */
export type Settling<E, R> = (settlement: Settlement) => Effect.Effect<SliceEnd, E, R>

/** A history flow, slice by slice. */
export interface History<E, R, R2 = never> {
  /** Reads one slice and writes its events. */
  readonly read: (slice: HistorySlice) => Effect.Effect<Settling<E, R> | void, E, R>
  /** Learns from CDF what is derived from the records of a period. */
  readonly learn?: Learn<R2>
  /** Where a run that would begin at `from` begins instead. */
  readonly align?: (from: number) => number
  /** Periods before `from` that are read again with the recheck, oldest first; none touches another one. */
  readonly apart?: (from: number) => ReadonlyArray<TimeSlice>
  /** By what all of it is made beside its records: where that has changed, all is read again. */
  readonly madeBy?: MadeBy
  /** What a backfill of a period reads instead. */
  readonly widen?: (period: TimeSlice) => TimeSlice
}

const nothing: SliceEnd = {}
const nothingFollows: Settling<never, never> = () => Effect.succeed(nothing)

const day = 86_400_000
/** Old rows are looked for when so much time has passed. */
const hour = 3_600_000

const blurring = (content: SliceContent) => (field: string) => (records: ReadonlyArray<unknown>) => {
  for (const record of records) {
    Either.match(typeof record === "object" && record !== null ? momentIn(record, [field]) : Either.left("no record"), {
      onLeft: () => content.blurAll(),
      onRight: (instant) => {
        const moment = momentOf(instant)
        // One without a moment never was in a window.
        if (moment !== undefined) content.blur(moment)
      }
    })
  }
}

/** Keeps that something of a period is being written, once where it is the same: should that not be confirmed, CDF is asked. */
const opening = (memory: HistoryMemory) => {
  let open: TimeSlice | undefined
  return ({ begin, end }: TimeSlice) =>
    Effect.suspend(() => {
      if (open !== undefined && open.begin <= begin && open.end >= end) return Effect.void
      open = { begin: Math.min(begin, open?.begin ?? Infinity), end: Math.max(end, open?.end ?? -Infinity) }
      return keepMemory({ ...memory, open })
    })
}

const showing =
  (content: SliceContent, open: Effect.Effect<void, StateError, FlowRun | Ledger>) =>
  <E, R>(drafts: Stream.Stream<EventDraft, E, R>) =>
    Stream.mapChunksEffect(drafts, (chunk) => {
      for (const { externalId, startTime } of chunk) content.show(externalId, startTime)
      return Chunk.isEmpty(chunk) ? Effect.succeed(chunk) : Effect.as(open, chunk)
    })

/** The records of a slice that are known; none of a flow whose records belong to no window. */
const knownIn = (slice: TimeSlice) =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const rows = historyFlows.includes(flow) ? yield* (yield* Ledger).within(flow, slice) : []
    return rows.flatMap(({ externalId, moment, plexId }) =>
      moment === undefined ? [] : [{ externalId, moment, plexId }]
    )
  })

/** Settles a slice that was read whole, and says what is odd about it. */
const settled = (slice: HistorySlice, { now, watermark }: Course) =>
  Effect.gen(function* () {
    const { flow, options, tally } = yield* FlowRun
    const all = settle(slice.known, slice.content, options.acceptRemovals.has(flow))
    if (watermark !== undefined && historyFlows.includes(flow)) {
      const late = lateMoments(all, watermark)
      if (late.length > 0) tally.late(late.length, now - late.reduce((least, moment) => Math.min(least, moment)))
    }
    // One with a key of its own may have moved to another window.
    if (historyKindOf(flow)?.keyed !== false) return { ...all, retracted: [], kept: [], missing: undefined }
    if (all.missing !== undefined) {
      tally.degrade(
        `Plex shows ${slice.content.shown.size} records of ${new Date(slice.begin).toISOString()} to ${new Date(slice.end).toISOString()}, ` +
          `${all.missing} less than CDF holds: that is not believed, and nothing is retracted. ` +
          `Should they really be gone, confirm that by "reconcile --accept-removals ${flow}"`
      )
    }
    return all
  })

/** Reads, settles and confirms one slice. */
const oneSlice = <E, R, R2>(
  history: History<E, R, R2>,
  course: Course,
  { cut, ends, slice }: { readonly slice: TimeSlice; readonly ends: boolean; readonly cut: boolean },
  learn: Learn<R2 | Cdf | FlowRun | Ledger>
) =>
  Effect.gen(function* () {
    const { facility, flow, tally } = yield* FlowRun
    const { history: settings } = yield* AppConfig
    const ledger = yield* Ledger
    const cdf = yield* Cdf
    const { backfill, now } = course
    const watermark = backfill ? undefined : yield* ledger.watermark(flow)
    // What a watermark that was set back lies before is in CDF all the same.
    const { reached = -Infinity } = yield* recallMemory
    const memory = yield* knowing(slice, backfill ? undefined : Math.max(watermark ?? slice.begin, reached), learn)

    const content = new SliceContent(slice)
    const opened = opening(memory)
    const open = opened(slice)
    const last = slice.end >= course.until
    const read: HistorySlice = {
      ...slice,
      newest: slice.end >= now,
      final: ends && slice.end < now,
      cut,
      advances: !backfill && slice.end > (watermark ?? -Infinity),
      preceded: course.preceded,
      known: yield* knownIn(slice),
      content,
      blurring: blurring(content),
      showing: showing(content, open),
      opening: opened
    }
    const following = (yield* history.read(read)) ?? nothingFollows
    if (yield* isStopping) return

    const settlement = yield* settled(read, course)
    const { retracted } = settlement
    if (retracted.length > 0) {
      const externalIds = retracted.map(({ externalId }) => externalId)
      yield* open
      yield* ledger.doubt("events", externalIds)
      yield* cdf.delete("events", externalIds)
    }
    const { facts, waits = false, ...end } = yield* following(settlement)
    const old = now - Math.max(settings.recheck, settings.overlap) - day
    const prunes = historyFlows.includes(flow) && (slice.begin < old || old - (memory.since ?? 0) >= hour)
    const advanced = read.advances && !waits ? Math.max(watermark ?? 0, Math.min(slice.end, now)) : undefined
    const remembered: HistoryMemory = {
      ...(prunes ? withForgotten(memory, old) : memory),
      ...(backfill || waits ? {} : { starting: undefined, found: undefined }),
      ...(last && course.rechecks ? { rechecked: now } : {}),
      ...(advanced === undefined ? {} : { reached: Math.max(advanced, reached) })
    }
    yield* ledger.confirm({
      ...end,
      forgotten: retracted.map(({ externalId }) => ({ kind: "events", externalId })),
      facts: { flow, facts: new Map([...(facts ?? []), ...memoryFacts(remembered)]) },
      watermark: advanced === undefined ? undefined : { flow, to: advanced }
    })
    tally.add("retracted", retracted.length)
    if (prunes) {
      const { feeds = [], metrics = [] } = historyKindOf(flow) ?? {}
      const series = metrics.map((metric) => facility.ids.prefix(`ts_${metric}`))
      yield* ledger.prune([flow, ...feeds], old, series)
    }
  })

/**
 * Runs one slice after the other, oldest first. One that fails ends the flow; its watermark stays where it was.
 */
export const bySlices = <E, R, R2 = never>(
  history: History<E, R, R2>
): Effect.Effect<void, E | CdfError | PlexError | StateError, R | R2 | AppConfig | Cdf | FlowRun | Ledger | Plex> =>
  Effect.gen(function* () {
    const { flow, tally } = yield* FlowRun
    const { windowHours } = (yield* AppConfig).history
    const made = yield* changedSettings(history.madeBy)
    const learn = learnAll<R2>(historyKindOf(flow), history.learn ?? (() => Effect.void))
    const course = yield* courseOf(
      { align: history.align ?? identity, widen: history.widen ?? identity, anew: made.changed },
      learn
    )
    if (course === undefined) return
    const { open = { begin: 0, end: 0 } } = yield* recallMemory
    const apart = course.rechecks ? (history.apart?.(course.from) ?? []) : []
    const slices = [...apart, { begin: course.from, end: course.until }].flatMap(({ begin, end }) =>
      timeSlices(begin, end, windowHours).map((slice, at, all) => ({ slice, ends: at === all.length - 1 }))
    )
    tally.expect(slices.length, "slices")
    for (const { ends, slice } of slices) {
      if (yield* isStopping) return
      const cut = open.begin < slice.end && open.end > slice.begin
      yield* oneSlice(history, course, { slice, ends, cut }, learn).pipe(inWindow(slice), inTurnOf(flow))
      tally.passed()
    }
    if (!course.backfill && !(yield* isStopping)) yield* made.keep
  })
