/**
 * Data points: series made where they do not exist, points written only where they differ from what CDF holds.
 */
import { Effect, Stream } from "effect"
import type { TimeSeriesDraft } from "../../domain/cdf/Draft.js"
import type { Point, SeriesPoints } from "../../domain/cdf/Resource.js"
import type { CdfError } from "../../domain/Errors.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import type { TimeSlice } from "../../domain/TimeSlice.js"
import { Cdf } from "../../services/Cdf.js"
import { Ledger } from "../../services/Ledger.js"
import { besideRecords, FlowRun } from "../FlowRun.js"
import { type Sink, toCdf } from "./write.js"

/** A series with the points that a run has found for it. */
export interface Measured {
  readonly series: TimeSeriesDraft
  readonly points: ReadonlyArray<Point>
}

const factKey = (series: ExternalId, timestamp: number): string => `${series}@${timestamp}`
/** Since when the facts of a series are known to be all that CDF holds. */
const sinceKey = (series: ExternalId): string => `${series}@since`

const ensureSeries = (measured: ReadonlyArray<Measured>) =>
  besideRecords(toCdf("timeseries")(Stream.fromIterable(measured.map(({ series }) => series))))

const insert = (changed: ReadonlyArray<SeriesPoints>) =>
  Effect.gen(function* () {
    const cdf = yield* Cdf
    const { tally } = yield* FlowRun
    yield* cdf.insertPoints(changed)
    tally.add(
      "points",
      changed.reduce((sum, { points }) => sum + points.length, 0)
    )
  })

/** CDF takes no later points. */
const endOfTime = Date.UTC(2100, 0)

/** What CDF holds, from the beginning of the slice on, of series whose points are not all remembered from before. */
const recallPoints = (measured: ReadonlyArray<Measured>, slice: TimeSlice) =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const ledger = yield* Ledger
    const cdf = yield* Cdf
    const since = yield* ledger.facts(
      flow,
      measured.map(({ series }) => sinceKey(series.externalId))
    )
    const unknown = measured
      .map(({ series }) => series.externalId)
      .filter((series) => Number(since.get(sinceKey(series)) ?? Infinity) > slice.begin)
    const held = yield* cdf.points(unknown, { begin: slice.begin, end: endOfTime })
    const facts = new Map(unknown.map((series) => [sinceKey(series), String(slice.begin)]))
    for (const [series, points] of held) {
      for (const { timestamp, value } of points) facts.set(factKey(series, timestamp), String(value))
    }
    yield* ledger.keepFacts(flow, facts)
  })

/**
 * Points of past instants, all within the slice: those that CDF holds with the same value already are left alone. Gives the
 * series that were written to.
 */
export const writePoints = (
  measured: ReadonlyArray<Measured>,
  slice: TimeSlice
): Effect.Effect<ReadonlySet<ExternalId>, CdfError, Sink> =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const ledger = yield* Ledger
    yield* ensureSeries(measured)
    yield* recallPoints(measured, slice)
    const known = yield* ledger.facts(
      flow,
      measured.flatMap(({ points, series }) => points.map(({ timestamp }) => factKey(series.externalId, timestamp)))
    )
    const facts = new Map<string, string>()
    const changed = measured.flatMap(({ points, series: { externalId } }) => {
      const differing = points.filter(({ timestamp, value }) => {
        const key = factKey(externalId, timestamp)
        if (known.get(key) === String(value)) return false
        facts.set(key, String(value))
        return true
      })
      return differing.length === 0 ? [] : [{ externalId, points: differing }]
    })
    yield* insert(changed)
    yield* ledger.keepFacts(flow, facts)
    return new Set(changed.map(({ externalId }) => externalId))
  })

/**
 * Points of now: one is written only where the value differs from the newest that the series has; `emptied` are series that
 * exist and for which nothing was found now: their value is 0. Gives the series that were written to.
 */
export const writeLivePoints = (
  measured: ReadonlyArray<Measured>,
  emptied: { readonly series: ReadonlyArray<ExternalId>; readonly now: number } = { series: [], now: 0 }
): Effect.Effect<ReadonlySet<ExternalId>, CdfError, Sink> =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const ledger = yield* Ledger
    const cdf = yield* Cdf
    yield* ensureSeries(measured)
    const found: ReadonlyArray<SeriesPoints> = [
      ...measured.map(({ points, series: { externalId } }) => ({ externalId, points })),
      ...emptied.series.map((externalId) => ({ externalId, points: [{ timestamp: emptied.now, value: 0 }] }))
    ]
    const ids = found.map(({ externalId }) => externalId)
    const last = new Map<string, string>(yield* ledger.facts(flow, ids))
    for (const [series, { value }] of yield* cdf.latestPoints(ids.filter((id) => !last.has(id)))) {
      last.set(series, String(value))
    }
    const changed = found.flatMap(({ externalId, points }) => {
      const differing = points.filter(({ value }) => last.get(externalId) !== String(value))
      return differing.length === 0 ? [] : [{ externalId, points: differing }]
    })
    yield* insert(changed)
    for (const { externalId, points } of changed) for (const { value } of points) last.set(externalId, String(value))
    yield* ledger.keepFacts(flow, last)
    return new Set(changed.map(({ externalId }) => externalId))
  })
