/**
 * Data points: series made where they do not exist, points written only where they differ from what CDF holds.
 */
import { Effect, Stream } from "effect"
import type { TimeSeriesDraft } from "../../domain/cdf/Draft.js"
import type { Point, SeriesPoints } from "../../domain/cdf/Resource.js"
import type { CdfError, StateError } from "../../domain/Errors.js"
import type { ExternalId, Metric } from "../../domain/ExternalId.js"
import type { FlowName } from "../../domain/Flow.js"
import type { TimeSlice } from "../../domain/TimeSlice.js"
import { Cdf } from "../../services/Cdf.js"
import { DeadLetters } from "../../services/DeadLetters.js"
import { type Confirmation, type KnownPoint, Ledger } from "../../services/Ledger.js"
import { inStage } from "../../services/Pulse.js"
import { besideRecords, FlowRun } from "../FlowRun.js"
import { bury } from "./bury.js"
import { sendEach } from "./sendEach.js"
import { type Sink, toCdf } from "./write.js"

/** A series with the points that a run has found for it. */
export interface Measured {
  readonly series: TimeSeriesDraft
  readonly points: ReadonlyArray<Point>
}

/** Makes the series that are not there yet; gives those that CDF has now, and which of them have no points, as they were just made. */
const makeSeries = (measured: ReadonlyArray<Measured>) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const ids = measured.map(({ series }) => series.externalId)
    const before = yield* ledger.rows("timeseries", ids)
    const created = yield* toCdf("timeseries")(Stream.fromIterable(measured.map(({ series }) => series))).pipe(
      Effect.zipRight(Effect.map(FlowRun, ({ tally }) => tally.counts.created)),
      besideRecords
    )
    const held = yield* ledger.rows("timeseries", ids)
    const unknownBefore = [...held.keys()].filter((id) => !before.has(id))
    return {
      made: measured.filter(({ series }) => held.has(series.externalId)),
      // Some of them may have been there, without the ledger's knowing.
      empty: new Set(created === unknownBefore.length ? unknownBefore : [])
    }
  })

/** As `makeSeries`, where nobody asks what they hold. */
const ensureSeries = (measured: ReadonlyArray<Measured>) => Effect.map(makeSeries(measured), ({ made }) => made)

/** The key of a dead letter of points: the external id of their series, and their first instant. */
const pointsKey = (series: ExternalId, { timestamp }: Pick<Point, "timestamp">): string =>
  `${series} ${new Date(timestamp).toISOString()}`

/** Sets points aside that the next runs do not come to by themselves: those of a period. */
const buryPoints = (refused: ReadonlyArray<{ readonly reason: string; readonly item: SeriesPoints }>) =>
  Effect.gen(function* () {
    const { window } = yield* FlowRun
    if (window === undefined) return
    yield* bury(
      refused.flatMap(({ item, reason }) =>
        item.points.slice(0, 1).map((first) => ({
          what: "resource" as const,
          key: pointsKey(item.externalId, first),
          reason,
          content: item
        }))
      )
    )
  }).pipe(besideRecords)

/** What was set aside of these points is no dead letter any more. */
const pointsLanded = (landed: ReadonlyArray<SeriesPoints>) =>
  Effect.gen(function* () {
    const { begun, flow, window } = yield* FlowRun
    if (window === undefined) return
    const keys = landed.flatMap(({ externalId, points }) => points.map((point) => pointsKey(externalId, point)))
    yield* (yield* DeadLetters).landed(flow, keys, begun)
  })

/**
 * Inserts points and gives the series that took them, and those that are not there any more. Series that the ledger knew and CDF does not are made again, once; what
 * CDF will not take for another reason is left out, and the flow says so.
 */
const insert = (changed: ReadonlyArray<SeriesPoints>, measured: ReadonlyArray<Measured>) =>
  Effect.gen(function* () {
    const cdf = yield* Cdf
    const ledger = yield* Ledger
    const { tally } = yield* FlowRun
    const refused = yield* inStage("points")(sendEach(changed, cdf.insertPoints))
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
      yield* buryPoints(still.map(({ error, item }) => ({ item, reason: error.detail })))
    }
    const again = new Set(made.map(({ series }) => series.externalId))
    const left = new Set(still.map(({ item }) => item.externalId))
    const landed = changed.filter(
      ({ externalId }) => !left.has(externalId) && (!missing.has(externalId) || again.has(externalId))
    )
    yield* pointsLanded(landed)
    tally.add(
      "points",
      landed.reduce((sum, { points }) => sum + points.length, 0)
    )
    return { landed, gone: [...missing.keys()].filter((externalId) => !again.has(externalId)) }
  })

/** CDF has no points from here on. */
const endOfTime = Date.UTC(2100, 0)

/**
 * What CDF holds of a period, of all series of these metrics, those included that nothing is measured for any more: the ledger
 * then knows it all.
 */
export const learnPoints =
  (flow: FlowName, metrics: ReadonlyArray<Metric>) =>
  ({ begin, end }: TimeSlice) =>
    Effect.gen(function* () {
      const { facility } = yield* FlowRun
      const cdf = yield* Cdf
      const ledger = yield* Ledger
      const period = { begin, end: Math.min(end, endOfTime) }
      const listed = yield* Stream.fromIterable(metrics).pipe(
        Stream.flatMap((metric) => cdf.list("timeseries", { externalIdPrefix: facility.ids.prefix(`ts_${metric}`) })),
        Stream.runCollect
      )
      const series = new Set([...listed].flatMap(({ externalId }) => externalId ?? []))
      const written: Array<KnownPoint> = []
      for (const [externalId, points] of yield* cdf.points([...series], period)) {
        for (const { timestamp, value } of points) written.push(knownPoint(externalId, timestamp, value))
      }
      const held = new Set(written.map(nameOf))
      const known = yield* ledger.points(flow, period)
      const deleted = known.filter((point) => series.has(point.series) && !held.has(nameOf(point)))
      yield* ledger.confirm({ points: { flow, written, deleted } })
    })

