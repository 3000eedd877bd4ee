/**
 * When the resident process runs what: after failures, on request, and master-data before the others.
 */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Fiber, FastCheck, Layer, Stream, TestClock } from "effect"
import { layerRunLogOff } from "../../src/layers/RunLogOff.js"
import { resident } from "../../src/pipelines/resident.js"
import { retryWait } from "../../src/pipelines/retryWait.js"
import { makeRunRequests } from "../../src/pipelines/RunRequests.js"
import { Ledger } from "../../src/services/Ledger.js"
import { RunLog, type LoggedRun, type RunDetails } from "../../src/services/RunLog.js"
import { Status, type Waiting } from "../../src/services/Status.js"
import { ExternalId } from "../../src/domain/ExternalId.js"
import { makePlant } from "../support/PipelineHarness.js"
import { type PlexScript, plexError } from "../support/PlexScripted.js"
import { intervals, minute, runFor, slow } from "../support/Residents.js"
import { lists } from "./Rows.js"

/** A list that fails as often as told; notes the minutes at which it was asked for. */
const failing = (times = Infinity) => {
  const begun: Array<number> = []
  const list: PlexScript["lists"][string] = () =>
    Stream.unwrap(
      Effect.map(Clock.currentTimeMillis, (now) => {
        begun.push(now / minute)
        return begun.length > times ? Stream.empty : Stream.fail(plexError("Unavailable"))
      })
    )
  return { begun, list }
}

/** A run log that tells what triggered each run, and that remembers one run from before. */
const runLogWith = (triggers: Array<string>, before: ReadonlyArray<LoggedRun> = []) =>
  Layer.map(layerRunLogOff, (context) => context).pipe(
    Layer.merge(
      Layer.effect(
        RunLog,
        Effect.map(RunLog, (log) => ({
          ...log,
          startRun: (notes: string, details?: RunDetails) => {
            if (details !== undefined) triggers.push(`${details.name} ${details.trigger}`)
            return log.startRun(notes, details)
          },
          recentRuns: () => Effect.succeed(before)
        }))
      ).pipe(Layer.provide(layerRunLogOff))
    )
  )

const runBefore = (finished: number): LoggedRun => ({
  runId: "before",
  name: "master-data",
  trigger: "interval",
  status: "succeeded",
  started: finished,
  finished,
  notes: "",
  endNotes: "",
  metrics: { requests: 0, items: 0, duration: 0, errors: 0, throttled: 0, lost: 0 }
})

describe("the wait before a failed run is tried again", () => {
  it("grows, and never goes beyond the interval", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.integer({ min: 1, max: 60 }),
        FastCheck.integer({ min: 1, max: 86_400_000 }),
        (failures, interval) => {
          const wait = retryWait(failures, interval)
          assert.isAtMost(wait, interval)
          assert.isAtLeast(retryWait(failures + 1, interval), wait)
          assert.isAbove(wait, 0)
        }
      )
    )
    assert.strictEqual(retryWait(1, 3_600_000), 30_000)
    assert.strictEqual(retryWait(3, 3_600_000), 120_000)
  })
})

describe("an extractor that fails", () => {
  it.effect("is tried again after waits that double, and at each beat", () => {
    const { begun, list } = failing()
    const { layer } = makePlant({ plex: { lists: { [lists.jobs]: list } }, settings: intervals({ jobs: 10 }) })
    return Effect.gen(function* () {
      yield* runFor(31, "jobs")
      // The beats of 0, 10, 20 and 30 are kept.
      assert.deepStrictEqual(begun, [0, 0.5, 1.5, 3.5, 7.5, 10, 20, 30])
    }).pipe(Effect.provide(layer))
  })

  it.effect("is back on its beat when it has succeeded, and the next failure is tried again soon", () => {
    const { begun, list } = failing(2)
    const told: Array<Waiting> = []
    const { layer } = makePlant({ plex: { lists: { [lists.jobs]: list } }, settings: intervals({ jobs: 10 }) })
    return Effect.gen(function* () {
      const silent = yield* Status
      yield* runFor(21, "jobs").pipe(
        Effect.provideService(Status, { ...silent, waits: (_, waiting) => Effect.sync(() => told.push(waiting)) })
      )
      assert.deepStrictEqual(begun, [0, 0.5, 1.5, 10, 20])
      assert.deepStrictEqual(
        told.map(({ failures, until }) => [until / minute, failures]),
        [
          [0, 0],
          [0.5, 1],
          [1.5, 2],
          [10, 0],
          [20, 0],
          [30, 0]
        ]
      )
    }).pipe(Effect.provide(layer))
  })
})

