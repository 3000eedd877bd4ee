/**
 * What is written of runs. Every statement may be made again with the same effect, so that a batch whose answer was lost is written once.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import { Effect } from "effect"
import type { FlowName } from "../../domain/Flow.js"
import type { Counts } from "../../domain/Report.js"
import { cutToCharacters, wellFormed } from "../../domain/Text.js"
import type { ObservedCall } from "../../services/CallObserver.js"
import type { RunId } from "../../services/CurrentRun.js"
import type { FlowOutcome, RunDetails, RunMetrics, RunStatus } from "../../services/RunLog.js"
import { inBatches } from "./Batches.js"
import { isGone, type ProcessIdentity } from "./ProcessIdentity.js"

type Written = Effect.Effect<unknown, SqlError>

/** Characters of a text that is for people. */
const longest = 1_000

const cut = (text: string): string => cutToCharacters(wellFormed(text), longest)

export const insertRun = (
  sql: SqlClient.SqlClient,
  facility: number,
  self: ProcessIdentity,
  run: RunDetails & { readonly runId: RunId; readonly notes: string; readonly started: number }
): Written =>
  sql`INSERT INTO plex_cdf_run ${sql.insert({
    run_id: run.runId,
    facility,
    name: run.name,
    started_by: run.trigger,
    notes: cut(run.notes),
    status: "running" satisfies RunStatus,
    started: run.started,
    finished: null,
    end_notes: "",
    host: self.host,
    machine: self.machine,
    pid: self.pid,
    process_started: self.started,
    alive: run.started,
    requests: 0,
    items: 0,
    duration: 0,
    errors: 0,
    throttled: 0,
    lost: 0,
    dropped: 0
  })} ON CONFLICT (run_id) DO NOTHING`

/** One that was taken for abandoned and ends nevertheless was not; of several ends the first counts. */
export const finishRun = (
  sql: SqlClient.SqlClient,
  runId: RunId,
  end: { readonly status: RunStatus; readonly notes: string; readonly finished: number }
): Written =>
  sql`UPDATE plex_cdf_run SET status = ${end.status}, finished = ${end.finished}, end_notes = ${cut(end.notes)}
    WHERE run_id = ${runId} AND status IN ('running', 'abandoned')`

/** Keeps the sums of a run, and that it lives. */
export const keepMetrics = (
  sql: SqlClient.SqlClient,
  runId: RunId,
  { duration, errors, items, lost, requests, throttled }: RunMetrics,
  alive: number
): Written =>
  sql`UPDATE plex_cdf_run SET requests = ${requests}, items = ${items}, duration = ${duration}, errors = ${errors},
    throttled = ${throttled}, lost = ${lost}, alive = ${alive} WHERE run_id = ${runId}`

/** A request with its place in its run. */
export interface NumberedRequest {
  readonly runId: RunId
  readonly number: number
  /** Epoch milliseconds of its end. */
  readonly ended: number
  readonly call: ObservedCall
}

const storedRequest = ({ call, ended, number, runId }: NumberedRequest) => ({
  run_id: runId,
  number,
  at: ended - call.duration,
  upstream: call.upstream,
  operation: cut(call.operation),
  period: call.window === undefined ? null : cut(call.window),
  status: call.status ?? null,
  items: call.items ?? null,
  duration: call.duration,
  throttled: call.throttled ? 1 : 0,
  reason: call.reason ?? null,
  detail: call.detail === undefined ? null : cut(call.detail),
  request_id: call.requestId === undefined ? null : cut(call.requestId),
  transaction_no: call.transactionNo === undefined ? null : cut(call.transactionNo)
})

export const insertRequests = (sql: SqlClient.SqlClient, requests: ReadonlyArray<NumberedRequest>): Written =>
  inBatches(
    requests,
    14,
    (some) => sql`INSERT INTO plex_cdf_run_request ${sql.insert(some.map(storedRequest))}
      ON CONFLICT (run_id, number) DO NOTHING`
  )

/** Keeps what a flow has counted so far in a run; for the transaction that confirms a chunk. */
export const keepCounts = (
  sql: SqlClient.SqlClient,
  runId: RunId,
  flow: FlowName,
  counts: Counts
): Effect.Effect<void, SqlError> =>
  sql`INSERT INTO plex_cdf_run_count ${sql.insert({
    run_id: runId,
    entity: flow,
    source_count: counts.read,
    counts: JSON.stringify(counts)
  })} ON CONFLICT (run_id, entity) DO UPDATE SET source_count = excluded.source_count, counts = excluded.counts`.pipe(
    Effect.asVoid
  )

export const keepSourceCount = (sql: SqlClient.SqlClient, runId: RunId, entity: string, count: number): Written =>
  sql`INSERT INTO plex_cdf_run_count ${sql.insert({ run_id: runId, entity: cut(entity), source_count: count })}
    ON CONFLICT (run_id, entity) DO UPDATE SET source_count = excluded.source_count`

export const keepOutcome = (
  sql: SqlClient.SqlClient,
  runId: RunId,
  { counts, flow, notice, status, watermarkAfter, watermarkBefore }: FlowOutcome
): Written =>
  sql`INSERT INTO plex_cdf_run_count ${sql.insert({
    run_id: runId,
    entity: flow,
    source_count: counts.read,
    status,
    notice: notice === undefined ? null : cut(notice),
    counts: JSON.stringify(counts),
    watermark_before: watermarkBefore ?? null,
    watermark_after: watermarkAfter ?? null
  })} ON CONFLICT (run_id, entity) DO UPDATE SET source_count = excluded.source_count, status = excluded.status,
    notice = excluded.notice, counts = excluded.counts, watermark_before = excluded.watermark_before,
    watermark_after = excluded.watermark_after`

/** Another machine's run without a sign of life for so long is over; each gives one at least every minute. */
const silence = 5 * 60_000

interface RunningRow {
  readonly run_id: RunId
  readonly host: string
  readonly machine: string
  readonly pid: number
  readonly process_started: string
  readonly alive: number | string
}

/** Closes the runs whose process is gone; those of living processes stay. */
export const closeAbandoned = (
  sql: SqlClient.SqlClient,
  facility: number,
  self: ProcessIdentity,
  now: number
): Written =>
  Effect.gen(function* () {
    const running = yield* sql<RunningRow>`SELECT run_id, host, machine, pid, process_started, alive FROM plex_cdf_run
      WHERE facility = ${facility} AND status = 'running'`
    const abandoned = yield* Effect.filter(running, ({ alive, host, machine, pid, process_started: started }) =>
      host === self.host && machine === self.machine
        ? isGone({ host, machine, pid, started }, self)
        : Effect.succeed(Number(alive) < now - silence)
    )
    yield* inBatches(
      abandoned.map(({ run_id }) => run_id),
      1,
      (some) => sql`UPDATE plex_cdf_run SET status = 'abandoned', finished = alive,
        end_notes = 'its process ended without ending it' WHERE status = 'running' AND ${sql.in("run_id", some)}`
    )
  })
