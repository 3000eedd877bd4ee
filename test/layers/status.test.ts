/**
 * What an operator may see of a facility.
 */
import { assert, describe, it } from "@effect/vitest"
import type * as SqlClient from "@effect/sql/SqlClient"
import { Deferred, Effect, Fiber, Layer, Stream, TestClock } from "effect"
import { StateError } from "../../src/domain/Errors.js"
import type { FacilityStatus } from "../../src/domain/Status.js"
import { Upstreams } from "../../src/layers/http/Upstreams.js"
import { makeRunLog } from "../../src/layers/state/RunLogSql.js"
import { openState } from "../../src/layers/state/StateDatabase.js"
import * as Remembered from "../../src/layers/status/Remembered.js"
import * as StatusLive from "../../src/layers/StatusLive.js"
import { definitions } from "../../src/pipelines/extractors.js"
import { runExtractor } from "../../src/pipelines/runExtractor.js"
import { flow } from "../../src/pipelines/runFlow.js"
import { runSweep } from "../../src/pipelines/runSweep.js"
import { CallObserver } from "../../src/services/CallObserver.js"
import { Lease } from "../../src/services/Lease.js"
import { Ledger } from "../../src/services/Ledger.js"
import { OwnFlows } from "../../src/services/OwnFlows.js"
import { RunLog } from "../../src/services/RunLog.js"
import { Status } from "../../src/services/Status.js"
import { makePlant } from "../support/PipelineHarness.js"
import { intervals, minute } from "../support/Residents.js"
import { jobRow, lists } from "../pipelines/Rows.js"

const plant = makePlant({
  plex: { lists: { [lists.jobs]: [jobRow(1), jobRow(2)] } },
  settings: intervals({ jobs: 5 })
})

/** Over a run log in this database; another one over the same is the next process. */
const statusOver = (
  sql: SqlClient.SqlClient,
  over: Layer.Layer<never> | Layer.Layer<Lease | Ledger, never, Lease | Ledger> = Layer.empty
) =>
  StatusLive.layer.pipe(
    Layer.provideMerge(over),
    Layer.provideMerge(Layer.scoped(RunLog, makeRunLog(sql, { facility: 1, enabled: true, retentionDays: 30 }))),
    Layer.provideMerge(plant.layer),
    Layer.provideMerge(Upstreams.layer),
    Layer.provideMerge(Remembered.layer),
    Layer.provide(plant.layer)
  )

const seen: Effect.Effect<FacilityStatus> = Effect.gen(function* () {
  const { facilities } = yield* (yield* Status).snapshot
  const [facility] = facilities
  return facility ?? (yield* Effect.dieMessage("no facility"))
})

const jobs = Effect.map(seen, ({ extractors }) => extractors.find(({ name }) => name === "jobs"))

const runJobs = Effect.gen(function* () {
  yield* runExtractor(definitions.jobs, { sweep: false, stop: yield* Deferred.make<void>() })
})

const state = Effect.orDie(openState(":memory:"))

