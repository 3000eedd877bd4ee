/**
 * What is known of the operations of jobs, as the database holds it.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Option, Schema } from "effect"
import type { JobOperations } from "../../domain/records/JobOperation.js"
import { wellFormed } from "../../domain/Text.js"
import { inBatches } from "./Batches.js"
import { keyText } from "./LedgerRows.js"
import { oneOf } from "./OneOf.js"

const Operations = Schema.parseJson(
  Schema.Struct({
    start: Schema.optional(Schema.Number),
    workcenters: Schema.Array(Schema.Struct({ id: Schema.String, code: Schema.optional(Schema.String) }))
  })
)
const decodeOperations = Schema.decodeUnknownOption(Operations)

const decode = (text: string): JobOperations | undefined =>
  Option.getOrUndefined(
    Option.map(decodeOperations(text), ({ start, workcenters }) => ({
      start,
      workcenters: workcenters.map(({ code, id }) => ({ id, code }))
    }))
  )

export const operations = (sql: SqlClient.SqlClient, facility: number) => ({
  read: (jobIds: ReadonlyArray<string>) =>
    inBatches(
      jobIds.map(keyText),
      1,
      (some) => sql<{ job_id: string; operations: string }>`SELECT job_id, operations FROM plex_cdf_job_operations
        WHERE facility = ${facility} AND ${oneOf(sql, "job_id", some)}`
    ).pipe(
      Effect.map((found) => {
        const known = new Map<string, JobOperations>()
        for (const { job_id, operations } of found) {
          const decoded = decode(operations)
          if (decoded !== undefined) known.set(job_id, decoded)
        }
        return known
      })
    ),
  keep: (known: ReadonlyMap<string, JobOperations>) =>
    inBatches(
      [...known].map(([jobId, summary]) => ({
        facility,
        job_id: keyText(jobId),
        operations: wellFormed(JSON.stringify(summary))
      })),
      3,
      (some) => sql`INSERT INTO plex_cdf_job_operations ${sql.insert(some)}
        ON CONFLICT (facility, job_id) DO UPDATE SET operations = excluded.operations
        WHERE plex_cdf_job_operations.operations <> excluded.operations`
    )
})
