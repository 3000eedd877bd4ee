/**
 * When an object was confirmed last, and the runs of its flow that may have written it.
 */
import { Effect } from "effect"
import type { ResourceKind } from "../../domain/cdf/Resource.js"
import type { StateError } from "../../domain/Errors.js"
import type { FlowName } from "../../domain/Flow.js"
import type { AppConfig } from "../../services/AppConfig.js"
import type { RunStatus } from "../../services/RunLog.js"
import { kindCodes } from "./Codes.js"
import { facilityNumber } from "./FacilityNumber.js"
import { keyText } from "./LedgerRows.js"
import { countsOf } from "./RunLogReading.js"
import { StateDatabase } from "./StateDatabase.js"
import { guarded } from "./StateFailure.js"

/** A run of the flow; moments in epoch milliseconds. */
export interface FlowRunEnd {
  readonly runId: string
  readonly name: string
  readonly status: RunStatus
  readonly started: number
  readonly finished: number | undefined
  /** What the flow did in it. */
  readonly created: number
  readonly updated: number
  readonly notice: string | undefined
}

/** A call to CDF that may have written the object. */
export interface WritingRequest {
  readonly at: number
  readonly operation: string
  readonly status: number | undefined
  readonly items: number | undefined
  readonly requestId: string | undefined
}

export interface LastWrites {
  /** When CDF confirmed it last, or was found to hold it. */
  readonly confirmed: number | undefined
  /** The run in which that was, where the run log tells. */
  readonly run: string | undefined
  /** The last calls of that run, up to then, that wrote objects of its kind. */
  readonly requests: ReadonlyArray<WritingRequest>
  /** The newest runs of its flow. */
  readonly runs: ReadonlyArray<FlowRunEnd>
}

interface RunRow {
  readonly run_id: string
  readonly name: string
  readonly status: RunStatus
  readonly started: number | string
  readonly finished: number | string | null
  readonly counts: string | null
  readonly notice: string | null
}

interface RequestRow {
  readonly at: number | string
  readonly operation: string
  readonly status: number | null
  readonly items: number | string | null
  readonly request_id: string | null
}

const mostRuns = 5
const mostRequests = 3

const runEnd = ({ counts, finished, name, notice, run_id, started, status }: RunRow): FlowRunEnd => {
  const counted = counts === null ? undefined : countsOf(counts)
  return {
    runId: run_id,
    name,
    status,
    started: Number(started),
    finished: finished === null ? undefined : Number(finished),
    created: counted?.created ?? 0,
    updated: counted?.updated ?? 0,
    notice: notice ?? undefined
  }
}

/** What the state tells of the writes of an object. */
export const lastWrites = (
  kind: ResourceKind,
  externalId: string,
  flow: FlowName
): Effect.Effect<LastWrites, StateError, AppConfig | StateDatabase> =>
  Effect.gen(function* () {
    const sql = yield* StateDatabase
    const facility = yield* facilityNumber
    const [row] = yield* sql<{ last_seen: number | string }>`SELECT last_seen FROM plex_cdf_ledger
      WHERE facility = ${facility} AND kind = ${kindCodes[kind]} AND external_id = ${keyText(externalId)}`
    const confirmed = row === undefined ? undefined : Number(row.last_seen)
    const runs = yield* sql<RunRow>`SELECT run.run_id AS run_id, run.name AS name, run.status AS status,
        run.started AS started, run.finished AS finished, done.counts AS counts, done.notice AS notice
      FROM plex_cdf_run AS run JOIN plex_cdf_run_count AS done ON done.run_id = run.run_id
      WHERE run.facility = ${facility} AND done.entity = ${flow} ORDER BY run.started DESC, run.run_id DESC LIMIT ${mostRuns}`
    const [writer] =
      confirmed === undefined
        ? []
        : yield* sql<{ run_id: string }>`SELECT run.run_id AS run_id FROM plex_cdf_run AS run
            JOIN plex_cdf_run_count AS done ON done.run_id = run.run_id
            WHERE run.facility = ${facility} AND done.entity = ${flow} AND run.started <= ${confirmed}
              AND (run.finished IS NULL OR run.finished >= ${confirmed}) ORDER BY run.started DESC LIMIT 1`
    const requests =
      writer === undefined || confirmed === undefined
        ? []
        : yield* sql<RequestRow>`SELECT at, operation, status, items, request_id FROM plex_cdf_run_request
            WHERE run_id = ${writer.run_id} AND upstream = 'cdf' AND at <= ${confirmed}
              AND operation IN (${`POST /${kind}`}, ${`POST /${kind}/update`}) ORDER BY number DESC LIMIT ${mostRequests}`
    return {
      confirmed,
      run: writer?.run_id,
      requests: requests.map(({ at, items, operation, request_id, status }) => ({
        at: Number(at),
        operation,
        status: status ?? undefined,
        items: items === null ? undefined : Number(items),
        requestId: request_id ?? undefined
      })),
      runs: runs.map(runEnd)
    }
  }).pipe(guarded("read"))
