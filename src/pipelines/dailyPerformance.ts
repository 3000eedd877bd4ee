/**
 * OEE and its factors per workcenter and finished facility-local day.
 */
import { Effect, Stream } from "effect"
import { type AwaitedWorkcenters, firstAwaited, withAwaited, withoutAwaited } from "../domain/AwaitedWorkcenters.js"
import type { ExternalId } from "../domain/ExternalId.js"
import { withForgotten } from "../domain/HistoryMemory.js"
import { toPlexTime } from "../domain/Instant.js"
import { daysBetween, type LocalDay } from "../domain/LocalDay.js"
import { oeeSeries, type Workcenter } from "../domain/Oee.js"
import { DailyPerformance, rowsByWorkcenter, UnreadRows } from "../domain/records/DailyPerformance.js"
import { isBelievable } from "../domain/Retraction.js"
import { present } from "../domain/Text.js"
import { AppConfig } from "../services/AppConfig.js"
import { Cdf } from "../services/Cdf.js"
import { Ledger } from "../services/Ledger.js"
import { Plex } from "../services/Plex.js"
import { PlexDataSource } from "../services/PlexDataSource.js"
import { awaitedFacts, keepAwaited, recallAwaited } from "./awaitedWorkcenters.js"
import { cdfIsFresh } from "./cdfIsFresh.js"
import { FlowRun, inWindow } from "./FlowRun.js"
import { decode } from "./stages/decode.js"
import { knowing, keepMemory, memoryFacts, recallMemory } from "./stages/learn.js"
import { changePoints, learnPoints, type Measured } from "./stages/points.js"
import { isStopping, tallied } from "./stages/read.js"
import { inTurnOf } from "./stages/turnOf.js"
import { workcenterIds } from "./workcenterIds.js"
import { countedWorkcenters, type WorkcenterKeys } from "./workcentersByCode.js"

/** Finished days that are read again on every run: the report of a day still changes after it. */
const daysReadAgain = 3

/**
 * The finished days that are not in CDF yet, the last three, and those from `missed` on, the first day that lacks its points; those of
 * the period where one is to be read.
 */
const daysToRead = (now: number, missed: number | undefined) =>
  Effect.gen(function* () {
    const { facility, flow, options } = yield* FlowRun
    const { extractors, history } = yield* AppConfig
    const { backfill } = options
    if (backfill !== undefined) return daysBetween(facility.timezone, backfill.begin, Math.min(backfill.end, now))
    const watermark = yield* (yield* Ledger).watermark(flow)
    const from = watermark ?? history.startDate ?? now - extractors.performance.lookback
    const recent = daysBetween(facility.timezone, now - (daysReadAgain + 2) * 86_400_000, now).slice(-daysReadAgain)
    return daysBetween(facility.timezone, Math.min(from, missed ?? from, recent[0]?.start ?? from), now)
  })

const dailyMetrics = ["oee", "availability", "performance", "quality"] as const

/** Days whose points are written in one call. */
const daysTogether = 14

/** Day by day; the watermark goes as far as all days before it were whole. */
export const dailyPerformance = (keys: WorkcenterKeys) =>
  Effect.gen(function* () {
    const { flow, options, tally } = yield* FlowRun
    let whole = true
    const now = yield* (yield* Plex).now
    const { appeared, changed, ...recalled } = yield* recallAwaited(now)
    let { awaited } = recalled
    if (changed) yield* keepAwaited(awaited)
    const days = yield* daysToRead(now, firstAwaited(awaited, appeared))
    tally.expect(days.length, "days")
    const memory = yield* recallMemory
    if (memory.since === undefined && (yield* cdfIsFresh)) yield* keepMemory({ ...memory, since: 0 })
    let told: Array<ToldDay> = []
    const confirmTold = Effect.suspend(() => {
      const together = told
      told = []
      if (together.length === 0) return Effect.void
      for (const { day, unknown } of together) awaited = withAwaited(awaited, unknown, day.start, now)
      return confirmDays(together, whole, awaited).pipe(inTurnOf(flow))
    })
    for (const day of days) {
      if (yield* isStopping) break
      const rows = yield* reportOf(day)
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
    if (whole && appeared.size > 0 && options.backfill === undefined && !(yield* isStopping)) {
      yield* keepAwaited(withoutAwaited(awaited, appeared))
    }
    yield* forgetOld(now).pipe(inTurnOf(flow))
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

/**
 * Brings the points of days that follow each other to what their reports say; `moves`: the watermark goes with them. `awaited` is
 * remembered with them.
 */
const confirmDays = (told: ReadonlyArray<ToldDay>, moves: boolean, awaited: AwaitedWorkcenters) =>
  Effect.gen(function* () {
    const { flow, options, tally } = yield* FlowRun
    const ledger = yield* Ledger
    const slice = {
      begin: told.reduce((least, { day }) => Math.min(least, day.start), Infinity),
      end: told.reduce((most, { day }) => Math.max(most, day.end), 0)
    }
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

/** Codes of all workcenters, as CDF has them. */
const workcenterCodes = Effect.gen(function* () {
  const { ids } = (yield* FlowRun).facility
  const assets = yield* (yield* Cdf).byids(
    "assets",
    (yield* workcenterIds).map((id) => ids.of("workcenter", id))
  )
  return [...new Set(assets.flatMap(({ metadata }) => metadata["workcenter_code"] ?? []))]
})

/** The report of one day: where Plex cuts it, workcenter by workcenter; nothing where it is not to be had whole. */
const reportOf = (day: LocalDay) =>
  Effect.gen(function* () {
    const { facility } = yield* FlowRun
    const { plex } = yield* AppConfig
    const source = yield* PlexDataSource
    const { inputs } = facility.tables.dataSources.dailyPerformance
    const asked = { ...inputs.more, [inputs.begin]: toPlexTime(day.start), [inputs.end]: toPlexTime(day.end) }
    const whole = yield* source.execute("dailyPerformance", asked)
    if (!whole.truncated) return whole.rows
    const codes = yield* workcenterCodes
    const parts = yield* Effect.forEach(
      codes,
      (code) => source.execute("dailyPerformance", { ...asked, Workcenter_Code: code }),
      { concurrency: plex.concurrency }
    )
    if (codes.length === 0 || parts.some(({ truncated }) => truncated)) return undefined
    return parts.flatMap(({ rows }) => rows)
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
