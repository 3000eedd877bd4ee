/**
 * OEE and its factors per workcenter and finished facility-local day.
 */
import { Effect, Stream } from "effect"
import { type AwaitedWorkcenters, firstAwaited, withAwaited, withoutAwaited } from "../domain/AwaitedWorkcenters.js"
import type { ExternalId } from "../domain/ExternalId.js"
import { type HistoryMemory, withForgotten } from "../domain/HistoryMemory.js"
import { type LocalDay, localDayOf } from "../domain/LocalDay.js"
import { oeeSeries, type Workcenter } from "../domain/Oee.js"
import { DailyPerformance, rowsByWorkcenter, UnreadRows } from "../domain/records/DailyPerformance.js"
import { isBelievable } from "../domain/Retraction.js"
import { present } from "../domain/Text.js"
import type { TimeSlice } from "../domain/TimeSlice.js"
import { Ledger } from "../services/Ledger.js"
import { Plex } from "../services/Plex.js"
import { awaitedFacts, keepAwaited, recallAwaited } from "./awaitedWorkcenters.js"
import { cdfIsFresh } from "./cdfIsFresh.js"
import { changedSettings } from "./changedSettings.js"
import { dailyReport } from "./dailyReport.js"
import { dailyMetrics, daysReadAgain, daysToRead, wantedFrom } from "./daysToRead.js"
import { FlowRun, inWindow } from "./FlowRun.js"
import { decode } from "./stages/decode.js"
import { knowing, keepMemory, memoryFacts, recallMemory } from "./stages/learn.js"
import { changePoints, learnPoints, type Measured } from "./stages/points.js"
import { isStopping, tallied } from "./stages/read.js"
import { inTurnOf } from "./stages/turnOf.js"
import { countedWorkcenters, type WorkcenterKeys } from "./workcentersByCode.js"

/** Days whose points are written in one call. */
const daysTogether = 14

/** Day by day; the watermark goes as far as all days before it were whole. */
export const dailyPerformance = (keys: WorkcenterKeys) =>
  Effect.gen(function* () {
    const { facility, flow, options, tally } = yield* FlowRun
    const { dataSources, oee } = facility.tables
    const settings = yield* changedSettings({ settings: [facility.timezone, oee, dataSources.dailyPerformance] })
    let whole = true
    const now = yield* (yield* Plex).now
    const { appeared, changed, ...recalled } = yield* recallAwaited(now)
    let { awaited } = recalled
    if (changed) yield* keepAwaited(awaited)
    const memory = yield* recallMemory
    const missed = settings.changed
      ? localDayOf(facility.timezone, memory.began ?? (yield* wantedFrom(now))).start
      : firstAwaited(awaited, appeared)
    const days = yield* daysToRead(now, missed)
    tally.expect(days.length, "days")
    yield* begun(days[0]?.start, memory)
    let told: Array<ToldDay> = []
    const confirmTold = Effect.suspend(() => {
      const together = told
      told = []
      if (together.length === 0) return Effect.void
      for (const { day, unknown } of together) awaited = withAwaited(awaited, unknown, day.start, now)
      const slice = periodOf(together)
      return confirmDays(together, slice, { moves: whole, awaited }).pipe(inWindow(slice), inTurnOf(flow))
    })
    for (const day of days) {
      if (yield* isStopping) break
      const rows = yield* dailyReport(day)
      tally.passed()
      if (rows === undefined) {
        yield* confirmTold
        tally.degrade(`the data source cut its report of ${day.date}: no points for that day`)
        whole = false
        continue
      }
      told.push(yield* tellDay(day, rows, keys).pipe(inWindow({ begin: day.start, end: day.end })))
      if (told.length === daysTogether) yield* confirmTold
    }
    yield* confirmTold
    if (whole && options.backfill === undefined && !(yield* isStopping)) {
      yield* settings.keep
      if (appeared.size > 0) yield* keepAwaited(withoutAwaited(awaited, appeared))
    }
    yield* forgetOld(now).pipe(inTurnOf(flow))
  })

/** Remembers the first day of all, and that a CDF which is fresh holds no points of any. */
const begun = (first: number | undefined, memory: HistoryMemory) =>
  Effect.gen(function* () {
    const { options } = yield* FlowRun
    const isBackfill = options.backfill !== undefined && memory.began === undefined
    const began = isBackfill ? undefined : Math.min(memory.began ?? Infinity, first ?? Infinity)
    const since = memory.since ?? ((yield* cdfIsFresh) ? 0 : undefined)
    if (began !== memory.began || since !== memory.since) yield* keepMemory({ ...memory, began, since })
  })

/** Points of days that are not read again are no longer remembered. */
const forgetOld = (now: number) =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const old = now - (daysReadAgain + 7) * 86_400_000
    const memory = yield* recallMemory
    if (old - (memory.since ?? old) < 86_400_000) return
    yield* keepMemory(withForgotten(memory, old))
    yield* (yield* Ledger).prune([flow], old)
  })

/** Points of one series stand together, as they are written. */
const bySeries = (measured: ReadonlyArray<Measured>): ReadonlyArray<Measured> => {
  const merged = new Map<ExternalId, Measured>()
  for (const { points, series } of measured) {
    const before = merged.get(series.externalId)?.points ?? []
    merged.set(series.externalId, { series, points: [...before, ...points] })
  }
  return [...merged.values()]
}

