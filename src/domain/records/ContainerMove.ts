/**
 * Moves of containers (`/inventory/v1/inventory-history/container-location-moves`), and the event each becomes.
 */
import { Schema } from "effect"
import { historyMapping, linkTo } from "../EventMapping.js"
import { text } from "../plex/Fields.js"
import { joinPresent, marked } from "../Text.js"
import { ContainerAdjustment } from "./ContainerAdjustment.js"

/** What an adjustment has, and where the container came from. */
export const ContainerMove = Schema.Struct({
  ...ContainerAdjustment.fields,
  movedFromLocation: text,
  movedFromLocationId: text
})
export interface ContainerMove extends Schema.Schema.Type<typeof ContainerMove> {}

/** A move as an event `inventory_movement`, linked to both locations. */
export const containerMoveEvent = historyMapping<ContainerMove>({
  kind: "movement",
  type: "inventory_movement",
  dataSet: "inventory",
  fields: ContainerMove.fields,
  moment: ({ adjustmentDate }) => ["adjustmentDate", adjustmentDate],
  keyFields: (move) => [move.serialNo, move.locationId, move.movedFromLocationId, move.adjustmentCode, move.quantity],
  subtype: ({ adjustmentCode }) => adjustmentCode,
  description: (move) =>
    joinPresent(
      [
        joinPresent([move.adjustmentCode, move.serialNo], " "),
        move.partNumber,
        joinPresent([move.movedFromLocation, move.location], " → "),
        marked("Qty", move.quantity)
      ],
      " | "
    ),
  links: (ids, move) => [
    linkTo(ids, "container", move.serialNo),
    linkTo(ids, "part", move.partId),
    linkTo(ids, "location", move.locationId),
    linkTo(ids, "location", move.movedFromLocationId)
  ]
})
