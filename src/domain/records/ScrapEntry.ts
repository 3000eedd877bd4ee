/**
 * Scrap entries (`/production/v1/production-history/scrap-entries`), and the event each becomes.
 */
import { Schema } from "effect"
import { instant, number, text } from "../plex/Fields.js"
import { entryMapping } from "./EntryMapping.js"

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

/** A scrap entry as an event `scrap_entry`, its reason as subtype. */
export const scrapEntryEvent = entryMapping<ScrapEntry>({
  type: "scrap_entry",
  verb: "Scrapped",
  fields: ScrapEntry.fields,
  keyFields: (entry) => [
    entry.workcenterId,
    entry.partOperationId,
    entry.jobId,
    entry.serialNo,
    entry.scrapReason,
    entry.transactionType,
    entry.quantity
  ],
  subtype: ({ scrapReason }) => scrapReason
})
