import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Layer, Logger, HashMap, Stream } from "effect"
import { StateError } from "../../src/domain/Errors.js"
import { addsUp, noCounts } from "../../src/domain/Report.js"
import { makeRunLog } from "../../src/layers/state/RunLogSql.js"
import { openState } from "../../src/layers/state/StateDatabase.js"
import { FlowRun } from "../../src/pipelines/FlowRun.js"
import { inRun } from "../../src/pipelines/inRun.js"
import { runExtractor } from "../../src/pipelines/runExtractor.js"
import { flow } from "../../src/pipelines/runFlow.js"
import { relink } from "../../src/pipelines/relink.js"
import { CallObserver, type ObservedCall } from "../../src/services/CallObserver.js"
import { CurrentRun } from "../../src/services/CurrentRun.js"
import { Ledger } from "../../src/services/Ledger.js"
import { RunLog } from "../../src/services/RunLog.js"
import { makePlant, report } from "../support/PipelineHarness.js"

/** A run log of its own, in memory. */
const runLogOver = (enabled: boolean) =>
  Layer.scoped(
    RunLog,
    Effect.flatMap(openState(":memory:"), (sql) => makeRunLog(sql, { facility: 1, enabled, retentionDays: 30 }))
  ).pipe(Layer.orDie)

const plant = (enabled = true) => Layer.merge(makePlant().layer, runLogOver(enabled))

const call: ObservedCall = { upstream: "plex", operation: "GET /a", duration: 5, throttled: false }

const observed = Effect.flatMap(CallObserver, (observe) => observe(call))

const counting = (counts: Partial<Record<"read" | "created" | "filtered", number>>) =>
  Effect.map(FlowRun, ({ tally }) => {
    for (const name of ["read", "created", "filtered"] as const) tally.add(name, counts[name] ?? 0)
  })

describe("a run", () => {
  it.effect("counts each call made in it, also for who watched before, and names itself in the log", () =>
    Effect.gen(function* () {
      const before: Array<ObservedCall> = []
      const annotations: Array<unknown> = []
      const logger = Logger.make((line) => annotations.push(...HashMap.values(line.annotations)))
      const runId = yield* inRun("jobs", (runId) =>
        Effect.gen(function* () {
          assert.strictEqual(yield* CurrentRun, runId)
          yield* observed
          yield* Effect.all([observed, observed], { concurrency: 2 })
          yield* Effect.logInfo("in it")
          return runId
        })
      ).pipe(
        Effect.provideService(CallObserver, (seen) => Effect.sync(() => before.push(seen))),
        Effect.provide(Logger.replace(Logger.defaultLogger, logger))
      )
      const log = yield* RunLog
      assert.deepInclude(yield* log.runMetrics(runId), { requests: 3, duration: 15 })
      assert.strictEqual(before.length, 3)
      assert.deepStrictEqual(annotations, [runId])
      assert.isUndefined(yield* CurrentRun)
    }).pipe(Effect.provide(plant()))
  )

  it.effect("ends with the exit of what it holds", () =>
    Effect.gen(function* () {
      yield* inRun("fine", () => Effect.void)
      yield* Effect.exit(inRun("failing", () => Effect.fail(new StateError({ operation: "confirm", detail: "no" }))))
      const interrupted = yield* Effect.exit(inRun("interrupted", () => Effect.interrupt))
      assert.isTrue(Exit.isFailure(interrupted) && Cause.isInterruptedOnly(interrupted.cause))
      yield* inRun(
        "judged",
        () => Effect.succeed(3),
        (value) => ({ status: "degraded", notes: `${value}` })
      )
      const log = yield* RunLog
      assert.sameMembers(
        (yield* log.recentRuns(10)).map(({ endNotes, name, status, trigger }) =>
          [name, trigger, status, endNotes].join()
        ),
        [
          "fine,once,succeeded,",
          "failing,once,failed,state confirm: no",
          "interrupted,once,interrupted,",
          "judged,once,degraded,3"
        ]
      )
    }).pipe(Effect.provide(plant()))
  )

  it.effect("of a log that is switched off leaves no trace", () =>
    Effect.gen(function* () {
      assert.isUndefined(yield* inRun("jobs", () => Effect.zipRight(observed, CurrentRun)))
      assert.deepStrictEqual(yield* (yield* RunLog).recentRuns(10), [])
    }).pipe(Effect.provide(plant(false)))
  )

  it.effect("of an extractor holds the counts and the watermarks of each of its flows", () =>
    Effect.gen(function* () {
      const ledger = yield* Ledger
      yield* ledger.moveWatermark("movements", 1_000)
      const done = yield* runExtractor(
        {
          name: "inventory",
          plan: () => [
            flow("locations", counting({ read: 4, created: 3, filtered: 1 })),
            flow(
              "movements",
              Effect.flatMap(Ledger, (each) => Effect.orDie(each.moveWatermark("movements", 2_000)))
            ),
            flow("adjustments", Effect.dieMessage("a defect"))
          ]
        },
        { sweep: false, stop: yield* Deferred.make<void>() }
      )
      assert.strictEqual(done.status, "degraded")
      const log = yield* RunLog
      const [run] = yield* log.recentRuns(1)
      assert.deepInclude(run, { name: "inventory", status: "degraded", notes: "" })
      assert.match(run?.endNotes ?? "", /^adjustments is degraded: defect/)
      const record = yield* log.runRecord(run?.runId ?? "")
      assert.deepStrictEqual(
        record?.entities.map(({ entity, status, watermarkAfter, watermarkBefore }) => [
          entity,
          status,
          watermarkBefore,
          watermarkAfter
        ]),
        [
          ["adjustments", "degraded", undefined, undefined],
          ["hierarchy", "ok", undefined, undefined],
          ["locations", "ok", undefined, undefined],
          ["movements", "ok", 1_000, 2_000]
        ]
      )
      const { counts } = record?.entities.find(({ entity }) => entity === "locations") ?? {}
      assert.deepStrictEqual(counts, { ...noCounts, read: 4, created: 3, filtered: 1 })
    }).pipe(Effect.provide(plant()))
  )

  it.effect("of pending links is there only where links are pending", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* relink, 0)
      assert.deepStrictEqual(yield* (yield* RunLog).recentRuns(10), [])
    }).pipe(Effect.provide(plant()))
  )
})

describe("a flow whose counts do not add up", () => {
  for (const { counts, status } of [
    { counts: { read: 5, created: 4, filtered: 1 }, status: "ok" },
    { counts: { read: 5, created: 4 }, status: "degraded" },
    { counts: { read: 5, created: 5, filtered: 1 }, status: "degraded" }
  ] as const) {
    it.effect(`is degraded and names the numbers: ${JSON.stringify(counts)} is ${status}`, () =>
      Effect.gen(function* () {
        const done = yield* report(flow("parts", counting(counts)))
        assert.strictEqual(done.status, status)
        assert.strictEqual(addsUp(done.counts), status === "ok")
        if (status === "degraded")
          assert.match(done.notice ?? "", new RegExp(`do not add up: 5 read, but ${counts.created} created`))
      }).pipe(Effect.provide(plant()))
    )
  }

  it.effect("keeps the reason for which it failed", () =>
    Effect.gen(function* () {
      const done = yield* report(
        flow("parts", Effect.zipRight(counting({ read: 5 }), Stream.runDrain(Stream.die("a defect"))))
      )
      assert.match(done.notice ?? "", /^defect/)
    }).pipe(Effect.provide(plant()))
  )
})
