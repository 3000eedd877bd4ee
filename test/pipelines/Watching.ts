/**
 * Flows for the watchdog to look at, by a clock that goes on as long as there is something to see.
 */
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { Deferred, Effect, Fiber, Schema, Stream, TestClock } from "effect"
import { PlexError } from "../../src/domain/Errors.js"
import type { FlowName } from "../../src/domain/Flow.js"
import { longestSilence } from "../../src/domain/Patience.js"
import { makeRemote } from "../../src/layers/http/RemoteCall.js"
import { makeUpstream, type Upstream } from "../../src/layers/http/Upstreams.js"
import { flow } from "../../src/pipelines/runFlow.js"
import { decode } from "../../src/pipelines/stages/decode.js"
import { Pulse } from "../../src/services/Pulse.js"
import { settings } from "../layers/cdf/Settings.js"
import { fakeClient } from "../layers/http/FakeClient.js"
import { report } from "../support/PipelineHarness.js"

/** As long as nothing at all may move, in milliseconds. */
export const bound = longestSilence(settings.calls)

/** Lets the clock go on, a minute at a time, until it is done; what is not by then would never be. */
export const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>, hours = 12) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(effect)
    for (let minute = 0; minute < hours * 60; minute++) {
      yield* Effect.promise(() => new Promise((done) => setImmediate(done)))
      if ((yield* Fiber.poll(fiber))._tag === "Some") return yield* Fiber.join(fiber)
      yield* TestClock.adjust("1 minute")
    }
    return yield* Effect.zipRight(Fiber.interruptFork(fiber), Effect.dieMessage(`not done in ${hours} hours`))
  })

export const decodeOne = decode(Schema.Struct({ id: Schema.String }))

/** One record after each wait. */
export const records = (count: number, wait: number, last: unknown = { id: "1" }) =>
  Stream.range(1, count).pipe(
    Stream.mapEffect((at) => Effect.delay(Effect.succeed(at < count ? { id: String(at) } : last), wait)),
    Stream.rechunk(1)
  )

/** Not quite as long. */
export const quiet = bound - 10_000

/** An upstream with a single permit. */
export const remoteOver = (
  answer: () => Response,
  upstream = makeUpstream("plex", { perMinute: 6_000, inFlight: 1 })
) => {
  const { asked, client } = fakeClient(answer)
  const remote = makeRemote<PlexError>({
    client,
    upstream,
    calls: { ...settings.calls, maxRetries: 3 },
    secrets: () => [],
    toError: ({ detail, operation, reason, retryAfter, status }) =>
      new PlexError({ operation, reason, detail, retryAfter, status })
  })
  const call = {
    operation: "GET /a",
    request: Effect.sync(() => HttpClientRequest.get("https://plex.test/a"))
  }
  const answered = remote.answer(call, ({ text }) => Effect.succeed(text))
  return { answered, asked, call, remote, upstream }
}

export const fine = () => new Response("fine")

/** Runs a flow that takes a permit and then does this; gives it when the flow has the permit. */
export const holding = (upstream: Upstream, name: FlowName, then: Effect.Effect<unknown, PlexError>) =>
  Effect.gen(function* () {
    const has = yield* Deferred.make<void>()
    const run = Effect.scoped(
      Effect.zipRight(upstream.permits.hold, Effect.zipRight(Deferred.succeed(has, undefined), then))
    )
    const running = yield* Effect.fork(report(flow(name, run)))
    yield* Deferred.await(has)
    return running
  })

/** Moves for so many milliseconds, however seldom. */
export const moving = (millis: number): Effect.Effect<unknown> =>
  Effect.flatMap(Pulse, ({ beat }) =>
    Effect.timeoutOption(Effect.forever(Effect.delay(Effect.sync(beat), quiet)), millis)
  )
