import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule, Schema, type Scope } from "effect"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { StateError } from "../../src/domain/Errors.js"
import { noCounts } from "../../src/domain/Report.js"
import { makeRunLog } from "../../src/layers/state/RunLogSql.js"
import { openState } from "../../src/layers/state/StateDatabase.js"
import type { RunLog, RunMetrics, RunRecord } from "../../src/services/RunLog.js"
import { dataSources } from "../../src/services/PlexDataSource.js"
import type { JournalEntry } from "../../src/sandbox/Journal.js"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { hasPostgres, newPostgres } from "../layers/state/Variants.js"
import { logLines, runProcess, startProcess } from "../support/RunProcess.js"
import { environmentOf, leaks, onePass, startSandbox } from "../support/SandboxProcess.js"

const none: ReadonlyArray<string> = []

const newState: Effect.Effect<string, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "plex-cdf-run-log-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  ),
  (path) => `file:${join(path, "state.db")}`
)

type Record = RunRecord

/** What the next process would find. */
const withRunLog = <A>(state: string, use: (log: typeof RunLog.Service) => Effect.Effect<A, StateError>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const sql = yield* openState(state)
      return yield* use(yield* makeRunLog(sql, { facility: 1, enabled: true, retentionDays: 30 }))
    })
  ).pipe(Effect.orDie)

const listed = (state: string) => withRunLog(state, (log) => log.recentRuns(100))

const recorded = (state: string): Effect.Effect<ReadonlyArray<Record>> =>
  withRunLog(state, (log) =>
    Effect.flatMap(log.recentRuns(100), (found) =>
      Effect.map(
        Effect.forEach(found, ({ runId }) => log.runRecord(runId)),
        (records) => records.filter((record) => record !== undefined)
      )
    )
  )

/** `plex-cdf runs …` with the same state. */
const runs = (sandbox: Sandbox, state: string, ...args: ReadonlyArray<string>) =>
  runProcess(["runs", ...args], { environment: environmentOf(sandbox, { STATE_URL: state }) })

const identifier = /(?<=\/)(?:[0-9a-f]{8}-[0-9a-f-]{27}|\d+)(?=\/|$)/gi

const sourceName = (number: string): string =>
  Object.entries(dataSources).find(([, value]) => String(value) === number)?.[0] ?? "unknown"

/** An exchange of the journal in the words of the run log. */
const endpointOf = ({ method, path, server }: JournalEntry): string => {
  if (server === "datasource") {
    const [, number = "", execute] = /datasources\/(\d+)(\/execute)?/.exec(path) ?? []
    const name = `data source ${number} (${sourceName(number)})`
    return execute === undefined ? `metadata of ${name}` : name
  }
  if (/token/.test(path)) return "token"
  return `${method} ${path.replace(/^\/api\/v1\/projects\/[^/]+/, "")}`.replaceAll(identifier, "{id}")
}

const tally = (names: ReadonlyArray<readonly [name: string, count: number]>): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const [name, count] of names) counts.set(name, (counts.get(name) ?? 0) + count)
  return counts
}

/** Reports of the run log itself are of no run. */
const isOfARun = ({ path }: JournalEntry): boolean => !path.endsWith("/extpipes/runs")

const journalled = ({ journal }: Sandbox) =>
  tally(
    journal
      .entries()
      .filter(isOfARun)
      .map((entry) => [endpointOf(entry), 1] as const)
  )

/** Where the run log and the journal differ; there should be nothing. */
const differences = (sandbox: Sandbox, records: ReadonlyArray<Record>): ReadonlyArray<string> => {
  const there = journalled(sandbox)
  const here = tally(
    records.flatMap(({ endpoints }) => endpoints.map(({ endpoint, requests }) => [endpoint, requests] as const))
  )
  return [...new Set([...there.keys(), ...here.keys()])].flatMap((name) => {
    const [servers, ours] = [there.get(name) ?? 0, here.get(name) ?? 0]
    return servers === ours ? [] : [`${name}: ${servers} at the servers, ${ours} in the run log`]
  })
}

