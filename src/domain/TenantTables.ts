/**
 * What differs from tenant to tenant: setup-table words, names of data source inputs and columns, and how performance is reported.
 * The file that `TENANT_TABLES` names replaces any part of these defaults.
 */
import { Schema } from "effect"

const Words = Schema.Array(Schema.NonEmptyTrimmedString)

/** Subtype of a job event. */
export const JobSubtype = Schema.Literal("scheduled", "in_progress", "on_hold", "completed", "cancelled")
export type JobSubtype = typeof JobSubtype.Type

/** Subtype of a problem event. */
export const ProblemSubtype = Schema.Literal("open", "in_review", "approved", "rejected", "closed")
export type ProblemSubtype = typeof ProblemSubtype.Type

/** Words that stand for a subtype; the first entry with a word in the text wins. */
const wordTable = <A extends string, I>(subtype: Schema.Schema<A, I>) =>
  Schema.Array(Schema.Struct({ subtype, words: Words }))

/** Inputs of a data source that is read by period; `more` are sent as they are. */
const PeriodInputs = Schema.Struct({
  begin: Schema.NonEmptyString,
  end: Schema.NonEmptyString,
  more: Schema.Record({ key: Schema.String, value: Schema.Union(Schema.String, Schema.Number, Schema.Boolean) })
})

/** The tables with all that they hold; a tenant's file is laid over the defaults. */
export const TenantTables = Schema.Struct({
  jobStatuses: wordTable(JobSubtype),
  problemStatuses: wordTable(ProblemSubtype),
  priorities: Schema.Record({ key: Schema.String, value: Schema.Number }),
  /** Values of a container's `inventoryType` that count as work in process; case does not matter. */
  wipInventoryTypes: Words,
  dataSources: Schema.Struct({
    /** 4142 Checksheets_Get. Its input names and its date column are not documented. */
    checksheets: Schema.Struct({ inputs: PeriodInputs, inspectionDateColumns: Words }),
    /** 19938 Problem_Logs_Get. Likewise. */
    problems: Schema.Struct({
      inputs: PeriodInputs,
      numberColumns: Words,
      statusColumns: Words,
      reportedDateColumns: Words,
      closedDateColumns: Words
    }),
    /** 5112 Specification_Picker_Get. */
    specifications: Schema.Struct({
      inputs: Schema.Record({ key: Schema.String, value: Schema.Union(Schema.String, Schema.Number, Schema.Boolean) })
    }),
    /** 18765 Daily_Performance_Report_Get. */
    dailyPerformance: Schema.Struct({ inputs: PeriodInputs })
  }),
  oee: Schema.Struct({
    /** Unit of planned production time and downtime; the rate is always per hour. */
    timeUnit: Schema.Literal("hours", "minutes"),
    /** Whether `Production_Qty` includes scrap and rejects. */
    quantityIncludesRejects: Schema.Boolean,
    /** Whether planned time and downtime stand on each row for that row, or on each row for the whole workcenter. */
    plannedTimePer: Schema.Literal("row", "workcenter")
  })
})
export interface TenantTables extends Schema.Schema.Type<typeof TenantTables> {}

/** What is taken where the tenant's file says nothing. */
export const defaultTenantTables: TenantTables = {
  jobStatuses: [
    { subtype: "cancelled", words: ["cancel", "cancelled", "canceled"] },
    { subtype: "on_hold", words: ["hold"] },
    { subtype: "completed", words: ["complete", "completed", "finished", "closed"] },
    { subtype: "in_progress", words: ["progress", "active", "running", "started"] }
  ],
  problemStatuses: [
    { subtype: "closed", words: ["closed", "complete", "completed"] },
    { subtype: "rejected", words: ["rejected", "cancelled", "canceled"] },
    { subtype: "approved", words: ["approved"] },
    { subtype: "in_review", words: ["review", "reviewing", "progress", "pending", "awaiting", "investigation"] },
    { subtype: "open", words: ["open", "new", "reported"] }
  ],
  priorities: { low: 1, medium: 2, normal: 2, high: 3, critical: 4, urgent: 4 },
  wipInventoryTypes: ["WIP", "Work in Process", "Work in Progress", "Work-in-Process", "Work-in-Progress"],
  dataSources: {
    checksheets: {
      inputs: { begin: "Date_Begin", end: "Date_End", more: {} },
      inspectionDateColumns: ["Inspection_Date", "Inspection_Date_Time", "Checksheet_Date", "Check_Date", "Add_Date"]
    },
    problems: {
      inputs: { begin: "Date_Begin", end: "Date_End", more: {} },
      numberColumns: ["Problem_No", "Problem_Log_No", "Problem_Number", "Problem_Key", "Problem_Log_Key"],
      statusColumns: ["Problem_Status", "Problem_Status_Description", "Status"],
      reportedDateColumns: ["Reported_Date", "Problem_Date", "Date_Reported", "Report_Date", "Open_Date", "Add_Date"],
      closedDateColumns: ["Closed_Date", "Close_Date", "Date_Closed", "Completed_Date"]
    },
    specifications: { inputs: {} },
    dailyPerformance: { inputs: { begin: "Start_Date", end: "End_Date", more: {} } }
  },
  oee: { timeUnit: "hours", quantityIncludesRejects: true, plannedTimePer: "row" }
}
