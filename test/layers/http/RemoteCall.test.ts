import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream, TestClock } from "effect"
import { PlexError } from "../../../src/domain/Errors.js"
import { type Call, makeRemote } from "../../../src/layers/http/RemoteCall.js"
import { makeUpstream } from "../../../src/layers/http/Upstreams.js"
import type { CallSettings } from "../../../src/services/AppConfig.js"
import { CallObserver, type ObservedCall } from "../../../src/services/CallObserver.js"
import { type FakeAnswer, fakeClient } from "./FakeClient.js"

const calls: CallSettings = {
  maxRetries: 3,
  retryDelay: 1_000,
  timeout: 60_000,
  proxy: undefined,
  noProxy: undefined,
  extraCaCerts: undefined
}

const remoteOver = (...answers: ReadonlyArray<() => FakeAnswer>) => {
  const fake = fakeClient(...answers)
  const upstream = makeUpstream("plex", { perMinute: 6_000, inFlight: 1 })
  const remote = makeRemote<PlexError>({
    client: fake.client,
    upstream,
    calls,
    secrets: () => ["s3cret"],
    toError: ({ detail, operation, reason, retryAfter, status }) =>
      new PlexError({ operation, reason, detail, retryAfter, status })
  })
  return { ...fake, remote, upstream }
}

const call: Call<PlexError> = {
  operation: "GET /a",
  request: Effect.sync(() => HttpClientRequest.get("https://plex.test/a"))
}

/** Runs to the end, however long that takes by the clock. */
const inAnHour = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(Effect.either(effect))
    yield* TestClock.adjust("1 hour")
    return yield* Fiber.join(fiber)
  })

const answerOf = (...answers: ReadonlyArray<() => FakeAnswer>) => {
  const over = remoteOver(...answers)
  return Effect.map(inAnHour(over.remote.answer(call, ({ text }) => Effect.succeed(text))), (result) => ({
    result,
    error: result._tag === "Left" ? result.left : undefined,
    ...over
  }))
}

const status =
  (code: number, body = "", headers: Record<string, string> = {}) =>
  () =>
    new Response(body === "" ? null : body, { status: code, headers })
const fine = () => new Response("fine")

