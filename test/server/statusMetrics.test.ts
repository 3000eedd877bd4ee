/**
 * Gauges of what is now.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Metric } from "effect"
import type { FacilityStatus } from "../../src/domain/Status.js"
import { prometheusText } from "../../src/server/Prometheus.js"
import { setGauges } from "../../src/server/StatusMetrics.js"
import { samplesOf } from "../support/Served.js"
import { facilityExample, now } from "../support/StatusExamples.js"

const eventLoop = { longest: () => 0, delays: () => ({ mean: 0, p99: 0, max: 0 }) }

/** Of one facility, by name; metrics of one worker are those of all its tests. */
const told = (over: Partial<FacilityStatus>) =>
  Effect.gen(function* () {
    const facility = facilityExample({ pcn: "gauges", ...over })
    const unknown = yield* setGauges({ version: "1", started: 0, at: now, facilities: [facility] }, eventLoop)
    const samples = samplesOf(prometheusText(yield* Metric.snapshot, "plex_cdf_", unknown))
    const own = samples.filter(({ labels }) => labels["pcn"] === "gauges")
    return new Map(own.map(({ name, value }) => [name, value]))
  })

describe("Gauges", () => {
  it.effect("tell nothing, and not what was known last, where nothing is known now", () =>
    Effect.gen(function* () {
      const before = yield* told({ deadLetters: 3, pendingLinks: 7 })
      assert.deepStrictEqual(
        ["state_up", "dead_letters", "pending_links"].map((name) => before.get(`plex_cdf_${name}`)),
        [1, 3, 7]
      )
      const away = yield* told({ deadLetters: undefined, pendingLinks: undefined, stateError: "gone" })
      assert.deepStrictEqual(
        ["state_up", "dead_letters", "pending_links"].map((name) => away.get(`plex_cdf_${name}`)),
        [0, undefined, undefined]
      )
      assert.isTrue(away.has("plex_cdf_extractor_interval_seconds"))
      assert.strictEqual((yield* told({ deadLetters: 4, pendingLinks: 0 })).get("plex_cdf_dead_letters"), 4)
    })
  )
})
