/**
 * Production entries (`/production/v1/production-history/production-entries`), and the event each becomes.
 */
import { Schema } from "effect"
import { historyMapping, linkTo } from "../EventMapping.js"
import { instant, number, text } from "../plex/Fields.js"
import { describeEntry } from "./EntryDescription.js"

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

/** `more`: the operation, which only a look-up tells. */
export const productionEntryEvent = historyMapping<ProductionEntry>({
  kind: "production_entry",
  type: "production_entry",
  dataSet: "production",
  fields: ProductionEntry.fields,
  moment: ({ transactionDate }) => ["transactionDate", transactionDate],
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
  description: (entry) => describeEntry("Produced", entry),
  links: (ids, entry) => [
    linkTo(ids, "workcenter", entry.workcenterId),
    linkTo(ids, "part", entry.partId),
    linkTo(ids, "container", entry.serialNo)
  ]
})
