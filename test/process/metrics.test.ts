/**
 * What `/metrics` tells is what the sandbox's journal has seen, exactly.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { callOf, callsIn, counted, labelled, pointsTakenBy, sumOf } from "../support/JournalMetrics.js"
import { findingsOf, hasPromtool } from "../support/Promtool.js"
import { startSandbox } from "../support/SandboxProcess.js"
import { eventually, idle, type Sample, startServed } from "../support/Served.js"

/** By upstream, endpoint and status. */
const journaled = ({ journal }: Sandbox) => counted(journal.entries().map(callOf))

/** Data points that CDF took. */
const pointsTaken = ({ journal }: Sandbox): number =>
  journal.entries().reduce((sum, entry) => sum + pointsTakenBy(entry), 0)

const Rows = Schema.parseJson(Schema.Array(Schema.Unknown))

/** Records that Plex gave from a list. */
const rowsGiven = ({ journal }: Sandbox, path: string): number =>
  journal
    .entries({ server: "plex", path, status: 200, outcome: "answered" })
    .filter(({ fault }) => fault === undefined)
    .flatMap(({ answerBody }) => Schema.decodeUnknownSync(Rows)(answerBody)).length

/** Metrics that the documentation names, or that are there, and not both; those of Redis are there with it. */
const missingOf = (samples: ReadonlyArray<Sample>): ReadonlyArray<string> => {
  const there = new Set(samples.map(({ name }) => name.replace(/_seconds_(bucket|sum|count)$/, "_seconds")))
  const text = readFileSync(resolve(import.meta.dirname, "../../docs/metrics.md"), "utf8")
  const named = new Set(Array.from(text.matchAll(/`(plex_cdf_\w*[a-z])`/g), ([, name = ""]) => name))
  const redis = "plex_cdf_redis_failures_total"
  const all = [...named, ...there]
  return all.filter((name) => name !== redis && named.has(name) !== there.has(name))
}

describe("Metrics of a resident process", { timeout: 180_000 }, () => {
  it.scopedLive(
    "are what the journals have seen, exactly: calls by endpoint and status, retries, records, points",
    () =>
      Effect.gen(function* () {
        const sandbox = yield* startSandbox()
        // Each is mended by the one try that there is.
        sandbox.faults.add({ kind: "status", status: 500, match: { path: /\/mdm\/v1\/parts$/ }, times: 1 })
        sandbox.faults.add({ kind: "status", status: 429, match: { path: /\/assets$/, server: "cdf" }, times: 1 })
        sandbox.faults.add({ kind: "html", match: { path: /\/scheduling\/v1\/jobs$/ }, times: 1 })
        sandbox.faults.add({
          kind: "reset",
          match: { path: /\/inventory\/v1\/inventory-definitions\/locations$/ },
          times: 1
        })
        const served = yield* startServed(sandbox, { HEALTH_CHECK_INTERVAL: "86400" })
        yield* eventually(served.facility, idle)
        const samples = yield* served.samples

        const applied = sandbox.journal.entries().filter(({ fault }) => fault !== undefined)
        assert.strictEqual(applied.length, 4)
        assert.deepStrictEqual(callsIn(samples), journaled(sandbox))
        assert.deepStrictEqual(labelled(samples, "plex_cdf_call_retries_total", "upstream", "reason"), {
          "cdf RateLimited": 1,
          "plex Transport": 1,
          "plex Unavailable": 1,
          "plex WrongBody": 1
        })
        assert.strictEqual(sumOf(samples, "plex_cdf_call_duration_seconds_count"), sandbox.journal.count())

        for (const [flow, path] of [
          ["buildings", "/mdm/v1/buildings"],
          ["parts", "/mdm/v1/parts"],
          ["workcenters", "/production/v1/production-definitions/workcenters"]
        ] as const) {
          const read = sumOf(samples, "plex_cdf_records_read_total", { flow })
          assert.isAbove(read, 0, flow)
          assert.strictEqual(read, rowsGiven(sandbox, path), flow)
          assert.strictEqual(sumOf(samples, "plex_cdf_records_total", { flow }), read, flow)
        }
        assert.strictEqual(sumOf(samples, "plex_cdf_data_points_total"), pointsTaken(sandbox))
        assert.strictEqual(sumOf(samples, "plex_cdf_runs_total", { outcome: "failed" }), 0)
        const { recentRuns } = yield* served.facility
        const runs = recentRuns.filter(({ status }) => status !== "running").length
        assert.strictEqual(sumOf(samples, "plex_cdf_runs_total"), runs)
        assert.deepStrictEqual(missingOf(samples), [])
        const answer = yield* served.ask("/metrics")
        if (hasPromtool) assert.strictEqual(findingsOf(yield* Effect.promise(() => answer.text())), "")
        // Each facility's own.
        const without = samples.filter(
          ({ labels, name }) => labels["pcn"] === undefined && !/process|event_loop|build|run_log/.test(name)
        )
        assert.deepStrictEqual([...new Set(without.map(({ name }) => name))], [])
      })
  )
})
