/**
 * Which days of daily performance a run reads.
 */
import { Effect, Stream } from "effect"
import { daysBetween } from "../domain/LocalDay.js"
import { AppConfig } from "../services/AppConfig.js"
import { Cdf } from "../services/Cdf.js"
import { Ledger } from "../services/Ledger.js"
import { cdfIsFresh } from "./cdfIsFresh.js"
import { FlowRun } from "./FlowRun.js"

/** What is measured of each workcenter and day. */
export const dailyMetrics = ["oee", "availability", "performance", "quality"] as const

/** Finished days that are read again on every run: the report of a day still changes after it. */
export const daysReadAgain = 3

/** The newest day that CDF has a point of, for a run whose state was lost: what came since is not in CDF. */
const newestInCdf = (now: number) =>
  Effect.gen(function* () {
    if (yield* cdfIsFresh) return Infinity
    const { facility } = yield* FlowRun
    const cdf = yield* Cdf
    const series = yield* Stream.fromIterable(dailyMetrics).pipe(
      Stream.flatMap((metric) => cdf.list("timeseries", { externalIdPrefix: facility.ids.prefix(`ts_${metric}`) })),
      Stream.runCollect
    )
    const latest = yield* cdf.latestPoints([...series].flatMap(({ externalId }) => externalId ?? []))
    const days = [...latest.values()].flatMap(({ timestamp }) => (timestamp <= now ? [timestamp] : []))
    return days.length === 0 ? Infinity : Math.max(...days)
  })

/** Where a first run begins, as the settings say. */
export const wantedFrom = (now: number) =>
  Effect.map(AppConfig, ({ extractors, history }) => history.startDate ?? now - extractors.performance.lookback)

/**
 * The finished days that are not in CDF yet, the last three, and those from `missed` on, the first day that lacks its points; those of
 * the period where one is to be read.
 */
export const daysToRead = (now: number, missed: number | undefined) =>
  Effect.gen(function* () {
    const { facility, flow, options } = yield* FlowRun
    const { backfill } = options
    if (backfill !== undefined) return daysBetween(facility.timezone, backfill.begin, Math.min(backfill.end, now))
    const watermark = yield* (yield* Ledger).watermark(flow)
    const from = watermark ?? Math.min(yield* wantedFrom(now), yield* newestInCdf(now))
    const recent = daysBetween(facility.timezone, now - (daysReadAgain + 2) * 86_400_000, now).slice(-daysReadAgain)
    return daysBetween(facility.timezone, Math.min(from, missed ?? from, recent[0]?.start ?? from), now)
  })
