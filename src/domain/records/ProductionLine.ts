/**
 * Production lines (`/production/v1/production-definitions/production-lines`), and the asset each becomes.
 */
import { Schema } from "effect"
import { assetMapping } from "../Mapping.js"
import { flag, instant, text } from "../plex/Fields.js"

/** A production line, as `/production/v1/production-definitions/production-lines` lists it. */
export const ProductionLine = Schema.Struct({
  id: text,
  code: text,
  description: text,
  equipmentId: text,
  equipmentDescription: text,
  active: flag,
  addBy: text,
  addDateTime: instant,
  updateBy: text,
  updateDateTime: instant
})
export interface ProductionLine extends Schema.Schema.Type<typeof ProductionLine> {}

/** A production line as an asset under the production lines. */
export const productionLineAsset = assetMapping<ProductionLine>({
  kind: "production_line",
  dataSet: "production",
  fields: ProductionLine.fields,
  key: ({ id }) => ["id", id],
  name: ({ code, description }) => [code, description],
  description: ({ description }) => description,
  parent: (ids) => ({ parent: ids.root("production_lines_root") })
})
