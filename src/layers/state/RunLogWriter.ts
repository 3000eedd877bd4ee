/**
 * Writes of the run log, in batches and behind the run's back: whoever has something to keep hands it over and goes on.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { Cause, Clock, Deferred, Effect, Fiber, Metric, Queue, Schedule, type Scope } from "effect"
import type { RunId } from "../../services/CurrentRun.js"
import type { RunMetrics } from "../../services/RunLog.js"
import { insertRequests, keepMetrics, type NumberedRequest } from "./RunLogStatements.js"
import { reasonOf } from "./StateFailure.js"

/** The sums of a run while it goes on. */
export interface RunSums {
  readonly runId: RunId
  readonly metrics: { -readonly [K in keyof RunMetrics]: RunMetrics[K] }
}

interface Entry {
  readonly sums?: RunSums
  readonly request?: NumberedRequest
  readonly statement?: Effect.Effect<unknown, SqlError>
  readonly done?: Deferred.Deferred<void>
}

export interface RunLogWriter {
  /** Hands over a request; where too much is waiting it is lost, and counted as such. */
  readonly request: (sums: RunSums, request: NumberedRequest) => Effect.Effect<void>
  /** Hands over another statement, in order. */
  readonly statement: (statement: Effect.Effect<unknown, SqlError>) => Effect.Effect<void>
  /** Has the sums of a run written, and with them that it lives. */
  readonly touch: (sums: RunSums) => Effect.Effect<void>
  /** Has everything that is waiting written without delay; does not wait for it. */
  readonly hurry: Effect.Effect<void>
  /** Waits until everything handed over so far is written or lost. */
  readonly flushed: Effect.Effect<void>
}

/** Requests that may wait; what ends runs still finds room when these fill it. */
const mostWaiting = 10_000
const roomForStatements = 2_000

/** What is written in one transaction. */
const batchSize = 500

/** How long a request waits for others. */
const lull = "1 second"

/** How long one try may take. */
const limit = "10 seconds"

/** How long the end of the process waits for what is left. */
const lastLimit = "3 seconds"

const patience = Schedule.exponential("200 millis", 3).pipe(Schedule.intersect(Schedule.recurs(3)))

/** What could not be written, tries counted. */
export const runLogFailures = Metric.counter("plex_cdf_run_log_failures_total", {
  description: "Tries to write the run log that failed",
  incremental: true
})

/** Another process may hold a SQLite database: waiting for it would hold up all of this one. */
const impatiently = (sql: SqlClient.SqlClient) =>
  sql.onDialectOrElse({
    sqlite:
      () =>
      <A>(effect: Effect.Effect<A, SqlError>) =>
        Effect.acquireUseRelease(
          Effect.ignore(sql`PRAGMA busy_timeout = 100`),
          () => effect,
          () => Effect.ignore(sql`PRAGMA busy_timeout = 10000`)
        ),
    orElse:
      () =>
      <A>(effect: Effect.Effect<A, SqlError>) =>
        effect
  })

/** A writer that lives as long as the scope. */
export const makeRunLogWriter = (sql: SqlClient.SqlClient): Effect.Effect<RunLogWriter, never, Scope.Scope> =>
  Effect.gen(function* () {
    const waiting: Array<Entry> = []
    const dirty = new Set<RunSums>()
    const wake = yield* Queue.sliding<void>(1)
    yield* Metric.incrementBy(runLogFailures, 0)
    const urgent = yield* Queue.sliding<void>(1)
    let told = false

    const write = (entries: ReadonlyArray<Entry>, sums: ReadonlyArray<RunSums>) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        yield* Effect.forEach(entries, ({ statement }) => statement ?? Effect.void, { discard: true })
        yield* insertRequests(
          sql,
          entries.flatMap(({ request }) => request ?? [])
        )
        yield* Effect.forEach(sums, ({ metrics, runId }) => keepMetrics(sql, runId, metrics, now), { discard: true })
      }).pipe(impatiently(sql), sql.withTransaction)

    const tell = (cause: Cause.Cause<unknown>) =>
      Effect.gen(function* () {
        yield* Metric.increment(runLogFailures)
        if (told) return
        told = true
        yield* Effect.logWarning("the run log cannot be written; runs go on without it").pipe(
          Effect.annotateLogs({ error: reasonOf(Cause.squash(cause)) })
        )
      })

    const giveUp = (entries: ReadonlyArray<Entry>, unkept: ReadonlyArray<RunSums>) => {
      for (const sums of unkept) dirty.add(sums)
      for (const { request, sums } of entries) {
        if (request === undefined || sums === undefined) continue
        sums.metrics.lost++
        dirty.add(sums)
      }
    }

    const writeBatch = Effect.gen(function* () {
      const entries = waiting.splice(0, batchSize)
      const sums = [...dirty]
      dirty.clear()
      // A try that does not end is left behind.
      yield* write(entries, sums).pipe(
        Effect.disconnect,
        Effect.timeout(limit),
        Effect.tapErrorCause(tell),
        Effect.retry(patience),
        Effect.catchAllCause((cause) =>
          Cause.isInterruptedOnly(cause) ? Effect.failCause(cause) : Effect.sync(() => giveUp(entries, sums))
        )
      )
      yield* Effect.forEach(
        entries,
        ({ done }) => (done === undefined ? Effect.void : Deferred.succeed(done, undefined)),
        {
          discard: true
        }
      )
    })

    const turn = Effect.gen(function* () {
      yield* Queue.take(wake)
      yield* Effect.raceFirst(Queue.take(urgent), Effect.sleep(lull))
      do yield* writeBatch
      while (waiting.length > 0)
    })
    const fiber = yield* Effect.forkDaemon(Effect.forever(turn))

    const add = (entry: Entry) =>
      Effect.zipRight(
        Effect.sync(() => waiting.push(entry)),
        Queue.offer(wake, undefined)
      )
    const hurry = Effect.asVoid(Queue.offer(urgent, undefined))

    const flushed = Effect.gen(function* () {
      const done = yield* Deferred.make<void>()
      yield* add({ done })
      yield* hurry
      yield* Deferred.await(done)
    })

    yield* Effect.addFinalizer(() =>
      flushed.pipe(
        Effect.interruptible,
        Effect.timeoutOption(lastLimit),
        Effect.zipRight(Effect.forkDaemon(Fiber.interrupt(fiber)))
      )
    )

    return {
      request: (sums, request) =>
        Effect.suspend(() => {
          dirty.add(sums)
          if (waiting.length >= mostWaiting) {
            sums.metrics.lost++
            return Effect.void
          }
          return Effect.zipRight(add({ sums, request }), waiting.length >= batchSize ? hurry : Effect.void)
        }),
      statement: (statement) =>
        Effect.suspend(() =>
          waiting.length >= mostWaiting + roomForStatements
            ? Metric.increment(runLogFailures)
            : Effect.asVoid(add({ statement }))
        ),
      touch: (sums) =>
        Effect.suspend(() => {
          dirty.add(sums)
          return Effect.asVoid(Queue.offer(wake, undefined))
        }),
      hurry,
      flushed
    }
  })
