/**
 * Locations (`/inventory/v1/inventory-definitions/locations`), and the asset each becomes.
 */
import { Schema } from "effect"
import { assetMapping } from "../Mapping.js"
import { flag, text } from "../plex/Fields.js"
import { present } from "../Text.js"

/** A location, as `/inventory/v1/inventory-definitions/locations` lists it. */
export const Location = Schema.Struct({
  locationId: text,
  locationCode: text,
  buildingName: text,
  buildingCode: text,
  locationType: text,
  inventoryLocation: flag,
  supplyLocation: flag,
  tankSilo: flag
})
export interface Location extends Schema.Schema.Type<typeof Location> {}

/** A location as an asset under the locations. */
export const locationAsset = assetMapping<Location>({
  kind: "location",
  dataSet: "inventory",
  fields: Location.fields,
  key: ({ locationId }) => ["locationId", locationId],
  // A building without a code of its own says nothing about which location it is.
  name: ({ buildingCode, buildingName, locationCode }) =>
    present(locationCode) === undefined ? [] : [present(buildingCode) ?? buildingName, locationCode],
  parent: (ids) => ({ parent: ids.root("locations_root") })
})
