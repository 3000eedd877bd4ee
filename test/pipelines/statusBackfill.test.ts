/**
 * Statuses that are put right long after they were read, and the runs that go on from there.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { FlowName } from "../../src/domain/Flow.js"
import type { FlowServices } from "../../src/pipelines/runFlow.js"
import type { Progress } from "../../src/services/Progress.js"
import { changingLists, expectedStatuses, heldStatuses, type HistoryRow } from "../support/ChangingPlant.js"
import { extract, makePlant, retryAll, withLedger } from "../support/PipelineHarness.js"
import { plexError, plexNow } from "../support/PlexScripted.js"
import { settings } from "../layers/cdf/Settings.js"
import { lists } from "./Rows.js"

const hour = 3_600_000
const day = 24 * hour
const names: ReadonlySet<FlowName> = new Set<FlowName>(["status-entries"])

const row = (at: number, value: number): HistoryRow => ({ at, value, workcenter: 1 })

/** A workcenter whose statuses the test changes; `shown` is what Plex has of them. */
const changing = (history: Partial<typeof settings.history> = {}) => {
  const rows: Array<HistoryRow> = []
  const plant = makePlant({
    plex: { lists: changingLists({ entries: () => [], statuses: () => rows }) },
    settings: { history: { ...settings.history, startDate: plexNow - 20 * day, ...history } }
  })
  const script = plant.plex.lists[lists.statuses]
  const shown = typeof script === "function" ? script : () => []
  const run = extract("production", { names, sweep: false })
  const backfill = (begin: number, end: number) =>
    extract("production", { names, sweep: false, flows: { backfill: { begin, end } } })
  /** Days go by. */
  const goOn = Effect.gen(function* () {
    for (let pass = 0; pass < 3; pass++) {
      plant.plex.now += day
      yield* run
    }
  })
  const judge = Effect.sync(() => assert.deepStrictEqual(heldStatuses(plant), expectedStatuses(rows)))
  return { backfill, goOn, judge, plant, rows, run, shown }
}

describe("A status that is older than the recheck", () => {
  it.effect("and was a dead letter ends where the next one begins, as the one before it does", () => {
    const { goOn, judge, plant, rows, run, shown } = changing()
    rows.push(row(plexNow - 12 * day, 1), row(plexNow - 10 * day, 2))
    plant.plex.lists[lists.statuses] = (call) => {
      const found = shown(call)
      const unreadable = (one: object) =>
        "workcenterStatus" in one && one.workcenterStatus === "S2" ? { jobId: {} } : {}
      return Array.isArray(found) ? found.map((one: object) => ({ ...one, ...unreadable(one) })) : found
    }
    return Effect.gen(function* () {
      yield* run
      plant.plex.lists[lists.statuses] = shown
      yield* retryAll
      yield* judge
      rows.push(row(plexNow + hour, 3))
      yield* goOn
      yield* judge
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("and is put right, taken back or followed late by a backfill stays so when the next one begins", () => {
    const changes: ReadonlyArray<ReadonlyArray<HistoryRow>> = [
      [row(plexNow - 10 * day, 3)],
      [],
      [row(plexNow - 10 * day, 2), row(plexNow - 9.5 * day, 3)]
    ]
    return Effect.forEach(changes, (change) => {
      const { backfill, goOn, judge, plant, rows, run } = changing()
      rows.push(row(plexNow - 12 * day, 1), row(plexNow - 10 * day, 2))
      return Effect.gen(function* () {
        yield* run
        rows.splice(1, 1, ...change)
        yield* backfill(plexNow - 11 * day, plexNow - 9 * day)
        yield* judge
        rows.push(row(plexNow + hour, 4))
        yield* goOn
        yield* judge
      }).pipe(Effect.provide(plant.layer))
    })
  })

  it.effect("and older than those known leaves the last one known as it is", () => {
    const { backfill, goOn, judge, plant, rows, run } = changing()
    rows.push(row(plexNow - 12 * day, 1), row(plexNow - 10 * day, 2))
    return Effect.gen(function* () {
      yield* run
      rows.push(row(plexNow - 11.5 * day, 3))
      yield* backfill(plexNow - 12 * day, plexNow - 11 * day)
      yield* judge
      rows.push(row(plexNow + hour, 4))
      yield* goOn
      yield* judge
    }).pipe(Effect.provide(plant.layer))
  })
})

describe("A backfill of statuses", () => {
  it.effect("behind which a run that was cut holds a status back writes that where it ends it", () => {
    const { backfill, judge, plant, rows, run, shown } = changing({ recheck: 0 })
    return Effect.gen(function* () {
      yield* run
      plant.plex.now += 3 * day
      rows.push(row(plexNow + hour, 1))
      plant.plex.lists[lists.statuses] = (call) =>
        call.slice !== undefined && call.slice.begin >= plexNow + 20 * hour ? plexError("Unavailable") : shown(call)
      yield* run
      rows.push(row(plexNow + 5 * hour, 2))
      yield* backfill(plexNow + 4 * hour, plexNow + 6 * hour)
      yield* judge
      plant.plex.lists[lists.statuses] = shown
      rows.push(row(plexNow + 50 * hour, 3))
      yield* run
      yield* judge
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("between two slices of a run is seen by the second", () => {
    const { backfill, judge, plant, rows, run } = changing({ recheck: 0 })
    rows.push(row(plexNow - 10 * day, 1))
    return Effect.gen(function* () {
      yield* run
      plant.plex.now += 3 * day
      rows.splice(0, 1, row(plexNow - 10 * day, 2), row(plexNow + 50 * hour, 3))
      const services = yield* Effect.context<FlowServices | Progress>()
      let filling = backfill(plexNow - 11 * day, plexNow - 9 * day).pipe(Effect.asVoid, Effect.provide(services))
      yield* run.pipe(
        withLedger(({ confirm }) => ({
          confirm: (chunk) =>
            Effect.tap(confirm(chunk), () => {
              if (chunk.watermark?.flow !== "status-entries") return Effect.void
              const once = filling
              filling = Effect.void
              return once
            })
        }))
      )
      yield* judge
    }).pipe(Effect.provide(plant.layer))
  })
})
