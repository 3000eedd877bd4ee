/**
 * Workcenter status entries (`/production/v1/production-history/workcenter-status-entries`), and the event each becomes.
 */
import { Either, Schema } from "effect"
import type { EventDraft } from "../cdf/Draft.js"
import { eventDrafts, linkTo } from "../EventMapping.js"
import type { ExternalId } from "../ExternalId.js"
import type { Facility } from "../Facility.js"
import { type Instant, toMillis } from "../Instant.js"
import { keyField, Unmappable } from "../Mapping.js"
import { instant, number, text } from "../plex/Fields.js"
import { describeEntry } from "./EntryDescription.js"

/** `duration` is in seconds and grows while the status lasts. */
export const WorkcenterStatusEntry = Schema.Struct({
  workcenterId: text,
  workcenterCode: text,
  logDate: instant,
  workcenterStatus: text,
  jobId: text,
  jobCode: text,
  partId: text,
  partNumber: text,
  revision: text,
  partNumberRevision: text,
  partOperationId: text,
  operationNumber: number,
  operationCode: text,
  duration: number
})
export interface WorkcenterStatusEntry extends Schema.Schema.Type<typeof WorkcenterStatusEntry> {}

/** What is written: not `duration`, which would rewrite the event on every pass. */
const { duration: _, ...writtenFields } = WorkcenterStatusEntry.fields

/** An entry that has its key fields, and its place among the entries of its workcenter in one millisecond. */
export interface PlacedStatus {
  readonly entry: WorkcenterStatusEntry
  readonly workcenterId: string
  readonly since: Instant
  /** From 1. */
  readonly ordinal: number
}

/** An entry by what places it; without workcenter or moment it is unmappable. */
export const placeStatus = (entry: WorkcenterStatusEntry): Either.Either<PlacedStatus, Unmappable> =>
  Either.flatMap(keyField("workcenterId", entry.workcenterId, entry.logDate ?? ""), (workcenterId) => {
    const { logDate } = entry
    return logDate === null || logDate === undefined
      ? Either.left(new Unmappable({ key: workcenterId, reason: "logDate: a key field is null, empty or missing" }))
      : Either.right({ entry, workcenterId, since: logDate, ordinal: 1 })
  })

/** All that is written of an entry, in the order in which rows of one millisecond are told apart: status, job, part, the rest. */
export const statusContent = (entry: WorkcenterStatusEntry): string => {
  const { jobId, partId, workcenterStatus } = entry
  const rest = Object.keys(writtenFields).map((field): unknown => Reflect.get(entry, field))
  return [workcenterStatus, jobId, partId, ...rest].map((value) => String(value ?? "")).join("\u001F")
}

const drafts = eventDrafts({
  kind: "workcenter_status",
  type: "workcenter_status",
  dataSet: "production",
  fields: writtenFields
})

const keyOfStatus = ({ ordinal, since, workcenterId }: PlacedStatus): string =>
  `${workcenterId}_${toMillis(since)}${ordinal === 1 ? "" : `_${ordinal}`}`

/** The external id of the event of an entry. */
export const statusId = ({ ids }: Facility, status: PlacedStatus): ExternalId =>
  ids.of("workcenter_status", keyOfStatus(status))

/** The event of an entry; `until` is when the workcenter's next status begins, absent for the newest. */
export const statusEvent = (facility: Facility): ((status: PlacedStatus, until: Instant | undefined) => EventDraft) => {
  const { ids } = facility
  const draft = drafts(facility)
  return (status, until) => {
    const { entry, since, workcenterId } = status
    return draft(entry, {
      key: keyOfStatus(status),
      subtype: entry.workcenterStatus,
      description: describeEntry(entry.workcenterStatus, entry),
      start: since,
      end: until,
      links: [linkTo(ids, "workcenter", workcenterId), linkTo(ids, "part", entry.partId)]
    })
  }
}
