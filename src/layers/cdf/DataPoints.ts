/**
 * Data points: written and read by many series a call.
 */
import { Effect } from "effect"
import type { Point } from "../../domain/cdf/Resource.js"
import type { CdfError } from "../../domain/Errors.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import type { TimeSlice } from "../../domain/TimeSlice.js"
import type { Cdf } from "../../services/Cdf.js"
import { nothing, pointItems } from "./Answers.js"
import type { CdfClient } from "./CdfClient.js"
import { chunksOf, mostPoints, mostSeriesRead, pack } from "./Packing.js"
import { withoutMissing } from "./WithoutMissing.js"

type DataPoints = Pick<typeof Cdf.Service, "insertPoints" | "latestPoints" | "points" | "deletePoints">

/** A series that is read, from where it goes on. */
interface Query {
  readonly externalId: ExternalId
  readonly start: number
}

export const dataPoints = (
  { post }: typeof CdfClient.Service,
  { concurrency }: { readonly concurrency: number }
): DataPoints => {
  const insertPoints: DataPoints["insertPoints"] = (series) => {
    const byId = new Map<ExternalId, ReadonlyArray<Point>>()
    for (const { externalId, points } of series) {
      const before = byId.get(externalId)
      byId.set(externalId, before === undefined ? points : [...before, ...points])
    }
    const entries = Array.from(byId, ([key, parts]) => ({ key, parts, weight: 1 }))
    return Effect.forEach(
      pack<Point, (typeof entries)[number]>(entries, mostPoints),
      (call) =>
        post(
          "timeseries/data",
          { items: call.map(({ entry, parts }) => ({ externalId: entry.key, datapoints: parts })) },
          nothing
        ),
      { concurrency, discard: true }
    )
  }

  const latestPoints: DataPoints["latestPoints"] = (externalIds) =>
    Effect.forEach(
      chunksOf([...new Set(externalIds)], mostSeriesRead),
      (ids) =>
        post(
          "timeseries/data/latest",
          { items: ids.map((externalId) => ({ externalId, before: "now" })), ignoreUnknownIds: true },
          pointItems
        ),
      { concurrency }
    ).pipe(
      Effect.map((answers) => {
        const latest = new Map<ExternalId, Point>()
        for (const { datapoints, externalId } of answers.flatMap(({ items }) => items)) {
          const [point] = datapoints
          if (point !== undefined && externalId !== undefined) latest.set(externalId, point)
        }
        return latest
      })
    )

  /** Reads on until no series has more; a call's 100,000 points are shared evenly by its series. */
  const readAll = (
    queries: ReadonlyArray<Query>,
    end: number,
    found: Map<ExternalId, Array<Point>>
  ): Effect.Effect<void, CdfError> => {
    if (queries.length === 0) return Effect.void
    const limit = Math.floor(mostPoints.parts / queries.length)
    return post(
      "timeseries/data/list",
      { items: queries.map(({ externalId, start }) => ({ externalId, start, end, limit })), ignoreUnknownIds: true },
      pointItems
    ).pipe(
      Effect.flatMap(({ items }) => {
        const further: Array<Query> = []
        for (const { datapoints, externalId } of items) {
          if (externalId === undefined) continue
          const points = found.get(externalId) ?? []
          for (const point of datapoints) points.push(point)
          found.set(externalId, points)
          const last = datapoints.at(-1)
          if (last !== undefined && datapoints.length >= limit && last.timestamp + 1 < end) {
            further.push({ externalId, start: last.timestamp + 1 })
          }
        }
        return readAll(further, end, found)
      })
    )
  }

  const points: DataPoints["points"] = (externalIds, { begin, end }) =>
    Effect.suspend(() => {
      const found = new Map<ExternalId, Array<Point>>()
      if (begin >= end) return Effect.succeed(found)
      return Effect.forEach(
        chunksOf([...new Set(externalIds)], mostSeriesRead),
        (ids) =>
          readAll(
            ids.map((externalId) => ({ externalId, start: begin })),
            end,
            found
          ),
        { concurrency, discard: true }
      ).pipe(Effect.as(found))
    })

  const deletePoints: DataPoints["deletePoints"] = (ranges) => {
    const entries = ranges.map((range) => ({ key: range.externalId, parts: [range], weight: 1 }))
    return Effect.forEach(
      pack<{ readonly externalId: ExternalId } & TimeSlice, (typeof entries)[number]>(entries, mostPoints),
      (call) =>
        withoutMissing(
          call.flatMap(({ parts }) => parts),
          (some) =>
            post(
              "timeseries/data/delete",
              {
                items: some.map(({ begin, end, externalId }) => ({
                  externalId,
                  inclusiveBegin: begin,
                  exclusiveEnd: end
                }))
              },
              nothing
            )
        ),
      { discard: true }
    )
  }

  return { insertPoints, latestPoints, points, deletePoints }
}
