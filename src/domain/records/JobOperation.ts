/**
 * Operations of a job: the only place where a job meets a workcenter and scheduled dates.
 */
import { Schema } from "effect"
import { toMillis } from "../Instant.js"
import { flag, instant, number, text } from "../plex/Fields.js"
import { inOrder } from "../SequenceMapping.js"
import { present } from "../Text.js"

/** An operation of a job, as `/scheduling/v1/jobs/{id}/operations` lists it. */
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

/** The id, and all else where that is the same or missing. */
const identity = (operation: JobOperation): string =>
  [operation.jobOperationId, ...Object.keys(JobOperation.fields).map((field): unknown => Reflect.get(operation, field))]
    .map((value) => String(value ?? ""))
    .join("\u001F")

/** In order of operation number (those without one last) and id, however Plex listed them. */
export const operationsInOrder = (operations: ReadonlyArray<JobOperation>): ReadonlyArray<JobOperation> =>
  inOrder(operations, ({ jobOperationNumber }) => jobOperationNumber, identity)

/** What a job's event takes from its operations; the order in which Plex lists them does not matter. */
export const summarize = (operations: ReadonlyArray<JobOperation>): JobOperations => {
  let start: number | undefined
  const workcenters = new Map<string, string | undefined>()
  for (const { scheduledStartDate, workcenterCode, workcenterId } of operationsInOrder(operations)) {
    // CDF has no times before 1970 (Plex's databases write 1900 for "no date").
    const millis = scheduledStartDate === null || scheduledStartDate === undefined ? -1 : toMillis(scheduledStartDate)
    if (millis >= 0) start = Math.min(start ?? millis, millis)
    const id = present(workcenterId)
    if (id !== undefined) workcenters.set(id, workcenters.get(id) ?? present(workcenterCode))
  }
  return { start, workcenters: [...workcenters].map(([id, code]) => ({ id, code })) }
}
