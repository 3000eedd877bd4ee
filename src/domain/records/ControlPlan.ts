/**
 * Control plans (`/quality/v1/control-plans`), and the asset each becomes.
 */
import { Schema } from "effect"
import { assetMapping } from "../Mapping.js"
import { flag, instant, number, text } from "../plex/Fields.js"

/** A control plan, as `/quality/v1/control-plans` lists it. */
export const ControlPlan = Schema.Struct({
  id: text,
  buildingCode: text,
  buildingId: text,
  controlPlanNo: number,
  controlPlanStatus: text,
  controlPlanType: text,
  description: text,
  externalDocumentId: text,
  externalDocumentRevisionLevel: text,
  originalDate: instant,
  partId: text,
  partNo: text,
  partRevision: text,
  partName: text,
  primary: flag,
  revisionDate: instant
})
export interface ControlPlan extends Schema.Schema.Type<typeof ControlPlan> {}

/** A control plan as an asset. */
export const controlPlanAsset = assetMapping<ControlPlan>({
  kind: "control_plan",
  dataSet: "quality",
  fields: ControlPlan.fields,
  key: ({ id }) => ["id", id],
  name: ({ controlPlanNo, description }) => [controlPlanNo, description],
  description: ({ description }) => description,
  parent: (ids) => ({ parent: ids.root("control_plans_root") })
})
