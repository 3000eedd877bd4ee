/**
 * What is kept of runs, read back.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { Effect, Option, Schema } from "effect"
import { endpointOf } from "../../domain/Endpoint.js"
import { type CountName, countNames, type Counts, type FlowStatus, noCounts } from "../../domain/Report.js"
import type { Reason } from "../../domain/Errors.js"
import type { RunId } from "../../services/CurrentRun.js"
import type {
  EndpointMetrics,
  LoggedEntity,
  LoggedRequest,
  LoggedRun,
  RunMetrics,
  RunRecord,
  RunStatus
} from "../../services/RunLog.js"

/** PostgreSQL gives 64-bit numbers as text. */
type BigNumber = number | string

interface RunRow {
  readonly run_id: RunId
  readonly name: string
  readonly started_by: string
  readonly notes: string
  readonly status: RunStatus
  readonly started: BigNumber
  readonly finished: BigNumber | null
  readonly end_notes: string
  readonly requests: BigNumber
  readonly items: BigNumber
  readonly duration: BigNumber
  readonly errors: BigNumber
  readonly throttled: BigNumber
  readonly lost: BigNumber
}

interface CountRow {
  readonly entity: string
  readonly source_count: BigNumber | null
  readonly status: FlowStatus | null
  readonly notice: string | null
  readonly counts: string | null
  readonly watermark_before: BigNumber | null
  readonly watermark_after: BigNumber | null
}

interface RequestRow {
  readonly at: BigNumber
  readonly upstream: string
  readonly operation: string
  readonly period: string | null
  readonly status: number | null
  readonly items: BigNumber | null
  readonly duration: BigNumber
  readonly throttled: number
  readonly reason: Reason | "Interrupted" | null
  readonly detail: string | null
  readonly request_id: string | null
  readonly transaction_no: string | null
}

const optional = (value: BigNumber | null): number | undefined => (value === null ? undefined : Number(value))

const metricsOf = (row: Pick<RunRow, keyof RunMetrics>): RunMetrics => ({
  requests: Number(row.requests),
  items: Number(row.items),
  duration: Number(row.duration),
  errors: Number(row.errors),
  throttled: Number(row.throttled),
  lost: Number(row.lost)
})

const loggedRun = (row: RunRow): LoggedRun => ({
  runId: row.run_id,
  name: row.name,
  trigger: row.started_by,
  notes: row.notes,
  status: row.status,
  started: Number(row.started),
  finished: optional(row.finished),
  endNotes: row.end_notes,
  metrics: metricsOf(row)
})

const decodeCounts = Schema.decodeUnknownOption(
  Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.Number }))
)

/** Counts that a version did not know are 0, those that this one does not know are left out. */
export const countsOf = (text: string): Counts | undefined =>
  Option.getOrUndefined(
    Option.map(decodeCounts(text), (found) => {
      const counts: Record<CountName, number> = { ...noCounts }
      for (const name of countNames) counts[name] = found[name] ?? 0
      return counts
    })
  )

const loggedEntity = (row: CountRow): LoggedEntity => {
  const counts = row.counts === null ? undefined : countsOf(row.counts)
  return {
    entity: row.entity,
    sourceCount: optional(row.source_count),
    ...(row.status === null ? {} : { status: row.status }),
    ...(row.notice === null ? {} : { notice: row.notice }),
    ...(counts === undefined ? {} : { counts }),
    ...(row.watermark_before === null ? {} : { watermarkBefore: Number(row.watermark_before) }),
    ...(row.watermark_after === null ? {} : { watermarkAfter: Number(row.watermark_after) })
  }
}

const loggedRequest = (row: RequestRow): LoggedRequest => ({
  at: Number(row.at),
  upstream: row.upstream,
  operation: row.operation,
  window: row.period ?? undefined,
  status: row.status ?? undefined,
  items: optional(row.items),
  duration: Number(row.duration),
  throttled: row.throttled !== 0,
  reason: row.reason ?? undefined,
  detail: row.detail ?? undefined,
  requestId: row.request_id ?? undefined,
  transactionNo: row.transaction_no ?? undefined
})

interface SumRow {
  readonly upstream: string
  readonly operation: string
  readonly requests: BigNumber
  readonly items: BigNumber
  readonly duration: BigNumber
  readonly errors: BigNumber
  readonly throttled: BigNumber
  readonly longest: BigNumber
}

