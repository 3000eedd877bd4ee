import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Exit, Fiber, Stream } from "effect"
import { Part, partAsset } from "../../src/domain/records/Part.js"
import { makeUpstream } from "../../src/layers/http/Upstreams.js"
import { type Flow, flow } from "../../src/pipelines/runFlow.js"
import { decode } from "../../src/pipelines/stages/decode.js"
import { map } from "../../src/pipelines/stages/map.js"
import { counted } from "../../src/pipelines/stages/read.js"
import { toCdf } from "../../src/pipelines/stages/write.js"
import { Cdf } from "../../src/services/Cdf.js"
import { DeadLetters } from "../../src/services/DeadLetters.js"
import { Pulse } from "../../src/services/Pulse.js"
import { makePlant, report } from "../support/PipelineHarness.js"
import { partRow } from "./Rows.js"
import { bound, decodeOne, fine, holding, inTime, quiet, records, remoteOver } from "./Watching.js"

const { layer } = makePlant()

/** Each hangs in one place for ever. */
const hanging: ReadonlyArray<readonly [string, Flow["run"]]> = [
  ["read", Stream.never.pipe(counted, Stream.runDrain)],
  [
    "decode",
    records(1, 1, { id: 12 }).pipe(
      counted,
      decodeOne,
      Stream.runDrain,
      Effect.updateService(DeadLetters, (letters) => ({ ...letters, add: () => Effect.never }))
    )
  ],
  [
    "write",
    counted(Stream.make(partRow(1))).pipe(
      decode(Part),
      map(partAsset),
      toCdf("assets"),
      Effect.updateService(Cdf, (cdf) => ({ ...cdf, upsert: () => Effect.never }))
    )
  ]
]

/** A loop that takes its own turning for progress. */
const restless = (run: Flow["run"]): Flow["run"] =>
  Effect.flatMap(Pulse, ({ beat }) =>
    Effect.raceFirst(run, Effect.forever(Effect.delay(Effect.sync(beat), "1 minute")))
  )

describe("a flow that hangs in one stage", () => {
  for (const [stage, run] of hanging) {
    it.effect(`is ended, and the stage named: ${stage}`, () =>
      Effect.map(inTime(report(flow("parts", run))), ({ notice }) =>
        assert.strictEqual(notice, `parts is stuck since 0 min in: ${stage}`)
      ).pipe(Effect.provide(layer))
    )

    it.effect(`would be seen to go on for ever where what it does in vain counted as a move: ${stage}`, () =>
      Effect.map(Effect.exit(inTime(report(flow("parts", restless(run))), 0.5)), (exit) =>
        assert.isTrue(Exit.isFailure(exit))
      ).pipe(Effect.provide(layer))
    )
  }
})

describe("flows that wait for each other", () => {
  it.effect("are found where one waits for the permit that it holds itself", () =>
    Effect.gen(function* () {
      const { answered, upstream } = remoteOver(fine)
      const { notice } = yield* inTime(Fiber.join(yield* holding(upstream, "parts", answered)))
      assert.match(notice ?? "", /parts is stuck/)
    }).pipe(Effect.provide(layer))
  )

  it.effect("are found where two wait for what the other one holds", () =>
    Effect.gen(function* () {
      const [one, other] = [remoteOver(fine), remoteOver(fine, makeUpstream("cdf", { perMinute: 6_000, inFlight: 1 }))]
      const both = yield* Deferred.make<void>()
      const afterBoth = <A, E>(effect: Effect.Effect<A, E>) => Effect.zipRight(Deferred.await(both), effect)
      const parts = yield* holding(one.upstream, "parts", afterBoth(other.answered))
      const jobs = yield* holding(other.upstream, "jobs", afterBoth(one.answered))
      yield* Deferred.succeed(both, undefined)
      const reports = yield* inTime(Effect.all([Fiber.join(parts), Fiber.join(jobs)], { concurrency: 2 }))
      // One of them may go on when the other one was ended.
      assert.isTrue(reports.some(({ notice }) => notice?.includes("is stuck")))
    }).pipe(Effect.provide(layer))
  )

  it.effect("are left alone where the last of them only waits as long as a server asks", () =>
    Effect.gen(function* () {
      const [one, other] = [remoteOver(fine), remoteOver(fine, makeUpstream("cdf", { perMinute: 6_000, inFlight: 1 }))]
      yield* other.upstream.pacer.hold(3 * bound)
      const jobs = yield* holding(one.upstream, "jobs", other.answered)
      const parts = yield* Effect.fork(report(flow("parts", one.answered)))
      const reports = yield* inTime(Effect.all([Fiber.join(parts), Fiber.join(jobs)], { concurrency: 2 }))
      assert.deepStrictEqual(
        reports.map(({ status }) => status),
        ["ok", "ok"]
      )
    }).pipe(Effect.provide(layer))
  )
})

/** A clock that can be put forward without anything that sleeps by it being woken, as when a machine sleeps. */
const thatSleeps = (clock: Clock.Clock) => {
  let slept = 0
  const later: Clock.Clock = {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: () => clock.unsafeCurrentTimeMillis() + slept,
    unsafeCurrentTimeNanos: () => clock.unsafeCurrentTimeNanos() + BigInt(slept) * 1_000_000n,
    currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now + slept),
    currentTimeNanos: Effect.map(clock.currentTimeNanos, (now) => now + BigInt(slept) * 1_000_000n),
    sleep: (duration) => clock.sleep(duration)
  }
  return { clock: later, sleep: (millis: number) => Effect.sync(() => void (slept += millis)) }
}

describe("a machine that slept for an hour", () => {
  const sleeping = (run: Flow["run"]) =>
    Effect.gen(function* () {
      const { clock, sleep } = thatSleeps(yield* Effect.clock)
      yield* Effect.fork(Effect.delay(sleep(3_600_000), quiet / 2))
      return yield* inTime(Effect.withClock(report(flow("parts", run)), clock))
    }).pipe(Effect.provide(layer))

  it.effect("does not make a flow look stuck that goes on", () =>
    Effect.map(sleeping(Effect.sleep(quiet)), ({ milliseconds, status }) => {
      assert.strictEqual(status, "ok")
      assert.isAtLeast(milliseconds, 3_600_000)
    })
  )

  it.effect("does not keep a flow from being found that hangs", () =>
    Effect.map(sleeping(Effect.never), ({ notice }) => assert.match(notice ?? "", /parts is stuck/))
  )
})
