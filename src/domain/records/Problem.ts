/**
 * Problems (data source 19938, Problem_Logs_Get): nonconformances, and the event each becomes. None of its 32 columns is
 * documented: those that matter are looked up by the names in `tables.dataSources.problems`, and unknown columns are kept for that.
 */
import { Either, Schema } from "effect"
import type { EventDraft } from "../cdf/Draft.js"
import { eventDrafts, type Find } from "../EventMapping.js"
import type { Facility } from "../Facility.js"
import { type Instant, momentOf } from "../Instant.js"
import { Unmappable } from "../Mapping.js"
import { type NaturalReference, partNumberKey, workcenterCodeKey } from "../NaturalKey.js"
import { momentIn, textIn } from "../plex/Columns.js"
import { instant, text } from "../plex/Fields.js"
import type { ProblemSubtype } from "../TenantTables.js"
import { joinPresent, marked, present } from "../Text.js"
import { wordMatcher } from "../WordTable.js"

/** A problem, a row of data source 19938; every column as text. */
export const Problem = Schema.Struct(
  {
    Problem_Key: text,
    Problem_No: text,
    Problem_Log_Key: text,
    Problem_Log_No: text,
    Problem_Number: text,
    Problem_Status: text,
    Problem_Status_Description: text,
    Status: text,
    Problem_Type: text,
    Defect_Type: text,
    Title: text,
    Description: text,
    Part_Key: text,
    Part_No: text,
    Revision: text,
    Operation_Code: text,
    Workcenter_Code: text,
    Quantity: text,
    Reported_Date: instant,
    Problem_Date: instant,
    Date_Reported: instant,
    Report_Date: instant,
    Open_Date: instant,
    Add_Date: instant,
    Closed_Date: instant,
    Close_Date: instant,
    Date_Closed: instant,
    Completed_Date: instant,
    Champion: text,
    Note: text
  },
  { key: Schema.String, value: Schema.Unknown }
)
export interface Problem extends Schema.Schema.Type<typeof Problem> {}

/** What the tenant's columns say of a problem. */
export interface ProblemFacts {
  readonly key: string
  readonly status: string | undefined
  readonly reported: Instant | undefined
  readonly closed: Instant | undefined
}

/** Reads the columns that a tenant names as it likes; without a number, or with a date that is none, it is unmappable. */
export const problemFacts = ({ tables }: Facility) => {
  const names = tables.dataSources.problems
  return (record: Problem): Either.Either<ProblemFacts, Unmappable> => {
    const key = textIn(record, names.numberColumns)
    if (key === undefined) {
      const reason = `${names.numberColumns.join(", ")}: a key field is null, empty or missing`
      return Either.left(new Unmappable({ key: "", reason }))
    }
    return Either.mapBoth(
      Either.zipWith(
        momentIn(record, names.reportedDateColumns),
        momentIn(record, names.closedDateColumns),
        (reported, closed) => ({ key, status: textIn(record, names.statusColumns), reported, closed })
      ),
      { onLeft: (reason) => new Unmappable({ key, reason }), onRight: (facts) => facts }
    )
  }
}

/** The assets that a problem names: its part by number, its workcenter by code. */
export const problemReferences = (record: Problem): ReadonlyArray<NaturalReference> => {
  const part = present(record.Part_No)
  const workcenter = present(record.Workcenter_Code)
  return [
    ...(part === undefined ? [] : [{ kind: "part", key: partNumberKey(part) } as const]),
    ...(workcenter === undefined ? [] : [{ kind: "workcenter", key: workcenterCodeKey(workcenter) } as const])
  ]
}

const drafts = eventDrafts({
  kind: "ncr",
  type: "quality_ncr",
  dataSet: "quality",
  fields: Problem.fields
})

/** A status that is in no table says nothing: then a closed date closes the problem, and without one it is open. */
const subtypeOf = (matched: ProblemSubtype | undefined, closed: Instant | undefined): ProblemSubtype =>
  matched ?? (closed === undefined ? "open" : "closed")

/** A problem by its key, and since when (epoch milliseconds) it has been on its way; nothing once it is closed. */
export interface ProblemOnItsWay {
  readonly key: string
  readonly since: number | undefined
}

/** What has to be looked at again, as its state still changes; nothing for a record that cannot be mapped. */
export const problemOnItsWay = (facility: Facility): ((record: Problem) => ProblemOnItsWay | undefined) => {
  const read = problemFacts(facility)
  const matches = wordMatcher(facility.tables.problemStatuses)
  return (record) =>
    Either.match(read(record), {
      onLeft: () => undefined,
      onRight: ({ closed, key, reported, status }) => ({
        key,
        since: subtypeOf(matches(status), closed) === "closed" ? undefined : momentOf(reported)
      })
    })
}

/** From report to close; a problem that is not closed has no end. `find` resolves what `problemReferences` tells. */
export const problemEvent = (
  facility: Facility
): ((record: Problem, find: Find) => Either.Either<EventDraft, Unmappable>) => {
  const draft = drafts(facility)
  const read = problemFacts(facility)
  const matches = wordMatcher(facility.tables.problemStatuses)
  return (record, find) =>
    Either.map(read(record), ({ closed, key, reported, status }) => {
      const subtype = subtypeOf(matches(status), closed)
      return draft(record, {
        key,
        subtype,
        description: joinPresent(
          [
            `Problem ${key}`,
            present(record.Title) ?? record.Description,
            joinPresent([record.Part_No, marked("rev", record.Revision)], " "),
            marked("WC", record.Workcenter_Code)
          ],
          " | "
        ),
        start: reported,
        end: closed,
        links: problemReferences(record).map((reference) => find(reference.key))
      })
    })
}