/** Flows whose counts do not account for each record; there should be none. */
const unbalanced = (records: ReadonlyArray<Record>): ReadonlyArray<string> =>
  records.flatMap(({ entities }) =>
    entities.flatMap(({ counts = noCounts, entity, sourceCount }) => {
      const { created, deadLettered, duplicates, filtered, read, unchanged, updated } = counts
      const sum = created + updated + unchanged + deadLettered + filtered + duplicates
      return read === sum && sourceCount === sum ? [] : [`${entity}: ${read} read, ${sum}`]
    })
  )

const places = [
  { name: "a SQLite file", skip: false, url: newState },
  { name: "PostgreSQL", skip: !hasPostgres, url: newPostgres }
]

describe("The run log", { concurrent: true, timeout: 240_000 }, () => {
  for (const { name, skip, url } of places) {
    it.scopedLive.skipIf(skip)(`in ${name} holds each request that the servers saw, retries and refusals too`, () =>
      Effect.gen(function* () {
        const sandbox = yield* startSandbox({ size: { parts: 8, jobs: 8, openJobs: 4, checksheets: 6 } })
        sandbox.faults.add(
          {
            kind: "status",
            status: 429,
            retryAfter: { seconds: 1 },
            times: 2,
            match: { server: "plex", path: /mdm\/v1\/parts$|scheduling\/v1\/jobs$/ }
          },
          { kind: "status", status: 503, times: 3, skip: 1, match: { server: "cdf", path: /\/assets$|\/events$/ } },
          { kind: "html", times: 1, match: { server: "plex", path: /\/workcenters$/ } },
          { kind: "cut", times: 1, match: { server: "plex", path: /\/operations$/ } },
          { kind: "status", status: 500, match: { server: "datasource", path: /5112/ } }
        )
        const state = yield* url
        const ended = yield* onePass(sandbox, [], { STATE_URL: state, MAX_RETRIES: "3" })
        assert.strictEqual(ended.code, 0, ended.stderr)
        const records = yield* recorded(state)
        const kept = records
        assert.sameMembers(
          kept.map((run) => run.name),
          [
            "guard",
            "master-data",
            "jobs",
            "production",
            "inventory",
            "quality",
            "performance",
            "boms",
            "job-operations",
            "control-plan-lines",
            ...(kept.some((run) => run.name === "pending-links") ? ["pending-links"] : [])
          ]
        )
        assert.deepStrictEqual(differences(sandbox, records), none)
        assert.deepStrictEqual(unbalanced(records), none)

        const sum = (name: keyof RunMetrics): number => kept.reduce((total, { metrics }) => total + metrics[name], 0)
        const entries = sandbox.journal.entries().filter(isOfARun)
        assert.strictEqual(sum("requests"), entries.length)
        assert.strictEqual(sum("throttled"), entries.filter(({ status }) => status === 429).length)
        assert.isAtLeast(sum("throttled"), 2)
        assert.strictEqual(
          sum("errors"),
          entries.filter(({ fault, status = 0 }) => fault !== undefined || status >= 400).length
        )
        assert.strictEqual(sum("lost"), 0)
        // What tells a request at the other side, and what period it asked for.
        const requests = records.flatMap(({ failures, slowest }) => [...slowest, ...failures])
        assert.isTrue(requests.some(({ requestId }) => requestId !== undefined))
        assert.isTrue(requests.some(({ transactionNo }) => transactionNo !== undefined))
        assert.isTrue(requests.some(({ window }) => /^20\d\d-.*Z\/20\d\d-.*Z$/.test(window ?? "")))
        const lines = logLines(ended).filter(({ message }) => message === "flow finished")
        assert.isTrue(lines.every(({ run_id }) => kept.some(({ runId }) => runId === run_id)))
        assert.deepStrictEqual(leaks(sandbox, ended), none)

        // Without one retry, or with one record more, these verdicts would not hold.
        const [first, ...others] = records.filter(({ endpoints }) => endpoints.length > 0)
        const [endpoint, ...rest] = first?.endpoints ?? []
        assert.isDefined(first)
        assert.isDefined(endpoint)
        const short = { ...first, endpoints: [{ ...endpoint, requests: endpoint.requests - 1 }, ...rest] }
        assert.lengthOf(differences(sandbox, [short, ...others]), 1)
        const wrong = { ...first, entities: [{ entity: "x", sourceCount: 1, counts: { ...noCounts, read: 1 } }] }
        assert.lengthOf(unbalanced([wrong]), 1)
      })
    )
  }

  it.scopedLive("tells people and programs what it holds, and forgets when told to", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: { parts: 3, jobs: 4, openJobs: 2 } })
      const state = yield* newState
      assert.strictEqual((yield* onePass(sandbox, ["--only", "jobs"], { STATE_URL: state })).code, 0)
      const jobs = (yield* listed(state)).find(({ name }) => name === "jobs")
      assert.isDefined(jobs)
      const show = yield* runs(sandbox, state, "show", jobs.runId)
      assert.strictEqual(show.code, 0)
      for (const words of [jobs.runId, "GET /scheduling/v1/jobs", "hierarchy", "Slowest"]) {
        assert.include(show.stdout, words)
      }
      const unknown = yield* runs(sandbox, state, "show", "nothing")
      assert.strictEqual(unknown.code, 1)
      assert.match(unknown.stderr, /^plex-cdf: .*no run nothing/)
      const lines = (yield* runs(sandbox, state, "list", "--json")).stdout.trim().split("\n")
      const ids = lines.map((line) =>
        Schema.decodeUnknownSync(Schema.parseJson(Schema.Struct({ runId: Schema.String })))(line)
      )
      assert.deepStrictEqual(
        ids,
        (yield* listed(state)).map(({ runId }) => ({ runId }))
      )
      assert.strictEqual((yield* runs(sandbox, state, "list", "--limit", "0")).code, 2)
      assert.strictEqual((yield* runProcess(["runs", "list"])).code, 2)
      assert.strictEqual((yield* runs(sandbox, "file:/dev/null/state.db", "list")).code, 1)

      assert.match((yield* runs(sandbox, state, "prune")).stdout, /^0 runs deleted/)
      const before = (yield* listed(state)).length
      const pruned = yield* runs(sandbox, state, "prune", "--days", "0")
      assert.strictEqual(pruned.stdout.trim(), `${before} runs deleted`)
      assert.deepStrictEqual(yield* listed(state), [])
    })
  )

  it.scopedLive("closes the run of a killed process as abandoned when the next one starts, and keeps its counts", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: { parts: 3, jobs: 4, openJobs: 2 } })
      sandbox.faults.add({ kind: "hang", times: 1, match: { path: /scheduling\/v1\/jobs$/ } })
      const state = yield* newState
      const hanging = new Promise<void>((done) => {
        const stop = sandbox.journal.subscribe(({ path }) => {
          if (!path.endsWith("/scheduling/v1/jobs")) return
          stop()
          done()
        })
      })
      const running = yield* startProcess(["--once", "--only", "jobs"], {
        environment: environmentOf(sandbox, { STATE_URL: state })
      })
      yield* Effect.promise(() => hanging)
      // While it lives, nobody takes it for gone. It says what it does within a second.
      yield* Effect.repeat(listed(state), {
        schedule: Schedule.spaced("100 millis"),
        until: (found) => found.some(({ name, status }) => name === "jobs" && status === "running")
      })
      running.kill("SIGKILL")
      yield* Effect.promise(() => running.ended)
      assert.strictEqual((yield* onePass(sandbox, ["--only", "jobs"], { STATE_URL: state })).code, 0)
      assert.deepStrictEqual(
        (yield* listed(state)).filter(({ name }) => name === "jobs").map(({ status }) => status),
        ["succeeded", "abandoned"]
      )
    })
  )

  it.scopedLive("is empty where ETL_META switches it off, and the pass is the same", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: { parts: 3, jobs: 4, openJobs: 2 } })
      const state = yield* newState
      const ended = yield* onePass(sandbox, ["--only", "jobs"], { STATE_URL: state, ETL_META: "off" })
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.isTrue(logLines(ended).every(({ run_id }) => run_id === undefined))
      assert.isTrue(existsSync(state.slice("file:".length)))
      assert.deepStrictEqual(yield* listed(state), [])
    })
  )
})

