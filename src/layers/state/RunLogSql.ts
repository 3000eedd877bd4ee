/**
 * The run log in the state's database.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { Clock, Effect, Layer, Random, Schedule, type Scope } from "effect"
import type { StateError } from "../../domain/Errors.js"
import { AppConfig } from "../../services/AppConfig.js"
import type { RunId } from "../../services/CurrentRun.js"
import { runEnding } from "../../services/RunEnding.js"
import { RunLog } from "../../services/RunLog.js"
import { scopedRunOver } from "../ScopedRun.js"
import { facilityNumber } from "./FacilityNumber.js"
import { deleteEndedBefore, deleteSurplusRequests } from "./RunLogPruning.js"
import { runLogReading } from "./RunLogReading.js"
import { thisProcess } from "./ProcessIdentity.js"
import { closeAbandoned, finishRun, insertRun, keepOutcome, keepSourceCount } from "./RunLogStatements.js"
import { makeRunLogWriter, type RunSums } from "./RunLogWriter.js"
import { StateDatabase } from "./StateDatabase.js"
import { guarded, told } from "./StateFailure.js"

export { keepCounts } from "./RunLogStatements.js"

/** Whose runs are kept, and how. */
export interface RunLogOptions {
  /** The number of the facility in the database. */
  readonly facility: number
  /** As `ETL_META` says: what is switched off here stays off. */
  readonly enabled: boolean
  readonly retentionDays: number
}

/** Short enough to be typed; later runs have later ids, until the year 2059. */
const newRunId = (now: number): Effect.Effect<RunId> =>
  Effect.map(
    Random.nextIntBetween(0, 36 ** 5),
    (number) => `${now.toString(36).padStart(8, "0")}${number.toString(36).padStart(5, "0")}`
  )

const day = 86_400_000

/** How long reading waits for what is still to be written. */
const readingWaits = "10 seconds"

/** A run log that lives as long as the scope. */
export const makeRunLog = (
  sql: SqlClient.SqlClient,
  { enabled: allowed, facility, retentionDays }: RunLogOptions
): Effect.Effect<typeof RunLog.Service, never, Scope.Scope> =>
  Effect.gen(function* () {
    const writer = yield* makeRunLogWriter(sql)
    const self = yield* thisProcess
    const { recentRuns, runMetrics, runRecord } = runLogReading(sql, facility)
    const open = new Map<RunId, RunSums>()
    let enabled = allowed

    const prune = (days: number) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => deleteEndedBefore(sql, facility, now - days * day))

    const tidy = Effect.zipRight(prune(retentionDays), deleteSurplusRequests(sql, facility)).pipe(
      // A database that hangs must not hold up the end of the process.
      Effect.disconnect,
      told("prune"),
      Effect.catchAll((error) =>
        Effect.logDebug("the run log cannot be pruned").pipe(Effect.annotateLogs({ error: error.message }))
      )
    )

    /** Where the run is one of ours that goes on. */
    const whileOpen = (runId: RunId, use: (sums: RunSums) => Effect.Effect<void>): Effect.Effect<void> =>
      Effect.suspend(() => {
        const sums = open.get(runId)
        return enabled && sums !== undefined ? use(sums) : Effect.void
      })

    const read = <A>(query: Effect.Effect<A, SqlError>): Effect.Effect<A, StateError> =>
      Effect.zipRight(Effect.timeoutOption(writer.flushed, readingWaits), query).pipe(guarded("read the run log"))

    const startRun: (typeof RunLog.Service)["startRun"] = (notes, details = { name: "", trigger: "" }) =>
      Effect.gen(function* () {
        const started = yield* Clock.currentTimeMillis
        const runId = yield* newRunId(started)
        if (!enabled) return runId
        open.set(runId, { runId, metrics: { requests: 0, items: 0, duration: 0, errors: 0, throttled: 0, lost: 0 } })
        yield* writer.statement(insertRun(sql, facility, self, { ...details, runId, notes, started }))
        return runId
      })

    // A run that began before the log was switched off is ended nevertheless: it would count as abandoned.
    const endRun: (typeof RunLog.Service)["endRun"] = (runId, success, notes = "") =>
      Effect.gen(function* () {
        if (!open.delete(runId)) return
        const finished = yield* Clock.currentTimeMillis
        yield* writer.statement(finishRun(sql, runId, { status: runEnding(success), notes, finished }))
        yield* writer.hurry
      })

    if (allowed) {
      const now = yield* Clock.currentTimeMillis
      yield* writer.statement(closeAbandoned(sql, facility, self, now))
      yield* Effect.forkScoped(Effect.repeat(tidy, Schedule.spaced("1 day")))
      const signOfLife = Effect.suspend(() => Effect.forEach([...open.values()], writer.touch, { discard: true }))
      yield* Effect.forkScoped(Effect.repeat(signOfLife, Schedule.spaced("1 minute")))
    }

    return {
      startRun,
      endRun,
      scopedRun: scopedRunOver({ endRun, startRun }),
      logRequest: (runId, call) =>
        whileOpen(runId, (sums) =>
          Effect.flatMap(Clock.currentTimeMillis, (ended) => {
            const { metrics } = sums
            metrics.requests++
            metrics.items += call.items ?? 0
            metrics.duration += call.duration
            if (call.reason !== undefined) metrics.errors++
            if (call.throttled) metrics.throttled++
            return writer.request(sums, { runId, number: metrics.requests, ended, call })
          })
        ),
      logSourceCount: (runId, entity, count) =>
        whileOpen(runId, () => writer.statement(keepSourceCount(sql, runId, entity, count))),
      logFlow: (runId, outcome) => whileOpen(runId, () => writer.statement(keepOutcome(sql, runId, outcome))),

      runMetrics: (runId) => read(runMetrics(runId)),
      recentRuns: (limit) => read(recentRuns(limit)),
      runRecord: (runId) => read(runRecord(runId)),
      prune: (days) => read(prune(days)),

      isEnabled: Effect.sync(() => enabled),
      setEnabled: (wanted) =>
        Effect.sync(() => {
          enabled = allowed && wanted
        })
    }
  })

/** One per facility; runs of other facilities in the same database are not seen. */
export const layer: Layer.Layer<RunLog, StateError, AppConfig | StateDatabase> = Layer.scoped(
  RunLog,
  Effect.gen(function* () {
    const { runLog } = yield* AppConfig
    return yield* makeRunLog(yield* StateDatabase, { ...runLog, facility: yield* facilityNumber })
  })
)
