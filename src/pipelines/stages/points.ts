/**
 * Data points: series made where they do not exist, points written only where they differ from what CDF holds.
 */
import { Effect, Stream } from "effect"
import type { TimeSeriesDraft } from "../../domain/cdf/Draft.js"
import type { Point, SeriesPoints } from "../../domain/cdf/Resource.js"
import type { CdfError, StateError } from "../../domain/Errors.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import type { TimeSlice } from "../../domain/TimeSlice.js"
import { Cdf } from "../../services/Cdf.js"
import { Ledger } from "../../services/Ledger.js"
import { besideRecords, FlowRun } from "../FlowRun.js"
import { sendEach } from "./sendEach.js"
import { type Sink, toCdf } from "./write.js"

/** A series with the points that a run has found for it. */
export interface Measured {
  readonly series: TimeSeriesDraft
  readonly points: ReadonlyArray<Point>
}

const factKey = (series: ExternalId, timestamp: number): string => `${series}@${timestamp}`
/** Since when the facts of a series are known to be all that CDF holds. */
const sinceKey = (series: ExternalId): string => `${series}@since`

/** Makes the series that are not there yet; gives those that CDF has now. */
const ensureSeries = (measured: ReadonlyArray<Measured>) =>
  Effect.gen(function* () {
    yield* besideRecords(toCdf("timeseries")(Stream.fromIterable(measured.map(({ series }) => series))))
    const held = yield* (yield* Ledger).rows(
      "timeseries",
      measured.map(({ series }) => series.externalId)
    )
    return measured.filter(({ series }) => held.has(series.externalId))
  })

/**
 * Inserts points and gives the series that took them. Series that the ledger knew and CDF does not are made again, once; what
 * CDF will not take for another reason is left out, and the flow says so.
 */
const insert = (changed: ReadonlyArray<SeriesPoints>, measured: ReadonlyArray<Measured>) =>
  Effect.gen(function* () {
    const cdf = yield* Cdf
    const ledger = yield* Ledger
    const { tally } = yield* FlowRun
    const refused = yield* sendEach(changed, cdf.insertPoints)
    const gone = refused.filter(({ error, item }) =>
      error.missing.some(({ externalId }) => externalId === item.externalId)
    )
    const missing = new Map(gone.map(({ item }) => [item.externalId, item]))
    yield* ledger.forget("timeseries", [...missing.keys()])
    const made = yield* ensureSeries(measured.filter(({ series }) => missing.has(series.externalId)))
    const still = [
      ...refused.filter(({ item }) => !missing.has(item.externalId)),
      ...(yield* sendEach(
        made.flatMap(({ series }) => missing.get(series.externalId) ?? []),
        cdf.insertPoints
      ))
    ]
    const [example] = still
    if (example !== undefined) {
      const { error, item } = example
      tally.degrade(`CDF refuses points of ${still.length} series, for example ${item.externalId}: ${error.detail}`)
    }
    const again = new Set(made.map(({ series }) => series.externalId))
    const left = new Set(still.map(({ item }) => item.externalId))
    const landed = changed.filter(
      ({ externalId }) => !left.has(externalId) && (!missing.has(externalId) || again.has(externalId))
    )
    tally.add(
      "points",
      landed.reduce((sum, { points }) => sum + points.length, 0)
    )
    return landed
  })

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
): Effect.Effect<ReadonlySet<ExternalId>, CdfError | StateError, Sink> =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const ledger = yield* Ledger
    const made = yield* ensureSeries(measured)
    yield* recallPoints(made, slice)
    const known = yield* ledger.facts(
      flow,
      made.flatMap(({ points, series }) => points.map(({ timestamp }) => factKey(series.externalId, timestamp)))
    )
    const changed = made.flatMap(({ points, series: { externalId } }) => {
      const differing = points.filter(
        ({ timestamp, value }) => known.get(factKey(externalId, timestamp)) !== String(value)
      )
      return differing.length === 0 ? [] : [{ externalId, points: differing }]
    })
    const landed = yield* insert(changed, made)
    yield* ledger.keepFacts(
      flow,
      new Map(
        landed.flatMap(({ externalId, points }) =>
          points.map(({ timestamp, value }) => [factKey(externalId, timestamp), String(value)] as const)
        )
      )
    )
    return new Set(landed.map(({ externalId }) => externalId))
  })

/**
 * Points of now: one is written only where the value differs from the newest that the series has; `emptied` are series that
 * exist and for which nothing was found now: their value is 0. Gives the series that were written to.
 */
export const writeLivePoints = (
  measured: ReadonlyArray<Measured>,
  emptied: { readonly series: ReadonlyArray<ExternalId>; readonly now: number } = { series: [], now: 0 }
): Effect.Effect<ReadonlySet<ExternalId>, CdfError | StateError, Sink> =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const ledger = yield* Ledger
    const cdf = yield* Cdf
    const made = yield* ensureSeries(measured)
    const found: ReadonlyArray<SeriesPoints> = [
      ...made.map(({ points, series: { externalId } }) => ({ externalId, points })),
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
    const landed = yield* insert(changed, made)
    for (const { externalId, points } of landed) for (const { value } of points) last.set(externalId, String(value))
    yield* ledger.keepFacts(flow, last)
    return new Set(landed.map(({ externalId }) => externalId))
  })