const pipelineOf = (sandbox: Sandbox) =>
  Effect.promise(async () => {
    const { CDF_CLIENT_ID, CDF_CLIENT_SECRET, CDF_DATASET_PLEXMASTER, CDF_HOST, CDF_PROJECT, CDF_TOKEN_URL } =
      sandbox.environment()
    const granted = await fetch(CDF_TOKEN_URL ?? "", {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: CDF_CLIENT_ID ?? "",
        client_secret: CDF_CLIENT_SECRET ?? "",
        scope: "user_impersonation"
      })
    })
    const { access_token: token } = Schema.decodeUnknownSync(Schema.Struct({ access_token: Schema.String }))(
      await granted.json()
    )
    const made = await fetch(`${CDF_HOST}/api/v1/projects/${CDF_PROJECT}/extpipes`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({
        items: [{ externalId: "plex", name: "Plex", dataSetId: Number(CDF_DATASET_PLEXMASTER) }]
      })
    })
    assert.strictEqual(made.status, 200)
  })

describe("The extraction pipeline", { concurrent: true, timeout: 180_000 }, () => {
  it.scopedLive("shows each run of an extractor as success or failure, with what it did", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: { parts: 3, jobs: 4, openJobs: 2 } })
      yield* pipelineOf(sandbox)
      const over = { CDF_EXTRACTION_PIPELINE: "plex" }
      assert.strictEqual((yield* onePass(sandbox, ["--only", "jobs,inventory"], over)).code, 0)
      const reported = () => sandbox.cdf.state.runs()
      assert.deepStrictEqual(
        reported()
          .map(({ externalId, message, status }) => [externalId, status, String(message).split(";")[0]].join())
          .toSorted(),
        ["plex,success,inventory succeeded", "plex,success,job-operations succeeded", "plex,success,jobs succeeded"]
      )
      assert.isTrue(reported().some(({ message }) => /jobs: \d+ read, \d+ created/.test(String(message))))

      sandbox.faults.add({ kind: "status", status: 500, match: { server: "plex", path: /scheduling/ } })
      assert.strictEqual((yield* onePass(sandbox, ["--only", "jobs"], over)).code, 1)
      const last = reported().findLast(({ message }) => String(message).startsWith("jobs failed"))
      assert.strictEqual(last?.["status"], "failure")
      assert.match(String(last?.["message"]), /jobs is degraded: .*500/)

      const before = reported().length
      assert.strictEqual((yield* onePass(sandbox, ["--only", "inventory", "--dry-run"], over)).code, 0)
      assert.lengthOf(reported(), before)
    })
  )

  it.scopedLive("that does not exist is said once, and the pass is the same", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox({ size: { parts: 3, jobs: 4, openJobs: 2 } })
      const ended = yield* onePass(sandbox, ["--only", "jobs,inventory"], { CDF_EXTRACTION_PIPELINE: "unknown" })
      assert.strictEqual(ended.code, 0, ended.stderr)
      const warnings = logLines(ended).filter(({ level }) => level !== "info")
      assert.deepStrictEqual(
        warnings.map(({ message }) => String(message).split(";")[0]),
        ["runs cannot be reported to the extraction pipeline"]
      )
    })
  )
})
