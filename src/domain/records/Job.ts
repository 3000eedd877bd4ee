/**
 * Jobs (`/scheduling/v1/jobs`), and the event each becomes. Workcenters and scheduled dates are only on a job's operations.
 */
import { Either, Schema } from "effect"
import type { EventDraft } from "../cdf/Draft.js"
import type { StoredEvent } from "../cdf/Stored.js"
import type { Decimal } from "../Decimal.js"
import { eventDrafts, linkTo } from "../EventMapping.js"
import type { ExternalId, ExternalIds } from "../ExternalId.js"
import type { Facility } from "../Facility.js"
import { type Instant, toMillis } from "../Instant.js"
import { jobStatuses, priorityRank } from "../JobStatus.js"
import { keyField, type Unmappable } from "../Mapping.js"
import type { Outline } from "../Outline.js"
import { instant, number, text } from "../plex/Fields.js"
import { joinPresent, present } from "../Text.js"
import { partWithRevision } from "./EntryDescription.js"
import type { JobOperations } from "./JobOperation.js"

/** A job, as `/scheduling/v1/jobs` lists it. */
export const Job = Schema.Struct({
  id: text,
  externalJobCode: text,
  jobNumber: text,
  createdDate: instant,
  partId: text,
  partNumber: text,
  partRevision: text,
  partNumberRevision: text,
  dueDate: instant,
  completedDate: instant,
  quantity: number,
  quantityCompleted: number,
  jobStatus: text,
  buildingId: text,
  buildingCode: text,
  jobType: text,
  earliestStartDateTime: instant,
  priority: text
})
export interface Job extends Schema.Schema.Type<typeof Job> {}

/** The key under which a job's event is known: its number, or its id where it has none. Contested numbers: `ContestedNumbers.ts`. */
export const jobKey = (job: Pick<Job, "id" | "jobNumber">): Either.Either<string, Unmappable> =>
  Either.map(keyField("id", job.id, job.jobNumber ?? ""), (id) => present(job.jobNumber) ?? id)

/** CDF has no times before 1970. */
const timeOf = (moment: Instant | null | undefined): number | undefined => {
  const millis = moment === null || moment === undefined ? -1 : toMillis(moment)
  return millis < 0 ? undefined : millis
}

/** The first that is not after the end. */
const startOf = (candidates: ReadonlyArray<number | undefined>, end: number | undefined): number | undefined =>
  candidates.find((start) => start !== undefined && start >= 0 && (end === undefined || start <= end))

/** `1234567.5` → `1,234,567.5` */
const grouped = (quantity: Decimal): string => {
  const [whole = "", ...decimals] = quantity.split(".")
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...decimals].join(".")
}

const partPiece = ({ partNumber, partNumberRevision, partRevision }: Job): string | undefined =>
  partWithRevision(partNumber, partRevision) ?? present(partNumberRevision)

const quantityPiece = ({ quantity, quantityCompleted }: Job): string | undefined => {
  const asked = typeof quantity === "string" ? grouped(quantity) : undefined
  const done = typeof quantityCompleted === "string" ? grouped(quantityCompleted) : undefined
  if (done === undefined) return asked === undefined ? undefined : `Qty ${asked}`
  return asked === undefined ? `Qty ${done} completed` : `Qty ${done} / ${asked}`
}

const separator = " | "
const workcenterMark = "WC "

const workcenterPiece = ({ workcenters }: JobOperations): string | undefined => {
  const codes = joinPresent(
    workcenters.map(({ code }) => code),
    ", "
  )
  return codes === undefined ? undefined : `${workcenterMark}${codes}`
}

/** The piece about workcenters in a description that was written when the operations were known. */
const heldWorkcenterPiece = ({ description }: StoredEvent): string | undefined =>
  description?.split(separator).find((piece) => piece.startsWith(workcenterMark))

const describe = (job: Job, workcenters: string | undefined): string | undefined => {
  const number = present(job.jobNumber)
  const status = present(job.jobStatus)
  return joinPresent(
    [
      number === undefined ? undefined : `Job #${number}`,
      partPiece(job),
      quantityPiece(job),
      workcenters,
      status === undefined ? undefined : `[${status}]`
    ],
    separator
  )
}

/** What the event of a job is made of, and under which key. */
export const jobOutline = (
  { ids }: Facility,
  job: Job,
  operations: JobOperations | undefined,
  externalKey?: string
): Outline | undefined => {
  const plexId = present(job.id)
  if (plexId === undefined) return undefined
  return {
    kind: "events",
    externalId: ids.of("job", externalKey ?? present(job.jobNumber) ?? plexId),
    plexId,
    links: linksOf(ids, job.partId, operations).flatMap((link) => link ?? []),
    madeOf: [job, operations]
  }
}

const linksOf = (ids: ExternalIds, partId: Job["partId"], operations: JobOperations | undefined) => [
  linkTo(ids, "part", partId),
  ...(operations?.workcenters ?? []).map((workcenter) => linkTo(ids, "workcenter", workcenter.id))
]

const drafts = eventDrafts({
  kind: "job",
  type: "production_job",
  dataSet: "scheduling",
  fields: Job.fields,
  more: ["priority_rank"]
})

/**
 * The event of a job: a function of the job and of its last known operations. Without these the draft says what it is over an
 * event that CDF holds: start and workcenters stay as held, unless the start is after the end. `externalKey` replaces the number
 * where that is contested. Plex knows the job by its `id`; without one it is unmappable.
 */
export const jobEvent = (
  facility: Facility
): ((
  job: Job,
  operations: JobOperations | undefined,
  externalKey?: string
) => Either.Either<EventDraft, Unmappable>) => {
  const { ids, tables } = facility
  const draft = drafts(facility)
  const statuses = jobStatuses(tables)
  const rank = priorityRank(tables)
  const workcenterPrefix = ids.prefix("workcenter")
  const isWorkcenter = (link: ExternalId): boolean => link.startsWith(workcenterPrefix)
  return (job, operations, externalKey) =>
    Either.map(jobKey(job), (ownKey) => {
      const end = timeOf(job.completedDate)
      const ownStarts = [timeOf(job.earliestStartDateTime), timeOf(job.createdDate)]
      return {
        ...draft(job, {
          key: job.id ?? ownKey,
          subtype: statuses.subtypeOf(job),
          description: describe(job, operations === undefined ? undefined : workcenterPiece(operations)),
          end: job.completedDate,
          links: linksOf(ids, job.partId, operations),
          more: { priority_rank: rank(job.priority) }
        }),
        externalId: ids.of("job", externalKey ?? ownKey),
        startTime: startOf([operations?.start, ...ownStarts], end),
        over:
          operations === undefined
            ? (held) => ({
                startTime: held.startTime === undefined ? undefined : startOf([held.startTime, ...ownStarts], end),
                description: describe(job, heldWorkcenterPiece(held))
              })
            : undefined,
        leaves: isWorkcenter
      }
    })
}
