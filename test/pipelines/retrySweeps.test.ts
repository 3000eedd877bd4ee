/**
 * Dead letters of sweeps: each object is looked at again before it is said what became of its letters.
 */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { retry, retryAfterUpdate } from "../../src/pipelines/retry.js"
import type { Settings } from "../../src/services/AppConfig.js"
import { DeadLetters } from "../../src/services/DeadLetters.js"
import { demoFacility } from "../support/DemoFacility.js"
import { deadLetters, extract, later, makePlant, retryAll, withLedger } from "../support/PipelineHarness.js"
import { plexExamples } from "../support/PlexExamples.js"
import { plexError } from "../support/PlexScripted.js"
import { settings as demoSettings } from "../layers/cdf/Settings.js"
import { jobRow, lists, partRow, uuid } from "./Rows.js"

const { ids } = demoFacility()

const run = (name: "master-data" | "jobs") => Effect.zipRight(later, extract(name))

const component = (part: number, over: Readonly<Record<string, unknown>> = {}) => ({
  ...plexExamples.bomComponent,
  id: uuid(100 + part),
  partId: uuid(part),
  ...over
})

/** Three parts with a component each; that of the second one cannot be read until it is mended. */
const plantWithBoms = (settings: Partial<Settings> = {}) => {
  const state = { second: [component(2, { quantity: "1e400" })] }
  const plant = makePlant({
    settings,
    plex: {
      lists: {
        [lists.parts]: [1, 2, 3].map((at) => partRow(at)),
        [lists.boms]: ({ query }) => {
          const part = Number(String(query?.["partId"]).slice(-4))
          return part === 2 ? state.second : [component(part)]
        }
      }
    }
  })
  const bomsAsked = () => plant.plex.calls.filter(({ path }) => path === lists.boms).length
  const isHeld = () => plant.cdf.held.relationships.get(ids.of("bom", uuid(102))) !== undefined
  return { bomsAsked, isHeld, plant, state }
}

const attempts = Effect.map(deadLetters, (letters) => letters.map((letter) => [letter.key, letter.attempts]))