const knownPoint = (series: ExternalId, timestamp: number, value: Point["value"]): KnownPoint => ({
  series,
  timestamp,
  value: String(value)
})

const nameOf = ({ series, timestamp }: Pick<KnownPoint, "series" | "timestamp">): string => `${timestamp} ${series}`

/** The points of a slice that was read whole. */
export interface SlicePoints {
  readonly slice: TimeSlice
  /** Of these metrics, points of the slice that are not measured any more are deleted; of none by default. */
  readonly whole?: ReadonlyArray<Metric>
  /** Which points stay as they are; by default none. */
  readonly keeps?: (point: Omit<KnownPoint, "value">) => boolean
}

/** What CDF took of the points of a slice. */
export interface ChangedPoints {
  /** The series that were written to. */
  readonly series: ReadonlySet<ExternalId>
  /** To be confirmed. */
  readonly points: NonNullable<Confirmation["points"]>
}

/**
 * Brings the points of past instants in CDF to what was measured, all within the slice. Those that CDF is known to hold with the same
 * value are left alone; nothing is confirmed yet.
 */
export const changePoints = (
  measured: ReadonlyArray<Measured>,
  { keeps = () => false, slice, whole = [] }: SlicePoints
): Effect.Effect<ChangedPoints, CdfError | StateError, Sink> =>
  Effect.gen(function* () {
    const { facility, flow } = yield* FlowRun
    const prefixes = whole.map((metric) => facility.ids.prefix(`ts_${metric}`))
    const known = yield* (yield* Ledger).points(flow, slice)
    const made = yield* ensureSeries(measured)
    const held = new Set(made)
    yield* buryPoints(
      measured.flatMap((each) =>
        held.has(each)
          ? []
          : [
              {
                item: { externalId: each.series.externalId, points: each.points },
                reason: "CDF does not take its series"
              }
            ]
      )
    )
    const values = new Map(known.map((point) => [nameOf(point), point.value]))
    const changed = made.flatMap(({ points, series: { externalId } }) => {
      const differing = points.filter(
        ({ timestamp, value }) =>
          !keeps({ series: externalId, timestamp }) &&
          values.get(nameOf({ series: externalId, timestamp })) !== String(value)
      )
      return differing.length === 0 ? [] : [{ externalId, points: differing }]
    })
    const wanted = new Set(
      measured.flatMap(({ points, series }) =>
        points.map(({ timestamp }) => nameOf({ series: series.externalId, timestamp }))
      )
    )
    const gone = known.filter(
      (point) =>
        !keeps(point) && !wanted.has(nameOf(point)) && prefixes.some((prefix) => point.series.startsWith(prefix))
    )
    const { landed } = yield* insert(changed, made)
    yield* (yield* Cdf).deletePoints(
      gone.map(({ series, timestamp }) => ({ externalId: series, begin: timestamp, end: timestamp + 1 }))
    )
    return {
      series: new Set(landed.map(({ externalId }) => externalId)),
      points: {
        flow,
        written: landed.flatMap(({ externalId, points }) =>
          points.map(({ timestamp, value }) => knownPoint(externalId, timestamp, value))
        ),
        deleted: gone
      }
    }
  })

/** As `changePoints`, and confirms it. Gives the series that were written to. */
export const writePoints = (
  measured: ReadonlyArray<Measured>,
  points: SlicePoints
): Effect.Effect<ReadonlySet<ExternalId>, CdfError | StateError, Sink> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const changed = yield* restore(changePoints(measured, points))
      yield* (yield* Ledger).confirm({ points: changed.points })
      return changed.series
    })
  )

/** Stands for the newest value of a series while another one is written: should that not be confirmed, CDF is asked. */
const onItsWay = ""

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
    const { empty, made } = yield* makeSeries(measured)
    const found: ReadonlyArray<SeriesPoints> = [
      ...made.map(({ points, series: { externalId } }) => ({ externalId, points })),
      ...emptied.series.map((externalId) => ({ externalId, points: [{ timestamp: emptied.now, value: 0 }] }))
    ]
    const ids = found.map(({ externalId }) => externalId)
    const last = new Map([...(yield* ledger.facts(flow, ids))].filter(([, value]) => value !== onItsWay))
    for (const [series, { value }] of yield* cdf.latestPoints(ids.filter((id) => !last.has(id) && !empty.has(id)))) {
      last.set(series, String(value))
    }
    const changed = found.flatMap(({ externalId, points }) => {
      const differing = points.filter(({ value }) => last.get(externalId) !== String(value))
      return differing.length === 0 ? [] : [{ externalId, points: differing }]
    })
    if (changed.length > 0) {
      // All of them, as the flow knows by these facts which series there are.
      const before = changed.map(({ externalId }) => [externalId, onItsWay] as const)
      yield* ledger.keepFacts(flow, new Map([...last, ...before]))
    }
    const { gone, landed } = yield* insert(changed, made)
    // Emptied for good: there is nothing to be said of them any more.
    for (const externalId of gone) last.delete(externalId)
    if (gone.length > 0) yield* ledger.dropFacts(flow, gone)
    for (const { externalId, points } of landed) for (const { value } of points) last.set(externalId, String(value))
    yield* ledger.keepFacts(flow, last)
    return new Set(landed.map(({ externalId }) => externalId))
  })
