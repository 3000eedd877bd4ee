/**
 * Metrics of calls to Plex and CDF: each attempt is one. Paths that differ only in an id are one endpoint, so that there are few.
 */
import { Effect, Metric, MetricBoundaries } from "effect"
import { endpointOf } from "../../domain/Endpoint.js"
import { categoryOf, reasons } from "../../domain/Errors.js"
import type { ObservedCall } from "../../services/CallObserver.js"

const calls = Metric.counter("plex_cdf_calls_total", {
  description: "Attempts of calls, by upstream, endpoint and HTTP status (none: no answer came)",
  incremental: true
})
const duration = Metric.histogram(
  "plex_cdf_call_duration_seconds",
  MetricBoundaries.fromIterable([0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]),
  "Time from the start of a call to the end of its body, its wait for a turn not counted"
)
const errors = Metric.counter("plex_cdf_call_errors_total", {
  description: "Attempts of calls that failed, by upstream, category and reason",
  incremental: true
})
const retries = Metric.counter("plex_cdf_call_retries_total", {
  description:
    "Attempts that followed a failed one of the same call to the upstream, by that failure's category and reason",
  incremental: true
})
const waits = Metric.counter("plex_cdf_limiter_wait_seconds_total", {
  description: "Time that calls waited for their turn: a permit, the pace, a token",
  incremental: true
})

/** Counts one attempt of a call of this facility, as it ended. */
export const countCall = (
  pcn: string,
  { duration: millis, operation, reason, retryOf, status, upstream, waited = 0 }: ObservedCall
): Effect.Effect<void> => {
  const endpoint = endpointOf(operation)
  return Effect.gen(function* () {
    yield* Effect.tagMetrics(Metric.increment(calls), { endpoint, status: `${status ?? "none"}` })
    yield* Effect.tagMetrics(Metric.update(duration, millis / 1000), { endpoint })
    yield* Metric.incrementBy(waits, waited / 1000)
    if (reason !== undefined && reason !== "Interrupted") {
      yield* Effect.tagMetrics(Metric.increment(errors), { category: categoryOf(reason), reason })
    }
    if (retryOf !== undefined)
      yield* Effect.tagMetrics(Metric.increment(retries), { category: categoryOf(retryOf), reason: retryOf })
  }).pipe(Effect.tagMetrics({ pcn, upstream }))
}

/** Makes the counters of failures begin at 0: the first failure of each reason is an increase. */
export const beginCalls = (pcn: string, upstreams: ReadonlyArray<string>): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (const upstream of upstreams) {
      for (const reason of reasons) {
        const category = categoryOf(reason)
        const begin = (metric: typeof errors) =>
          Metric.incrementBy(metric, 0).pipe(
            Effect.tagMetrics({ category, reason }),
            Effect.tagMetrics({ pcn, upstream })
          )
        yield* begin(errors)
        if (category === "transient") yield* begin(retries)
      }
    }
  })
