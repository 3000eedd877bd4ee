import type { Plant, Row } from "../../plant/Plant.js"
import { flag, rowsOf, single, singleOf, table, text, texts, uuid, uuids, whole } from "../Endpoint.js"
import type { Endpoint } from "../Endpoint.js"

/** A bill's line by its own id: the plant knows them by part only. */
const bomLine = (plant: Plant, id: string): Row | undefined => {
  for (const part of plant.parts) {
    const line = plant.boms(String(part["id"])).find((each) => each["id"] === id)
    if (line !== undefined) return line
  }
  return undefined
}

/** Parts, operations, routings, bills of materials, buildings, tenants. */
export const masterData: ReadonlyArray<Endpoint> = [
  table("/mdm/v1/tenants", "tenants", [uuids("idList", "id"), text("code"), texts("codeList", "code")]),
  table("/mdm/v1/buildings", "buildings", [
    uuids("id"),
    text("buildingCode"),
    text("buildingType"),
    text("name"),
    flag("active")
  ]),
  table("/mdm/v1/parts", "parts", [
    uuids("id"),
    text("number"),
    text("revision"),
    text("type"),
    text("status"),
    text("source"),
    text("productType"),
    texts("allergens")
  ]),
  single("/mdm/v1/parts/{id}", uuid("id"), "parts"),
  table("/mdm/v1/operations", "operations", [uuid("id"), text("code"), text("type"), text("inventoryType")]),
  single("/mdm/v1/operations/{id}", uuid("id"), "operations"),
  table("/mdm/v1/part-operations", "partOperations", [
    uuid("partId"),
    uuid("operationId"),
    flag("active"),
    flag("subOperation"),
    whole("operationNumber")
  ]),
  rowsOf("/engineering/v1/boms", uuid("partId"), (plant, partId) => plant.boms(partId), [uuid("partOperationId")]),
  singleOf("/engineering/v1/boms/{id}", uuid("id"), bomLine)
]