describe("The status of a facility", () => {
  it.scoped("shows each extractor's runs and flows, with counts of the last run and of all", () =>
    Effect.gen(function* () {
      const sql = yield* state
      yield* Effect.gen(function* () {
        const status = yield* Status
        assert.deepInclude(yield* jobs, { state: "waiting", failures: 0, trend: [], flows: [] })
        yield* status.waits("jobs", { until: 5 * minute, failures: 0 })
        yield* runJobs
        yield* TestClock.adjust("1 minute")
        yield* runJobs
        const found = yield* jobs
        assert.deepInclude(found, { state: "waiting", nextRun: 5 * minute, lastSuccess: minute })
        assert.deepInclude(found?.lastRun, { name: "jobs", status: "succeeded", started: minute, finished: minute })
        assert.strictEqual(found?.trend.length, 2)
        const flow = found?.flows.find(({ flow }) => flow === "jobs")
        assert.deepInclude(flow, { status: "ok", lastSuccess: minute, freshness: 0, valveClosed: false })
        const { counts, totals } = flow ?? (yield* Effect.dieMessage("the flow has run"))
        assert.strictEqual(counts.created, 0)
        assert.deepInclude(totals, { read: 2 + counts.read, created: 2 })
        // The recent runs are those of the run log.
        assert.deepStrictEqual(
          (yield* seen).recentRuns.map(({ name }) => name),
          ["jobs", "jobs"]
        )
        assert.strictEqual((yield* seen).role, "active")
      }).pipe(Effect.provide(statusOver(sql)))
    })
  )

  it.scoped("of the next process knows what the one before did", () =>
    Effect.gen(function* () {
      const sql = yield* state
      yield* TestClock.adjust("10 minutes")
      yield* runJobs.pipe(Effect.provide(statusOver(sql)))
      yield* Effect.gen(function* () {
        // What was before is read behind everybody's back.
        yield* jobs.pipe(Effect.repeat({ times: 200, until: (found) => found?.flows.length === 1 }))
        yield* TestClock.adjust("5 minutes")
        const found = yield* jobs
        assert.deepInclude(found, { lastSuccess: 10 * minute, state: "waiting" })
        assert.strictEqual(found?.trend.length, 1)
        const flow = found?.flows.find(({ flow }) => flow === "jobs")
        assert.deepInclude(flow, { status: "ok", freshness: 5 * minute })
        assert.strictEqual(flow?.totals.read, 0)
        assert.strictEqual(flow?.counts.read, 2)
      }).pipe(Effect.provide(statusOver(sql)))
    })
  )

  it.scoped("lists the flows of an application: provided and not run, run by an extractor, run by themselves", () =>
    Effect.gen(function* () {
      const sql = yield* state
      const stop = yield* Deferred.make<void>()
      const tools = flow("own-tools", Effect.void)
      const visits = flow("own-visits", Effect.void, { sweep: true })
      const provided = Layer.provide(Layer.succeed(OwnFlows, ["own-tools", "own-visits", "own-suppliers"]))
      const own = Effect.gen(function* () {
        yield* runExtractor({ name: "jobs", plan: () => [tools] }, { sweep: false, stop })
        yield* runSweep("jobs", visits, { sweep: true, stop })
      })
      const listed = Effect.map(seen, ({ extractors, ownFlows }) => ({
        ofJobs: extractors.find(({ name }) => name === "jobs")?.flows.map(({ flow, status }) => [flow, status]),
        apart: ownFlows.map(({ flow, ran }): ReadonlyArray<string | undefined> => [flow, ran?.status])
      }))
      const apart = [
        ["own-visits", "ok"],
        ["own-suppliers", undefined]
      ]
      yield* Effect.gen(function* () {
        assert.deepStrictEqual((yield* listed).apart, [
          ["own-tools", undefined],
          ["own-visits", undefined],
          ["own-suppliers", undefined]
        ])
        yield* own
        yield* TestClock.adjust("3 minutes")
        assert.deepStrictEqual(yield* listed, { ofJobs: [["own-tools", "ok"]], apart })
        const found = (yield* jobs)?.flows.find(({ flow }) => flow === "own-tools")
        assert.deepInclude(found, { freshness: 3 * minute, lastSuccess: 0 })
      }).pipe(Effect.provide(statusOver(sql).pipe(provided)))
      // The next process knows of them too.
      yield* Effect.gen(function* () {
        const known = yield* Effect.zipRight(Effect.yieldNow(), listed).pipe(
          Effect.repeat({ times: 2_000, until: ({ apart }) => apart.some(([, ran]) => ran === "ok") })
        )
        assert.deepStrictEqual(known, { ofJobs: [["own-tools", "ok"]], apart })
      }).pipe(Effect.provide(statusOver(sql).pipe(provided)))
    })
  )

  it.scoped("calls an extractor stale two intervals after its last success", () =>
    Effect.gen(function* () {
      const sql = yield* state
      yield* Effect.gen(function* () {
        yield* runJobs
        yield* TestClock.adjust("9 minutes")
        assert.isUndefined((yield* jobs)?.staleSince)
        yield* TestClock.adjust("2 minutes")
        assert.strictEqual((yield* jobs)?.staleSince, 10 * minute)
        yield* runJobs
        assert.isUndefined((yield* jobs)?.staleSince)
      }).pipe(Effect.provide(statusOver(sql)))
    })
  )

  it.scoped("shows a run while it goes on, and tells of each change", () =>
    Effect.gen(function* () {
      const sql = yield* state
      const gate = yield* Deferred.make<void>()
      plant.plex.lists[lists.jobs] = () => Stream.execute(Deferred.await(gate))
      yield* Effect.gen(function* () {
        const status = yield* Status
        const changed = yield* Effect.fork(Stream.runHead(status.changes))
        yield* Effect.yieldNow()
        const running = yield* Effect.fork(runJobs)
        yield* Fiber.join(changed)
        yield* TestClock.adjust("2 minutes")
        const found = yield* jobs
        assert.strictEqual(found?.state, "running")
        assert.deepInclude(found?.current, { started: 0, duration: 2 * minute, status: "running" })
        assert.deepStrictEqual((yield* status.movement).running, ["jobs"])
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(running)
        assert.strictEqual((yield* jobs)?.state, "waiting")
      }).pipe(Effect.provide(statusOver(sql)))
      plant.plex.lists[lists.jobs] = [jobRow(1), jobRow(2)]
    })
  )

  it.scoped("counts failed calls of the last hour, and forgets them", () =>
    Effect.gen(function* () {
      const sql = yield* state
      yield* Effect.gen(function* () {
        const observe = yield* CallObserver
        const call = { upstream: "plex", operation: "GET /a", duration: 1, throttled: false }
        yield* observe({ ...call, reason: "Timeout" })
        yield* TestClock.adjust("30 minutes")
        yield* observe({ ...call, reason: "Timeout" })
        yield* observe({ ...call, reason: "Interrupted" })
        yield* observe(call)
        const timeouts = { upstream: "plex", category: "transient", reason: "Timeout" }
        const perMinute = Array.from({ length: 60 }, (_, minute) => (minute === 29 || minute === 59 ? 1 : 0))
        assert.deepStrictEqual((yield* seen).errors, [
          { ...timeouts, category: "transient", reason: "Timeout", count: 2, perMinute }
        ])
        yield* TestClock.adjust("31 minutes")
        assert.strictEqual((yield* seen).errors[0]?.count, 1)
        yield* TestClock.adjust("30 minutes")
        assert.deepStrictEqual((yield* seen).errors, [])
      }).pipe(Effect.provide(statusOver(sql)))
    })
  )

  it.scoped("says that the state does not answer, and shows the rest", () =>
    Effect.gen(function* () {
      const sql = yield* state
      const away = Layer.merge(
        Layer.effect(Lease, Lease),
        Layer.effect(
          Ledger,
          Effect.map(Ledger, (ledger) => ({
            ...ledger,
            countPendingLinks: Effect.fail(new StateError({ operation: "read", detail: "gone" }))
          }))
        )
      )
      yield* Effect.gen(function* () {
        yield* runJobs
        const found = yield* seen
        assert.strictEqual(found.stateError, "state read: gone")
        assert.isUndefined(found.deadLetters)
        assert.strictEqual((yield* jobs)?.lastRun?.status, "succeeded")
      }).pipe(Effect.provide(statusOver(sql, away)))
    })
  )

  it.scoped("names the process that works, in standby", () =>
    Effect.gen(function* () {
      const sql = yield* state
      const holder = { host: "other", pid: 7 }
      const standby = Layer.merge(
        Layer.effect(Ledger, Ledger),
        Layer.effect(
          Lease,
          Effect.map(Lease, (lease) => ({ ...lease, status: Effect.succeed({ state: "standby" as const, holder }) }))
        )
      )
      yield* Effect.gen(function* () {
        assert.deepInclude(yield* seen, { role: "standby", holder })
        assert.strictEqual((yield* jobs)?.state, "standing by")
      }).pipe(Effect.provide(statusOver(sql, standby)))
    })
  )
})
