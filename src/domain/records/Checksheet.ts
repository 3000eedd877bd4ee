/**
 * Checksheets (data source 4142, Checksheets_Get): filled-in inspections, and the event each becomes. Of its 26 columns only some
 * are known and none of their types, so that each is taken as text; other columns are kept, to find the inspection date in.
 */
import { Either, Schema } from "effect"
import type { EventDraft } from "../cdf/Draft.js"
import { eventDrafts, type Find } from "../EventMapping.js"
import type { Facility } from "../Facility.js"
import { keyField, Unmappable } from "../Mapping.js"
import {
  inspectionPointKey,
  type NaturalReference,
  partNumberKey,
  partRevisionKey,
  workcenterCodeKey
} from "../NaturalKey.js"
import { momentIn } from "../plex/Columns.js"
import { instant, text } from "../plex/Fields.js"
import { joinPresent, marked, present } from "../Text.js"

/** A filled-in checksheet, a row of data source 4142; every column as text. */
export const Checksheet = Schema.Struct(
  {
    Checksheet_No: text,
    Inspection_Date: instant,
    Part_Key: text,
    Part_No: text,
    Revision: text,
    Operation_Code: text,
    Inspection_Mode: text,
    Inspection_Point: text,
    Inspector_First_Name: text,
    Inspector_Last_Name: text,
    Workcenter_Code: text,
    Out_Of_Spec: text,
    Has_Null_Measurements: text,
    Note: text,
    Image: text,
    Measurement_Results_Xml: text
  },
  { key: Schema.String, value: Schema.Unknown }
)
export interface Checksheet extends Schema.Schema.Type<typeof Checksheet> {}

const drafts = eventDrafts({
  kind: "checksheet",
  type: "quality_inspection",
  dataSet: "quality",
  fields: Checksheet.fields
})

const results = new Map([
  ["true", "fail"],
  ["1", "fail"],
  ["yes", "fail"],
  ["y", "fail"],
  ["false", "pass"],
  ["0", "pass"],
  ["no", "pass"],
  ["n", "pass"]
])

/** `Out_Of_Spec` as pass or fail; nothing where it says neither. */
const resultOf = ({ Out_Of_Spec }: Checksheet): string | undefined =>
  results.get((Out_Of_Spec ?? "").trim().toLowerCase())

/**
 * The assets that a checksheet names: its part by number and revision (by number alone where no revision is told), its
 * workcenter, its inspection point.
 */
export const checksheetReferences = (record: Checksheet): ReadonlyArray<NaturalReference> => {
  const references: Array<NaturalReference> = []
  const { Revision: revision } = record
  const part = present(record.Part_No)
  if (part !== undefined) {
    const byNumber = revision === null || revision === undefined
    references.push({ kind: "part", key: byNumber ? partNumberKey(part) : partRevisionKey(part, revision) })
  }
  const workcenter = present(record.Workcenter_Code)
  if (workcenter !== undefined) references.push({ kind: "workcenter", key: workcenterCodeKey(workcenter) })
  const point = present(record.Inspection_Point)
  if (point !== undefined) references.push({ kind: "inspection_point", key: inspectionPointKey(point) })
  return references
}

/**
 * Start and end are the inspection date: the first present of the columns in `tables.dataSources.checksheets`; without one the
 * event has no times. `find` resolves what `checksheetReferences` tells.
 */
export const checksheetEvent = (
  facility: Facility
): ((record: Checksheet, find: Find) => Either.Either<EventDraft, Unmappable>) => {
  const draft = drafts(facility)
  const { inspectionDateColumns } = facility.tables.dataSources.checksheets
  return (record, find) =>
    Either.flatMap(keyField("Checksheet_No", record.Checksheet_No), (key) =>
      Either.mapBoth(momentIn(record, inspectionDateColumns), {
        onLeft: (reason) => new Unmappable({ key, reason }),
        onRight: (date) =>
          draft(record, {
            key,
            subtype: resultOf(record),
            description: joinPresent(
              [
                `Checksheet ${key}`,
                joinPresent([record.Part_No, marked("rev", record.Revision)], " "),
                marked("WC", record.Workcenter_Code),
                record.Inspection_Mode
              ],
              " | "
            ),
            start: date,
            end: date,
            links: checksheetReferences(record).map((reference) => find(reference.key))
          })
      })
    )
}
