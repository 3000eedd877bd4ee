/**
 * Histories that change as those of a plant do: rows come late, are corrected and taken back. What CDF must hold of them is told
 * from the rows alone.
 */
import { Effect } from "effect"
import { isWithin } from "../../src/domain/TimeSlice.js"
import { demoFacility } from "./DemoFacility.js"
import type { PipelinePlant } from "./PipelineHarness.js"
import type { ListScript, PlexCall } from "./PlexScripted.js"

/** A row of any history, with its moment in epoch milliseconds. */
export interface HistoryRow {
  readonly at: number
  readonly workcenter: number
  /** A quantity, or the status of a workcenter. */
  readonly value: number
}

const iso = (at: number): string => new Date(at).toISOString()
const workcenterId = (at: number): string => `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`

const entry = ({ at, value, workcenter }: HistoryRow) => ({
  transactionDate: iso(at),
  workcenterId: workcenterId(workcenter),
  workcenterCode: `WC-${workcenter}`,
  quantity: value,
  unit: "kg"
})

const status = ({ at, value, workcenter }: HistoryRow) => ({
  logDate: iso(at),
  workcenterId: workcenterId(workcenter),
  workcenterCode: `WC-${workcenter}`,
  workcenterStatus: `S${value}`
})

const script =
  <A>(
    rows: () => ReadonlyArray<HistoryRow>,
    record: (row: HistoryRow) => A,
    damage: (records: ReadonlyArray<A>, call: PlexCall) => ReadonlyArray<A>
  ): ListScript =>
  (call) =>
    damage(
      rows().flatMap((row) => (call.slice === undefined || isWithin(call.slice, row.at) ? [record(row)] : [])),
      call
    )

type Entries = ReadonlyArray<ReturnType<typeof entry>>

/** What becomes of the entries of a window on their way. */
export type EntriesDamage = (entries: Entries, call: PlexCall) => Entries

const undamaged = <A>(records: ReadonlyArray<A>): ReadonlyArray<A> => records

/** The lists of Plex for rows that the test holds. */
export const changingLists = (
  rows: {
    readonly entries: () => ReadonlyArray<HistoryRow>
    readonly statuses: () => ReadonlyArray<HistoryRow>
  },
  damage: EntriesDamage = undamaged
) => ({
  "/production/v1/production-history/production-entries": script(rows.entries, entry, damage),
  "/production/v1/production-history/workcenter-status-entries": script(rows.statuses, status, undamaged)
})

const sorted = (lines: ReadonlyArray<string>): ReadonlyArray<string> => [...lines].sort()

/** One line for each event of entries. */
export const expectedEntries = (rows: ReadonlyArray<HistoryRow>): ReadonlyArray<string> =>
  sorted(rows.map(({ at, value, workcenter }) => `${iso(at)} ${workcenterId(workcenter)} ${value}`))

/** One line for each point of output: the sum of an instant. */
export const expectedPoints = (rows: ReadonlyArray<HistoryRow>): ReadonlyArray<string> => {
  const sums = new Map<string, number>()
  for (const { at, value, workcenter } of rows) {
    const key = `${iso(at)} ${workcenterId(workcenter)}`
    sums.set(key, (sums.get(key) ?? 0) + value)
  }
  return sorted([...sums].map(([key, sum]) => `${key} ${sum}`))
}

/** One line for each status, to where the next one of its workcenter begins. */
export const expectedStatuses = (rows: ReadonlyArray<HistoryRow>): ReadonlyArray<string> =>
  sorted(
    rows.map(({ at, value, workcenter }) => {
      const next = Math.min(...rows.flatMap((row) => (row.workcenter === workcenter && row.at > at ? [row.at] : [])))
      return `${iso(at)} ${workcenterId(workcenter)} S${value} ${Number.isFinite(next) ? iso(next) : "goes on"}`
    })
  )

const eventsOf = ({ cdf }: PipelinePlant, type: string) =>
  [...cdf.held.events.values()].flatMap((event) => (event?.type === type ? event : []))

export const heldEntries = (plant: PipelinePlant): ReadonlyArray<string> =>
  sorted(
    eventsOf(plant, "production_entry").map(
      ({ metadata, startTime }) => `${iso(startTime ?? 0)} ${metadata["workcenter_id"]} ${metadata["quantity"]}`
    )
  )

export const heldStatuses = (plant: PipelinePlant): ReadonlyArray<string> =>
  sorted(
    eventsOf(plant, "workcenter_status").map(
      ({ endTime, metadata, startTime, subtype }) =>
        `${iso(startTime ?? 0)} ${metadata["workcenter_id"]} ${subtype} ${endTime === undefined ? "goes on" : iso(endTime)}`
    )
  )

export const heldPoints = ({ cdf }: PipelinePlant) =>
  Effect.gen(function* () {
    const { ids } = demoFacility()
    const prefix = ids.prefix("ts_output")
    const series = [...cdf.held.timeseries.values()].flatMap((one) => one?.externalId ?? [])
    const found = yield* cdf.cdf.points(
      series.filter((id) => id.startsWith(prefix)),
      { begin: 0, end: 4e12 }
    )
    return sorted(
      [...found].flatMap(([id, points]) =>
        points.map(
          ({ timestamp, value }) => `${iso(timestamp)} ${id.slice(prefix.length).replace(/_kg$/, "")} ${value}`
        )
      )
    )
  })
