import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, TestClock } from "effect"
import { noCounts } from "../../src/domain/Report.js"
import { layerRunLogOff } from "../../src/layers/RunLogOff.js"
import * as RunLogMirror from "../../src/layers/RunLogMirror.js"
import { AppConfig } from "../../src/services/AppConfig.js"
import { Cdf, type PipelineRun } from "../../src/services/Cdf.js"
import type { CdfError } from "../../src/domain/Errors.js"
import { RunLog } from "../../src/services/RunLog.js"
import { makeCdfMemory, transient } from "../support/CdfMemory.js"
import { settings } from "./cdf/Settings.js"

const mirror = (
  reportRun: (run: PipelineRun) => Effect.Effect<void, CdfError>,
  extractionPipeline: string | undefined = "plex"
) =>
  RunLogMirror.layer.pipe(
    Layer.provide(layerRunLogOff),
    Layer.provide(Layer.succeed(Cdf, { ...makeCdfMemory().cdf, reportRun })),
    Layer.provide(Layer.succeed(AppConfig, { ...settings, cdf: { ...settings.cdf, extractionPipeline } }))
  )

const outcome = {
  flow: "jobs",
  status: "degraded",
  notice: "cut",
  counts: { ...noCounts, read: 9, created: 4, deadLettered: 1 },
  watermarkBefore: undefined,
  watermarkAfter: undefined
} as const

const run = (success: Parameters<(typeof RunLog.Service)["endRun"]>[1], notes?: string) =>
  Effect.gen(function* () {
    const log = yield* RunLog
    const runId = yield* log.startRun("", { name: "jobs", trigger: "once" })
    yield* log.logFlow(runId, outcome)
    yield* log.endRun(runId, success, notes)
  })

describe("the extraction pipeline", () => {
  it.effect("is told of each run that ended, with what its flows did", () =>
    Effect.gen(function* () {
      const runs: Array<PipelineRun> = []
      const layer = mirror((each) => Effect.sync(() => runs.push(each)))
      yield* Effect.all([run(true), run("degraded", "jobs is degraded: cut"), run(false), run("interrupted")]).pipe(
        Effect.zipRight(Effect.scoped(Effect.flatMap(RunLog, (log) => log.scopedRun("", { name: "a", trigger: "" })))),
        Effect.zipRight(
          Effect.exit(
            Effect.scoped(
              Effect.zipRight(
                Effect.flatMap(RunLog, (log) => log.scopedRun("", { name: "guard", trigger: "" })),
                Effect.fail("the key is another tenant's")
              )
            )
          )
        ),
        Effect.provide(layer)
      )
      const did = "jobs: 9 read, 4 created, 1 dead letters"
      assert.deepStrictEqual(runs, [
        { externalId: "plex", status: "success", message: `jobs succeeded; ${did}` },
        { externalId: "plex", status: "success", message: `jobs degraded; jobs is degraded: cut; ${did}` },
        { externalId: "plex", status: "failure", message: `jobs failed; ${did}` },
        { externalId: "plex", status: "seen", message: `jobs interrupted; ${did}` },
        { externalId: "plex", status: "failure", message: "guard failed; the key is another tenant's" }
      ])
    })
  )

  it.effect("is not told anything where none is configured", () =>
    Effect.gen(function* () {
      const runs: Array<PipelineRun> = []
      const layer = RunLogMirror.layer.pipe(
        Layer.provide(layerRunLogOff),
        Layer.provide(
          Layer.succeed(Cdf, { ...makeCdfMemory().cdf, reportRun: (each) => Effect.sync(() => runs.push(each)) })
        ),
        Layer.provide(Layer.succeed(AppConfig, settings))
      )
      yield* Effect.provide(run(true), layer)
      assert.deepStrictEqual(runs, [])
    })
  )

  it.effect("that refuses is said once and breaks nothing; one that hangs holds nothing up", () =>
    Effect.gen(function* () {
      const said: Array<string> = []
      const logger = Logger.make(({ message }) => said.push(String(message)))
      yield* Effect.all([run(true), run(true), Effect.yieldNow()]).pipe(
        Effect.provide(
          mirror(() => Effect.fail(transient("reportRun"))).pipe(
            Layer.provideMerge(Logger.replace(Logger.defaultLogger, logger))
          )
        )
      )
      assert.strictEqual(said.filter((line) => line.includes("extraction pipeline")).length, 1)
      const fiber = yield* Effect.fork(
        Effect.provide(
          run(true),
          mirror(() => Effect.never)
        )
      )
      yield* TestClock.adjust("10 seconds")
      yield* fiber.await
    })
  )

  it.effect("sees a process that stays every ten minutes", () =>
    Effect.gen(function* () {
      const runs: Array<PipelineRun> = []
      yield* TestClock.adjust("35 minutes").pipe(Effect.provide(mirror((each) => Effect.sync(() => runs.push(each)))))
      assert.deepStrictEqual(
        runs.map(({ status }) => status),
        ["seen", "seen", "seen"]
      )
    })
  )

  it("is told no more than it takes, cut at a code point", () => {
    for (let pad = 0; pad < 4; pad++) {
      const message = RunLogMirror.pipelineMessage("jobs", "failed", "x".repeat(pad) + "🏭".repeat(900) + "\u0000", [])
      assert.isAtMost(message.length, 1000)
      assert.isAtLeast(message.length, 998)
      assert.isTrue(message.isWellFormed())
    }
  })
})