describe("a remote call", () => {
  it.effect("tries a transient failure again, later each time, and no more than the settings say", () =>
    Effect.gen(function* () {
      const { asked, error } = yield* answerOf(status(503, "down"))
      assert.deepInclude(error, { reason: "Unavailable", status: 503, detail: "status 503: down" })
      assert.strictEqual(asked.length, 4)
      const gaps = asked.slice(1).map(({ at }, n) => at - asked[n]!.at)
      for (const [n, base] of [1_000, 2_000, 4_000].entries()) {
        assert.isAtLeast(gaps[n]!, base * 0.8)
        assert.isAtMost(gaps[n]!, base * 1.2 + 1)
      }
    })
  )

  for (const [what, answer] of [
    ["a connection that breaks", () => ({ breaks: "ECONNRESET" })],
    ["an answer that never comes", () => "hangs"],
    ["408", status(408)],
    ["429", status(429)],
    ["a compressed body nobody asked for", () => new Response("x", { headers: { "content-encoding": "gzip" } })]
  ] as ReadonlyArray<readonly [string, () => FakeAnswer]>) {
    it.effect(`survives ${what}`, () =>
      Effect.gen(function* () {
        const { asked, result } = yield* answerOf(answer, fine)
        assert.deepInclude(result, { _tag: "Right", right: "fine" })
        assert.strictEqual(asked.length, 2)
      })
    )
  }

  for (const [code, reason] of [
    [301, "Redirected"],
    [400, "Refused"],
    [401, "Unauthenticated"],
    [403, "Forbidden"],
    [404, "NotFound"],
    [409, "Refused"],
    [422, "Refused"]
  ] as const) {
    it.effect(`does not repeat ${code}: ${reason}`, () =>
      Effect.gen(function* () {
        const { asked, error } = yield* answerOf(status(code))
        assert.deepInclude(error, { reason, status: code })
        assert.strictEqual(asked.length, 1)
      })
    )
  }

  it.effect("says where a redirect leads, but nothing of its query, and does not follow it", () =>
    Effect.gen(function* () {
      const { asked, error } = yield* answerOf(status(302, "", { location: "https://login.test/in?token=abc" }))
      assert.include(error?.detail, "https://login.test (not followed")
      assert.notInclude(error?.detail, "abc")
      assert.strictEqual(asked.length, 1)
    })
  )

  it.effect("waits as long as the server asks, and makes the others wait too", () =>
    Effect.gen(function* () {
      const { asked, remote } = remoteOver(status(429, "", { "retry-after": "7" }), fine)
      const ask = remote.answer(call, () => Effect.void)
      yield* inAnHour(Effect.all([ask, ask], { concurrency: 2 }))
      assert.deepStrictEqual(
        asked.map(({ at }) => at),
        [0, 7_000, 7_010]
      )
    })
  )

  for (const [clock, headers, wait] of [
    [
      "the server's clock",
      { date: "Fri, 12 Jun 2026 14:00:00 GMT", "retry-after": "Fri, 12 Jun 2026 14:00:07 GMT" },
      7_000
    ],
    ["our clock where the server tells none", { "retry-after": "Thu, 01 Jan 1970 00:00:09 GMT" }, 9_000]
  ] as const) {
    it.effect(`waits for a date by ${clock}`, () =>
      Effect.gen(function* () {
        const { asked, remote } = remoteOver(status(429, "", headers), fine)
        yield* inAnHour(remote.answer(call, () => Effect.void))
        assert.deepStrictEqual(
          asked.map(({ at }) => at),
          [0, wait]
        )
      })
    )
  }

  it.effect("quotes one short line of a body, without the secrets in it", () =>
    Effect.gen(function* () {
      const { error } = yield* answerOf(status(400, `key s3cret\r\nis ${"x".repeat(1_000)}`))
      assert.match(error?.detail ?? "", /^status 400: key <redacted> is x+…$/)
      assert.isAtMost(error?.detail.length ?? 0, 300)
    })
  )

  it.effect("counts what the decoder refuses as the call's failure", () =>
    Effect.gen(function* () {
      const { asked, remote } = remoteOver(() => new Response("<html>"), fine)
      const result = yield* inAnHour(
        remote.answer(call, ({ text }) =>
          text === "fine" ? Effect.succeed(text) : Effect.fail(remote.wrongBody("GET /a", "JSON", text))
        )
      )
      assert.deepInclude(result, { _tag: "Right", right: "fine" })
      assert.strictEqual(asked.length, 2)
    })
  )

  it.effect("fails fast, by name, while the breaker is open, and asks again after a minute", () =>
    Effect.gen(function* () {
      const { asked, remote, upstream } = remoteOver(status(500))
      const ask = Effect.either(remote.answer(call, () => Effect.void))
      const fiber = yield* Effect.fork(Effect.all(Array.from({ length: 5 }, () => ask)))
      yield* TestClock.adjust("55 seconds")
      yield* Fiber.join(fiber)
      assert.strictEqual(asked.length, 20)
      const refused = yield* ask
      assert.include(refused._tag === "Left" ? refused.left.detail : "", "plex failed 5 times in a row")
      assert.strictEqual(asked.length, 20)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* upstream.breaker.state, "half-open")
      yield* inAnHour(ask)
      assert.strictEqual(asked.length, 24)
    })
  )

  it.effect("frees its permit when it is interrupted", () =>
    Effect.gen(function* () {
      const { asked, remote } = remoteOver(() => "hangs", fine)
      const fiber = yield* Effect.fork(remote.answer(call, () => Effect.void))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      yield* remote.answer(call, () => Effect.void)
      assert.strictEqual(asked.length, 2)
    })
  )
})

describe("a remote stream", () => {
  it.effect("that fails before its first element counts for the breaker, as an answer does", () =>
    Effect.gen(function* () {
      const { asked, remote, upstream } = remoteOver(status(500))
      const list = Effect.either(Stream.runDrain(remote.stream(call, ({ bytes }) => bytes)))
      const fiber = yield* Effect.fork(Effect.all(Array.from({ length: 5 }, () => list)))
      yield* TestClock.adjust("55 seconds")
      yield* Fiber.join(fiber)
      assert.strictEqual(asked.length, 20)
      assert.strictEqual(yield* upstream.breaker.state, "open")
      const refused = yield* list
      assert.include(refused._tag === "Left" ? refused.left.detail : "", "plex failed 5 times in a row")
      assert.strictEqual(asked.length, 20)
    })
  )

  const letters = ({ bytes }: { readonly bytes: Stream.Stream<Uint8Array, PlexError> }) =>
    Stream.map(bytes, (piece) => Buffer.from(piece).toString())

  /** A body of these pieces that then breaks. */
  const broken =
    (...pieces: ReadonlyArray<string>) =>
    () => {
      const rest = [...pieces]
      return new Response(
        new ReadableStream({
          pull: (controller) => {
            const piece = rest.shift()
            if (piece === undefined) controller.error(new Error("reset"))
            else controller.enqueue(new TextEncoder().encode(piece))
          }
        })
      )
    }

  it.effect("is begun again while nothing was handed on", () =>
    Effect.gen(function* () {
      const { asked, remote } = remoteOver(status(503), broken(), fine)
      const result = yield* inAnHour(Stream.runCollect(remote.stream(call, letters)))
      assert.deepStrictEqual(result._tag === "Right" ? [...result.right] : [], ["fine"])
      assert.strictEqual(asked.length, 3)
    })
  )

  it.effect("fails where it breaks once something was handed on", () =>
    Effect.gen(function* () {
      const { asked, remote } = remoteOver(broken("a"), fine)
      const seen: Array<string> = []
      const result = yield* inAnHour(
        Stream.runForEach(remote.stream(call, letters), (letter) => Effect.sync(() => seen.push(letter)))
      )
      assert.isTrue(result._tag === "Left" && result.left.reason === "Transport")
      assert.deepStrictEqual(seen, ["a"])
      assert.strictEqual(asked.length, 1)
    })
  )
})

