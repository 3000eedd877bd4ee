import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Fiber, Logger, TestClock } from "effect"
import { againAndAgain } from "../../src/cli/againAndAgain.js"

/** When work that ends so was begun, in seconds since the first time, within two hours. */
const beginnings = (end: (times: number) => Effect.Effect<void, { readonly message: string }>) =>
  Effect.gen(function* () {
    const stop = yield* Deferred.make<void>()
    const begun: Array<number> = []
    const work = Effect.suspend(() => end(begun.length)).pipe(Effect.zipLeft(Effect.void), (all) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Effect.zipRight(
          Effect.sync(() => begun.push(now)),
          all
        )
      )
    )
    const running = yield* Effect.fork(againAndAgain(work, stop))
    yield* TestClock.adjust("2 hours")
    yield* Deferred.succeed(stop, undefined)
    yield* Fiber.join(running)
    return begun.map((moment) => (moment - (begun[0] ?? 0)) / 1000)
  }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger)))

describe("a facility among others", () => {
  for (const [what, end] of [
    ["fails", Effect.fail({ message: "the key is refused" })],
    ["breaks", Effect.die(new Error("a bug"))]
  ] as const) {
    it.effect(`that ${what} is begun again with growing waits, and no more after the stop`, () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* beginnings(() => end), [0, 30, 90, 210, 450, 930, 1890, 3810])
      })
    )
  }

  it.effect("that comes to its end is done", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* beginnings((times) => (times < 3 ? Effect.fail({ message: "not yet" }) : Effect.void)),
        [0, 30, 90]
      )
    })
  )
})
