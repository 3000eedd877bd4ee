import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, FastCheck, Fiber, TestClock } from "effect"
import { makePacer, type Pacer } from "../../../src/layers/http/Pacer.js"
import type { Caller } from "../../../src/services/CalledBy.js"

/** When each of `count` callers may start, all of them waiting from the beginning. */
const starts = (pacer: Pacer, count: number, caller: Caller = "flow") =>
  Effect.forEach(Array.from({ length: count }), () => Effect.zipRight(pacer.take(caller), Clock.currentTimeMillis), {
    concurrency: count
  })

describe("Pacer", () => {
  it.effect("spreads 190 calls a minute evenly, never more in any rolling minute", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.fork(starts(makePacer(190), 250))
      yield* TestClock.adjust("10 minutes")
      const times = (yield* Fiber.join(fiber)).toSorted((a, b) => a - b)
      assert.strictEqual(times[1]! - times[0]!, 321)
      for (const begin of times) {
        assert.isAtMost(times.filter((time) => time >= begin && time < begin + 60_000).length, 190)
      }
    })
  )

  for (const rate of [20, 60, 100, 190, 200]) {
    it.effect(
      `keeps ${rate} calls a minute at the server too where a call is 0.7 s longer on its way than others`,
      () =>
        Effect.gen(function* () {
          const fiber = yield* Effect.fork(starts(makePacer(rate), rate + 40))
          yield* TestClock.adjust("1 hour")
          const sent = (yield* Fiber.join(fiber)).toSorted((a, b) => a - b)
          for (const late of sent) {
            const inTheMinute = sent.filter((time) => time > late && time < late + 700 + 60_000)
            assert.isAtMost(1 + inTheMinute.length, rate)
          }
          assert.isAtLeast((sent.length - 1) / ((sent.at(-1)! - sent[0]!) / 60_000), 0.975 * rate)
        })
    )
  }

  it.effect("makes up for timers that are late by up to a quarter of a second, not for more, and for no pause", () =>
    Effect.gen(function* () {
      const pacer = makePacer(60)
      const lateBy = (millis: number) =>
        Effect.clockWith((clock) =>
          Effect.withClock(starts(pacer, 1), {
            ...clock,
            sleep: (duration) => clock.sleep(Duration.sum(duration, Duration.millis(millis)))
          })
        )
      const fiber = yield* Effect.fork(Effect.all([0, 100, 40, 0, 400, 0].map(lateBy)))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual((yield* Fiber.join(fiber)).flat(), [0, 1_116, 2_072, 3_048, 4_464, 5_230])
      const afterPause = yield* Effect.fork(starts(pacer, 2))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* Fiber.join(afterPause), [60_000, 61_016])
    })
  )

  it.effect("makes everybody wait for a hold, those who queue already too", () =>
    Effect.gen(function* () {
      const pacer = makePacer(60)
      const fiber = yield* Effect.fork(starts(pacer, 4))
      yield* TestClock.adjust("1500 millis")
      yield* pacer.hold(10_000)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* Fiber.join(fiber), [0, 1_016, 11_500, 12_516])
    })
  )

  it.effect("never shortens a hold", () =>
    Effect.gen(function* () {
      const pacer = makePacer(60)
      yield* pacer.hold(5_000)
      yield* pacer.hold(1_000)
      const fiber = yield* Effect.fork(starts(pacer, 1))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* Fiber.join(fiber), [5_000])
    })
  )

  it.effect("loses no turn to callers who gave up waiting", () =>
    Effect.gen(function* () {
      const pacer = makePacer(60)
      yield* pacer.take("flow")
      const given = yield* Effect.fork(starts(pacer, 100))
      yield* TestClock.adjust("500 millis")
      yield* Fiber.interrupt(given)
      const fiber = yield* Effect.fork(starts(pacer, 1))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* Fiber.join(fiber), [1_016])
    })
  )

  for (const share of [0.25, 0.5, 0.8]) {
    it.effect(`gives sweeps ${share} of the turns while flows want them, and all of them otherwise`, () =>
      Effect.gen(function* () {
        const pacer = makePacer(600, share)
        const sweeps = yield* Effect.fork(starts(pacer, 100, "sweep"))
        const flows = yield* Effect.fork(starts(pacer, 40))
        yield* TestClock.adjust("1 hour")
        const [swept, flowed] = [yield* Fiber.join(sweeps), yield* Fiber.join(flows)]
        const both = Math.min(swept.at(-1)!, flowed.at(-1)!)
        const among = (times: ReadonlyArray<number>) => times.filter((time) => time <= both).length
        assert.approximately(among(swept) / (among(swept) + among(flowed)), share, 0.03)
        const all = [...swept, ...flowed].toSorted((a, b) => a - b)
        assert.isTrue(all.slice(1).every((time, n) => time - all[n]! >= 100 && time - all[n]! <= 102))
      })
    )
  }

  it.effect("lets flows go on when the sweeps in front of them give up", () =>
    Effect.gen(function* () {
      const pacer = makePacer(60, 1)
      yield* pacer.take("flow")
      const sweeps = yield* Effect.fork(starts(pacer, 10, "sweep"))
      const flows = yield* Effect.fork(starts(pacer, 3))
      yield* TestClock.adjust("3500 millis")
      yield* Fiber.interrupt(sweeps)
      yield* TestClock.adjust("1 minute")
      assert.isBelow((yield* Fiber.join(flows)).at(-1)!, 7_000)
    })
  )

  it.effect.prop(
    "keeps any rate in any rolling minute, whenever callers come",
    [FastCheck.integer({ min: 1, max: 600 }), FastCheck.array(FastCheck.nat(5_000), { minLength: 1, maxLength: 40 })],
    ([rate, gaps]) =>
      Effect.gen(function* () {
        const pacer = makePacer(rate)
        const fibers: Array<Fiber.RuntimeFiber<number>> = []
        for (const gap of gaps) {
          yield* TestClock.adjust(gap)
          fibers.push(yield* Effect.fork(Effect.zipRight(pacer.take("flow"), Clock.currentTimeMillis)))
        }
        yield* TestClock.adjust("1 day")
        const times = yield* Effect.forEach(fibers, Fiber.join)
        for (const begin of times) {
          assert.isAtMost(times.filter((time) => time >= begin && time < begin + 60_000).length, rate)
        }
      }),
    { fastCheck: { numRuns: 25 } }
  )
})
