/**
 * Buildings (`/mdm/v1/buildings`), and the asset each becomes.
 */
import { Schema } from "effect"
import { assetMapping } from "../Mapping.js"
import { flag, text } from "../plex/Fields.js"

/** A building, as `/mdm/v1/buildings` lists it. */
export const Building = Schema.Struct({
  id: text,
  buildingCode: text,
  buildingType: text,
  name: text,
  oldBuildingCode: text,
  active: flag,
  address: text,
  city: text,
  state: text,
  country: text,
  zipCode: text,
  phone: text,
  fax: text,
  dunsNo: text,
  taxId: text,
  vatRegistrationNo: text
})
export interface Building extends Schema.Schema.Type<typeof Building> {}

/** A building as an asset under the facility. */
export const buildingAsset = assetMapping<Building>({
  kind: "building",
  dataSet: "master",
  fields: Building.fields,
  key: ({ id }) => ["id", id],
  name: ({ buildingCode, name }) => [buildingCode, name],
  parent: (ids) => ({ parent: ids.root("facility") })
})
