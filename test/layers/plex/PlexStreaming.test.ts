import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Either, Fiber, type Scope, Stream, TestClock } from "effect"
import type { ServerResponse } from "node:http"
import { layerOf } from "../../../src/layers/http/HttpAgent.js"
import type { CallSettings, PlexSettings } from "../../../src/services/AppConfig.js"
import { type Handler, json, serve } from "../http/LocalServer.js"
import { callSettings, plexOver } from "./PlexFixture.js"

/** Plex over undici and a real server. */
const plexAt = (handler: Handler, calls: Partial<CallSettings> = {}, over: Partial<PlexSettings> = {}) =>
  Effect.gen(function* () {
    const server = yield* serve(handler)
    const client = yield* HttpClient.HttpClient
    const plex = plexOver(client, { baseUrl: server.url, ...over }, { retryDelay: 1, ...calls })
    return { plex, server }
  })

const test = <A, E>(name: string, body: Effect.Effect<A, E, Scope.Scope | HttpClient.HttpClient>) =>
  it.scopedLive(name, () => Effect.provide(body, layerOf(callSettings())))

const record = (n: number) => `{"id":${n},"text":"${"x".repeat(500)}"}`

/** Writes records until the socket is full, and goes on when it drains; tells how many it wrote. */
const endless = (response: ServerResponse) => {
  let written = 0
  const write = () => {
    while (response.write(`${written === 0 ? "[" : ","}${record(written)}`) && !response.destroyed) written++
    written++
  }
  response.on("drain", write)
  write()
  return () => written
}

