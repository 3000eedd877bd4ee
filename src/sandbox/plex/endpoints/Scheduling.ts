import { range, rowsOf, single, table, text, texts, uuid } from "../Endpoint.js"
import type { Endpoint } from "../Endpoint.js"

/** Jobs and their operations. */
export const scheduling: ReadonlyArray<Endpoint> = [
  table("/scheduling/v1/jobs", "jobs", [
    uuid("partId"),
    text("externalJobCode"),
    text("jobNumber"),
    texts("jobStatuses", "jobStatus"),
    ...range("dueDateBegin", "dueDateEnd", "dueDate"),
    uuid("buildingId"),
    ...range("completedDateBegin", "completedDateEnd", "completedDate"),
    ...range("beginEarliestStartDateTime", "endEarliestStartDateTime", "earliestStartDateTime"),
    text("priority")
  ]),
  single("/scheduling/v1/jobs/{id}", uuid("id"), "jobs"),
  rowsOf("/scheduling/v1/jobs/{id}/operations", uuid("id"), (plant, id) => plant.jobOperations(id), [
    text("partOperationType"),
    text("jobOperationStatus"),
    text("operationCode"),
    uuid("jobOperationId"),
    uuid("workcenterId"),
    ...range("beginScheduledStartDate", "endScheduledStartDate", "scheduledStartDate")
  ])
]
