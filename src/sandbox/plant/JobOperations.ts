import { dateText, hour } from "./Instant.js"
import type { Row } from "./Plant.js"
import type { Step, World } from "./World.js"

const known = (value: unknown): number => (typeof value === "number" ? value : 0)

/** The id of one step of a job. */
export const jobOperationId = (world: World, jobId: string, step: Step): string =>
  world.random.fork(`operation/${jobId}/${step.id}`).uuid()

/** The operations of a job as its part's routing and its progress have them; `undefined` for an unknown job. */
export const jobOperationsOf = (world: World, jobId: string): ReadonlyArray<Row> | undefined => {
  const job = world.tables.jobs.get(jobId)
  if (job === undefined) return undefined
  const part = world.parts.get(String(job["partId"]))
  if (part === undefined) return []
  const earliest = Date.parse(String(job["earliestStartDateTime"]))
  const completed = job["completedDate"]
  const done = known(job["quantityCompleted"])
  return part.steps.map((step, i) => {
    const last = i === part.steps.length - 1
    const nowhere = last && world.unassigned.has(jobId)
    const status = typeof completed === "string" ? "Completed" : done > 0 ? (last ? "In Process" : "Completed") : "New"
    return {
      jobId,
      jobNumber: job["jobNumber"],
      partId: part.id,
      partNumber: part.number,
      partRevision: part.revision,
      partNumberRevision: part.numberRevision,
      jobOperationId: jobOperationId(world, jobId, step),
      jobOperationNumber: step.number,
      operationCode: step.operation.code,
      workcenterId: nowhere ? null : step.workcenter.id,
      workcenterCode: nowhere ? null : step.workcenter.code,
      quantity: job["quantity"],
      quantityCompleted: last ? job["quantityCompleted"] : done,
      dueDate: job["dueDate"],
      scheduledStartDate: nowhere || Number.isNaN(earliest) ? null : dateText(earliest + i * 4 * hour),
      completedDate: completed,
      jobOperationStatus: status,
      setupTime: 0.5,
      rate: step.rate,
      unitOfMeasure: "pcs/hr",
      runTime: Number((known(job["quantity"]) / step.rate).toFixed(5)),
      batchCriteria: null,
      partOperationType: null,
      batchOperation: false,
      preProcessOperation: false
    }
  })
}