const endpoints = (rows: ReadonlyArray<SumRow>): ReadonlyArray<EndpointMetrics> => {
  const sums = new Map<string, EndpointMetrics>()
  for (const row of rows) {
    const { operation, upstream } = row
    const endpoint = endpointOf(operation)
    const key = `${upstream} ${endpoint}`
    const sum = sums.get(key)
    sums.set(key, {
      upstream,
      endpoint,
      requests: (sum?.requests ?? 0) + Number(row.requests),
      items: (sum?.items ?? 0) + Number(row.items),
      duration: (sum?.duration ?? 0) + Number(row.duration),
      errors: (sum?.errors ?? 0) + Number(row.errors),
      throttled: (sum?.throttled ?? 0) + Number(row.throttled),
      lost: 0,
      longest: Math.max(sum?.longest ?? 0, Number(row.longest))
    })
  }
  return [...sums.values()].toSorted((one, other) => other.requests - one.requests)
}

/** Single requests that a person is shown. */
const mostShown = 10

const likeness = (text: string): string => text.replaceAll(/[\\%_]/g, "\\$&")

export const runLogReading = (sql: SqlClient.SqlClient, facility: number) => {
  const columns = sql.literal(
    "run_id, name, started_by, notes, status, started, finished, end_notes, requests, items, duration, errors, throttled, lost"
  )
  const requestColumns = sql.literal(
    "at, upstream, operation, period, status, items, duration, throttled, reason, detail, request_id, transaction_no"
  )

  const recentRuns = (limit: number): Effect.Effect<ReadonlyArray<LoggedRun>, SqlError> =>
    sql<RunRow>`SELECT ${columns} FROM plex_cdf_run WHERE facility = ${facility}
      ORDER BY started DESC, run_id DESC LIMIT ${Math.max(0, Math.floor(limit))}`.pipe(
      Effect.map((rows) => rows.map(loggedRun))
    )

  /** The run of this id, else the only one whose id begins so. */
  const find = (runId: string): Effect.Effect<LoggedRun | undefined, SqlError> =>
    sql<RunRow>`SELECT ${columns} FROM plex_cdf_run WHERE facility = ${facility}
      AND (run_id = ${runId} OR run_id LIKE ${`${likeness(runId)}%`} ESCAPE ${"\\"}) ORDER BY run_id LIMIT 2`.pipe(
      Effect.map((rows) => {
        const found = rows.find((row) => row.run_id === runId) ?? (rows.length === 1 ? rows[0] : undefined)
        return found === undefined ? undefined : loggedRun(found)
      })
    )

  const runMetrics = (runId: RunId): Effect.Effect<RunMetrics | undefined, SqlError> =>
    sql<RunRow>`SELECT ${columns} FROM plex_cdf_run WHERE facility = ${facility} AND run_id = ${runId}`.pipe(
      Effect.map(([row]) => (row === undefined ? undefined : metricsOf(row)))
    )

  const runRecord = (asked: string): Effect.Effect<RunRecord | undefined, SqlError> =>
    Effect.gen(function* () {
      const run = yield* find(asked)
      if (run === undefined) return undefined
      const { runId } = run
      const entities = yield* sql<CountRow>`SELECT entity, source_count, status, notice, counts, watermark_before,
        watermark_after FROM plex_cdf_run_count WHERE run_id = ${runId} ORDER BY entity`
      const sums =
        yield* sql<SumRow>`SELECT upstream, operation, COUNT(*) AS requests, COALESCE(SUM(items), 0) AS items,
        SUM(duration) AS duration, SUM(CASE WHEN reason IS NULL THEN 0 ELSE 1 END) AS errors, SUM(throttled) AS throttled,
        MAX(duration) AS longest FROM plex_cdf_run_request WHERE run_id = ${runId} GROUP BY upstream, operation`
      const slowest = yield* sql<RequestRow>`SELECT ${requestColumns} FROM plex_cdf_run_request WHERE run_id = ${runId}
        ORDER BY duration DESC, number LIMIT ${mostShown}`
      const failures = yield* sql<RequestRow>`SELECT ${requestColumns} FROM plex_cdf_run_request WHERE run_id = ${runId}
        AND reason IS NOT NULL ORDER BY number DESC LIMIT ${mostShown}`
      return {
        ...run,
        entities: entities.map(loggedEntity),
        endpoints: endpoints(sums),
        slowest: slowest.map(loggedRequest),
        failures: failures.map(loggedRequest)
      }
    })

  return { recentRuns, runMetrics, runRecord }
}
