import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, FiberId, TestClock } from "effect"
import { PlexError, type Reason } from "../../../src/domain/Errors.js"
import { type Breaker, makeBreaker } from "../../../src/layers/http/Breaker.js"

const failed = (reason: Reason, status?: number) =>
  Exit.fail(new PlexError({ operation: "GET /x", reason, detail: "", status }))

const call = (breaker: Breaker, exit: Exit.Exit<unknown, PlexError>) =>
  Effect.flatMap(breaker.enter, (ticket) => ticket.settle(exit))

const opened = Effect.gen(function* () {
  const breaker = makeBreaker()
  for (let n = 0; n < 5; n++) yield* call(breaker, failed("Unavailable", 503))
  return breaker
})

describe("Breaker", () => {
  it.effect("opens after five illnesses in a row and lets nobody pass for a minute", () =>
    Effect.gen(function* () {
      const breaker = makeBreaker()
      for (let n = 0; n < 4; n++) yield* call(breaker, failed("Transport"))
      yield* call(breaker, Exit.void)
      for (let n = 0; n < 4; n++) yield* call(breaker, failed("Timeout"))
      assert.strictEqual(yield* breaker.state, "closed")
      yield* call(breaker, failed("WrongBody", 200))
      assert.strictEqual(yield* breaker.state, "open")
      yield* TestClock.adjust("59 seconds")
      const refused = yield* Effect.flip(breaker.enter)
      assert.deepInclude(refused, { failures: 5, wait: 1_000 })
    })
  )

  it.effect("does not count what a 4xx says", () =>
    Effect.gen(function* () {
      const breaker = makeBreaker()
      const refusals = [failed("RateLimited", 429), failed("Unavailable", 408), failed("NotFound", 404)]
      for (let n = 0; n < 10; n++) for (const exit of refusals) yield* call(breaker, exit)
      assert.strictEqual(yield* breaker.state, "closed")
    })
  )

  it.effect("lets one call probe, and closes when it is answered", () =>
    Effect.gen(function* () {
      const breaker = yield* opened
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* breaker.state, "half-open")
      const probe = yield* breaker.enter
      yield* Effect.flip(breaker.enter)
      yield* probe.settle(failed("Forbidden", 403))
      assert.strictEqual(yield* breaker.state, "closed")
      yield* breaker.enter
    })
  )

  it.effect("stays open for another minute when the probe fails", () =>
    Effect.gen(function* () {
      const breaker = yield* opened
      yield* TestClock.adjust("1 minute")
      yield* call(breaker, failed("Unavailable", 500))
      assert.strictEqual(yield* breaker.state, "open")
      yield* TestClock.adjust("1 minute")
      yield* call(breaker, Exit.void)
      assert.strictEqual(yield* breaker.state, "closed")
    })
  )

  it.effect("lets another probe when the first was interrupted", () =>
    Effect.gen(function* () {
      const breaker = yield* opened
      yield* TestClock.adjust("1 minute")
      yield* call(breaker, Exit.interrupt(FiberId.none))
      yield* call(breaker, Exit.void)
      assert.strictEqual(yield* breaker.state, "closed")
    })
  )

  it.effect("counts the first telling of a call only", () =>
    Effect.gen(function* () {
      const breaker = makeBreaker()
      const ticket = yield* breaker.enter
      for (let n = 0; n < 9; n++) yield* ticket.settle(failed("Unavailable", 503))
      assert.strictEqual(yield* breaker.state, "closed")
    })
  )
})
