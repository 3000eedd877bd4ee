/**
 * Parts (`/mdm/v1/parts`), and the asset each becomes.
 */
import { Schema } from "effect"
import { assetMapping } from "../Mapping.js"
import { instant, number, text, texts } from "../plex/Fields.js"

/** A part, as `/mdm/v1/parts` lists it. */
export const Part = Schema.Struct({
  id: text,
  number: text,
  name: text,
  revision: text,
  description: text,
  type: text,
  group: text,
  source: text,
  productType: text,
  status: text,
  note: text,
  leadTimeDays: number,
  buildingCode: text,
  createdById: text,
  createdDate: instant,
  modifiedById: text,
  modifiedDate: instant,
  allergens: texts
})
export interface Part extends Schema.Schema.Type<typeof Part> {}

/** A part as an asset of the parts library. */
export const partAsset = assetMapping<Part>({
  kind: "part",
  dataSet: "master",
  fields: Part.fields,
  key: ({ id }) => ["id", id],
  name: ({ name, number }) => [number, name],
  description: ({ description }) => description,
  parent: (ids) => ({ parent: ids.root("parts_library") })
})
