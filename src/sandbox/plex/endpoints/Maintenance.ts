import { flag, single, table, text, uuid, within } from "../Endpoint.js"
import type { Endpoint } from "../Endpoint.js"

/** The equipment registry. */
export const maintenance: ReadonlyArray<Endpoint> = [
  table("/maintenance/v1/equipment", "equipment", [
    text("equipmentId"),
    uuid("equipmentTypeId"),
    uuid("buildingId"),
    uuid("locationId"),
    uuid("workcenterId"),
    within(uuid("partId"), "parts", "id"),
    within(text("partType"), "parts", "partType"),
    text("status"),
    text("serialNo"),
    flag("active")
  ]),
  single("/maintenance/v1/equipment/{id}", uuid("id"), "equipment")
]
