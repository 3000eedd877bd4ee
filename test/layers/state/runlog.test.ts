/**
 * The promises of the run log, in each database that keeps it.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Exit, Fiber, Logger, Metric, TestClock } from "effect"
import { StateError } from "../../../src/domain/Errors.js"
import { noCounts } from "../../../src/domain/Report.js"
import { keepCounts, makeRunLog, type RunLogOptions } from "../../../src/layers/state/RunLogSql.js"
import { deleteSurplusRequests } from "../../../src/layers/state/RunLogPruning.js"
import { runLogFailures } from "../../../src/layers/state/RunLogWriter.js"
import { closeAbandoned } from "../../../src/layers/state/RunLogStatements.js"
import { openState } from "../../../src/layers/state/StateDatabase.js"
import { thisProcess } from "../../../src/layers/state/ProcessIdentity.js"
import type { ObservedCall } from "../../../src/services/CallObserver.js"
import type { RunLog } from "../../../src/services/RunLog.js"
import { makeFakeDatabase } from "./FakeDatabase.js"
import { hasPostgres, newFile, newPostgres } from "./Variants.js"

const places = [
  { name: "SQLite", skip: false, url: Effect.map(newFile, (path) => `file:${path}`) },
  { name: "PostgreSQL", skip: !hasPostgres, url: newPostgres }
]

const options: RunLogOptions = { facility: 1, enabled: true, retentionDays: 30 }

const open = (sql: SqlClient.SqlClient, over: Partial<RunLogOptions> = {}) => makeRunLog(sql, { ...options, ...over })

const call = (over: Partial<ObservedCall> = {}): ObservedCall => ({
  upstream: "plex",
  operation: "GET /mdm/v1/parts",
  status: 200,
  items: 3,
  duration: 20,
  throttled: false,
  ...over
})

const extractor = { name: "jobs", trigger: "once" }

const day = 86_400_000

type Log = typeof RunLog.Service

/** Whether runs of this log are on the way to be closed as they should. */
const statuses = (log: Log) => Effect.map(log.recentRuns(100), (runs) => runs.map(({ status }) => status))

