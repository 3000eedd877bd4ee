/**
 * Performance: OEE and its factors per workcenter and finished facility-local day, and what each workcenter performs now.
 */
import { Effect, Option, Schema, Stream } from "effect"
import type { ExternalId } from "../domain/ExternalId.js"
import { withForgotten } from "../domain/HistoryMemory.js"
import { toPlexTime } from "../domain/Instant.js"
import { daysBetween, type LocalDay } from "../domain/LocalDay.js"
import { workcenterCodeKey } from "../domain/NaturalKey.js"
import { oeeSeries, percentSeries, type Workcenter } from "../domain/Oee.js"
import { DailyPerformance, rowsByWorkcenter, UnreadRows } from "../domain/records/DailyPerformance.js"
import { LivePerformance, livePerformancePoint } from "../domain/records/LivePerformance.js"
import { isBelievable } from "../domain/Retraction.js"
import { present } from "../domain/Text.js"
import { AppConfig } from "../services/AppConfig.js"
import { Cdf } from "../services/Cdf.js"
import { IdResolver } from "../services/IdResolver.js"
import { Ledger } from "../services/Ledger.js"
import { Plex } from "../services/Plex.js"
import { PlexDataSource } from "../services/PlexDataSource.js"
import { cdfIsFresh } from "./cdfIsFresh.js"
import { FlowRun, inWindow } from "./FlowRun.js"
import { plexKeys } from "./plexKeys.js"
import type { ExtractorDefinition } from "./runExtractor.js"
import { flow } from "./runFlow.js"
import { decode } from "./stages/decode.js"
import { knowing, keepMemory, memoryFacts, recallMemory } from "./stages/learn.js"
import { changePoints, learnPoints, type Measured, writeLivePoints } from "./stages/points.js"
import { isStopping, tallied } from "./stages/read.js"
import { readSets, type Swept, tellRefused } from "./stages/sets.js"
import { inTurnOf } from "./stages/turnOf.js"
import { workcenterIds } from "./workcenterIds.js"

/** Integer keys of workcenters by their code, as the daily report tells them. */
type WorkcenterKeys = Map<string, string>

export const performance: ExtractorDefinition = {
  name: "performance",
  plan: () => {
    const keys: WorkcenterKeys = new Map()
    return [
      flow("daily-performance", dailyPerformance(keys)),
      flow("live-performance", livePerformance(keys), { fedBy: ["daily-performance"] })
    ]
  }
}

/** Finished days that are read again on every run: the report of a day still changes after it. */
const daysReadAgain = 3

/** The finished days that are not in CDF yet, and the last three; those of the period where one is to be read. */
const daysToRead = Effect.gen(function* () {
  const { facility, flow, options } = yield* FlowRun
  const { extractors, history } = yield* AppConfig
  const now = yield* (yield* Plex).now
  const { backfill } = options
  if (backfill !== undefined) return daysBetween(facility.timezone, backfill.begin, Math.min(backfill.end, now))
  const watermark = yield* (yield* Ledger).watermark(flow)
  const from = watermark ?? history.startDate ?? now - extractors.performance.lookback
  const recent = daysBetween(facility.timezone, now - (daysReadAgain + 2) * 86_400_000, now).slice(-daysReadAgain)
  return daysBetween(facility.timezone, Math.min(from, recent[0]?.start ?? from), now)
})

/** The one workcenter of each code; a code that fits several is counted and makes no point. */
const workcentersOf = (codeKeys: Iterable<string>) =>
  Effect.gen(function* () {
    const { facility, tally } = yield* FlowRun
    const found = yield* (yield* IdResolver).find("workcenter", codeKeys)
    const ids = yield* plexKeys(facility.ids, "workcenter", [...found.values()].flat())
    const single = new Map<string, string>()
    for (const [key, [asset, ...others]] of found) {
      const id = asset === undefined ? undefined : ids.get(asset)
      if (others.length > 0) tally.add("ambiguous")
      else if (id !== undefined) single.set(key, id)
    }
    return single
  })

