/**
 * Who watches a run is told how far what takes long is, where it is known beforehand how much there is to do.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Course } from "../../src/domain/Course.js"
import type { FlowName } from "../../src/domain/Flow.js"
import { Progress } from "../../src/services/Progress.js"
import { settings } from "../layers/cdf/Settings.js"
import { extract, makePlant } from "../support/PipelineHarness.js"
import { plexNow } from "../support/PlexScripted.js"
import { lists, partRow } from "./Rows.js"

const hour = 3_600_000

/** Watches, and tells how far a flow is that has begun. */
const makeWatcher = () => {
  const courses = new Map<FlowName, () => Course | undefined>()
  const progress = Progress.of({
    started: (_, flow, _counts, course) => Effect.sync(() => void courses.set(flow, course)),
    finished: () => Effect.void
  })
  return { progress, courseOf: (flow: FlowName) => courses.get(flow)?.() }
}

describe("progress", () => {
  it.effect("of a sweep tells how many of its objects were looked at, each as soon as it was", () => {
    const { courseOf, progress } = makeWatcher()
    const seen: Array<Course | undefined> = []
    const plant = makePlant({
      plex: {
        lists: {
          [lists.parts]: [1, 2, 3].map((at) => partRow(at)),
          [lists.boms]: () => {
            seen.push(courseOf("boms"))
            return []
          }
        }
      },
      settings: { plex: { ...settings.plex, concurrency: 1 } }
    })
    return Effect.gen(function* () {
      yield* extract("master-data")
      assert.deepStrictEqual(
        seen,
        [0, 1, 2].map((done) => ({ done, total: 3, unit: "objects" }))
      )
      assert.deepStrictEqual(courseOf("boms"), { done: 3, total: 3, unit: "objects" })
      assert.isUndefined(courseOf("parts"))
    }).pipe(Effect.provideService(Progress, progress), Effect.provide(plant.layer))
  })

  it.effect("of a resident sweep tells no total, as it depends on when each object was looked at", () => {
    const { courseOf, progress } = makeWatcher()
    const plant = makePlant({ plex: { lists: { [lists.parts]: [partRow(1)] } } })
    return Effect.gen(function* () {
      yield* extract("master-data", { flows: { once: false } })
      assert.isUndefined(courseOf("boms"))
    }).pipe(Effect.provideService(Progress, progress), Effect.provide(plant.layer))
  })

  it.effect("of a backfill tells how many slices of its period were read", () => {
    const { courseOf, progress } = makeWatcher()
    const seen: Array<Course | undefined> = []
    const plant = makePlant({
      plex: {
        lists: {
          [lists.entries]: () => {
            seen.push(courseOf("production-entries"))
            return []
          }
        }
      },
      settings: { history: { ...settings.history, windowHours: 6 } }
    })
    return Effect.gen(function* () {
      const backfill = { begin: plexNow - 48 * hour, end: plexNow - 24 * hour }
      yield* extract("production", { names: new Set(["production-entries"]), sweep: false, flows: { backfill } })
      assert.deepStrictEqual(
        seen,
        [0, 1, 2, 3].map((done) => ({ done, total: 4, unit: "slices" }))
      )
      assert.deepStrictEqual(courseOf("production-entries"), { done: 4, total: 4, unit: "slices" })
    }).pipe(Effect.provideService(Progress, progress), Effect.provide(plant.layer))
  })

  it.effect("of daily performance tells how many days were read", () => {
    const { courseOf, progress } = makeWatcher()
    const seen: Array<Course | undefined> = []
    const plant = makePlant({
      plex: {
        dataSources: {
          dailyPerformance: () => {
            seen.push(courseOf("daily-performance"))
            return { rows: [], truncated: false }
          }
        }
      }
    })
    return Effect.gen(function* () {
      yield* extract("performance")
      assert.deepStrictEqual(
        seen,
        [0, 1, 2].map((done) => ({ done, total: 3, unit: "days" }))
      )
    }).pipe(Effect.provideService(Progress, progress), Effect.provide(plant.layer))
  })
})
