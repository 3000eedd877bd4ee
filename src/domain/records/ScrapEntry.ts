/**
 * Scrap entries (`/production/v1/production-history/scrap-entries`), and the event each becomes.
 */
import { Schema } from "effect"
import { historyMapping, linkTo } from "../EventMapping.js"
import { instant, number, text } from "../plex/Fields.js"
import { describeEntry } from "./EntryDescription.js"

/** `transactionType` is `Scrap` or `Control Panel Scrap`; Plex gives no unit. */
export const ScrapEntry = Schema.Struct({
  transactionDate: instant,
  scrapReason: text,
  transactionType: text,
  quantity: number,
  workcenterId: text,
  workcenterCode: text,
  jobId: text,
  jobCode: text,
  partId: text,
  partNumber: text,
  revision: text,
  partNumberRevision: text,
  partOperationId: text,
  operationNumber: number,
  operationCode: text,
  serialNo: text
})
export interface ScrapEntry extends Schema.Schema.Type<typeof ScrapEntry> {}

/** `more`: the operation, which only a look-up tells. */
export const scrapEntryEvent = historyMapping<ScrapEntry>({
  kind: "scrap_entry",
  type: "scrap_entry",
  dataSet: "production",
  fields: ScrapEntry.fields,
  moment: ({ transactionDate }) => ["transactionDate", transactionDate],
  keyFields: (entry) => [
    entry.workcenterId,
    entry.partOperationId,
    entry.jobId,
    entry.serialNo,
    entry.scrapReason,
    entry.transactionType,
    entry.quantity
  ],
  subtype: ({ scrapReason }) => scrapReason,
  description: (entry) => describeEntry("Scrapped", entry),
  links: (ids, entry) => [
    linkTo(ids, "workcenter", entry.workcenterId),
    linkTo(ids, "part", entry.partId),
    linkTo(ids, "container", entry.serialNo)
  ]
})
