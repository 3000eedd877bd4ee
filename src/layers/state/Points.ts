/**
 * Data points that CDF holds, as far as they can still be read again.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Schema } from "effect"
import { ExternalId } from "../../domain/ExternalId.js"
import type { FlowName } from "../../domain/Flow.js"
import type { TimeSlice } from "../../domain/TimeSlice.js"
import { wellFormed } from "../../domain/Text.js"
import type { KnownPoint } from "../../services/Ledger.js"
import { inBatches } from "./Batches.js"
import type { FlowCodes } from "./Codes.js"
import { keyText } from "./LedgerRows.js"
import { oneOf } from "./OneOf.js"

interface StoredPoint {
  readonly moment: number | string
  readonly series: string
  readonly value: string
}

const isExternalId = Schema.is(ExternalId)

const lastOfEach = (points: ReadonlyArray<KnownPoint>): ReadonlyArray<KnownPoint> => [
  ...new Map(points.map((point) => [`${point.timestamp} ${point.series}`, point])).values()
]

const byMoment = (points: ReadonlyArray<Omit<KnownPoint, "value">>): ReadonlyMap<number, ReadonlyArray<string>> => {
  const grouped = new Map<number, Array<string>>()
  for (const { series, timestamp } of points) {
    const some = grouped.get(timestamp)
    if (some === undefined) grouped.set(timestamp, [keyText(series)])
    else some.push(keyText(series))
  }
  return grouped
}

export const points = (sql: SqlClient.SqlClient, facility: number, { codeOf }: FlowCodes) => ({
  read: (flow: FlowName, { begin, end }: TimeSlice) =>
    Effect.map(
      sql<StoredPoint>`SELECT moment, series, value FROM plex_cdf_point
        WHERE facility = ${facility} AND flow = ${codeOf(flow)} AND moment >= ${begin} AND moment < ${end}`,
      (found) =>
        found.flatMap(
          ({ moment, series, value }): ReadonlyArray<KnownPoint> =>
            isExternalId(series) ? [{ series, timestamp: Number(moment), value }] : []
        )
    ),
  write: (flow: FlowName, written: ReadonlyArray<KnownPoint>) =>
    inBatches(
      lastOfEach(written).map(({ series, timestamp, value }) => ({
        facility,
        flow: codeOf(flow),
        moment: timestamp,
        series: keyText(series),
        value: wellFormed(value)
      })),
      5,
      (some) => sql`INSERT INTO plex_cdf_point ${sql.insert(some)}
        ON CONFLICT (facility, flow, moment, series) DO UPDATE SET value = excluded.value`
    ),
  delete: (flow: FlowName, deleted: ReadonlyArray<Omit<KnownPoint, "value">>) =>
    Effect.forEach(
      byMoment(deleted),
      ([moment, series]) =>
        inBatches(
          series,
          1,
          (some) => sql`DELETE FROM plex_cdf_point WHERE facility = ${facility} AND flow = ${codeOf(flow)}
            AND moment = ${moment} AND ${oneOf(sql, "series", some)}`
        ),
      { discard: true }
    )
})
