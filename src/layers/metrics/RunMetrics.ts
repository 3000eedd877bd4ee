/**
 * Metrics of runs and of what their flows did; counted when a flow or a run has ended.
 */
import { Effect, Metric, MetricBoundaries } from "effect"
import type { FlowName } from "../../domain/Flow.js"
import { type CountName, type FlowStatus, unfinished } from "../../domain/Report.js"
import type { StatusOfRun } from "../../domain/Status.js"
import type { RunEnding } from "../../services/RunEnding.js"
import type { FlowOutcome } from "../../services/RunLog.js"

const counter = (name: string, description: string) => Metric.counter(name, { description, incremental: true })

const runs = counter("plex_cdf_runs_total", "Runs of extractors and sweeps that ended, by outcome")
const duration = Metric.histogram(
  "plex_cdf_run_duration_seconds",
  MetricBoundaries.fromIterable([1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 10_800]),
  "Duration of runs of extractors and sweeps"
)

const records = counter(
  "plex_cdf_records_total",
  "Records that flows have read, by what became of them: the outcomes add up to plex_cdf_records_read_total"
)

/** What becomes of a record: each that was read is exactly one of these. */
const outcomes: ReadonlyArray<readonly [name: CountName, outcome: string]> = [
  ["created", "created"],
  ["updated", "updated"],
  ["unchanged", "unchanged"],
  ["deadLettered", "dead_lettered"],
  ["filtered", "filtered"],
  ["duplicates", "duplicate"]
]

/** What is counted beside the outcomes of records. */
const counted: ReadonlyArray<readonly [name: CountName, metric: ReturnType<typeof counter>]> = [
  ["read", counter("plex_cdf_records_read_total", "Records that flows have read from Plex")],
  ["late", counter("plex_cdf_records_late_total", "Records of history that came after the watermark had passed them")],
  ["links", counter("plex_cdf_links_total", "Links written to assets that exist")],
  ["pendingLinks", counter("plex_cdf_links_deferred_total", "Links whose asset did not exist yet")],
  ["ambiguous", counter("plex_cdf_ambiguous_keys_total", "Human keys that fit several assets and so made no link")],
  ["cuts", counter("plex_cdf_fields_cut_total", "Fields cut to the limits of CDF")],
  ["points", counter("plex_cdf_data_points_total", "Data points written")],
  ["sequences", counter("plex_cdf_sequences_total", "Sequences whose rows were written")],
  ["omitted", counter("plex_cdf_omitted_total", "Points and times left out because Plex does not say enough")],
  ["retired", counter("plex_cdf_objects_retired_total", "Objects retired because Plex has their record no more")],
  ["retracted", counter("plex_cdf_objects_retracted_total", "Objects of history deleted because Plex took them back")],
  ["looked", counter("plex_cdf_sweep_looks_total", "Objects that sweeps have looked at")],
  ["drifted", counter("plex_cdf_fields_drifted_total", "Fields of records that are new, missing or unreadable")]
]
const flowRuns = counter("plex_cdf_flow_runs_total", "Flows that ended, by status")

/** Counts what a flow of this facility did in one run. */
export const countFlow = (pcn: string, { counts, flow, status }: FlowOutcome): Effect.Effect<void> =>
  Effect.gen(function* () {
    yield* Effect.tagMetrics(Metric.increment(flowRuns), { status })
    for (const [name, outcome] of outcomes)
      yield* Effect.tagMetrics(Metric.incrementBy(records, counts[name]), { outcome })
    yield* Effect.tagMetrics(Metric.incrementBy(records, Math.max(0, unfinished(counts))), { outcome: "unfinished" })
    for (const [name, metric] of counted) yield* Metric.incrementBy(metric, counts[name])
  }).pipe(Effect.tagMetrics({ pcn, flow }))

/** Counts a run that has ended. */
export const countRun = (pcn: string, run: StatusOfRun): Effect.Effect<void> =>
  Effect.zipRight(
    Effect.tagMetrics(Metric.increment(runs), { outcome: run.status }),
    Metric.update(duration, run.duration / 1000)
  ).pipe(Effect.tagMetrics({ pcn, name: run.name }))

const statuses: ReadonlyArray<FlowStatus> = ["ok", "degraded", "skipped", "off"]

/** Makes the counters of these flows begin at 0: what their first runs do is an increase. */
export const beginFlows = (pcn: string, flows: ReadonlyArray<FlowName>): Effect.Effect<void> =>
  Effect.forEach(
    flows,
    (flow) =>
      Effect.gen(function* () {
        for (const status of statuses) yield* Effect.tagMetrics(Metric.incrementBy(flowRuns, 0), { status })
        for (const outcome of [...outcomes.map(([, name]) => name), "unfinished"])
          yield* Effect.tagMetrics(Metric.incrementBy(records, 0), { outcome })
        for (const [, metric] of counted) yield* Metric.incrementBy(metric, 0)
      }).pipe(Effect.tagMetrics({ pcn, flow })),
    { discard: true }
  )

const endings: ReadonlyArray<RunEnding> = ["succeeded", "degraded", "failed", "interrupted"]

/** Makes the counters of these extractors or sweeps begin at 0: the first failure of each is an increase. */
export const beginRuns = (pcn: string, names: ReadonlyArray<string>): Effect.Effect<void> =>
  Effect.forEach(
    names.flatMap((name) => endings.map((outcome) => ({ pcn, name, outcome }))),
    ({ name, outcome, pcn }) =>
      Metric.incrementBy(runs, 0).pipe(Effect.tagMetrics({ outcome }), Effect.tagMetrics({ pcn, name })),
    { discard: true }
  )
