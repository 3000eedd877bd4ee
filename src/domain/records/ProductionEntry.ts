/**
 * Production entries (`/production/v1/production-history/production-entries`), and the event each becomes.
 */
import { Schema } from "effect"
import { instant, number, text } from "../plex/Fields.js"
import { entryMapping } from "./EntryMapping.js"

/** A production entry: what was produced at one moment. */
export const ProductionEntry = Schema.Struct({
  transactionDate: instant,
  workcenterId: text,
  workcenterCode: text,
  serialNo: text,
  lotNo: text,
  employeeId: text,
  employeeName: text,
  quantity: number,
  jobId: text,
  jobCode: text,
  jobNo: text,
  partId: text,
  partNumber: text,
  revision: text,
  partNumberRevision: text,
  partOperationId: text,
  operationNumber: number,
  operationCode: text,
  masterUnitNo: text,
  masterUnitId: text,
  lotId: text,
  heatCode: text,
  heatNo: text,
  heatId: text,
  unit: text,
  trackingNo: text,
  shelfDateTime: instant,
  manufacturedDateTime: instant,
  bestByDateTime: instant,
  useByDateTime: instant,
  sellByDateTime: instant
})
export interface ProductionEntry extends Schema.Schema.Type<typeof ProductionEntry> {}

/** A production entry as an event `production_entry`. */
export const productionEntryEvent = entryMapping<ProductionEntry>({
  type: "production_entry",
  verb: "Produced",
  fields: ProductionEntry.fields,
  keyFields: (entry) => [
    entry.workcenterId,
    entry.partOperationId,
    entry.jobId,
    entry.serialNo,
    entry.lotNo,
    entry.employeeId,
    entry.quantity
  ],
  subtype: () => undefined,
  untouched: ["subtype"]
})
