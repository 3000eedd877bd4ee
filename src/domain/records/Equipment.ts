/**
 * Equipment (`/maintenance/v1/equipment`), and the asset each becomes in the resources library.
 */
import { Schema } from "effect"
import { assetMapping } from "../Mapping.js"
import { flag, opaque, text } from "../plex/Fields.js"

/** A piece of equipment, as `/maintenance/v1/equipment` lists it. */
export const Equipment = Schema.Struct({
  id: text,
  equipmentId: text,
  description: text,
  brand: text,
  modelNo: text,
  equipmentType: text,
  equipmentTypeId: text,
  equipmentGroup: text,
  equipmentCategory: text,
  equipmentPriority: text,
  location: text,
  locationId: text,
  building: text,
  buildingId: text,
  workcenter: text,
  workcenterId: text,
  department: text,
  status: text,
  taxClassification: text,
  champion: text,
  serialNo: text,
  active: flag,
  equipmentAttributes: opaque,
  parts: opaque
})
export interface Equipment extends Schema.Schema.Type<typeof Equipment> {}

/** A piece of equipment as an asset of the resources library. */
export const equipmentAsset = assetMapping<Equipment>({
  kind: "equipment",
  dataSet: "maintenance",
  fields: Equipment.omit("equipmentAttributes", "parts").fields,
  key: ({ id }) => ["id", id],
  name: ({ description, equipmentId }) => [equipmentId, description],
  description: ({ description }) => description,
  parent: (ids) => ({ parent: ids.root("resources_library") })
})