describe("Dead letters of a sweep", () => {
  it.effect("fail again as long as Plex gives the same, and land when it does not", () => {
    const { isHeld, plant, state } = plantWithBoms()
    return Effect.gen(function* () {
      yield* run("master-data")
      assert.deepStrictEqual(yield* attempts, [[uuid(102), 1]])
      assert.deepInclude(yield* retryAll, { letters: 1, settled: 0, failed: 1, untried: 0, notices: [] })
      assert.deepStrictEqual(yield* attempts, [[uuid(102), 2]])
      state.second = [component(2)]
      assert.deepInclude(yield* retryAll, { letters: 1, settled: 1, failed: 0, untried: 0, notices: [] })
      assert.isTrue(isHeld())
      assert.deepStrictEqual(yield* attempts, [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("are settled when Plex does not show their record any more", () => {
    const { plant, state } = plantWithBoms()
    return Effect.gen(function* () {
      yield* run("master-data")
      state.second = []
      assert.deepInclude(yield* retryAll, { letters: 1, settled: 1, untried: 0 })
      assert.deepStrictEqual(yield* attempts, [])
    }).pipe(Effect.provide(plant.layer))
  })

  const hasty = { sweep: { ...demoSettings.sweep, mostMilliseconds: 0 } }

  it.effect("stay, and it is said why, when the time of the sweep is over before all objects were looked at", () => {
    const { bomsAsked, plant } = plantWithBoms(hasty)
    return Effect.gen(function* () {
      yield* run("master-data")
      const before = bomsAsked()
      const done = yield* retryAll
      assert.strictEqual(bomsAsked(), before)
      assert.deepInclude(done, { letters: 1, settled: 0, failed: 0, untried: 1 })
      assert.match(done.notices.join(), /boms could not look at each of its objects in time/)
      assert.deepStrictEqual(yield* attempts, [[uuid(102), 1]])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("would be seen to be lost if a sweep that was cut passed for whole", () => {
    const { plant } = plantWithBoms(hasty)
    return Effect.gen(function* () {
      yield* run("master-data")
      assert.deepInclude(yield* retryAll, { settled: 1 })
      assert.deepStrictEqual(yield* attempts, [])
    }).pipe(
      withLedger(({ sweepProgress }) => ({
        sweepProgress: (sweep) => Effect.map(sweepProgress(sweep), (progress) => ({ ...progress, oldest: undefined }))
      })),
      Effect.provide(plant.layer)
    )
  })

  it.effect("stay when Plex does not answer, and after the stop", () => {
    const { plant } = plantWithBoms()
    return Effect.gen(function* () {
      yield* run("master-data")
      const answering = plant.plex.lists[lists.boms]
      plant.plex.lists[lists.boms] = plexError("Unavailable")
      const refused = yield* retryAll
      assert.deepInclude(refused, { letters: 1, settled: 0, untried: 1 })
      assert.match(refused.notices.join(), /boms is degraded: .*Unavailable/)
      plant.plex.lists[lists.boms] = answering ?? []
      const stop = yield* Deferred.make<void>()
      yield* Deferred.succeed(stop, undefined)
      assert.deepInclude(yield* retry(yield* (yield* DeadLetters).list(), stop), { settled: 0, untried: 1 })
      assert.deepStrictEqual(yield* attempts, [[uuid(102), 1]])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("stay where sweeps are off", () => {
    const { plant } = plantWithBoms({ sweep: { ...demoSettings.sweep, share: 0 } })
    return Effect.gen(function* () {
      yield* (yield* DeadLetters).add([{ flow: "boms", key: "b", reason: "why", content: {} }])
      const done = yield* retryAll
      assert.deepInclude(done, { letters: 1, settled: 0, untried: 1 })
      assert.match(done.notices.join(), /SWEEP_SHARE is 0/)
      assert.deepStrictEqual(yield* attempts, [["b", 1]])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("cost another version of the program no call, and go when their object is looked at again", () => {
    const { bomsAsked, isHeld, plant, state } = plantWithBoms()
    return Effect.gen(function* () {
      yield* run("master-data")
      state.second = [component(2)]
      const before = bomsAsked()
      const letters = yield* DeadLetters
      yield* retryAfterUpdate(["master-data"], yield* Deferred.make<void>()).pipe(
        Effect.provideService(DeadLetters, { ...letters, list: () => letters.list() })
      )
      assert.strictEqual(bomsAsked(), before)
      yield* run("master-data")
      assert.isTrue(isHeld())
      assert.deepStrictEqual(yield* attempts, [])
    }).pipe(Effect.provide(plant.layer))
  })
})

describe("Dead letters of the operations of a job", () => {
  const path = `${lists.jobs}/${uuid(1)}/operations`
  const operation = (over: Readonly<Record<string, unknown>> = {}) => ({
    jobOperationId: uuid(500),
    jobOperationNumber: 10,
    workcenterId: uuid(7),
    workcenterCode: "WC-7",
    ...over
  })
  const bad = operation({ quantity: { wrong: true } })
  const completed = { jobStatus: "Completed", completedDate: "2026-06-12T07:00:00Z" }
  const withOperation = (job: Readonly<Record<string, unknown>>) =>
    makePlant({ plex: { lists: { [lists.jobs]: [jobRow(1, job)], [path]: [bad] } } })

  for (const [which, job] of [
    ["an open job", {}],
    ["a completed job, which is not looked at again otherwise", completed]
  ] as const) {
    it.effect(`fail again while they are the same, and are settled when they can be read: ${which}`, () => {
      const plant = withOperation(job)
      return Effect.gen(function* () {
        yield* run("jobs")
        assert.deepStrictEqual(yield* attempts, [[uuid(500), 1]])
        assert.deepInclude(yield* retryAll, { settled: 0, failed: 1, untried: 0 })
        plant.plex.lists[path] = [operation()]
        assert.deepInclude(yield* retryAll, { settled: 1, failed: 0, untried: 0 })
        assert.isDefined(plant.cdf.held.sequences.get(ids.of("job_routing", "J1")))
      }).pipe(Effect.provide(plant.layer))
    })

    it.effect(`go when the sweep finds them in order: ${which}`, () => {
      const plant = withOperation(job)
      return Effect.gen(function* () {
        yield* run("jobs")
        plant.plex.lists[path] = [operation()]
        yield* run("jobs")
        assert.deepStrictEqual(yield* attempts, [])
        assert.isDefined(plant.cdf.held.sequences.get(ids.of("job_routing", "J1")))
      }).pipe(Effect.provide(plant.layer))
    })
  }

  it.effect("of a completed job cost a call each pass until they are settled, and none then", () => {
    const plant = withOperation(completed)
    return Effect.gen(function* () {
      const asked = Effect.zipRight(
        run("jobs"),
        Effect.sync(() => plant.plex.asked(path))
      )
      assert.deepStrictEqual([yield* asked, yield* asked], [1, 2])
      plant.plex.lists[path] = [operation()]
      assert.deepStrictEqual([yield* asked, yield* asked], [3, 3])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("of a completed job would be seen to be dropped untried if that was not looked at again", () => {
    const plant = withOperation(completed)
    return Effect.gen(function* () {
      yield* run("jobs")
      assert.deepInclude(yield* retryAll, { settled: 1, failed: 0 })
      assert.deepStrictEqual(yield* attempts, [])
    }).pipe(
      withLedger(({ confirm }) => ({
        confirm: ({ looked, ...chunk }) =>
          confirm(
            looked === undefined
              ? chunk
              : { ...chunk, looked: { ...looked, objects: looked.objects.map((each) => ({ ...each, again: false })) } }
          )
      })),
      Effect.provide(plant.layer)
    )
  })

  it.effect("that are a routing which CDF refuses are sent again", () => {
    const plant = withOperation(completed)
    plant.plex.lists[path] = [operation()]
    plant.cdf.refuse = (kind) => (kind === "sequences" ? { message: "no" } : undefined)
    return Effect.gen(function* () {
      yield* run("jobs")
      assert.deepStrictEqual(yield* attempts, [[ids.of("job_routing", "J1"), 1]])
      assert.deepInclude(yield* retryAll, { settled: 0, failed: 1 })
      plant.cdf.refuse = () => undefined
      assert.deepInclude(yield* retryAll, { settled: 1, failed: 0 })
      assert.isDefined(plant.cdf.held.sequences.get(ids.of("job_routing", "J1")))
    }).pipe(Effect.provide(plant.layer))
  })
})
