/**
 * Adjustments of containers (`/inventory/v1/inventory-history/container-adjustments`), and the event each becomes.
 */
import { Schema } from "effect"
import { historyMapping, linkTo } from "../EventMapping.js"
import { instant, number, text } from "../plex/Fields.js"
import { joinPresent, marked } from "../Text.js"

/** An adjustment of a container: a fact of one moment. */
export const ContainerAdjustment = Schema.Struct({
  adjustmentDate: instant,
  serialNo: text,
  quantity: number,
  netWeight: number,
  adjustmentCode: text,
  partId: text,
  partNumber: text,
  revision: text,
  partNumberRevision: text,
  partOperationId: text,
  operationCode: text,
  operationNumber: number,
  location: text,
  locationId: text
})
export interface ContainerAdjustment extends Schema.Schema.Type<typeof ContainerAdjustment> {}

/** An adjustment as an event `inventory_adjustment`. */
export const containerAdjustmentEvent = historyMapping<ContainerAdjustment>({
  kind: "adjustment",
  type: "inventory_adjustment",
  dataSet: "inventory",
  fields: ContainerAdjustment.fields,
  moment: ({ adjustmentDate }) => ["adjustmentDate", adjustmentDate],
  keyFields: (row) => [row.serialNo, row.locationId, row.adjustmentCode, row.quantity],
  subtype: ({ adjustmentCode }) => adjustmentCode,
  description: (row) =>
    joinPresent(
      [joinPresent([row.adjustmentCode, row.serialNo], " "), row.partNumber, row.location, marked("Qty", row.quantity)],
      " | "
    ),
  links: (ids, row) => [
    linkTo(ids, "container", row.serialNo),
    linkTo(ids, "part", row.partId),
    linkTo(ids, "location", row.locationId)
  ]
})
