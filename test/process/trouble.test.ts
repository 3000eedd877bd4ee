import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { type Ended, finishedFlows, logLines } from "../support/RunProcess.js"
import { leaks, miscounts, onePass, startSandbox, statusOf, writesTo } from "../support/SandboxProcess.js"
import { recentRows, verdict } from "../support/Verdict.js"

const none: ReadonlyArray<string> = []

/** Flows that did not end well. */
const unwell = (ended: Ended): ReadonlyArray<string> =>
  Array.from(finishedFlows(ended)).flatMap(([flow, { status }]) =>
    status === "ok" ? [] : [`${flow} ${String(status)}`]
  )

const containerMoves = "/inventory/v1/inventory-history/container-location-moves"

/** A little of everything. */
const size = { parts: 8, jobs: 8, openJobs: 4, containers: 12, checksheets: 4, problems: 3, historyDays: 2 }

describe("What Plex does not offer or cannot give", { concurrent: true, timeout: 300_000 }, () => {
  it.scopedLive("an endpoint that a tenant may lack is a notice, and all else lands", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ plexKnobs: { movesUnavailable: true } })
      const ended = yield* onePass(sandbox, ["--strict"])
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.strictEqual(statusOf(ended, "movements"), "skipped")
      assert.match(ended.stderr, /movements is skipped: .*malformed/i)
      assert.deepStrictEqual(verdict(sandbox, { without: ["movements"] }), none)
      assert.strictEqual(sandbox.journal.count({ path: containerMoves }), 1)
    })
  )

  it.scopedLive("a product that is not subscribed degrades its flows, and all else lands", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size })
      sandbox.plex.unsubscribe("quality")
      const ended = yield* onePass(sandbox)
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.strictEqual(statusOf(ended, "specifications"), "degraded")
      assert.match(ended.stderr, /specifications is degraded: .*subscri/)
      for (const optional of ["control-plans", "deviations"]) assert.strictEqual(statusOf(ended, optional), "skipped")
      const refused = ["specifications", "control-plans", "control-plan-lines", "deviations"]
      assert.deepStrictEqual(verdict(sandbox, { without: refused }), none)
      assert.strictEqual((yield* onePass(sandbox, ["--strict", "--only", "quality"])).code, 3)
    })
  )

  it.scopedLive("a data source without a grant degrades its flow, and all else lands", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size })
      sandbox.plex.revokeGrant(4142)
      sandbox.plex.revokeGrant(22870)
      const ended = yield* onePass(sandbox)
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.sameMembers(Array.from(unwell(ended)), ["checksheets degraded", "live-performance degraded"])
      assert.match(ended.stderr, /checksheets is degraded: .*4142/)
      assert.deepStrictEqual(verdict(sandbox, { without: ["checksheets", "live-performance"] }), none)
    })
  )

  for (const [what, fault] of [
    ["a page of HTML", { kind: "html" }],
    ["500", { kind: "status", status: 500 }]
  ] as const) {
    it.scopedLive(`a list that is always answered with ${what} degrades its flow, and all else lands`, () =>
      Effect.gen(function* () {
        const sandbox = yield* startSandbox({ size })
        sandbox.faults.add({ ...fault, match: { path: /production-history\/scrap-entries$/ } })
        const ended = yield* onePass(sandbox, ["--strict"])
        assert.strictEqual(ended.code, 3, ended.stderr)
        assert.strictEqual(statusOf(ended, "scrap-entries"), "degraded")
        assert.match(ended.stderr, /scrap-entries is degraded: /)
        const noScrap = { ...recentRows(sandbox.plant), scrapEntries: [] }
        assert.deepStrictEqual(verdict(sandbox, { histories: noScrap }), none)
        assert.strictEqual(sandbox.journal.count({ path: /scrap-entries$/ }), 2, "one try and one more")
      })
    )
  }

  for (const [what, fault] of [
    ["nothing", { kind: "empty" }],
    ["half a body", { kind: "cut" }],
    ["text that is no JSON", { kind: "malformed" }],
    ["a true body under a false encoding", { kind: "wrongEncoding" }]
  ] as const) {
    it.scopedLive(`${what} is never taken for an empty list`, () =>
      Effect.gen(function* () {
        const sandbox = yield* startSandbox({ size: { parts: 6, jobs: 4, openJobs: 2 } })
        sandbox.faults.add({ ...fault, match: { path: /production-history\/scrap-entries$/ } })
        const ended = yield* onePass(sandbox, ["--only", "production", "--strict"])
        assert.strictEqual(ended.code, 3, ended.stderr)
        assert.strictEqual(statusOf(ended, "scrap-entries"), "degraded")
      })
    )
  }

  it.scopedLive("without --strict a degraded pass exits 0, and the next one mends it", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size })
      sandbox.faults.add({ kind: "status", status: 503, match: { path: "/mdm/v1/parts$" } })
      const ended = yield* onePass(sandbox)
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.strictEqual(statusOf(ended, "parts"), "degraded")
      assert.strictEqual(
        sandbox.cdf.state.assets.all().filter(({ externalId }) => String(externalId).includes("_part_")).length,
        0
      )
      sandbox.faults.clear()
      assert.strictEqual((yield* onePass(sandbox)).code, 0)
      assert.deepStrictEqual(verdict(sandbox), none)
    })
  )

  it.scopedLive("records that cannot be read are set aside with flow, path and reason, and the rest lands", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ poison: true })
      const ended = yield* onePass(sandbox)
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.deepStrictEqual(verdict(sandbox), none)
      assert.deepStrictEqual(miscounts(ended), none)
      const dead = Array.from(finishedFlows(ended)).flatMap(([flow, { deadLettered }]) =>
        deadLettered === 0 ? [] : [[flow, deadLettered]]
      )
      assert.sameDeepMembers(dead, [
        ["parts", 2],
        ["jobs", 1],
        ["production-entries", 2],
        ["status-entries", 1],
        ["containers", 1]
      ])
      assert.match(ended.stderr, /^7 dead letters: plex-cdf dead-letters list says why$/m)
      const told = logLines(ended).filter(({ message }) => String(message).includes("dead letter"))
      assert.sameMembers(
        Array.from(new Set(told.map(({ flow }) => String(flow)))),
        dead.map(([flow]) => String(flow))
      )
      assert.isTrue(told.every(({ level, reason }) => level === "warn" && String(reason).length > 5))
      const reasons = told.map(({ flow, reason }) => `${String(flow)}: ${String(reason)}`).join("\n")
      assert.match(reasons, /jobs: .*quantity/)
      assert.strictEqual((yield* onePass(sandbox, ["--strict"])).code, 3)
    })
  )
})

