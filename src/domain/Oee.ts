/**
 * Overall equipment effectiveness of a workcenter over one facility-local day, from its rows of the daily performance report.
 */
import type { TimeSeriesDraft } from "./cdf/Draft.js"
import { numericPoint } from "./cdf/NumericPoint.js"
import type { Point } from "./cdf/Resource.js"
import { type Decimal, sumDecimals, toDouble } from "./Decimal.js"
import type { Facility } from "./Facility.js"
import { assetName, seriesDraft } from "./Mapping.js"
import type { DailyPerformance } from "./records/DailyPerformance.js"
import type { TenantTables } from "./TenantTables.js"

/** Ratios, 1 being 100 %; nothing is clamped. A factor that cannot be told is absent, and OEE with it. */
export interface Oee {
  readonly availability: number | undefined
  readonly performance: number | undefined
  readonly quality: number | undefined
  readonly oee: number | undefined
}

type Quantity = Decimal | null | undefined

/** The exact sum of what is known; nothing when nothing is. */
const total = (quantities: ReadonlyArray<Quantity>): number | undefined => {
  const known = quantities.filter((quantity) => quantity !== null && quantity !== undefined)
  return known.length === 0 ? undefined : toDouble(sumDecimals(known))
}

/** A time that stands on each row for the whole workcenter: the greatest, should the rows differ. */
const greatest = (quantities: ReadonlyArray<Quantity>): number | undefined => {
  const known = quantities.filter((quantity) => quantity !== null && quantity !== undefined).map(toDouble)
  return known.length === 0 ? undefined : Math.max(...known)
}

const quotient = (part: number | undefined, whole: number | undefined): number | undefined =>
  part === undefined || whole === undefined || whole === 0 ? undefined : part / whole

/**
 * Hours the pieces should have taken, each row at its own rate (pieces per hour). Unknown when a row that produced has no rate,
 * or when no row has one.
 */
const standardHours = (
  rows: ReadonlyArray<{ readonly produced: number; readonly rate: number }>
): number | undefined => {
  if (rows.every(({ rate }) => rate === 0) || rows.some(({ produced, rate }) => rate === 0 && produced !== 0)) {
    return undefined
  }
  return (
    rows
      .flatMap(({ produced, rate }) => (produced === 0 ? [] : produced / rate))
      // The last digit of a sum depends on the order of its terms, and Plex's order may change.
      .sort((a, b) => a - b)
      .reduce((hours, term) => hours + term, 0)
  )
}

/**
 * `rows` are all rows of one workcenter and day. Run time = planned − downtime; A = run / planned; P = Σ(produced / rate) / run;
 * Q = good / produced; OEE = A·P·Q. An unknown downtime, scrap or reject counts as none.
 */
export const oeeOf = (settings: TenantTables["oee"], rows: ReadonlyArray<DailyPerformance>): Oee => {
  const time = settings.plannedTimePer === "row" ? total : greatest
  const hours = settings.timeUnit === "minutes" ? 1 / 60 : 1
  const planned = time(rows.map((row) => row.Planned_Production_Time))
  const down = time(rows.map((row) => row.Downtime_DB)) ?? 0
  const run = planned === undefined ? undefined : planned - down

  const lost = total(rows.flatMap((row) => [row.Scrap_Qty, row.Reject_Qty])) ?? 0
  const quantity = total(rows.map((row) => row.Production_Qty))
  const produced = quantity === undefined || settings.quantityIncludesRejects ? quantity : quantity + lost
  const good = produced === undefined ? undefined : produced - lost
  const standard = standardHours(
    rows.map((row) => ({
      produced:
        total(
          settings.quantityIncludesRejects ? [row.Production_Qty] : [row.Production_Qty, row.Scrap_Qty, row.Reject_Qty]
        ) ?? 0,
      rate: total([row.Standard_Production_Rate]) ?? 0
    }))
  )

  const availability = quotient(run, planned)
  const performance = quantity === undefined ? undefined : quotient(standard, run === undefined ? run : run * hours)
  const quality = quotient(good, produced)
  const known = availability !== undefined && performance !== undefined && quality !== undefined
  return { availability, performance, quality, oee: known ? availability * performance * quality : undefined }
}

/** A workcenter as Plex's REST API knows it. */
export interface Workcenter {
  readonly id: string
  readonly code: string
}

/** A series and what a day or an instant adds to it. */
export interface MeasuredSeries {
  readonly series: TimeSeriesDraft
  readonly point: Point
}

const metrics = ["oee", "availability", "performance", "quality"] as const

/**
 * The series of a workcenter with the day's point in percent, stamped at the day's start (epoch milliseconds of local
 * midnight); a factor that is undefined, or that CDF could not hold, is not there.
 */
export const oeeSeries =
  (facility: Facility) =>
  (workcenter: Workcenter, rows: ReadonlyArray<DailyPerformance>, dayStart: number): ReadonlyArray<MeasuredSeries> => {
    const factors = oeeOf(facility.tables.oee, rows)
    return metrics.flatMap((metric) => {
      const ratio = factors[metric]
      const point = ratio === undefined ? undefined : numericPoint(dayStart, ratio * 100)
      return point === undefined ? [] : [{ series: percentSeries(facility, metric, workcenter), point }]
    })
  }

/** A series in percent of a workcenter. */
export const percentSeries = (
  facility: Facility,
  metric: (typeof metrics)[number] | "live_performance",
  { code, id }: Workcenter
): TimeSeriesDraft =>
  seriesDraft(facility, {
    metric,
    key: id,
    code: assetName("workcenter", id, [code]),
    dataSet: "production",
    link: facility.ids.of("workcenter", id),
    unit: "%"
  })
