import { RawNumber } from "./RawNumber.js"
import type { HoleName } from "./Holes.js"

/** What a hole does to a job: fields of its record to replace. */
export interface JobHole {
  readonly hole: HoleName
  readonly fields: Readonly<Record<string, unknown>>
}

/** For open jobs, from the fourth on. */
export const openJobHoles: ReadonlyArray<JobHole> = [
  { hole: "job-odd-status", fields: { jobStatus: "IN PROGRESS" } },
  { hole: "job-odd-status", fields: { jobStatus: "on Hold" } },
  { hole: "job-odd-status", fields: { jobStatus: "Incomplete" } },
  { hole: "job-odd-status", fields: { jobStatus: "Firm Planned" } },
  { hole: "job-odd-status", fields: { jobStatus: "un-started" } },
  { hole: "job-odd-priority", fields: { priority: "URGENT" } },
  { hole: "job-odd-priority", fields: { priority: "3" } },
  { hole: "job-odd-priority", fields: { priority: "critical!" } },
  { hole: "job-odd-priority", fields: { priority: "" } },
  { hole: "job-without-number", fields: { jobNumber: null } },
  { hole: "number-as-text", fields: { quantity: "1200.50", quantityCompleted: "12.5" } },
  { hole: "fields-absent", fields: { priority: undefined, jobType: undefined, buildingCode: undefined } }
]

/** For completed jobs, from the second youngest backwards, so that a first look-back meets them. */
export const completedJobHoles: ReadonlyArray<JobHole> = [
  { hole: "job-completed-without-quantity", fields: { quantity: null, quantityCompleted: null } },
  { hole: "job-completed-without-status", fields: { jobStatus: null } },
  { hole: "job-odd-status", fields: { jobStatus: "CANCELLED", completedDate: null } },
  { hole: "job-odd-status", fields: { jobStatus: "Closed" } },
  { hole: "job-odd-status", fields: { jobStatus: "finished" } },
  { hole: "number-long-decimal", fields: { quantity: new RawNumber("12345678901234.56789") } },
  { hole: "text-lone-surrogate", fields: { externalJobCode: "EXT-\ud83d-1" } }
]