describe("an extractor that is asked for", () => {
  it.effect("runs at once, says why, and keeps its beat", () => {
    const { begun, list } = slow(() => 0)
    const triggers: Array<string> = []
    const { layer } = makePlant({ plex: { lists: { [lists.jobs]: list } }, settings: intervals({ jobs: 10 }) })
    return Effect.gen(function* () {
      const requests = yield* makeRunRequests
      const stop = yield* Deferred.make<void>()
      const fiber = yield* Effect.fork(resident({ only: ["jobs"], sweep: false, stop, requests }))
      yield* TestClock.adjust("3 minutes")
      yield* requests.ask("jobs")
      yield* requests.askAll
      yield* TestClock.adjust("8 minutes")
      yield* Deferred.succeed(stop, undefined)
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(begun, [0, 3, 10])
      assert.deepStrictEqual(triggers, ["guard once", "jobs once", "jobs request", "jobs once"])
    }).pipe(Effect.provide(Layer.merge(layer, runLogWith(triggers))))
  })

  it.effect("while it runs, runs once more afterwards and never beside itself", () => {
    const { begun, list, seen } = slow(() => 2)
    const { layer } = makePlant({ plex: { lists: { [lists.jobs]: list } }, settings: intervals({ jobs: 10 }) })
    return Effect.gen(function* () {
      const requests = yield* makeRunRequests
      const stop = yield* Deferred.make<void>()
      const fiber = yield* Effect.fork(resident({ only: ["jobs"], sweep: false, stop, requests }))
      yield* TestClock.adjust("1 minute")
      yield* requests.ask("jobs")
      yield* requests.ask("jobs")
      for (let at = 0; at < 8; at++) yield* TestClock.adjust("1 minute")
      yield* Deferred.succeed(stop, undefined)
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(begun, [0, 2])
      assert.strictEqual(seen.most, 1)
    }).pipe(Effect.provide(layer))
  })
})

/** As if an earlier process had made the tree. */
const treeIsThere = Effect.flatMap(Ledger, (ledger) =>
  ledger.confirm({
    rows: [
      {
        kind: "assets",
        externalId: ExternalId.make("plex_facility"),
        hash: "h",
        id: 1,
        flow: "hierarchy",
        plexId: "1",
        links: []
      }
    ]
  })
)

describe("master-data", () => {
  for (const { age, begins } of [
    { age: 30, begins: [0] },
    { age: 121, begins: [3] }
  ]) {
    it.effect(`made ${age} minutes before the process, on an interval of 60, is waited for: ${begins[0] !== 0}`, () => {
      const parts = slow(() => 3)
      const jobs = slow(() => 0)
      const { layer } = makePlant({
        plex: { lists: { [lists.parts]: parts.list, [lists.jobs]: jobs.list } },
        settings: intervals({ "master-data": 60, jobs: 30 })
      })
      return Effect.gen(function* () {
        yield* TestClock.setTime(0)
        yield* treeIsThere
        yield* runFor(10, "master-data", "jobs")
        assert.deepStrictEqual(parts.begun, [0])
        assert.deepStrictEqual(jobs.begun, begins)
      }).pipe(Effect.provide(Layer.merge(layer, runLogWith([], [runBefore(-age * minute)]))))
    })
  }

  it.effect("that is stale goes before the others again: they wait for the run that goes on", () => {
    const parts = slow((run) => (run === 0 ? 3 : 25))
    const jobs = slow(() => 0)
    const { layer } = makePlant({
      plex: { lists: { [lists.parts]: parts.list, [lists.jobs]: jobs.list } },
      settings: intervals({ "master-data": 10, jobs: 15 })
    })
    return Effect.gen(function* () {
      yield* runFor(38, "master-data", "jobs")
      assert.deepStrictEqual(parts.begun, [0, 10])
      // At 18 the tree, made at 3, is fresh; at 33 it is stale, and being made until 35.
      assert.deepStrictEqual(jobs.begun, [3, 18, 35])
    }).pipe(Effect.provide(layer))
  })

  it.effect("that fails does not stop the others", () => {
    const parts = failing()
    const jobs = slow(() => 0)
    const { layer } = makePlant({
      plex: { lists: { "/mdm/v1/buildings": parts.list, [lists.jobs]: jobs.list } },
      settings: intervals({ "master-data": 60, jobs: 30 })
    })
    return Effect.gen(function* () {
      yield* runFor(100, "master-data", "jobs")
      assert.deepStrictEqual(jobs.begun, [0, 30, 60, 90])
    }).pipe(Effect.provide(layer))
  })
})
