import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Logger, Stream } from "effect"
import { randomUUID } from "node:crypto"
import type { ExternalId } from "../../../src/domain/ExternalId.js"
import type { Redis } from "../../../src/layers/idresolver/RedisConnection.js"
import { makeSharedIds, type SharedIdsOptions } from "../../../src/layers/idresolver/SharedIds.js"
import {
  badServer,
  eventually,
  hasBinary,
  hasRedis,
  privateRedis,
  redisAt,
  sharedUrl,
  withPrivate,
  withRedis
} from "./RedisServers.js"
import { asked, keys, part, resolverOver, withParts } from "./Resolvers.js"

const first = 1_000_001

/** A CDF project that no other test knows. */
const newProject = () => `cdf.test/${randomUUID()}`

const sharedIds = (redis: Redis, cdf: string, over: Partial<SharedIdsOptions> = {}) =>
  makeSharedIds(redis, { cdf, self: randomUUID(), timeToLive: 60, forgottenFor: 30, ...over })

const keyOf = (cdf: string, externalId: ExternalId) => `plex-cdf:1:asset:${cdf}:${externalId}`

/** What was logged while it ran, as text. */
const logged = <A, E, R>(effect: Effect.Effect<A, E, R>) => {
  const lines: Array<string> = []
  const logger = Logger.map(Logger.jsonLogger, (line) => void lines.push(line))
  return Effect.map(Effect.provide(effect, Logger.replace(Logger.defaultLogger, logger)), (value) => ({ value, lines }))
}

describe.skipIf(!hasRedis)(`Ids shared by processes, ${withRedis}`, () => {
  it.scopedLive("are known to the next resolver, for as long as they live", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(3)
      const cdf = newProject()
      const redis = yield* redisAt(sharedUrl)
      const one = resolverOver(memory.cdf, { shared: yield* sharedIds(redis, cdf) })
      yield* one.resolve(keys(4))
      memory.calls.splice(0)

      const other = resolverOver(memory.cdf, { shared: yield* sharedIds(yield* redisAt(sharedUrl), cdf) })
      assert.strictEqual((yield* other.resolve(keys(3))).get(part(2)), first + 2)
      assert.deepStrictEqual(asked(memory), [])
      assert.deepStrictEqual(yield* other.hits, { memory: 0, ledger: 0, redis: 3, cdf: 0, misses: 0 })

      const left = yield* redis.ask((client) => client.ttl(keyOf(cdf, part(0))))
      assert.isTrue(left > 0 && left <= 60, String(left))
      const missing = yield* redis.ask((client) => client.exists(keyOf(cdf, part(3))))
      assert.strictEqual(missing, 0, "what CDF does not know is remembered by nobody else")
      const elsewhere = yield* sharedIds(redis, newProject())
      assert.strictEqual((yield* elsewhere.get(keys(3))).size, 0, "another project has other assets")
    })
  )

  it.scopedLive("take one round trip for a chunk", () =>
    Effect.gen(function* () {
      const redis = yield* redisAt(sharedUrl)
      let trips = 0
      const shared = yield* sharedIds(
        { ...redis, ask: (command) => Effect.suspend(() => (trips++, redis.ask(command))) },
        newProject()
      )
      yield* shared.tell(new Map(keys(1000).map((key, at) => [key, at + 1])))
      assert.strictEqual(trips, 1)
      assert.strictEqual((yield* shared.get(keys(1000))).get(part(999)), 1000)
      assert.strictEqual(trips, 2)
    })
  )

  it.scopedLive("are gone for every process when one forgets them, and an older answer does not bring them back", () =>
    Effect.gen(function* () {
      const cdf = newProject()
      const redis = yield* redisAt(sharedUrl)
      const one = yield* sharedIds(redis, cdf)
      const other = yield* sharedIds(yield* redisAt(sharedUrl), cdf)
      yield* one.tell(new Map([[part(0), 5]]))
      yield* other.forget([part(0)])
      assert.strictEqual((yield* one.get([part(0)])).size, 0)
      yield* one.learn(new Map([[part(0), 5]]))
      assert.strictEqual((yield* one.get([part(0)])).size, 0)
      const left = yield* redis.ask((client) => client.ttl(keyOf(cdf, part(0))))
      assert.isTrue(left > 0 && left <= 30, String(left))
      yield* other.tell(new Map([[part(0), 6]]))
      assert.strictEqual((yield* one.get([part(0)])).get(part(0)), 6)
    })
  )

  it.scopedLive("tell the others what was forgotten, so that their memory forgets it too", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(1)
      const cdf = newProject()
      const one = yield* sharedIds(yield* redisAt(sharedUrl), cdf)
      const theirs = yield* sharedIds(yield* redisAt(sharedUrl), cdf)
      const resolver = resolverOver(memory.cdf, { shared: theirs })
      yield* Effect.forkScoped(Stream.runForEach(theirs.forgotten, resolver.hearForgotten))
      yield* resolver.resolve([part(0)])
      yield* memory.cdf.delete("assets", [part(0)])
      yield* one.forget([part(0)])
      yield* eventually(
        // Until it listens, what is told is not heard.
        Effect.orDie(Effect.zipRight(one.forget([part(0)]), resolver.resolve([part(0)]))),
        (found) => found.size === 0
      )
    })
  )

  it.scopedLive("that are no ids count as absent and make room", () =>
    Effect.gen(function* () {
      const cdf = newProject()
      const redis = yield* redisAt(sharedUrl)
      const shared = yield* sharedIds(redis, cdf)
      const spoilt = ["x", "-1", "1e3", "0", "12345678901234567890", "9007199254740993", "<html>", " 7"]
      for (const [at, value] of spoilt.entries()) yield* redis.ask((client) => client.set(keyOf(cdf, part(at)), value))
      yield* redis.ask((client) => client.hSet(keyOf(cdf, part(8)), "a", "b"))
      assert.strictEqual((yield* shared.get(keys(9))).size, 0)
      yield* shared.learn(new Map(keys(8).map((key, at) => [key, at + 1])))
      assert.strictEqual((yield* shared.get(keys(9))).size, 8)
      yield* redis.ask((client) => client.del(keys(9).map((key) => keyOf(cdf, key))))
    })
  )
})

