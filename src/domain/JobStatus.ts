/**
 * What a job's setup-table texts mean: its status and its priority. Both tables are settings of the tenant.
 */
import { parseDecimal } from "./Decimal.js"
import type { Instant } from "./Instant.js"
import type { JobSubtype, TenantTables } from "./TenantTables.js"
import { present } from "./Text.js"
import { wordMatcher } from "./WordTable.js"

/** What a job says about its status. */
interface JobState {
  readonly jobStatus?: string | null | undefined
  readonly completedDate?: Instant | null | undefined
}

/** Reads the status texts of one tenant. */
export interface JobStatuses {
  /** By the words of the status; without a status, `completed` where there is a completion date; else `scheduled`. */
  readonly subtypeOf: (job: JobState) => JobSubtype
  /** Whether a status text stands for a job on which no more work is done: completed or cancelled. */
  readonly isFinishedStatus: (status: string) => boolean
  /** Whether its work was done: completed by its status or at some date. */
  readonly isCompleted: (job: JobState) => boolean
  /** Whether work may still be done: neither finished by its status nor completed at some date. */
  readonly isOpen: (job: JobState) => boolean
}

const finished: ReadonlySet<JobSubtype> = new Set(["completed", "cancelled"])

export const jobStatuses = ({ jobStatuses }: Pick<TenantTables, "jobStatuses">): JobStatuses => {
  const match = wordMatcher(jobStatuses)
  const subtypeOf: JobStatuses["subtypeOf"] = ({ completedDate, jobStatus }) => {
    const status = present(jobStatus)
    if (status !== undefined) return match(status) ?? "scheduled"
    return present(completedDate) === undefined ? "scheduled" : "completed"
  }
  const isCompleted: JobStatuses["isCompleted"] = (job) =>
    present(job.completedDate) !== undefined || subtypeOf(job) === "completed"
  return {
    subtypeOf,
    isCompleted,
    isFinishedStatus: (status) => finished.has(match(status) ?? "scheduled"),
    isOpen: (job) => !isCompleted(job) && !finished.has(subtypeOf(job))
  }
}

/**
 * The rank of a priority as plain decimal text: that of its word in the table (any case), a number as itself, else `0`.
 */
export const priorityRank = ({
  priorities
}: Pick<TenantTables, "priorities">): ((priority: string | null | undefined) => string) => {
  const ranks = new Map(Object.entries(priorities).map(([word, rank]) => [word.trim().toLowerCase(), rank]))
  return (priority) => {
    const word = (priority ?? "").trim().toLowerCase()
    return parseDecimal(ranks.get(word) ?? word) ?? "0"
  }
}