describe("What makes writing wrong altogether", { concurrent: true, timeout: 300_000 }, () => {
  const refusals: ReadonlyArray<readonly [string, Readonly<Record<string, string>>, RegExp]> = [
    ["a wrong Plex key", { PLEX_API_KEY: "another-key" }, /PLEX_API_KEY/],
    ["another tenant than the configured one", { PLEX_PCN_CODE: "other-tenant" }, /PLEX_PCN_CODE/],
    ["an unknown CDF project", { CDF_PROJECT: "elsewhere" }, /CDF_PROJECT|project/],
    ["a wrong client secret", { CDF_CLIENT_SECRET: "another-secret" }, /CDF_CLIENT_(ID|SECRET)|invalid_client/],
    ["an unknown data set", { CDF_DATASET_PLEXQUALITY: "4711" }, /CDF_DATASET_PLEXQUALITY.*4711/]
  ]
  for (const [what, over, said] of refusals) {
    it.scopedLive(`${what} exits 1, says what to check, and writes nothing`, () =>
      Effect.gen(function* () {
        const sandbox = yield* startSandbox({ size: { parts: 3, jobs: 4, openJobs: 2 } })
        const ended = yield* onePass(sandbox, [], over)
        assert.strictEqual(ended.code, 1, ended.stderr)
        assert.match(ended.stderr, said)
        assert.isBelow(ended.stderr.split("\n").length, 6, "a message, not a dump")
        assert.notMatch(ended.stderr, /\n {4}at /)
        assert.deepStrictEqual(writesTo(sandbox), none)
        assert.deepStrictEqual(leaks(sandbox, ended), none)
        for (const secret of ["another-key", "another-secret"]) assert.notInclude(ended.stdout + ended.stderr, secret)
      })
    )
  }
})