const dailyMetrics = ["oee", "availability", "performance", "quality"] as const

/** Days whose points are written in one call. */
const daysTogether = 14

/** Day by day; the watermark goes as far as all days before it were whole. */
const dailyPerformance = (keys: WorkcenterKeys) =>
  Effect.gen(function* () {
    const { flow, tally } = yield* FlowRun
    let whole = true
    const days = yield* daysToRead
    tally.expect(days.length, "days")
    const memory = yield* recallMemory
    if (memory.since === undefined && (yield* cdfIsFresh)) yield* keepMemory({ ...memory, since: 0 })
    let told: Array<ToldDay> = []
    const confirmTold = Effect.suspend(() => {
      const together = told
      told = []
      return together.length === 0 ? Effect.void : confirmDays(together, whole).pipe(inTurnOf(flow))
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
    yield* forgetOld.pipe(inTurnOf(flow))
  })

/** Points of days that are not read again are no longer remembered. */
const forgetOld = Effect.gen(function* () {
  const { flow } = yield* FlowRun
  const now = yield* (yield* Plex).now
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

/** Brings the points of days that follow each other to what their reports say; `moves`: the watermark goes with them. */
const confirmDays = (told: ReadonlyArray<ToldDay>, moves: boolean) =>
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
      facts: { flow, facts: memoryFacts(memory) },
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
    const ids = yield* workcentersOf(new Set([...rows.keys(), ...unread.keys]))
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
    return { day, measured, rowsOf, keeps } satisfies ToldDay
  })

const workcenterOf = (id: string, [row]: ReadonlyArray<DailyPerformance>): Workcenter => ({
  id,
  code: present(row?.Workcenter_Code) ?? ""
})

const decodeRows = Schema.decodeUnknownOption(Schema.Array(LivePerformance))

/** One call per workcenter whose integer key is known; only an answer of one row makes a point. */
const livePerformance = (keys: WorkcenterKeys) =>
  Effect.gen(function* () {
    const source = yield* PlexDataSource
    const byCode = new Map([...keys].map(([code, key]) => [workcenterCodeKey(code), { code, key }]))
    const ids = yield* workcentersOf(byCode.keys())
    const asked = [...byCode].flatMap(([codeKey, { code, key }]) => {
      const id = ids.get(codeKey)
      return id === undefined ? [] : [{ id, code, key }]
    })
    const { now } = yield* Plex
    const { refused, sets } = yield* readSets(asked, ({ key }) =>
      Effect.all({
        rows: Effect.map(source.execute("livePerformance", { Workcenter_Key: Number(key) }), ({ rows }) => rows),
        // Others may be waited for much longer.
        at: now
      })
    )
    yield* writeLivePerformance(sets)
    yield* tellRefused(refused, sets.length + refused.length)
  })

/** What the source told of one workcenter, and when (epoch milliseconds). */
interface LiveAnswer {
  readonly rows: unknown
  readonly at: number
}

const writeLivePerformance = (answers: ReadonlyArray<Swept<Workcenter, LiveAnswer>>) =>
  Effect.gen(function* () {
    const { facility, tally } = yield* FlowRun
    const measured = answers.flatMap(({ object: workcenter, set: { at, rows } }): ReadonlyArray<Measured> => {
      const point = livePerformancePoint(
        Option.getOrElse(decodeRows(rows), () => []),
        at
      )
      return point === undefined
        ? []
        : [{ series: percentSeries(facility, "live_performance", workcenter), points: [point] }]
    })
    const changed = yield* writeLivePoints(measured)
    tally.add("read", answers.length)
    tally.add("created", changed.size)
    tally.add("unchanged", measured.length - changed.size)
    tally.add("filtered", answers.length - measured.length)
    tally.add("omitted", answers.length - measured.length)
  })
