/**
 * Metrics as Prometheus reads them.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Metric, MetricBoundaries } from "effect"
import { prometheusText } from "../../src/server/Prometheus.js"
import { findingsOf, hasPromtool } from "../support/Promtool.js"
import { samplesOf } from "../support/Served.js"

const counter = Metric.counter("render_test_calls_total", { description: "Calls\nof\\all kinds", incremental: true })
const gauge = Metric.gauge("render_test_level", { description: "A level" })
const histogram = Metric.histogram("render_test_duration_seconds", MetricBoundaries.fromIterable([0.5, 1]), "Durations")

const told = Effect.gen(function* () {
  yield* Effect.tagMetrics(Metric.incrementBy(counter, 2), { path: 'a"b\\c\nd', pcn: "1" })
  yield* Effect.tagMetrics(Metric.increment(counter), { path: "plain", pcn: "1" })
  yield* Metric.set(gauge, 1.5)
  for (const value of [0.2, 0.7, 3]) yield* Metric.update(histogram, value)
  return prometheusText(yield* Metric.snapshot, "render_test_")
})

describe("The text of metrics", () => {
  it.effect("has one heading for each name, escaped labels, and buckets that end with the infinite one", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* told).split("\n"), [
        "# HELP render_test_calls_total Calls\\nof\\\\all kinds",
        "# TYPE render_test_calls_total counter",
        'render_test_calls_total{path="a\\"b\\\\c\\nd",pcn="1"} 2',
        'render_test_calls_total{path="plain",pcn="1"} 1',
        "# HELP render_test_duration_seconds Durations",
        "# TYPE render_test_duration_seconds histogram",
        'render_test_duration_seconds_bucket{le="0.5"} 1',
        'render_test_duration_seconds_bucket{le="1"} 2',
        'render_test_duration_seconds_bucket{le="+Inf"} 3',
        "render_test_duration_seconds_sum 3.9",
        "render_test_duration_seconds_count 3",
        "# HELP render_test_level A level",
        "# TYPE render_test_level gauge",
        "render_test_level 1.5",
        ""
      ])
    })
  )

  it.effect("is read back as it was written", () =>
    Effect.gen(function* () {
      const samples = samplesOf(yield* told)
      assert.deepInclude(samples, { name: "render_test_level", labels: {}, value: 1.5 })
      assert.strictEqual(samples.length, 8)
    })
  )

  it.effect.skipIf(!hasPromtool)("finds Prometheus' approval", () =>
    Effect.map(told, (text) => assert.strictEqual(findingsOf(text), ""))
  )

  it.effect.skipIf(!hasPromtool)("of a bad name does not", () =>
    Effect.gen(function* () {
      const text = (yield* told).replaceAll("render_test_calls_total", "render_test_calls")
      assert.include(findingsOf(text), "_total")
    })
  )
})