for (const { name, skip, url } of places) {
  describe.skipIf(skip)(`the run log in ${name}`, () => {
    it.scopedLive("keeps each request of a run, and sums that equal them", () =>
      Effect.gen(function* () {
        const sql = yield* openState(yield* url)
        const log = yield* open(sql)
        const runId = yield* log.startRun("by hand", extractor)
        const calls = [
          call(),
          call({ status: 429, throttled: true, reason: "RateLimited", detail: "status 429 \u0000", items: undefined }),
          call({ operation: "GET /scheduling/v1/jobs/6f1c0c52-0e9e-4a34-9a51-0d8f6a0e77aa/operations", duration: 900 }),
          call({ operation: "GET /scheduling/v1/jobs/7f1c0c52-0e9e-4a34-9a51-0d8f6a0e77aa/operations", items: 4 }),
          call({ upstream: "cdf", operation: "POST /events", requestId: "x-1", items: 10 }),
          call({ upstream: "plex-ds", operation: "data source 18765", transactionNo: "77", window: "a/b" })
        ]
        yield* Effect.forEach(calls, (each) => log.logRequest(runId, each))
        const sums = { requests: 6, items: 23, duration: 1000, errors: 1, throttled: 1, lost: 0 }
        assert.deepStrictEqual(yield* log.runMetrics(runId), sums)
        yield* log.endRun(runId, true, "all is well")
        const [run, ...others] = yield* log.recentRuns(5)
        assert.deepStrictEqual(others, [])
        assert.deepInclude(run, {
          runId,
          ...extractor,
          status: "succeeded",
          notes: "by hand",
          endNotes: "all is well",
          metrics: sums
        })
        assert.isAtLeast(run?.finished ?? 0, run?.started ?? Infinity)
        const rows = yield* sql<{ n: number | string }>`SELECT COUNT(*) AS n FROM plex_cdf_run_request`
        assert.strictEqual(Number(rows[0]?.n), 6)

        const record = yield* log.runRecord(runId.slice(0, 10))
        assert.deepStrictEqual(
          record?.endpoints.map(({ endpoint, items, requests }) => [endpoint, requests, items]).toSorted(),
          [
            ["GET /mdm/v1/parts", 2, 3],
            ["GET /scheduling/v1/jobs/{id}/operations", 2, 7],
            ["POST /events", 1, 10],
            ["data source 18765", 1, 3]
          ]
        )
        assert.strictEqual(record?.slowest[0]?.duration, 900)
        assert.deepStrictEqual(
          record?.failures.map(({ reason, status }) => [reason, status]),
          [["RateLimited", 429]]
        )
        const shown = record?.slowest ?? []
        assert.deepStrictEqual(
          [shown.find(({ requestId }) => requestId !== undefined)?.requestId, shown.find((each) => each.transactionNo)],
          ["x-1", shown.find((each) => each.window === "a/b")]
        )
        assert.isUndefined(yield* log.runRecord("nothing"))
        assert.isUndefined(yield* log.runMetrics("nothing"))
      })
    )

    it.scopedLive("tells success, failure and interruption of a scoped run apart; an earlier end counts", () =>
      Effect.gen(function* () {
        const log = yield* open(yield* openState(yield* url))
        const run = <A, E>(body: Effect.Effect<A, E>) =>
          Effect.exit(Effect.scoped(Effect.zipRight(log.scopedRun("", extractor), body)))
        yield* run(Effect.void)
        yield* run(Effect.fail(new StateError({ operation: "confirm", detail: "the disk is full" })))
        yield* run(Effect.die("a defect"))
        yield* run(Effect.interrupt)
        yield* Effect.scoped(
          Effect.flatMap(log.scopedRun("", extractor), (runId) => log.endRun(runId, "degraded", "one flow"))
        )
        yield* log.endRun(yield* log.startRun("", extractor), false)
        const runs = (yield* log.recentRuns(10)).toReversed()
        assert.deepStrictEqual(runs.map(({ endNotes, status }) => `${status} ${endNotes}`.trim()).toSorted(), [
          "degraded one flow",
          "failed",
          "failed a defect",
          "failed state confirm: the disk is full",
          "interrupted",
          "succeeded"
        ])
      })
    )

    it.scopedLive("keeps counts, source counts and watermarks by flow; the last word counts", () =>
      Effect.gen(function* () {
        const sql = yield* openState(yield* url)
        const log = yield* open(sql)
        const runId = yield* log.startRun("", extractor)
        const counts = { ...noCounts, read: 5, created: 2, filtered: 3, points: 7 }
        yield* keepCounts(sql, runId, "movements", { ...noCounts, read: 1 })
        yield* keepCounts(sql, runId, "jobs", counts)
        yield* keepCounts(sql, runId, "jobs", counts)
        yield* log.logSourceCount(runId, "tenants", 12)
        yield* log.logFlow(runId, {
          flow: "movements",
          status: "degraded",
          notice: "cut",
          counts,
          watermarkBefore: undefined,
          watermarkAfter: 1_780_000_000_000
        })
        assert.deepStrictEqual((yield* log.runRecord(runId))?.entities, [
          { entity: "jobs", sourceCount: 5, counts },
          {
            entity: "movements",
            sourceCount: 5,
            status: "degraded",
            notice: "cut",
            counts,
            watermarkAfter: 1_780_000_000_000
          },
          { entity: "tenants", sourceCount: 12 }
        ])
      })
    )

    it.scopedLive("closes as abandoned what a process left that is gone, and nothing else", () =>
      Effect.gen(function* () {
        const sql = yield* openState(yield* url)
        const log = yield* open(sql)
        const now = yield* Clock.currentTimeMillis
        const left = (over: Record<string, string | number>) =>
          Effect.gen(function* () {
            const runId = yield* log.startRun("", extractor)
            yield* log.runMetrics(runId)
            yield* sql`UPDATE plex_cdf_run SET ${sql.update(over)} WHERE run_id = ${runId}`
            return runId
          })
        const gone = [
          yield* left({ pid: 2_147_483_600 }),
          yield* left({ process_started: "1" }), // our number, given again
          yield* left({ host: "elsewhere", alive: now - 10 * 60_000 }),
          yield* left({ machine: "another of this name", alive: now - 10 * 60_000 })
        ]
        const going = [
          yield* left({ alive: now }),
          yield* left({ alive: now - day }), // silent, but the process is there
          yield* left({ host: "elsewhere" }),
          yield* left({ machine: "another of this name", pid: 2_147_483_600 }),
          yield* left({ facility: 2, pid: 2_147_483_600 })
        ]
        assert.notStrictEqual((yield* thisProcess).started, "")
        const next = yield* open(sql)
        const found = new Map((yield* next.recentRuns(100)).map((run) => [run.runId, run]))
        assert.deepStrictEqual(
          gone.map(
            (runId): ReadonlyArray<unknown> => [found.get(runId)?.status, found.get(runId)?.finished !== undefined]
          ),
          gone.map((): ReadonlyArray<unknown> => ["abandoned", true])
        )
        const rows = yield* sql<{ run_id: string; status: string }>`SELECT run_id, status FROM plex_cdf_run`
        assert.deepStrictEqual(
          going.map((runId) => rows.find(({ run_id }) => run_id === runId)?.status),
          going.map(() => "running")
        )
        // The process that was thought gone was only slow.
        yield* log.endRun(gone[2] ?? "", true)
        assert.strictEqual((yield* log.recentRuns(100)).find(({ runId }) => runId === gone[2])?.status, "succeeded")
      })
    )

    it.scopedLive("deletes what ended longer ago than it is to be kept, with all that belongs to it", () =>
      Effect.gen(function* () {
        const sql = yield* openState(yield* url)
        const log = yield* open(sql)
        const now = yield* Clock.currentTimeMillis
        for (const [age, ended] of [
          [40, true],
          [31, true],
          [29, true],
          [40, false]
        ] as const) {
          const runId = yield* log.startRun("", extractor)
          yield* log.logRequest(runId, call())
          yield* log.logSourceCount(runId, "parts", 1)
          if (ended) yield* log.endRun(runId, true)
          yield* log.runMetrics(runId)
          yield* sql`UPDATE plex_cdf_run SET started = ${now - age * day} WHERE run_id = ${runId}`
          if (ended) yield* sql`UPDATE plex_cdf_run SET finished = ${now - age * day} WHERE run_id = ${runId}`
        }
        assert.strictEqual(yield* log.prune(35), 1)
        // At its start a log prunes by itself.
        yield* open(sql)
        const left = Effect.map(log.recentRuns(10), (runs) => runs.length)
        yield* Effect.repeat(left, { until: (count) => count === 2 }).pipe(Effect.timeout("20 seconds"))
        assert.sameMembers([...(yield* statuses(log))], ["succeeded", "running"])
        for (const table of ["plex_cdf_run_request", "plex_cdf_run_count"]) {
          const [rows] = yield* sql<{ n: number | string }>`SELECT COUNT(*) AS n FROM ${sql(table)}`
          assert.strictEqual(Number(rows?.n), 2, table)
        }
      })
    )

    it.scopedLive("keeps a bounded number of single requests: the oldest give way, their sums stay", () =>
      Effect.gen(function* () {
        const sql = yield* openState(yield* url)
        const log = yield* open(sql)
        const ids: Array<string> = []
        for (const requests of [30, 40, 50]) {
          const runId = yield* log.startRun("", extractor)
          for (let at = 0; at < requests; at++) yield* log.logRequest(runId, call())
          yield* log.runMetrics(runId)
          yield* sql`UPDATE plex_cdf_run SET started = ${requests} WHERE run_id = ${runId}`
          ids.push(runId)
        }
        const kept = Effect.gen(function* () {
          const rows = yield* sql<{ run_id: string; n: number | string }>`
            SELECT run_id, COUNT(*) AS n FROM plex_cdf_run_request GROUP BY run_id`
          return ids.map((runId) => Number(rows.find(({ run_id }) => run_id === runId)?.n ?? 0))
        })
        yield* deleteSurplusRequests(sql, 1, 100)
        assert.deepStrictEqual(yield* kept, [10, 40, 50])
        yield* deleteSurplusRequests(sql, 1, 100)
        assert.deepStrictEqual(yield* kept, [10, 40, 50])
        yield* deleteSurplusRequests(sql, 1, 20)
        assert.deepStrictEqual(yield* kept, [0, 0, 20])
        assert.strictEqual((yield* log.runMetrics(ids[0] ?? ""))?.requests, 30)
      })
    )

    it.scopedLive("keeps nothing where ETL_META switches it off, and cannot be switched on", () =>
      Effect.gen(function* () {
        const sql = yield* openState(yield* url)
        const off = yield* open(sql, { enabled: false })
        yield* off.setEnabled(true)
        assert.isFalse(yield* off.isEnabled)
        const runId = yield* off.startRun("", extractor)
        yield* off.logRequest(runId, call())
        yield* off.endRun(runId, true)
        assert.deepStrictEqual(yield* off.recentRuns(10), [])

        const on = yield* open(sql)
        assert.isTrue(yield* on.isEnabled)
        const before = yield* on.startRun("", extractor)
        yield* on.setEnabled(false)
        const during = yield* on.startRun("", extractor)
        yield* on.logRequest(during, call())
        yield* on.logRequest(before, call())
        yield* on.endRun(before, true)
        yield* on.setEnabled(true)
        yield* on.endRun(yield* on.startRun("", extractor), true)
        assert.deepStrictEqual(yield* statuses(on), ["succeeded", "succeeded"])
        assert.strictEqual((yield* on.runMetrics(before))?.requests, 0)
      })
    )
  })
}

