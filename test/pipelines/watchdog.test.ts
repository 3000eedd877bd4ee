import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Stream } from "effect"
import { longestSilence } from "../../src/domain/Patience.js"
import * as CdfFenced from "../../src/layers/cdf/CdfFenced.js"
import { flow } from "../../src/pipelines/runFlow.js"
import { counted } from "../../src/pipelines/stages/read.js"
import { inTurnOf } from "../../src/pipelines/stages/turnOf.js"
import { BeforeSending } from "../../src/services/BeforeSending.js"
import { Cdf } from "../../src/services/Cdf.js"
import { DeadLetters } from "../../src/services/DeadLetters.js"
import { Lease } from "../../src/services/Lease.js"
import { extract, flowOf, makePlant, report } from "../support/PipelineHarness.js"
import { lists, partRow } from "./Rows.js"
import { bound, decodeOne, fine, holding, inTime, moving, quiet, records, remoteOver } from "./Watching.js"

const { layer } = makePlant()

describe("a flow in which nothing moves any more", () => {
  it.effect("ends with the stage that it hangs in and since when, and the others go on", () => {
    const plant = makePlant({
      plex: { lists: { [lists.parts]: [partRow(1)] } },
      over: (cdf) => ({
        upsert: (kind, wanted) =>
          wanted.some(({ resource }) => JSON.stringify(resource).includes("P-1"))
            ? Effect.never
            : cdf.upsert(kind, wanted)
      })
    })
    return Effect.gen(function* () {
      const found = yield* inTime(extract("master-data", { sweep: false }))
      assert.deepInclude(flowOf(found, "parts"), {
        status: "degraded",
        notice: "parts is stuck since 0 min in: write",
        finished: false,
        refused: false
      })
      const others = found.flows.filter(({ flow: name, status }) => name !== "parts" && status !== "off")
      assert.isAbove(others.length, 5)
      assert.deepStrictEqual(
        others.filter(({ notice }) => notice?.includes("stuck")),
        []
      )
      assert.isTrue(others.some(({ flow: name, status }) => name === "operations" && status === "ok"))
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("is told from the part of it that went well", () =>
    Effect.gen(function* () {
      const run = records(12, 60_000, { id: 12 }).pipe(
        counted,
        decodeOne,
        Stream.runDrain,
        Effect.updateService(DeadLetters, (letters) => ({ ...letters, add: () => Effect.never }))
      )
      const { counts, milliseconds, notice } = yield* inTime(report(flow("parts", run)))
      assert.strictEqual(notice, "parts is stuck since 12 min in: decode")
      assert.strictEqual(counts.read, 12)
      assert.isAtLeast(milliseconds, 12 * 60_000 + bound)
      assert.isAtMost(milliseconds, 12 * 60_000 + bound * 1.2)
    }).pipe(Effect.provide(layer))
  )

  it.effect("is one whose list never goes on and never fails, too", () =>
    Effect.gen(function* () {
      const { notice } = yield* inTime(report(flow("parts", Stream.never.pipe(counted, Stream.runDrain))))
      assert.strictEqual(notice, "parts is stuck since 0 min in: read")
    }).pipe(Effect.provide(layer))
  )

  it.effect("is left behind where it cannot even be interrupted", () =>
    Effect.gen(function* () {
      const { notice } = yield* inTime(report(flow("parts", Effect.uninterruptible(Effect.never))))
      assert.match(notice ?? "", /parts is stuck/)
    }).pipe(Effect.provide(layer))
  )

  it.effect("is waited for when it is interrupted from outside", () =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const goOn = yield* Deferred.make<void>()
      let confirmed = false
      const confirmation = Effect.uninterruptible(
        Effect.zipRight(
          Effect.zipRight(Deferred.succeed(begun, undefined), Deferred.await(goOn)),
          Effect.sync(() => (confirmed = true))
        )
      )
      const fiber = yield* Effect.fork(report(flow("parts", confirmation)))
      yield* Deferred.await(begun)
      const ending = yield* Effect.fork(Fiber.interrupt(fiber))
      yield* Deferred.succeed(goOn, undefined)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.join(ending)))
      assert.isTrue(confirmed)
    }).pipe(Effect.provide(layer))
  )
})

