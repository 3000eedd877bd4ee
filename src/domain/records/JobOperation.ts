/**
 * Operations of a job: the only place where a job meets a workcenter and scheduled dates.
 */
import { Schema } from "effect"
import { flag, instant, number, text } from "../plex/Fields.js"

export const JobOperation = Schema.Struct({
  jobId: text,
  jobNumber: text,
  partId: text,
  partNumber: text,
  partRevision: text,
  partNumberRevision: text,
  jobOperationId: text,
  jobOperationNumber: number,
  operationCode: text,
  workcenterId: text,
  workcenterCode: text,
  quantity: number,
  quantityCompleted: number,
  dueDate: instant,
  scheduledStartDate: instant,
  completedDate: instant,
  jobOperationStatus: text,
  setupTime: number,
  rate: number,
  unitOfMeasure: text,
  runTime: number,
  batchCriteria: text,
  partOperationType: text,
  batchOperation: flag,
  preProcessOperation: flag
})
export interface JobOperation extends Schema.Schema.Type<typeof JobOperation> {}

/** What a job's event takes from its operations. */
export interface JobOperations {
  /** Earliest scheduled start, epoch milliseconds. */
  readonly start: number | undefined
  /** In order of operation number, each once. */
  readonly workcenters: ReadonlyArray<{ readonly id: string; readonly code: string | undefined }>
}
