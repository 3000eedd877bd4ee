/**
 * The routing of a job: its operations as the rows of a sequence.
 */
import { doubleColumn, integerColumn, momentColumn, textColumn } from "../cdf/Cells.js"
import type { SequenceDraft } from "../cdf/Draft.js"
import { linkTo } from "../EventMapping.js"
import type { Facility } from "../Facility.js"
import { tags } from "../Metadata.js"
import { sequenceDraft } from "../SequenceMapping.js"
import { present } from "../Text.js"
import type { Job } from "./Job.js"
import { type JobOperation, operationsInOrder } from "./JobOperation.js"

const columns = [
  integerColumn<JobOperation>("operation_number", (operation) => operation.jobOperationNumber),
  textColumn<JobOperation>("operation_code", (operation) => operation.operationCode),
  textColumn<JobOperation>("workcenter_id", (operation) => operation.workcenterId),
  textColumn<JobOperation>("workcenter_code", (operation) => operation.workcenterCode),
  textColumn<JobOperation>("status", (operation) => operation.jobOperationStatus),
  textColumn<JobOperation>("unit", (operation) => operation.unitOfMeasure),
  doubleColumn<JobOperation>("quantity", (operation) => operation.quantity),
  doubleColumn<JobOperation>("quantity_completed", (operation) => operation.quantityCompleted),
  doubleColumn<JobOperation>("setup_time", (operation) => operation.setupTime),
  doubleColumn<JobOperation>("rate", (operation) => operation.rate),
  doubleColumn<JobOperation>("run_time", (operation) => operation.runTime),
  momentColumn<JobOperation>("scheduled_start", (operation) => operation.scheduledStartDate),
  momentColumn<JobOperation>("due", (operation) => operation.dueDate),
  momentColumn<JobOperation>("completed", (operation) => operation.completedDate)
]

/**
 * The sequence of a job's operations under the key of its event (`jobKey`, or what a contested number became), linked to the part;
 * rows in order of operation number and id. The set is replaced as a whole; a job without operations has no sequence.
 */
export const jobRoutingSequence =
  (facility: Facility) =>
  (
    jobKey: string,
    job: Pick<Job, "id" | "jobNumber" | "partId">,
    operations: ReadonlyArray<JobOperation>
  ): SequenceDraft => {
    const plexId = present(job.id) ?? jobKey
    return {
      ...sequenceDraft(facility, {
        kind: "job_routing",
        key: jobKey,
        name: `${present(job.jobNumber) ?? `Job ${plexId.slice(0, 8)}`} Routing`,
        dataSet: "scheduling",
        link: linkTo(facility.ids, "part", job.partId),
        columns,
        records: operationsInOrder(operations)
      }),
      // The sequence bears the key of the event, but Plex knows the job by its id.
      plexId,
      metadata: tags(facility, plexId)
    }
  }
