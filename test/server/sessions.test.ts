/**
 * Sessions of browsers.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, TestClock } from "effect"
import { makeSessions } from "../../src/server/Sessions.js"

const token = Redacted.make("admin")

describe("Sessions", () => {
  it.effect("stand for their token, for twelve hours", () =>
    Effect.gen(function* () {
      const { open, tokenOf } = yield* makeSessions
      const id = yield* open(token)
      assert.strictEqual(yield* tokenOf(id), token)
      yield* TestClock.adjust("11 hours")
      assert.strictEqual(yield* tokenOf(id), token)
      yield* TestClock.adjust("1 hour")
      assert.isUndefined(yield* tokenOf(id))
    })
  )

  it.effect("have ids that nobody guesses and that tell nothing of the token", () =>
    Effect.gen(function* () {
      const { open, tokenOf } = yield* makeSessions
      const ids = [yield* open(token), yield* open(token)]
      assert.strictEqual(new Set(ids).size, 2)
      for (const id of ids) assert.match(id, /^[\w-]{43}$/)
      for (const id of [undefined, "", "admin"]) assert.isUndefined(yield* tokenOf(id))
    })
  )

  it.effect("are over when somebody signs out", () =>
    Effect.gen(function* () {
      const { close, open, tokenOf } = yield* makeSessions
      const [mine, other] = [yield* open(token), yield* open(token)]
      yield* close(mine)
      assert.isUndefined(yield* tokenOf(mine))
      assert.strictEqual(yield* tokenOf(other), token)
    })
  )

  it.effect("are a hundred at most: the oldest gives way", () =>
    Effect.gen(function* () {
      const { open, tokenOf } = yield* makeSessions
      const ids: Array<string> = []
      for (let count = 0; count < 101; count++) ids.push(yield* open(token))
      const alive = yield* Effect.filter(ids, (id) => Effect.map(tokenOf(id), (found) => found !== undefined))
      assert.deepStrictEqual(alive, ids.slice(1))
    })
  )
})
