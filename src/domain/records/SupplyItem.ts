/**
 * Supply items (`/inventory/v1/inventory-definitions/supply-items`), and the asset each becomes.
 */
import { Schema } from "effect"
import { assetMapping } from "../Mapping.js"
import { text } from "../plex/Fields.js"

/** A supply item, as `/inventory/v1/inventory-definitions/supply-items` lists it. */
export const SupplyItem = Schema.Struct({
  id: text,
  supplyItemNumber: text,
  type: text,
  category: text,
  group: text,
  description: text,
  inventoryUnit: text
})
export interface SupplyItem extends Schema.Schema.Type<typeof SupplyItem> {}

/** A supply item as an asset of its library. */
export const supplyItemAsset = assetMapping<SupplyItem>({
  kind: "supply_item",
  dataSet: "master",
  fields: SupplyItem.fields,
  key: ({ id }) => ["id", id],
  name: ({ description, supplyItemNumber }) => [supplyItemNumber, description],
  description: ({ description }) => description,
  parent: (ids) => ({ parent: ids.root("supply_items_library") })
})
