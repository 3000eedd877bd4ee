/**
 * Gauges of what is now: set from the status before each time that metrics are read.
 */
import { Context, Effect, FiberRef, Metric } from "effect"
import type { Extractor } from "../domain/Flow.js"
import type {
  FacilityStatus,
  ProcessStatus,
  StatusOfBreaker,
  StatusOfExtractor,
  StatusOfFlow
} from "../domain/Status.js"
import type { EventLoop } from "./EventLoop.js"
import { sampleName } from "./Prometheus.js"

const gauge = (name: string, description: string) => [name, Metric.gauge(name, { description })] as const

const started = gauge("plex_cdf_process_start_time_seconds", "When the process began, in seconds since the epoch")
const build = gauge("plex_cdf_build_info", "Always 1; the label says which version of the program runs")
const resident = gauge("plex_cdf_process_resident_memory_bytes", "Memory of the process that is resident")
const heap = gauge("plex_cdf_process_heap_used_bytes", "Memory that lives in the heap of the program")
const loopMean = gauge("plex_cdf_event_loop_delay_mean_seconds", "Mean delay of the event loop since it was last read")
const loopP99 = gauge(
  "plex_cdf_event_loop_delay_p99_seconds",
  "99th percentile of the delay of the event loop since then"
)
const loopMax = gauge("plex_cdf_event_loop_delay_max_seconds", "Longest delay of the event loop since then")

const active = gauge("plex_cdf_active", "1 where this process has the lease of the facility, 0 in standby")
const stateUp = gauge("plex_cdf_state_up", "1 where the state can be read")
const running = gauge("plex_cdf_extractor_running", "1 while a run of the extractor goes on")
const interval = gauge("plex_cdf_extractor_interval_seconds", "From one run of the extractor to the next")
const lastSuccess = gauge(
  "plex_cdf_extractor_last_success_timestamp_seconds",
  "When the last run of the extractor ended that came to its end; absent before the first"
)
const nextRun = gauge("plex_cdf_extractor_next_run_timestamp_seconds", "When the extractor runs next")
const failures = gauge(
  "plex_cdf_extractor_failures_in_a_row",
  "Runs of the extractor that failed since the last that did not"
)
const stale = gauge("plex_cdf_extractor_stale", "1 where the last success is older than two intervals")

const flowSuccess = gauge(
  "plex_cdf_flow_last_success_timestamp_seconds",
  "When the flow last ended well; absent before the first time"
)
const flowDegraded = gauge("plex_cdf_flow_degraded", "1 where the last run of the flow left it degraded")
const watermark = gauge(
  "plex_cdf_flow_watermark_timestamp_seconds",
  "The instant up to which the history of the flow is confirmed in CDF, or of its last whole list"
)
const flowStale = gauge(
  "plex_cdf_flow_stale",
  "1 where the flow last ended well more than two intervals of its extractor ago, and is neither skipped nor off"
)
const freshness = gauge(
  "plex_cdf_flow_freshness_seconds",
  "How far CDF may be behind Plex: greatest age of an unwritten record"
)
const valve = gauge("plex_cdf_flow_valve_closed", "1 where the last run of the flow closed the safety valve")

const objects = gauge("plex_cdf_sweep_objects", "Objects that the sweep looks at")
const due = gauge("plex_cdf_sweep_due_objects", "Objects that are new or changed since the sweep looked at them")
const age = gauge(
  "plex_cdf_sweep_age_seconds",
  "How long ago the object was looked at that was not looked at for longest"
)

const breaker = gauge("plex_cdf_breaker_state", "Of the circuit breaker of the upstream, 1 for the state that it is in")
const limit = gauge("plex_cdf_limiter_limit_calls_per_minute", "Calls that the upstream may get in a minute")
const used = gauge("plex_cdf_limiter_used_calls", "Calls to the upstream that began within the last minute")
const waiting = gauge("plex_cdf_limiter_waiting_calls", "Calls to the upstream that wait for their turn")
const held = gauge("plex_cdf_limiter_held_seconds", "How long nobody may call, as the upstream asked for it")

const recent = gauge(
  "plex_cdf_call_errors_last_hour",
  "Attempts of calls that failed within the last hour, by category"
)
const letters = gauge("plex_cdf_dead_letters", "Dead letters that are kept")
const pending = gauge("plex_cdf_pending_links", "Links whose asset does not exist yet")

const breakerStates: ReadonlyArray<StatusOfBreaker> = ["closed", "half-open", "open"]
const categories = ["transient", "configuration", "data"] as const

type Gauge = ReturnType<typeof gauge>

/** Gauges whose value is not known now, by name and labels: Effect keeps their last one. */
class Unknown extends Context.Tag("plex-cdf/server/Unknown")<Unknown, Set<string>>() {}

