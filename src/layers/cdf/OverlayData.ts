/**
 * Data points and sequence rows in memory over those of another `Cdf`: writes change only the memory, reads see both.
 */
import { Effect } from "effect"
import type { Cell, Point, ResourceKind, Row } from "../../domain/cdf/Resource.js"
import type { CdfError } from "../../domain/Errors.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import { isWithin, type TimeSlice } from "../../domain/TimeSlice.js"
import type { Cdf } from "../../services/Cdf.js"
import { type OverlayResources, refusal } from "./OverlayResources.js"

type Service = typeof Cdf.Service

export type OverlayData = Pick<
  Service,
  "insertPoints" | "latestPoints" | "points" | "deletePoints" | "insertRows" | "rows" | "deleteRows"
> & {
  readonly forget: (kind: ResourceKind, externalIds: ReadonlyArray<ExternalId>) => void
}

interface Series {
  /** Whether nothing of the other `Cdf` counts: the series was deleted here. */
  fresh: boolean
  readonly written: Map<number, Point>
  readonly deleted: Array<TimeSlice>
}

interface Rows {
  fresh: boolean
  /** Cells by row number and column; `undefined` where the row was deleted here. */
  readonly written: Map<number, Map<string, Cell> | undefined>
}

const mapBy = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}

export const overlayData = (base: Service, byids: OverlayResources["byids"]): OverlayData => {
  const series = new Map<ExternalId, Series>()
  const sequences = new Map<ExternalId, Rows>()
  const seriesOf = (id: ExternalId) => mapBy(series, id, () => ({ fresh: false, written: new Map(), deleted: [] }))
  const rowsOf = (id: ExternalId) => mapBy(sequences, id, () => ({ fresh: false, written: new Map() }))

  /** Fails as CDF does where one of these does not exist. */
  const mustExist = <K extends "timeseries" | "sequences">(
    operation: string,
    kind: K,
    ids: ReadonlyArray<ExternalId>
  ) =>
    Effect.flatMap(byids(kind, ids), (found) => {
      const there = new Set(found.map(({ externalId }) => externalId))
      const missing = ids.filter((id) => !there.has(id)).map((externalId) => ({ externalId }))
      return missing.length === 0
        ? Effect.succeed(found)
        : Effect.fail(refusal(operation, 400, `${kind} not found`, { missing }))
    })

  const insertPoints: Service["insertPoints"] = (wanted) => {
    const operation = "POST /timeseries/data"
    const ids = wanted.map(({ externalId }) => externalId)
    return Effect.flatMap(mustExist(operation, "timeseries", ids), (found): Effect.Effect<void, CdfError> => {
      const texts = new Set(found.filter(({ isString }) => isString === true).map(({ externalId }) => externalId))
      for (const { externalId, points } of wanted) {
        const type = texts.has(externalId) ? "string" : "number"
        if (points.some(({ value }) => typeof value !== type)) {
          return Effect.fail(refusal(operation, 400, `Expected ${type} value for datapoint`))
        }
      }
      for (const { externalId, points } of wanted) {
        const { written } = seriesOf(externalId)
        for (const point of points) written.set(point.timestamp, point)
      }
      return Effect.void
    })
  }

  /** What the other `Cdf` holds of a series and was not deleted or overwritten here. */
  const untouched = (id: ExternalId, points: ReadonlyArray<Point>): ReadonlyArray<Point> => {
    const own = series.get(id)
    if (own === undefined) return points
    return own.fresh
      ? []
      : points.filter(
          ({ timestamp }) => !own.written.has(timestamp) && !own.deleted.some((slice) => isWithin(slice, timestamp))
        )
  }

  const writtenOf = (id: ExternalId): ReadonlyArray<Point> => [...(series.get(id)?.written.values() ?? [])]

  const ordered = (points: ReadonlyArray<Point>): ReadonlyArray<Point> =>
    [...points].sort((a, b) => a.timestamp - b.timestamp)

  const latestPoints: Service["latestPoints"] = (externalIds) =>
    Effect.map(base.latestPoints(externalIds), (found) => {
      const latest = new Map<ExternalId, Point>()
      for (const id of externalIds) {
        const theirs = found.get(id)
        const point = ordered([...untouched(id, theirs === undefined ? [] : [theirs]), ...writtenOf(id)]).at(-1)
        if (point !== undefined) latest.set(id, point)
      }
      return latest
    })

  const points: Service["points"] = (externalIds, slice) =>
    Effect.map(base.points(externalIds, slice), (found) => {
      const all = new Map<ExternalId, ReadonlyArray<Point>>()
      for (const id of externalIds) {
        const own = writtenOf(id).filter(({ timestamp }) => isWithin(slice, timestamp))
        all.set(id, ordered([...untouched(id, found.get(id) ?? []), ...own]))
      }
      return all
    })

  const deletePoints: Service["deletePoints"] = (ranges) =>
    Effect.sync(() => {
      for (const { begin, end, externalId } of ranges) {
        const { deleted, written } = seriesOf(externalId)
        for (const timestamp of written.keys()) if (isWithin({ begin, end }, timestamp)) written.delete(timestamp)
        deleted.push({ begin, end })
      }
    })

  const insertRows: Service["insertRows"] = (wanted) =>
    Effect.map(
      mustExist(
        "POST /sequences/data",
        "sequences",
        wanted.map(({ externalId }) => externalId)
      ),
      () => {
        for (const { columns, externalId, rows } of wanted) {
          const { written } = rowsOf(externalId)
          for (const { rowNumber, values } of rows) {
            const cells = new Map(written.get(rowNumber))
            columns.forEach((column, at) => cells.set(column.externalId, values[at] ?? null))
            written.set(rowNumber, cells)
          }
        }
      }
    )

  const rows: Service["rows"] = (externalId, columns) =>
    Effect.gen(function* () {
      yield* mustExist("POST /sequences/data/list", "sequences", [externalId])
      const own = sequences.get(externalId)
      // What was made here, a sequence or a column of it, does not exist there.
      const [held] = own?.fresh === true ? [] : yield* base.byids("sequences", [externalId])
      const there = new Set(held?.columns.map((column) => column.externalId))
      const known = columns.filter((column) => there.has(column.externalId))
      const places = columns.map((column) => known.indexOf(column))
      const theirs = known.length > 0 ? yield* base.rows(externalId, known) : []
      const all = new Map<number, Row>(
        theirs.map(({ rowNumber, values }) => [
          rowNumber,
          { rowNumber, values: places.map((place) => values[place] ?? null) }
        ])
      )
      for (const [rowNumber, cells] of own?.written ?? []) {
        if (cells === undefined) {
          all.delete(rowNumber)
          continue
        }
        const before = all.get(rowNumber)?.values ?? []
        const values = columns.map((column, at) => cells.get(column.externalId) ?? before[at] ?? null)
        all.set(rowNumber, { rowNumber, values })
      }
      return [...all.values()].sort((a, b) => a.rowNumber - b.rowNumber)
    })

  const deleteRows: Service["deleteRows"] = (wanted) =>
    Effect.sync(() => {
      for (const { externalId, rowNumbers } of wanted) {
        const { written } = rowsOf(externalId)
        for (const rowNumber of rowNumbers) written.set(rowNumber, undefined)
      }
    })

  const forget: OverlayData["forget"] = (kind, externalIds) => {
    for (const id of externalIds) {
      if (kind === "timeseries") series.set(id, { fresh: true, written: new Map(), deleted: [] })
      if (kind === "sequences") sequences.set(id, { fresh: true, written: new Map() })
    }
  }

  return { insertPoints, latestPoints, points, deletePoints, insertRows, rows, deleteRows, forget }
}