describe.skipIf(!hasBinary)(`A Redis that fails, ${withPrivate}`, () => {
  it.scopedLive("in mid-run changes nothing but who answers, and is used again when it is back", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(400)
      const server = yield* privateRedis()
      const shared = yield* sharedIds(yield* redisAt(server.url), newProject())
      const resolver = resolverOver(memory.cdf, { shared }, { mostEntries: 1 })
      const expected = yield* resolverOver(memory.cdf).resolve(keys(400))
      const chunk = (at: number) => keys(400).slice(at * 100, (at + 1) * 100)
      for (const at of [0, 1, 2, 3]) {
        if (at === 2) yield* server.kill
        for (const [key, id] of yield* resolver.resolve(chunk(at))) assert.strictEqual(id, expected.get(key))
      }
      const { cdf, redis } = yield* resolver.hits
      assert.deepStrictEqual([cdf, redis], [400, 0])
      yield* server.start
      yield* eventually(
        Effect.zipRight(Effect.orDie(resolver.resolve(chunk(0))), resolver.hits),
        (hits) => hits.redis > 0
      )
    })
  )

  it.scopedLive("by answering nothing stalls nobody for long, even one that cannot be interrupted", () =>
    Effect.gen(function* () {
      const server = yield* privateRedis()
      const redis = yield* redisAt(server.url, { answer: 100, rest: 60_000, longestRest: 60_000, watch: 60_000 })
      const shared = yield* sharedIds(redis, newProject())
      yield* shared.tell(new Map([[part(0), 1]]))
      yield* server.freeze
      const begin = performance.now()
      yield* Effect.uninterruptible(shared.tell(new Map([[part(1), 2]])))
      for (let at = 0; at < 1000; at++) assert.strictEqual((yield* shared.get(keys(3))).size, 0)
      assert.isBelow(performance.now() - begin, 5000, "it is asked once, then left alone")
      yield* server.thaw
    })
  )

  it.scopedLive("by refusing the password is left alone, and neither password nor address is logged", () =>
    Effect.gen(function* () {
      const server = yield* privateRedis(["--requirepass", "right-word"])
      const url = server.url.replace("//", "//user-name:wrong-word@")
      const { lines, value } = yield* logged(
        Effect.gen(function* () {
          const shared = yield* sharedIds(yield* redisAt(url, { rest: 60_000, longestRest: 60_000 }), newProject())
          yield* shared.tell(new Map([[part(0), 1]]))
          return yield* shared.get([part(0)])
        })
      )
      assert.strictEqual(value.size, 0)
      assert.strictEqual(lines.length, 1, lines.join("\n"))
      assert.match(lines.join("\n"), /WRONGPASS/)
      for (const secret of ["wrong-word", "user-name", String(server.port)]) assert.notInclude(lines.join("\n"), secret)
      const right = yield* redisAt(server.url.replace("//", "//:right-word@"))
      assert.strictEqual(yield* right.ask((client) => client.ping()), "PONG")
    })
  )
})

describe("A server that is no Redis", () => {
  const behaviours = {
    "answers garbage": (socket: { write: (text: string) => unknown }) =>
      socket.write("HTTP/1.1 400 Bad Request\r\n\r\n<html>"),
    "ends every connection": (socket: { destroy: () => unknown }) => socket.destroy(),
    "never answers": () => undefined
  }
  for (const [name, behave] of Object.entries(behaviours)) {
    it.scopedLive(`and ${name} costs nothing but the question to CDF, and is then left alone`, () =>
      Effect.gen(function* () {
        const memory = yield* withParts(3)
        const { connections, url } = yield* badServer(behave)
        const { lines, value } = yield* logged(
          Effect.gen(function* () {
            const redis = yield* redisAt(url, { connect: 150, answer: 150, rest: 60_000, longestRest: 60_000 })
            const shared = yield* sharedIds(redis, newProject())
            const resolver = resolverOver(memory.cdf, { shared })
            for (let again = 0; again < 50; again++) {
              yield* resolver.resolve(keys(3))
              yield* resolver.forget(keys(3))
            }
            return yield* resolver.resolve(keys(3))
          })
        )
        assert.strictEqual(value.size, 3)
        assert.isAtMost(connections(), 2, "one for commands, one to listen")
        assert.strictEqual(lines.length, 1, lines.join("\n"))
        assert.notInclude(lines.join("\n"), "hidden-word")
      })
    )
  }

  it.scopedLive("does not keep whoever closes it waiting", () =>
    Effect.gen(function* () {
      const { url } = yield* badServer(() => undefined)
      const begin = performance.now()
      const fiber = yield* Effect.fork(
        Effect.scoped(
          Effect.gen(function* () {
            const redis = yield* redisAt(url, { connect: 60_000 })
            const messages = yield* redis.heard("x")
            return yield* Stream.runDrain(messages)
          })
        )
      )
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(fiber)
      assert.isBelow(performance.now() - begin, 5000)
    })
  )
})
