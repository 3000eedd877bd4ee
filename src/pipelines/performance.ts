/**
 * Performance: OEE and its factors per workcenter and finished facility-local day, and what each workcenter performs now.
 */
import { Effect, Option, Schema, Stream } from "effect"
import type { ExternalId } from "../domain/ExternalId.js"
import { toPlexTime } from "../domain/Instant.js"
import { daysBetween, type LocalDay } from "../domain/LocalDay.js"
import { workcenterCodeKey } from "../domain/NaturalKey.js"
import { oeeSeries, percentSeries, type Workcenter } from "../domain/Oee.js"
import { DailyPerformance, rowsByWorkcenter } from "../domain/records/DailyPerformance.js"
import { LivePerformance, livePerformancePoint } from "../domain/records/LivePerformance.js"
import { present } from "../domain/Text.js"
import { AppConfig } from "../services/AppConfig.js"
import { Cdf } from "../services/Cdf.js"
import { IdResolver } from "../services/IdResolver.js"
import { Ledger } from "../services/Ledger.js"
import { Plex } from "../services/Plex.js"
import { PlexDataSource } from "../services/PlexDataSource.js"
import { FlowRun } from "./FlowRun.js"
import type { ExtractorDefinition } from "./runExtractor.js"
import { flow } from "./runFlow.js"
import { decode } from "./stages/decode.js"
import { type Measured, writeLivePoints, writePoints } from "./stages/points.js"
import { isStopping, tallied } from "./stages/read.js"
import { inChunks, sweep, type Swept } from "./stages/sweep.js"
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

/** The finished days that are not in CDF yet, and the last three. */
const daysToRead = Effect.gen(function* () {
  const { facility, flow } = yield* FlowRun
  const { extractors, history } = yield* AppConfig
  const now = yield* (yield* Plex).now
  const watermark = yield* (yield* Ledger).watermark(flow)
  const from = watermark ?? history.startDate ?? now - extractors.performance.lookback
  const recent = daysBetween(facility.timezone, now - (daysReadAgain + 2) * 86_400_000, now).slice(-daysReadAgain)
  return daysBetween(facility.timezone, Math.min(from, recent[0]?.start ?? from), now)
})

/** The one workcenter of each code; a code that fits several is counted and makes no point. */
const workcentersOf = (codeKeys: Iterable<string>) =>
  Effect.gen(function* () {
    const { facility, tally } = yield* FlowRun
    const prefix = facility.ids.prefix("workcenter")
    const found = new Map<string, string>()
    for (const [key, assets] of yield* (yield* IdResolver).find("workcenter", codeKeys)) {
      const [asset, ...others] = assets
      if (others.length > 0) tally.add("ambiguous")
      else if (asset !== undefined) found.set(key, asset.slice(prefix.length))
    }
    return found
  })

/** Day by day; the watermark goes as far as all days before it were whole. */
const dailyPerformance = (keys: WorkcenterKeys) =>
  Effect.gen(function* () {
    const { flow, tally } = yield* FlowRun
    const ledger = yield* Ledger
    let whole = true
    for (const day of yield* daysToRead) {
      if (yield* isStopping) return
      const rows = yield* reportOf(day)
      if (rows === undefined) {
        tally.degrade(`the data source cut its report of ${day.date}: no points for that day`)
        whole = false
        continue
      }
      yield* oneDay(day, rows, keys)
      if (whole) yield* ledger.moveWatermark(flow, Math.max((yield* ledger.watermark(flow)) ?? 0, day.end))
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

/** The points of one day, from all rows of its report. */
const oneDay = (day: LocalDay, report: ReadonlyArray<unknown>, keys: WorkcenterKeys) =>
  Effect.gen(function* () {
    const { facility, tally } = yield* FlowRun
    const decoded = yield* tallied(Stream.fromIterable(report)).pipe(decode(DailyPerformance), Stream.runCollect)
    const { rows, unnamed } = rowsByWorkcenter(decoded)
    for (const row of decoded) {
      const code = present(row.Workcenter_Code)
      if (code !== undefined && row.Workcenter_Key) keys.set(code, row.Workcenter_Key)
    }
    const ids = yield* workcentersOf(rows.keys())
    const series = oeeSeries(facility)
    const measured: Array<Measured> = []
    const rowsOf = new Map<ExternalId, number>()
    let left = unnamed
    for (const [key, group] of rows) {
      const id = ids.get(key)
      const found = id === undefined ? [] : series(workcenterOf(id, group), group, day.start)
      if (found.length === 0) left += group.length
      for (const { point, series } of found) {
        measured.push({ series, points: [point] })
        rowsOf.set(series.externalId, 0)
      }
      const [first] = found
      if (first !== undefined) rowsOf.set(first.series.externalId, group.length)
    }
    const changed = yield* writePoints(measured, { begin: day.start, end: day.end })
    for (const [externalId, count] of rowsOf) tally.add(changed.has(externalId) ? "created" : "unchanged", count)
    tally.add("filtered", left)
    tally.add("omitted", left)
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
    yield* sweep(asked, ({ key }) =>
      Stream.fromIterableEffect(
        Effect.map(source.execute("livePerformance", { Workcenter_Key: Number(key) }), ({ rows }) => rows)
      )
    ).pipe(inChunks(writeLivePerformance))
  })

const writeLivePerformance = (answers: ReadonlyArray<Swept<Workcenter, unknown>>) =>
  Effect.gen(function* () {
    const { facility, tally } = yield* FlowRun
    const now = yield* (yield* Plex).now
    const measured = answers.flatMap(({ object: workcenter, records }): ReadonlyArray<Measured> => {
      const rows = Option.getOrElse(decodeRows(records), () => [])
      const point = livePerformancePoint(rows, now)
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
