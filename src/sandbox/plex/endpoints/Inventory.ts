import { flag, history, inert, single, table, text, texts, uuid } from "../Endpoint.js"
import type { Endpoint } from "../Endpoint.js"

/** The one endpoint that a tenant may lack although it is subscribed (the vendor's demo tenant does). */
export const containerLocationMoves = "/inventory/v1/inventory-history/container-location-moves"

/** Locations, supply items, active containers, and their moves and adjustments. */
export const inventory: ReadonlyArray<Endpoint> = [
  table("/inventory/v1/inventory-definitions/locations", "locations", [
    uuid("locationId"),
    text("locationCode"),
    inert(text("locationTypeFlag")),
    flag("tankSilo")
  ]),
  table("/inventory/v1/inventory-definitions/supply-items", "supplyItems", [
    text("supplyItemNumber"),
    text("type"),
    text("category"),
    text("group")
  ]),
  table("/inventory/v1/inventory-tracking/containers", "containers", [
    uuid("partId"),
    uuid("locationId"),
    uuid("masterUnitId"),
    uuid("lotId"),
    text("eun"),
    texts("inventoryType")
  ]),
  single("/inventory/v1/inventory-tracking/containers/{serialNo}", text("serialNo"), "containers"),
  history(containerLocationMoves, "locationMoves", [
    text("serialNo"),
    uuid("partId"),
    uuid("partOperationId"),
    inert(text("partType")),
    inert(text("partGroup")),
    inert(text("partSource")),
    uuid("locationId"),
    uuid("movedFromLocationId")
  ]),
  history("/inventory/v1/inventory-history/container-adjustments", "adjustments", [
    text("serialNo"),
    uuid("partId"),
    uuid("partOperationId"),
    text("adjustmentCode"),
    uuid("locationId")
  ])
]