describe("a list of Plex over the network", () => {
  test(
    "is read whole, in order",
    Effect.gen(function* () {
      const { plex } = yield* plexAt((_, response) => {
        response.end(`[${Array.from({ length: 20_000 }, (_, n) => record(n)).join(",")}]`)
      })
      let next = 0
      yield* Stream.runForEachChunk(plex.list("/scheduling/v1/jobs"), (chunk) =>
        Effect.sync(() => {
          for (const row of chunk) assert.propertyVal(row, "id", next++)
        })
      )
      assert.strictEqual(next, 20_000)
    })
  )

  test(
    "is asked for again when the connection breaks before the first record",
    Effect.gen(function* () {
      const { plex, server } = yield* plexAt((_, response, nth) => {
        if (nth === 1) response.destroy()
        else if (nth === 2) response.writeHead(200, { "content-length": "100" }).write("[1,2", () => response.destroy())
        else json(response, 200, [1, 2, 3])
      })
      const rows = yield* Stream.runCollect(plex.list("/a"))
      assert.deepStrictEqual([...rows], [1, 2, 3])
      assert.strictEqual(server.asked.length, 3)
    })
  )

  test(
    "fails by name when its connection breaks later",
    Effect.gen(function* () {
      const { plex, server } = yield* plexAt((_, response) => {
        response.write(`[${Array.from({ length: 2_000 }, (_, n) => record(n)).join(",")}`, () => response.destroy())
      })
      const seen: Array<unknown> = []
      const failure = yield* Effect.flip(
        Stream.runForEachChunk(plex.list("/a"), (chunk) => Effect.sync(() => seen.push(...chunk)))
      )
      assert.strictEqual(failure.reason, "Transport")
      assert.include(failure.detail, "the answer was cut")
      assert.isAtLeast(seen.length, 1_000)
      assert.strictEqual(server.asked.length, 1)
    })
  )

  test(
    "fails when it falls silent",
    Effect.gen(function* () {
      const { plex } = yield* plexAt((_, response) => void response.write("[1,2"), { timeout: 1_000, maxRetries: 0 })
      const failure = yield* Effect.flip(Stream.runDrain(plex.list("/a")))
      assert.deepInclude(failure, { reason: "Timeout", status: 200 })
    })
  )

  test(
    "fails when its headers never come",
    Effect.gen(function* () {
      const { plex, server } = yield* plexAt(() => undefined, { timeout: 1_000, maxRetries: 0 })
      const failure = yield* Effect.flip(Stream.runDrain(plex.list("/a")))
      assert.deepInclude(failure, { reason: "Timeout", status: undefined })
      yield* server.cut
    })
  )

  test(
    "fails when it comes a byte at a time, however long that goes on",
    Effect.gen(function* () {
      const { plex, server } = yield* plexAt(
        (_, response) => {
          response.write("[")
          const timer = setInterval(() => response.write("1,"), 10)
          response.on("close", () => clearInterval(timer))
        },
        { timeout: 1_000, maxRetries: 0 }
      )
      const failure = yield* Effect.flip(Stream.runDrain(plex.list("/a")))
      assert.strictEqual(failure.reason, "Timeout")
      assert.include(failure.detail, "1 KiB")
      yield* server.cut
    })
  )

  it.scoped("does not fail because we are slow ourselves, and waits for us instead of filling our memory", () =>
    Effect.gen(function* () {
      const writers: Array<() => number> = []
      const { plex } = yield* plexAt((_, response) => void writers.push(endless(response)))
      const taken: Array<number> = []
      yield* plex.list("/a").pipe(
        Stream.chunks,
        Stream.take(6),
        Stream.runForEach((chunk) =>
          Effect.zipRight(
            Effect.sync(() => taken.push(chunk.length)),
            TestClock.adjust("1 hour")
          )
        )
      )
      const read = taken.reduce((sum, length) => sum + length)
      // What the kernel's buffers on both sides hold is written ahead: a few MB, however long we take.
      assert.isBelow((writers[0]?.() ?? 0) - read, 20_000)
      assert.strictEqual(writers.length, 1)
    }).pipe(Effect.provide(layerOf(callSettings())))
  )

  test(
    "closes its connection when it is interrupted",
    Effect.gen(function* () {
      const began = yield* Deferred.make<void>()
      const { plex, server } = yield* plexAt((_, response) => void endless(response))
      const fiber = yield* Effect.fork(
        Stream.runForEachChunk(plex.list("/a"), () => Effect.zipRight(Deferred.succeed(began, undefined), Effect.never))
      )
      yield* Deferred.await(began)
      yield* Fiber.interrupt(fiber)
      yield* server.cut
    })
  )

  test(
    "closes its connection when no more of it is wanted, and gives its permit back",
    Effect.gen(function* () {
      const { plex, server } = yield* plexAt((_, response) => void endless(response), {}, { concurrency: 1 })
      for (let n = 0; n < 3; n++) yield* Stream.runDrain(Stream.take(plex.list("/a"), 1))
      yield* server.cut
      assert.strictEqual(server.asked.length, 3)
    })
  )

  test(
    "leaves its connection to the next call, after a refusal too",
    Effect.gen(function* () {
      const { plex, server } = yield* plexAt((_, response, nth) =>
        nth % 2 === 0 ? json(response, 400, { code: "X", text: "x".repeat(50_000) }) : json(response, 200, [nth])
      )
      for (let n = 0; n < 20; n++) yield* Effect.either(Stream.runDrain(plex.list("/a")))
      assert.strictEqual(server.asked.length, 20)
      // undici opens a second one when a call begins before it has put the last one back.
      assert.isAtMost(server.connections(), 3)
    })
  )

  test(
    "is refused when it comes compressed, as nobody asked for that",
    Effect.gen(function* () {
      const { plex, server } = yield* plexAt(
        (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end("[1]"),
        { maxRetries: 0 }
      )
      const failure = yield* Effect.flip(Stream.runDrain(plex.list("/a")))
      assert.deepInclude(failure, { reason: "WrongBody" })
      assert.include(failure.detail, "gzip")
      assert.notProperty(server.requests[0]?.headers, "accept-encoding")
    })
  )

  test(
    "is sent as written: blanks as %20, no key in the address",
    Effect.gen(function* () {
      const { plex, server } = yield* plexAt((_, response) => json(response, 200, []))
      yield* Stream.runDrain(plex.list("/a/v1/b%20c", { status: "In Use", id: ["x", "y"] }))
      assert.deepStrictEqual(server.asked, ["/a/v1/b%20c?status=In%20Use&id=x&id=y"])
    })
  )

  test(
    "is not followed elsewhere: the key stays here",
    Effect.gen(function* () {
      const elsewhere = yield* serve((_, response) => json(response, 200, []))
      const { plex } = yield* plexAt((_, response) => response.writeHead(307, { location: elsewhere.url.href }).end())
      const failure = yield* Effect.flip(Stream.runDrain(plex.list("/a")))
      assert.strictEqual(failure.reason, "Redirected")
      assert.strictEqual(elsewhere.asked.length, 0)
    })
  )

  test(
    "keeps no more calls in flight than the settings say",
    Effect.gen(function* () {
      let open = 0
      let most = 0
      const { plex } = yield* plexAt(
        ({ url }, response) => {
          most = Math.max(most, ++open)
          setTimeout(() => {
            open--
            json(response, 200, url === "/a" ? [] : {})
          }, 15)
        },
        {},
        { concurrency: 2, rateLimit: 60_000 }
      )
      yield* Effect.all(Array.from({ length: 6 }, () => [Stream.runDrain(plex.list("/a")), plex.get("/a/b")]).flat(), {
        concurrency: 12
      })
      assert.strictEqual(most, 2)
    })
  )

  test(
    "says that nobody listens",
    Effect.gen(function* () {
      const plex = plexOver(yield* HttpClient.HttpClient, { baseUrl: new URL("http://127.0.0.1:1") }, { maxRetries: 0 })
      const result = yield* Effect.either(plex.get("/a"))
      assert.isTrue(Either.isLeft(result) && result.left.reason === "Transport")
      assert.include(Either.isLeft(result) ? result.left.detail : "", "ECONNREFUSED")
    })
  )
})