describe("a flow that is slow", () => {
  it.effect("is left alone while records come, however few", () =>
    Effect.gen(function* () {
      const run = records(12, quiet).pipe(counted, decodeOne, Stream.runDrain)
      const { counts, notice } = yield* inTime(report(flow("parts", run)))
      assert.strictEqual(counts.read, 12)
      assert.notMatch(notice ?? "", /stuck/)
    }).pipe(Effect.provide(layer))
  )

  it.effect("is left alone while it waits for the rate limiter", () =>
    Effect.gen(function* () {
      const { answered, upstream } = remoteOver(fine)
      yield* upstream.pacer.hold(3 * bound)
      const { milliseconds, status } = yield* inTime(report(flow("parts", answered)))
      assert.strictEqual(status, "ok")
      assert.isAtLeast(milliseconds, 3 * bound)
    }).pipe(Effect.provide(layer))
  )

  it.effect("is left alone while others have all the permits, and move", () =>
    Effect.gen(function* () {
      const { answered, upstream } = remoteOver(fine)
      yield* holding(upstream, "jobs", moving(3 * bound))
      const { milliseconds, status } = yield* inTime(report(flow("parts", answered)))
      assert.strictEqual(status, "ok")
      assert.isAtLeast(milliseconds, 3 * bound)
    }).pipe(Effect.provide(layer))
  )

  it.effect("is left alone while it waits as long as the server asks, each time", () =>
    Effect.gen(function* () {
      const { answered, asked } = remoteOver(
        () => new Response(null, { status: 429, headers: { "retry-after": "9999" } })
      )
      const { milliseconds, notice } = yield* inTime(report(flow("parts", answered)))
      assert.match(notice ?? "", /RateLimited/)
      assert.strictEqual(asked.length, 4)
      assert.isAbove(milliseconds, 2 * bound)
    }).pipe(Effect.provide(layer))
  )

  it.effect("is left alone while its token is being renewed, or the lease looked at", () =>
    Effect.gen(function* () {
      const { call, remote } = remoteOver(fine)
      const late = { ...call, request: Effect.delay(call.request, 3 * bound) }
      const once = remote.answer(late, ({ text }) => Effect.succeed(text))
      const run = Effect.provideService(once, BeforeSending, Effect.sleep(3 * bound))
      const { milliseconds, status } = yield* inTime(report(flow("parts", run)))
      assert.strictEqual(status, "ok")
      assert.isAtLeast(milliseconds, 6 * bound)
    }).pipe(Effect.provide(layer))
  )

  it.effect("is left alone while it waits for the lease", () =>
    Effect.gen(function* () {
      const lease = yield* Lease
      const late = CdfFenced.layer.pipe(
        Layer.provide(Layer.succeed(Lease, { ...lease, check: Effect.sleep(3 * bound), lost: Effect.never })),
        Layer.provide(Layer.succeed(Cdf, yield* Cdf))
      )
      const run = Effect.flatMap(Cdf, (cdf) => cdf.deletePoints([])).pipe(Effect.provide(late))
      const { milliseconds, status } = yield* inTime(report(flow("parts", run)))
      assert.strictEqual(status, "ok")
      assert.isAtLeast(milliseconds, 3 * bound)
    }).pipe(Effect.provide(layer))
  )

  it.effect("is left alone while somebody else reads its slices", () =>
    Effect.gen(function* () {
      const has = yield* Deferred.make<void>()
      const inTurn = inTurnOf("parts")
      yield* Effect.fork(inTurn(Effect.zipRight(Deferred.succeed(has, undefined), Effect.sleep(3 * bound))))
      yield* Deferred.await(has)
      const { milliseconds, status } = yield* inTime(report(flow("parts", inTurn(Effect.void))))
      assert.strictEqual(status, "ok")
      assert.isAtLeast(milliseconds, 3 * bound)
    }).pipe(Effect.provide(layer))
  )

  it.effect("is left alone while a slow body keeps coming", () =>
    Effect.gen(function* () {
      const pieces = Stream.repeatEffect(Effect.delay(Effect.succeed(new Uint8Array(2048)), 9_000)).pipe(
        Stream.take(100)
      )
      const body = yield* Stream.toReadableStreamEffect(pieces)
      const { call, remote } = remoteOver(() => new Response(body))
      const run = remote
        .answer(call, ({ text }) => Effect.succeed(text))
        .pipe(Effect.tap((text) => assert.strictEqual(text.length, 100 * 2048)))
      const { milliseconds, status } = yield* inTime(report(flow("parts", run)))
      assert.strictEqual(status, "ok")
      assert.isAbove(milliseconds, 2 * bound)
    }).pipe(Effect.provide(layer))
  )
})

describe("the longest silence", () => {
  it("is what a call may take with all its tries, and once what a server may ask for", () => {
    assert.strictEqual(longestSilence({ timeout: 60_000, maxRetries: 0, retryDelay: 1_000 }), 360_000)
    assert.strictEqual(longestSilence({ timeout: 2_000, maxRetries: 2, retryDelay: 1_000 }), 309_600)
    assert.strictEqual(longestSilence({ timeout: 1_000, maxRetries: 10, retryDelay: 60_000 }), 911_000)
  })
})
