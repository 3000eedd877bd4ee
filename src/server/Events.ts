/**
 * Server-sent events: that the status has changed, and that the process is there.
 */
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Clock, type Deferred, Effect, Schedule, Stream } from "effect"
import { Status } from "../services/Status.js"

/** At most one event in this time, however much happens. */
const pace = "1 second"

/** Lets who listens know that the connection lives, and proxies too. */
const heartbeat = "15 seconds"

/** An event `status` after each change of the status, with its moment (epoch milliseconds); a comment now and then. */
export const changeEvents: Effect.Effect<Stream.Stream<string>> = Effect.map(Status, ({ changes }) => {
  const event = Effect.map(Clock.currentTimeMillis, (at) => `event: status\ndata: ${JSON.stringify({ at })}\n\n`)
  // Changes that come while it waits are one: whoever publishes them keeps the last only.
  const events = Stream.mapEffect(changes, () => Effect.zipRight(Effect.sleep(pace), event))
  const beats = Stream.as(Stream.schedule(Stream.repeatValue(undefined), Schedule.spaced(heartbeat)), ": here\n\n")
  return Stream.concat(Stream.make("retry: 3000\n\n"), Stream.merge(events, beats))
})

/** Until the client goes, or the server closes. */
export const eventsAnswer = (closing: Deferred.Deferred<void>) =>
  Effect.map(changeEvents, (events) =>
    HttpServerResponse.stream(Stream.encodeText(Stream.interruptWhenDeferred(events, closing)), {
      contentType: "text/event-stream; charset=utf-8",
      headers: { "x-accel-buffering": "no" }
    })
  )
