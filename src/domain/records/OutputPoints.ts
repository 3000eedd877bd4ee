/**
 * What workcenters put out and scrapped, as points: the entries of one workcenter, unit and millisecond are one point, their exact
 * sum.
 */
import type { TimeSeriesDraft } from "../cdf/Draft.js"
import { numericPoint } from "../cdf/NumericPoint.js"
import type { Point } from "../cdf/Resource.js"
import { type Decimal, sumDecimals, toDouble } from "../Decimal.js"
import type { ExternalId } from "../ExternalId.js"
import type { Facility } from "../Facility.js"
import { type Instant, toMillis } from "../Instant.js"
import { assetName, seriesDraft } from "../Mapping.js"
import { present, wellFormed } from "../Text.js"

/** What an entry of either kind says about output. */
export interface OutputEntry {
  readonly transactionDate?: Instant | null | undefined
  readonly workcenterId?: string | null | undefined
  readonly workcenterCode?: string | null | undefined
  readonly quantity?: Decimal | null | undefined
  readonly unit?: string | null | undefined
}

/** A series and its points of one window, oldest first. */
export interface WindowSeries {
  readonly series: TimeSeriesDraft
  readonly points: ReadonlyArray<Point>
}

interface Gathered {
  readonly workcenterId: string
  readonly unit: string | undefined
  /** The newest entry's code names the series. */
  code: string | undefined
  newest: number
  readonly sums: Map<number, Decimal>
}

/**
 * Gathers the entries of one window, chunk by chunk in any order: rows of one instant always arrive in one window, so the sums
 * are whole. Output is told apart by unit; scrap has none. One instance per window and metric.
 */
export class OutputPoints {
  /** Entries without workcenter, moment or quantity: they make no point. */
  skipped = 0
  readonly #facility: Facility
  readonly #metric: "output" | "scrap"
  readonly #series = new Map<ExternalId, Gathered>()

  constructor(facility: Facility, metric: "output" | "scrap") {
    this.#facility = facility
    this.#metric = metric
  }

  add(entries: Iterable<OutputEntry>): void {
    for (const entry of entries) this.#addOne(entry)
  }

  #addOne({ quantity, transactionDate, unit: givenUnit, workcenterCode, workcenterId: givenId }: OutputEntry): void {
    const workcenterId = present(wellFormed(givenId ?? ""))
    if (workcenterId === undefined || typeof quantity !== "string" || typeof transactionDate !== "string") {
      this.skipped++
      return
    }
    const unit = this.#metric === "output" ? present(wellFormed(givenUnit ?? "")) : undefined
    const millis = toMillis(transactionDate)
    const externalId = this.#facility.ids.series(this.#metric, workcenterId, unit)
    let gathered = this.#series.get(externalId)
    if (gathered === undefined) {
      gathered = { workcenterId, unit, code: undefined, newest: Number.NEGATIVE_INFINITY, sums: new Map() }
      this.#series.set(externalId, gathered)
    }
    const sum = gathered.sums.get(millis)
    gathered.sums.set(millis, sum === undefined ? quantity : sumDecimals([sum, quantity]))
    const code = present(workcenterCode)
    if (code === undefined || millis < gathered.newest) return
    if (millis > gathered.newest || gathered.code === undefined || code < gathered.code) gathered.code = code
    gathered.newest = millis
  }

  /** The series of the window in order of external id. A sum or moment that CDF could not hold makes no point. */
  series(): ReadonlyArray<WindowSeries> {
    return [...this.#series]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { code, sums, unit, workcenterId }]) => ({
        series: seriesDraft(this.#facility, {
          metric: this.#metric,
          key: workcenterId,
          code: assetName("workcenter", workcenterId, [code]),
          dataSet: "production",
          link: this.#facility.ids.of("workcenter", workcenterId),
          unit,
          perUnit: true
        }),
        points: [...sums]
          .sort(([a], [b]) => a - b)
          .flatMap(([timestamp, sum]) => numericPoint(timestamp, toDouble(sum)) ?? [])
      }))
  }
}