const set = ([name, metric]: Gauge, value: number | boolean | undefined): Effect.Effect<void, never, Unknown> =>
  value === undefined
    ? Effect.gen(function* () {
        const labels = yield* FiberRef.get(FiberRef.currentMetricLabels)
        ;(yield* Unknown).add(sampleName(name, labels))
      })
    : Metric.set(metric, Number(value))
/** Of milliseconds. */
const seconds = (millis: number | undefined): number | undefined => (millis === undefined ? undefined : millis / 1000)

const setAll = (
  labels: Record<string, string>,
  ...all: ReadonlyArray<readonly [Gauge, number | boolean | undefined]>
) => Effect.forEach(all, ([metric, value]) => set(metric, value), { discard: true }).pipe(Effect.tagMetrics(labels))

const setExtractor = (extractor: StatusOfExtractor) =>
  setAll(
    { extractor: extractor.name },
    [running, extractor.state === "running"],
    [interval, seconds(extractor.interval)],
    [lastSuccess, seconds(extractor.lastSuccess)],
    [nextRun, seconds(extractor.nextRun)],
    [failures, extractor.failures],
    [stale, extractor.staleSince !== undefined]
  )

/** By the same measure as its extractor's; what Plex does not offer is not waited for. */
const isStale = ({ lastSuccess, status }: StatusOfFlow, interval: number, { at, started }: ProcessStatus): boolean =>
  (status === "ok" || status === "degraded") && at >= (lastSuccess ?? started) + 2 * interval

/** One that no extractor runs has an empty label in the place of its name. */
const setFlow = (extractor: Extractor | "", flow: StatusOfFlow) =>
  setAll(
    { extractor, flow: flow.flow },
    [flowSuccess, seconds(flow.lastSuccess)],
    [flowDegraded, flow.status === "degraded"],
    [watermark, seconds(flow.watermark)],
    [freshness, seconds(flow.freshness)],
    [valve, flow.valveClosed]
  )

const setFacility = (facility: FacilityStatus, seen: ProcessStatus) =>
  Effect.gen(function* () {
    yield* setAll(
      {},
      [active, facility.role === "active"],
      [stateUp, facility.stateError === undefined],
      [letters, facility.deadLetters],
      [pending, facility.pendingLinks]
    )
    for (const extractor of facility.extractors) {
      if (extractor.state !== "off") yield* setExtractor(extractor)
      for (const flow of extractor.flows) {
        yield* setFlow(extractor.name, flow)
        const stale = extractor.state !== "off" && isStale(flow, extractor.interval, seen)
        yield* setAll({ extractor: extractor.name, flow: flow.flow }, [flowStale, stale])
      }
    }
    for (const { extractor, sweep, ...swept } of facility.sweeps) {
      if (swept.state === "off") continue
      yield* setAll({ sweep }, [objects, swept.objects], [due, swept.due], [age, seconds(swept.age)])
      if (swept.flow !== undefined) yield* setFlow(extractor, swept.flow)
    }
    for (const { ran } of facility.ownFlows) if (ran !== undefined) yield* setFlow("", ran)
    for (const upstream of facility.upstreams) {
      const labels = { upstream: upstream.name }
      yield* setAll(
        labels,
        [limit, upstream.limit],
        [used, upstream.used],
        [waiting, upstream.waiting],
        [held, seconds(upstream.held ?? 0)]
      )
      for (const state of breakerStates) yield* setAll({ ...labels, state }, [breaker, upstream.breaker === state])
    }
    for (const category of categories) {
      const counts = facility.errors.filter((error) => error.category === category).map(({ count }) => count)
      yield* setAll({ category }, [recent, counts.reduce((sum, count) => sum + count, 0)])
    }
  }).pipe(Effect.tagMetrics({ pcn: facility.pcn }))

/** Sets all gauges to what is now; gives those of which nothing is known now, by name and labels. */
export const setGauges = (status: ProcessStatus, eventLoop: EventLoop): Effect.Effect<ReadonlySet<string>> =>
  Effect.gen(function* () {
    const { heapUsed, rss } = process.memoryUsage()
    const { max, mean, p99 } = eventLoop.delays()
    yield* setAll(
      {},
      [started, seconds(status.started)],
      [resident, rss],
      [heap, heapUsed],
      [loopMean, seconds(mean)],
      [loopP99, seconds(p99)],
      [loopMax, seconds(max)]
    )
    yield* setAll({ version: status.version }, [build, 1])
    yield* Effect.forEach(status.facilities, (facility) => setFacility(facility, status), { discard: true })
    return yield* Unknown
  }).pipe(
    Effect.provideServiceEffect(
      Unknown,
      Effect.sync(() => new Set<string>())
    )
  )
