/**
 * A real Prometheus beside a resident process: what operators are told by rules and dashboard while things go wrong in the plant.
 *
 * The rules are those of `deploy/prometheus`, without the time for which a cause must last, and with minutes for seconds. For what takes
 * days a process is started whose clock is that much further than that of the one before.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, statSync, writeFileSync } from "node:fs"
import { queries } from "../deploy/Dashboard.js"
import { alerts, groupingLabels, ruleGroups, selectorsOf } from "../deploy/Rules.js"
import { newFile } from "../layers/state/Variants.js"
import { hasPrometheus, type Prometheus, startPrometheus } from "../support/Prometheus.js"
import { startProcess } from "../support/RunProcess.js"
import { environmentOf, onePass, startSandbox } from "../support/SandboxProcess.js"
import { eventually, freePort, type Served, startServed } from "../support/Served.js"

const sooner: Readonly<Record<string, string>> = { "5m": "5s", "30m": "6s", "1h": "8s", "6h": "12s", "1d": "60s" }

/** The rules without their patience; of some alerts with other times than usual. */
const hastyRules = (others: Readonly<Record<string, Readonly<Record<string, string>>>> = {}): string =>
  JSON.stringify({
    groups: ruleGroups.map((group) => ({
      ...group,
      rules: group.rules.map((rule) => ({
        ...rule,
        // On a busy machine a process misses a scrape of a second now and then, and is not down.
        for: rule.alert === "PlexCdfDown" ? "6s" : "0s",
        expr: rule.expr.replaceAll(
          /(?<=\[|offset )\d+[mhd]/g,
          (time) => others[rule.alert]?.[time] ?? sooner[time] ?? time
        )
      }))
    }))
  })

/** Alerts of a Prometheus that have fired, whether they still do or not. */
const everFiredOf = (prometheus: Prometheus) =>
  Effect.map(prometheus.query('count by (alertname) (last_over_time(ALERTS{alertstate="firing"}[10m]))'), (all) =>
    all.map(({ alertname = "" }) => alertname)
  )

/** Runs it now, and waits for its end. */
const runs = (served: Served, extractor: string) =>
  Effect.gen(function* () {
    const requested = Effect.map(
      served.facility,
      ({ recentRuns }) =>
        recentRuns.filter(
          ({ name, status, trigger }) => name === extractor && trigger === "request" && status !== "running"
        ).length
    )
    const before = yield* requested
    assert.strictEqual((yield* served.ask(`/run/${extractor}`, { method: "POST" })).status, 202)
    yield* eventually(requested, (count) => count > before)
  })

const none: ReadonlyArray<string> = []

const day = 86_400_000

/** A module that puts the clock of its process that many days on. */
const daysLater = (days: number): string =>
  `data:text/javascript,${encodeURIComponent(`const now = Date.now; Date.now = () => now() + ${days * day}`)}`

/** Overwrites a file and what belongs to it, as a disk does that has gone bad. */
const tear = (file: string): void => {
  for (const end of ["", "-wal", "-shm"])
    if (existsSync(file + end)) writeFileSync(file + end, Buffer.alloc(statSync(file + end).size), { flag: "r+" })
}

/** Queries that rightly find nothing in this test, beside those for what is above 0. */
const quiet = new Set(["annotations"])

describe.skipIf(!hasPrometheus)("A real Prometheus", { timeout: 180_000 }, () => {
  it.scopedLive("finds every metric of rules and dashboard, and alerts by causes and by nothing else", () =>
    Effect.gen(function* () {
      const port = yield* freePort
      const prometheus = yield* startPrometheus(port, hastyRules())
      const firing = Effect.map(prometheus.firing, (all) => all.map(({ labels }) => labels["alertname"] ?? ""))
      const everFired = everFiredOf(prometheus)
      const fires = (alert: string) => eventually(everFired, (names) => names.includes(alert))
      yield* fires("PlexCdfAbsent")

      // Plex takes its time at the start: there is no success yet.
      const sandbox = yield* startSandbox()
      sandbox.faults.add({ kind: "delay", millis: 3_000, match: { path: /tenants$/ }, times: 2 })
      const served = yield* startServed(sandbox, {
        HTTP_PORT: `${port}`,
        HEALTH_CHECK_INTERVAL: "1",
        MAX_RETRIES: "3",
        // Quality waits for its turns for as long as this test lasts.
        PLEX_DS_RATE_LIMIT: "1",
        ENABLE_PERFORMANCE_EXTRACTOR: "false"
      })
      assert.strictEqual((yield* served.checks("/readyz")).code, 503)
      yield* fires("PlexCdfNoSuccess")
      yield* eventually(served.checks("/readyz"), ({ code }) => code === 200)
      yield* eventually(served.facility, ({ extractors }) =>
        extractors.every(({ lastRun, name, state }) => name === "quality" || state === "off" || lastRun !== undefined)
      )
      yield* fires("PlexCdfRateBudgetExhausted")
      yield* eventually(firing, (names) =>
        names.every((name) => ["PlexCdfRateBudgetExhausted", "PlexCdfPendingLinksGrow"].includes(name))
      )
      const atStart = ["PlexCdfAbsent", "PlexCdfNoSuccess", "PlexCdfRateBudgetExhausted"]
      assert.sameMembers(
        (yield* everFired).filter((name) => name !== "PlexCdfPendingLinksGrow"),
        atStart
      )
      assert.deepInclude(yield* prometheus.target, { health: "up", lastError: "" })

      sandbox.plant.put("parts", { number: "NO-ID", name: "A part without its key" })
      yield* runs(served, "master-data")
      yield* fires("PlexCdfDeadLettersGrow")

      const filled = sandbox.faults.add({
        kind: "status",
        status: 200,
        body: "[]",
        match: { path: /inventory-definitions\/locations$/ }
      })
      yield* runs(served, "inventory")
      yield* fires("PlexCdfValveClosed")
      yield* fires("PlexCdfFlowDegraded")
      filled()
      yield* runs(served, "inventory")
      yield* eventually(firing, (names) => !names.includes("PlexCdfValveClosed"))
      yield* eventually(firing, (names) => !names.includes("PlexCdfFlowDegraded"))

      const { apiKey } = sandbox.plex.knobs
      sandbox.plex.knobs.apiKey = "another"
      yield* fires("PlexCdfCredentialsRefused")
      assert.strictEqual((yield* served.checks("/readyz")).code, 503)
      sandbox.plex.knobs.apiKey = apiKey
      yield* eventually(served.checks("/readyz"), ({ code }) => code === 200)
      yield* eventually(firing, (names) => !names.includes("PlexCdfCredentialsRefused"))
      assert.notInclude(yield* everFired, "PlexCdfManyErrors")

      sandbox.faults.add({ kind: "status", status: 500, match: { server: "plex" } })
      for (let time = 0; time < 3; time++) yield* runs(served, "production")
      yield* fires("PlexCdfManyErrors")
      yield* fires("PlexCdfBreakerOpen")
      yield* fires("PlexCdfExtractorFailing")

      const seen = new Map<string, ReadonlyArray<Readonly<Record<string, string>>>>()
      const all = [...alerts.map(({ alert, expr }) => ({ of: alert, query: expr })), ...queries]
      for (const selector of new Set(all.flatMap(({ query }) => selectorsOf(query))))
        seen.set(selector, yield* prometheus.query(`last_over_time(${selector}[10m])`))
      assert.deepStrictEqual(
        [...seen].filter(([, found]) => found.length === 0).map(([selector]) => selector),
        none
      )
      const strangers = all.flatMap(({ of, query }) => {
        const known = new Set(selectorsOf(query).flatMap((selector) => (seen.get(selector) ?? []).flatMap(Object.keys)))
        return groupingLabels(query).flatMap((label) => (known.has(label) ? [] : [`${of}: ${label}`]))
      })
      assert.deepStrictEqual(strangers, none)
      for (const { of, query } of queries.filter(({ of }) => !quiet.has(of)))
        assert.isNotEmpty(yield* prometheus.query(query.replaceAll(/ > 0\b/g, "")), `${of}: ${query}`)
      assert.deepStrictEqual(yield* prometheus.ruleErrors, none)
      for (const { annotations } of yield* prometheus.firing)
        assert.notMatch(Object.values(annotations).join(" "), /<error|<no value>|\{\{/)

      served.process.kill("SIGKILL")
      yield* fires("PlexCdfDown")
      assert.strictEqual((yield* prometheus.target).health, "down")
      assert.sameMembers(
        [...(yield* everFired)],
        [
          ...atStart,
          "PlexCdfDeadLettersGrow",
          "PlexCdfPendingLinksGrow",
          "PlexCdfValveClosed",
          "PlexCdfFlowDegraded",
          "PlexCdfCredentialsRefused",
          "PlexCdfManyErrors",
          "PlexCdfBreakerOpen",
          "PlexCdfExtractorFailing",
          "PlexCdfDown"
        ]
      )
    })
  )

  it.scopedLive("alerts of what takes days, of processes that come and go, and of a state that is gone", () =>
    Effect.gen(function* () {
      const port = yield* freePort
      const sandbox = yield* startSandbox({ size: { parts: 8, jobs: 8, openJobs: 4, checksheets: 4 } })
      const file = yield* newFile
      const over = {
        HTTP_PORT: `${port}`,
        STATE_URL: `file:${file}`,
        ENABLE_QUALITY_EXTRACTOR: "false",
        ENABLE_PERFORMANCE_EXTRACTOR: "false"
      }
      assert.strictEqual((yield* onePass(sandbox, [], over)).code, 0)

      const prometheus = yield* startPrometheus(port, hastyRules({ PlexCdfRestarting: { "1h": "2m" } }))
      const firing = Effect.map(prometheus.firing, (all) => all.map(({ labels }) => labels["alertname"] ?? ""))
      const fires = (alert: string) => eventually(firing, (names) => names.includes(alert))

      // Three days later; nothing has succeeded since, and the first runs take their time. Of the plant they were quiet days, as
      // a list of containers is not believed that shows few of those that were there.
      sandbox.plant.advance(4 * 3_600_000)
      const noScrap = sandbox.faults.add({ kind: "status", status: 403, match: { path: /scrap-entries$/ } })
      const later = { ...over, NODE_OPTIONS: `--import=${daysLater(3)}` }
      const slowly = sandbox.faults.add({
        kind: "delay",
        millis: 6_000,
        match: { path: /(buildings|jobs|locations)$/ }
      })
      const served = yield* startServed(sandbox, later)
      yield* fires("PlexCdfExtractorStale")
      yield* fires("PlexCdfSweepOld")
      slowly()
      // One flow fails, and with it the one that it feeds; their extractor is well.
      yield* eventually(prometheus.firing, (all) => {
        const flowsOf = (alert: string) =>
          all.filter(({ labels }) => labels["alertname"] === alert).map(({ labels }) => labels["flow"])
        return (
          flowsOf("PlexCdfFlowStale").toSorted().join() === "output,scrap-entries" &&
          flowsOf("PlexCdfWatermarkLag").join() === "scrap-entries"
        )
      })
      noScrap()
      yield* runs(served, "production")
      yield* eventually(firing, (names) => !names.some((name) => /FlowStale|WatermarkLag|Stale|SweepOld/.test(name)))

      // A process that nobody sees takes its place; this one is started again and again, and waits.
      served.process.kill("SIGKILL")
      const unseen = yield* startProcess([], { environment: environmentOf(sandbox, { ...later, HTTP_PORT: "0" }) })
      yield* Effect.promise(() => unseen.said(/"message":"flow finished"/))
      for (let time = 0; time < 2; time++) {
        const waiting = yield* startServed(sandbox, later)
        yield* fires("PlexCdfNobodyActive")
        waiting.process.kill("SIGKILL")
        yield* Effect.promise(() => waiting.process.ended)
        yield* fires("PlexCdfDown")
      }
      const last = yield* startServed(sandbox, later)
      yield* fires("PlexCdfRestarting")

      unseen.kill("SIGKILL")
      yield* Effect.promise(() => unseen.ended)
      yield* eventually(firing, (names) => !names.includes("PlexCdfNobodyActive"))
      assert.notInclude(yield* everFiredOf(prometheus), "PlexCdfStateDown")
      tear(file)
      yield* fires("PlexCdfStateDown")
      assert.match((yield* last.checks("/readyz")).failing["state"] ?? "", /./)
      for (const { annotations } of yield* prometheus.firing)
        assert.notMatch(Object.values(annotations).join(" "), /<error|<no value>|\{\{/)
    })
  )
})