describe("who watches calls", () => {
  const watched = <A, E>(effect: Effect.Effect<A, E>) => {
    const seen: Array<ObservedCall> = []
    return Effect.provideService(inAnHour(effect), CallObserver, (call) =>
      Effect.sync(() => void seen.push(call))
    ).pipe(Effect.as(seen))
  }

  it.effect("sees every attempt, how it ended and how much it gave", () =>
    Effect.gen(function* () {
      const { remote } = remoteOver(
        status(429, "slow down", { "retry-after": "7", "x-request-id": "r-1" }),
        () => new Response("one\ntwo", { headers: { "x-request-id": "r-2" } })
      )
      const lines = remote.answer(
        { ...call, window: "a/b" },
        ({ text }) => Effect.succeed(text.split("\n")),
        ({ length }) => ({ items: length, transactionNo: "77" })
      )
      const shared = { upstream: "plex", operation: "GET /a", window: "a/b", duration: 0, waited: 0 }
      assert.deepStrictEqual(yield* watched(lines), [
        {
          ...shared,
          status: 429,
          requestId: "r-1",
          throttled: true,
          reason: "RateLimited",
          detail: "status 429: slow down"
        },
        {
          ...shared,
          retryOf: "RateLimited",
          status: 200,
          requestId: "r-2",
          throttled: false,
          items: 2,
          transactionNo: "77"
        }
      ])
    })
  )

  const gone = () => new PlexError({ operation: "key", reason: "Unavailable", detail: "no key" })
  const either: ReadonlyArray<
    readonly [
      string,
      (remote: ReturnType<typeof remoteOver>["remote"], of: typeof call) => Effect.Effect<unknown, PlexError>
    ]
  > = [
    ["an answer", (remote, of) => remote.answer(of, ({ text }) => Effect.succeed(text))],
    ["a stream", (remote, of) => Stream.runDrain(remote.stream(of, ({ bytes }) => bytes))]
  ]
  for (const [name, run] of either) {
    it.effect(`counts ${name} as a retry of the last attempt that was made, and not of what could not be sent`, () =>
      Effect.gen(function* () {
        const { remote } = remoteOver(() => ({ breaks: "ECONNRESET" }), fine)
        let made = 0
        const request = Effect.suspend(() => (made++ % 2 === 0 ? Effect.fail(gone()) : call.request))
        const seen = yield* watched(run(remote, { ...call, request }))
        assert.strictEqual(made, 4)
        assert.deepStrictEqual(
          seen.map(({ reason, retryOf }) => [reason, retryOf]),
          [
            ["Transport", undefined],
            [undefined, "Transport"]
          ]
        )
      })
    )
  }

  it.effect("sees how far a stream came before it broke", () =>
    Effect.gen(function* () {
      const { remote } = remoteOver(() => {
        let pulls = 0
        return new Response(
          new ReadableStream({
            pull: (controller) => {
              if (pulls++ === 0) controller.enqueue(new TextEncoder().encode("a"))
              else controller.error(new Error("reset"))
            }
          })
        )
      })
      const [seen, ...more] = yield* watched(Stream.runDrain(remote.stream(call, ({ bytes }) => bytes)))
      assert.deepInclude(seen, { status: 200, items: 1, reason: "Transport" })
      assert.strictEqual(more.length, 0)
    })
  )

  it.effect("sees what was interrupted", () =>
    Effect.gen(function* () {
      const { remote } = remoteOver(() => "hangs")
      const [seen] = yield* watched(Effect.timeoutOption(remote.answer(call, Effect.succeed), "1 second"))
      assert.deepInclude(seen, { reason: "Interrupted", duration: 1_000, status: undefined })
    })
  )
})
