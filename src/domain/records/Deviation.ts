/**
 * Deviations (`/quality/v1/deviations`): approved departures from a specification, and the event each becomes.
 */
import { Either, Schema } from "effect"
import type { EventDraft } from "../cdf/Draft.js"
import { eventDrafts, linkTo } from "../EventMapping.js"
import type { ExternalId } from "../ExternalId.js"
import type { Facility } from "../Facility.js"
import { keyField, type Unmappable } from "../Mapping.js"
import { instant, list, number, text, texts } from "../plex/Fields.js"
import { joinPresent, present } from "../Text.js"

const DeviatingPart = Schema.Struct({
  partId: text,
  specificationId: text,
  target: number,
  targetPlus: number,
  targetMinus: number,
  oneSidedMinimum: number,
  oneSidedMaximum: number,
  measurementText: text,
  compareValue: text
})

/** A deviation, as `/quality/v1/deviations` lists it. */
export const Deviation = Schema.Struct({
  id: text,
  acknowledgementLimit: number,
  approvedByUserId: text,
  approvedDate: instant,
  buildingId: text,
  buildingCode: text,
  codeNo: text,
  departmentCode: text,
  deviationAcknowledgementFrequencyDescription: text,
  deviationNo: text,
  deviationStatus: text,
  effectiveDate: instant,
  expirationDate: instant,
  jobIds: texts,
  note: text,
  type: text,
  parts: list(DeviatingPart),
  piecesAffected: number,
  reason: text,
  revisionDeviationId: text,
  revisionDeviationNo: text,
  supplierId: text
})
export interface Deviation extends Schema.Schema.Type<typeof Deviation> {}

const drafts = eventDrafts({
  kind: "deviation",
  type: "quality_deviation",
  dataSet: "quality",
  fields: Deviation.omit("parts").fields
})

/** The jobs of a deviation, by Plex id: their parts are linked too. */
export const deviationJobs = ({ jobIds }: Deviation): ReadonlyArray<string> =>
  (jobIds ?? []).map(present).filter((id) => id !== undefined)

/** `partsOfJob` gives the assets of the parts that a job makes, where the job is known. */
export const deviationEvent = (
  facility: Facility
): ((
  record: Deviation,
  partsOfJob: (jobId: string) => ReadonlyArray<ExternalId>
) => Either.Either<EventDraft, Unmappable>) => {
  const draft = drafts(facility)
  return (record, partsOfJob) =>
    Either.map(keyField("id", record.id), (key) =>
      draft(record, {
        key,
        subtype: record.deviationStatus,
        description: joinPresent(
          [joinPresent(["Deviation", record.deviationNo], " "), record.type, record.reason, bracketed(record)],
          " | "
        ),
        start: record.effectiveDate,
        end: record.expirationDate,
        links: [
          ...(record.parts ?? []).map(({ partId }) => linkTo(facility.ids, "part", partId)),
          ...deviationJobs(record).flatMap(partsOfJob)
        ]
      })
    )
}

const bracketed = ({ deviationStatus }: Deviation): string | undefined => {
  const status = present(deviationStatus)
  return status === undefined ? undefined : `[${status}]`
}