/** Does what a run does, thousands of requests long, and tells how long its clock thought it took. */
const longRun = (log: Log, requests = 20_000) =>
  Effect.gen(function* () {
    const begin = yield* Clock.currentTimeMillis
    const runId = yield* log.startRun("", extractor)
    for (let at = 0; at < requests; at++) yield* log.logRequest(runId, call())
    yield* log.endRun(runId, true)
    return { runId, took: (yield* Clock.currentTimeMillis) - begin }
  })

describe("a database of the run log", () => {
  for (const behaviour of ["fail", "hang"] as const) {
    it.scoped(`that ${behaviour}s neither breaks nor delays a run, is told once, and does not fill the memory`, () =>
      Effect.gen(function* () {
        const said: Array<unknown> = []
        const logger = Logger.make(({ message }) => said.push(message))
        yield* Effect.gen(function* () {
          const database = yield* makeFakeDatabase
          const failuresBefore = (yield* Metric.value(runLogFailures)).count
          const log = yield* open(database.sql)
          yield* log.recentRuns(1)
          database.behave = () => behaviour
          const { took } = yield* longRun(log)
          assert.strictEqual(took, 0)
          yield* TestClock.adjust("1 hour")
          assert.isAbove((yield* Metric.value(runLogFailures)).count, failuresBefore)
          assert.strictEqual(said.flat().filter((line) => String(line).includes("cannot be written")).length, 1)
          const tries = database.statements.length

          // It comes back: what could wait is there, what could not is counted.
          database.behave = () => "work"
          const second = yield* longRun(log, 100)
          yield* TestClock.adjust("1 minute")
          assert.isAbove(database.statements.length, tries)
          const metrics = yield* log.runMetrics(second.runId)
          assert.deepInclude(metrics, { requests: 100, lost: 0 })
          assert.deepStrictEqual(yield* statuses(log), ["succeeded"])
        }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
      })
    )
  }

  it.scoped("that hangs for a while loses what did not find room, counted in the run", () =>
    Effect.gen(function* () {
      const database = yield* makeFakeDatabase
      const log = yield* open(database.sql)
      yield* log.recentRuns(1)
      const runId = yield* log.startRun("", extractor)
      database.behave = () => "hang"
      for (let at = 0; at < 30_000; at++) yield* log.logRequest(runId, call())
      yield* Effect.repeatN(Effect.yieldNow(), 1000)
      database.behave = () => "work"
      yield* TestClock.adjust("1 minute")
      const metrics = yield* log.runMetrics(runId)
      const [rows] = yield* database.sql<{ n: number }>`SELECT COUNT(*) AS n FROM plex_cdf_run_request`
      const kept = rows?.n ?? 0
      // What the memory holds meanwhile is what is kept afterwards.
      assert.isBelow(kept, 11_000)
      assert.isAbove(kept, 9_000)
      assert.deepInclude(metrics, { requests: 30_000, lost: 30_000 - kept })
    })
  )

  it.scoped("is written to in batches: a thousand requests cost a handful of transactions", () =>
    Effect.gen(function* () {
      const database = yield* makeFakeDatabase
      const log = yield* open(database.sql)
      yield* log.recentRuns(1)
      database.statements.length = 0
      yield* longRun(log, 1_000)
      yield* TestClock.adjust("10 seconds")
      assert.isBelow(database.statements.filter((statement) => /^BEGIN/i.test(statement)).length, 5)
      assert.isBelow(database.statements.filter((statement) => statement.includes("run_request")).length, 5)
    })
  )

  it.scoped("is given what waits within a second, and at least each minute the sign that a run lives", () =>
    Effect.gen(function* () {
      const database = yield* makeFakeDatabase
      const log = yield* open(database.sql)
      yield* log.recentRuns(1)
      const runId = yield* log.startRun("", extractor)
      yield* log.logRequest(runId, call())
      yield* TestClock.adjust("2 seconds")
      const alive = Effect.map(
        database.sql<{ alive: number; requests: number }>`SELECT alive, requests FROM plex_cdf_run`,
        ([row]) => row
      )
      assert.deepInclude(yield* alive, { requests: 1 })
      yield* TestClock.adjust("10 minutes")
      const last = (yield* alive)?.alive ?? 0
      assert.isAtLeast(last, (yield* Clock.currentTimeMillis) - 65_000)
      // Another host's look would leave it alone.
      yield* database.sql`UPDATE plex_cdf_run SET host = 'elsewhere'`
      yield* closeAbandoned(database.sql, 1, yield* thisProcess, yield* Clock.currentTimeMillis)
      assert.deepStrictEqual(yield* statuses(log), ["running"])
    })
  )

  it.scoped("that hangs does not hold up the end of the process for more than seconds", () =>
    Effect.gen(function* () {
      const database = yield* makeFakeDatabase
      const opened = yield* Deferred.make<void>()
      const fiber = yield* Effect.fork(
        Effect.scoped(
          Effect.gen(function* () {
            const log = yield* open(database.sql)
            yield* log.recentRuns(1)
            database.behave = () => "hang"
            yield* longRun(log, 10)
            yield* Deferred.succeed(opened, undefined)
          })
        )
      )
      yield* Deferred.await(opened)
      yield* TestClock.adjust("3 seconds")
      assert.isTrue(Exit.isSuccess(yield* Fiber.await(fiber)))
    })
  )
})