/** A report that has lost most of its points is not believed. */
const isDayBelieved = ({ day, measured }: ToldDay) =>
  Effect.gen(function* () {
    const { flow, options, tally } = yield* FlowRun
    const known = (yield* (yield* Ledger).points(flow, { begin: day.start, end: day.end })).length
    const found = measured.reduce((sum, { points }) => sum + points.length, 0)
    if (options.acceptRemovals.has(flow) || isBelievable(known, found)) return true
    tally.degrade(
      `the report of ${day.date} gives ${found} points where CDF holds ${known}: that is not believed, and no point is deleted. ` +
        `Should they really be gone, confirm that by "reconcile --accept-removals ${flow}"`
    )
    return false
  })

/** From the first to the last of some days. */
const periodOf = (told: ReadonlyArray<ToldDay>): TimeSlice => ({
  begin: told.reduce((least, { day }) => Math.min(least, day.start), Infinity),
  end: told.reduce((most, { day }) => Math.max(most, day.end), 0)
})

/**
 * Brings the points of days that follow each other to what their reports say; `moves`: the watermark goes with them. `awaited` is
 * remembered with them.
 */
const confirmDays = (
  told: ReadonlyArray<ToldDay>,
  slice: TimeSlice,
  { awaited, moves }: { readonly moves: boolean; readonly awaited: AwaitedWorkcenters }
) =>
  Effect.gen(function* () {
    const { flow, options, tally } = yield* FlowRun
    const ledger = yield* Ledger
    const backfill = options.backfill !== undefined
    const watermark = backfill ? undefined : yield* ledger.watermark(flow)
    const memory = yield* knowing(
      slice,
      backfill ? undefined : (watermark ?? slice.begin),
      learnPoints(flow, dailyMetrics)
    )
    yield* keepMemory({ ...memory, open: slice })
    const believed = (yield* Effect.forEach(told, isDayBelieved)).every(Boolean)
    const measured = bySeries(told.flatMap((each) => each.measured))
    const days = new Map(told.map((each) => [each.day.start, each]))
    const { points } = yield* changePoints(measured, {
      slice,
      whole: believed ? dailyMetrics : [],
      keeps: ({ series, timestamp }) => days.get(timestamp)?.keeps(series) === true
    })
    yield* ledger.confirm({
      points,
      facts: { flow, facts: new Map([...memoryFacts(memory), ...awaitedFacts(awaited)]) },
      watermark: moves && !backfill ? { flow, to: Math.max(watermark ?? 0, slice.end) } : undefined
    })
    const written = new Set(points.written.map(({ series, timestamp }) => `${timestamp} ${series}`))
    for (const { day, rowsOf } of told) {
      for (const [externalId, count] of rowsOf) {
        tally.add(written.has(`${day.start} ${externalId}`) ? "created" : "unchanged", count)
      }
    }
  })

/** What the report of a day tells. */
interface ToldDay {
  readonly day: LocalDay
  readonly measured: ReadonlyArray<Measured>
  /** The rows that a series' points were made of, each counted for one series. */
  readonly rowsOf: ReadonlyMap<ExternalId, number>
  /** Series whose point of the day stays as it is, as not all of their rows can be read. */
  readonly keeps: (series: ExternalId) => boolean
  /** Natural keys of the codes that stand for no workcenter, or for none alone. */
  readonly unknown: ReadonlyArray<string>
}

/** The points of one day, from all rows of its report. */
const tellDay = (day: LocalDay, report: ReadonlyArray<unknown>, keys: WorkcenterKeys) =>
  Effect.gen(function* () {
    const { facility, tally } = yield* FlowRun
    const unread = new UnreadRows()
    const decoded = yield* tallied(Stream.fromIterable(report)).pipe(
      decode(DailyPerformance, "id", unread.add),
      Stream.runCollect
    )
    const { rows, unnamed } = rowsByWorkcenter(decoded)
    for (const row of decoded) {
      const code = present(row.Workcenter_Code)
      if (code !== undefined && row.Workcenter_Key) keys.set(code, row.Workcenter_Key)
    }
    const ids = yield* countedWorkcenters(new Set([...rows.keys(), ...unread.keys]))
    const series = oeeSeries(facility)
    const measured: Array<Measured> = []
    const rowsOf = new Map<ExternalId, number>()
    let left = unnamed
    for (const [key, group] of rows) {
      const id = ids.get(key)
      const workcenter = id === undefined ? undefined : workcenterOf(id, group)
      // A sum of a part of its rows is no sum.
      const isWhole = workcenter !== undefined && !unread.concern(workcenter.code)
      const found = isWhole ? series(workcenter, group, day.start) : []
      if (found.length === 0) left += group.length
      for (const { point, series } of found) {
        measured.push({ series, points: [point] })
        rowsOf.set(series.externalId, 0)
      }
      const [first] = found
      if (first !== undefined) rowsOf.set(first.series.externalId, group.length)
    }
    tally.add("filtered", left)
    tally.add("omitted", left)
    const sparedIds = unread.keys.flatMap((key) => ids.get(key) ?? [])
    const spared = new Set(sparedIds.flatMap((id) => dailyMetrics.map((metric) => facility.ids.series(metric, id))))
    const keeps = (series: ExternalId) => unread.unclear || spared.has(series)
    const unknown = [...rows.keys()].filter((key) => !ids.has(key))
    return { day, measured, rowsOf, keeps, unknown } satisfies ToldDay
  })

const workcenterOf = (id: string, [row]: ReadonlyArray<DailyPerformance>): Workcenter => ({
  id,
  code: present(row?.Workcenter_Code) ?? ""
})
