/**
 * What `/metrics` tells is what the sandbox's journal has seen, exactly.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import type { JournalEntry } from "../../src/sandbox/Journal.js"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { findingsOf, hasPromtool } from "../support/Promtool.js"
import { startSandbox } from "../support/SandboxProcess.js"
import { eventually, idle, type Sample, startServed } from "../support/Served.js"

/** Which upstream and endpoint an exchange is of, by the journal alone. */
const endpointOf = ({ method, path, server }: JournalEntry): string => {
  if (path === "/oauth2/token") return "cdf-token token"
  if (server === "datasource") {
    const source = path.split("/").find((part) => /^\d+$/.test(part)) ?? ""
    return `plex-ds ${method === "GET" ? "metadata of " : ""}data source ${source}`
  }
  const inProject = path.replace(/^\/api\/v1\/projects\/[^/]+/, "")
  const parts = inProject.split("/").map((part) => (/^(\d+|[0-9a-f-]{36})$/.test(part) ? "{id}" : part))
  return `${server} ${method} ${parts.join("/")}`
}

const counted = (keys: ReadonlyArray<string>): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const key of keys.toSorted()) counts[key] = (counts[key] ?? 0) + 1
  return counts
}

/** By upstream, endpoint and status. */
const journaled = ({ journal }: Sandbox) =>
  counted(journal.entries().map((entry) => `${endpointOf(entry)} ${entry.status ?? "none"}`))

const labelled = (samples: ReadonlyArray<Sample>, name: string, ...labels: ReadonlyArray<string>) =>
  Object.fromEntries(
    samples
      .filter((sample) => sample.name === name && sample.value > 0)
      .map((sample) => [labels.map((label) => sample.labels[label] ?? "").join(" "), sample.value] as const)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
  )

const scraped = (samples: ReadonlyArray<Sample>) =>
  Object.fromEntries(
    Object.entries(labelled(samples, "plex_cdf_calls_total", "upstream", "endpoint", "status"))
      .map(([key, value]) => [key.replace(/^(plex-ds .*data source \d+) \(\w+\)/, "$1"), value] as const)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
  )

const Points = Schema.parseJson(
  Schema.Struct({ items: Schema.Array(Schema.Struct({ datapoints: Schema.Array(Schema.Unknown) })) })
)

/** Data points that CDF took. */
const pointsTaken = ({ journal }: Sandbox): number =>
  journal
    .entries({ server: "cdf", method: "POST", path: /\/timeseries\/data$/, status: 200 })
    .flatMap(({ requestBody }) => Schema.decodeUnknownSync(Points)(requestBody).items)
    .reduce((sum, { datapoints }) => sum + datapoints.length, 0)

const Rows = Schema.parseJson(Schema.Array(Schema.Unknown))

/** Records that Plex gave from a list. */
const rowsGiven = ({ journal }: Sandbox, path: string): number =>
  journal
    .entries({ server: "plex", path, status: 200, outcome: "answered" })
    .filter(({ fault }) => fault === undefined)
    .flatMap(({ answerBody }) => Schema.decodeUnknownSync(Rows)(answerBody)).length

const sumOf = (samples: ReadonlyArray<Sample>, name: string, labels: Readonly<Record<string, string>> = {}): number =>
  samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0)

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
        assert.deepStrictEqual(scraped(samples), journaled(sandbox))
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
