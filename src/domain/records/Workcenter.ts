/**
 * Workcenters (`/production/v1/production-definitions/workcenters`), and the asset each becomes: under its production line.
 */
import { Schema } from "effect"
import { linkTo } from "../EventMapping.js"
import { assetMapping } from "../Mapping.js"
import { flag, text } from "../plex/Fields.js"

/** A workcenter, as `/production/v1/production-definitions/workcenters` lists it. */
export const Workcenter = Schema.Struct({
  workcenterId: text,
  workcenterCode: text,
  name: text,
  workcenterType: text,
  workcenterGroup: text,
  buildingId: text,
  buildingCode: text,
  tankSilo: flag,
  productionLineId: text,
  ipAddress: text,
  plcName: text
})
export interface Workcenter extends Schema.Schema.Type<typeof Workcenter> {}

/** A workcenter as an asset under its production line. */
export const workcenterAsset = assetMapping<Workcenter>({
  kind: "workcenter",
  dataSet: "production",
  fields: Workcenter.fields,
  key: ({ workcenterId }) => ["workcenterId", workcenterId],
  name: ({ name, workcenterCode }) => [workcenterCode, name],
  parent: (ids, { productionLineId }) => {
    const root = ids.root("workcenters_root")
    return { parent: linkTo(ids, "production_line", productionLineId) ?? root, waitsUnder: root }
  }
})
