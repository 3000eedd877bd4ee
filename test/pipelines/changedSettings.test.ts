/**
 * History that was made by other settings than those of now.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { FlowName } from "../../src/domain/Flow.js"
import { isWithin } from "../../src/domain/TimeSlice.js"
import { AppConfig, type Settings } from "../../src/services/AppConfig.js"
import { demoFacility } from "../support/DemoFacility.js"
import { extract, makePlant, type PipelinePlant } from "../support/PipelineHarness.js"
import { type PlexCall, plexNow, type PlexScript } from "../support/PlexScripted.js"
import { settings } from "../layers/cdf/Settings.js"
import { entryRow, lists, uuid } from "./Rows.js"

const { ids } = demoFacility()
const day = 86_400_000
const long = { history: { ...settings.history, startDate: plexNow - 25 * day } }
const reported = plexNow - 20 * day
const moment = new Date(reported).toISOString()

const withSettings =
  (over: Partial<Settings>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.updateService(effect, AppConfig, (all) => ({ ...all, ...over }))

const without = (...flows: ReadonlyArray<FlowName>) => withSettings({ flowsDisabled: new Set(flows) })

const points = ({ cdf }: PipelinePlant, series: Parameters<typeof cdf.cdf.latestPoints>[0][number]) =>
  Effect.map(cdf.cdf.points([series], { begin: 0, end: 4e12 }), (found) =>
    [...found.values()].flat().flatMap(({ timestamp, value }) => (value === 0 ? [] : [[timestamp, value]]))
  )

/** A plant with one problem, and the beginnings of the periods in which it was asked for. */
const oneProblem = () => {
  const asked: Array<number> = []
  const problems: PlexScript["dataSources"]["problems"] = ({ Date_Begin, Date_End }) => {
    const slice = { begin: Date.parse(String(Date_Begin)), end: Date.parse(String(Date_End)) }
    asked.push(slice.begin)
    const row = { Problem_No: "1", Problem_Status: "Closed", Noticed: moment, Closed_Date: moment }
    return { rows: isWithin(slice, reported) ? [row] : [], truncated: false }
  }
  const plant = makePlant({ plex: { dataSources: { problems } }, settings: long })
  const { facility } = plant.settings
  const { tables } = facility
  const right = withSettings({
    facility: {
      ...facility,
      tables: {
        ...tables,
        dataSources: {
          ...tables.dataSources,
          problems: { ...tables.dataSources.problems, reportedDateColumns: ["Noticed"] }
        }
      }
    }
  })
  const count = points(plant, ids.series("ncr_count", "340884"))
  /** Whether a run reads more than the last days. */
  const readsAll = <E, R>(run: Effect.Effect<unknown, E, R>) =>
    Effect.suspend(() => {
      asked.splice(0)
      plant.plex.now += day
      return Effect.map(run, () => asked.some((begin) => begin < reported))
    })
  return { plant, right, count, readsAll }
}

describe("Problems", () => {
  it.effect("have their dates and counts once the columns of these are named, and are read again once", () => {
    const { count, plant, readsAll, right } = oneProblem()
    return Effect.gen(function* () {
      yield* extract("quality")
      assert.isUndefined(plant.cdf.held.events.get(ids.of("ncr", "1"))?.startTime)
      assert.isTrue(yield* readsAll(extract("quality").pipe(right)))
      assert.strictEqual(plant.cdf.held.events.get(ids.of("ncr", "1"))?.startTime, reported)
      assert.deepStrictEqual(
        (yield* count).map(([, value]) => value),
        [1]
      )
      assert.isFalse(yield* readsAll(extract("quality").pipe(right)))
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("that came while nobody counted them are counted once ncr-count is on again", () => {
    const { count, plant, readsAll, right } = oneProblem()
    return Effect.gen(function* () {
      yield* extract("quality").pipe(right, without("ncr-count"))
      assert.isFalse(yield* readsAll(extract("quality").pipe(right, without("ncr-count"))))
      assert.isTrue(yield* readsAll(extract("quality").pipe(right)))
      assert.deepStrictEqual(
        (yield* count).map(([, value]) => value),
        [1]
      )
      assert.isFalse(
        yield* readsAll(extract("quality").pipe(right, without("ncr-count"))),
        "to switch it off costs nothing"
      )
    }).pipe(Effect.provide(plant.layer))
  })
})

describe("Output", () => {
  it.effect("that was switched off has all its points once it is switched on", () => {
    const entries = ({ slice }: PlexCall) =>
      slice === undefined || isWithin(slice, reported) ? [entryRow(moment)] : []
    const plant = makePlant({ plex: { lists: { [lists.entries]: entries } }, settings: long })
    const output = points(plant, ids.series("output", uuid(7), "kg"))
    return Effect.gen(function* () {
      yield* extract("production").pipe(without("output"))
      plant.plex.now += day
      yield* extract("production").pipe(without("output"))
      assert.deepStrictEqual(yield* output, [])
      plant.plex.now += day
      yield* extract("production")
      assert.deepStrictEqual(yield* output, [[reported, 10]])
    }).pipe(Effect.provide(plant.layer))
  })
})
