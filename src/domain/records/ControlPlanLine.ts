/**
 * Lines of a control plan (`/quality/v1/control-plans/{id}/control-plan-lines`), and the asset each becomes: an inspection point.
 */
import { type Either, Schema } from "effect"
import type { AssetDraft } from "../cdf/Draft.js"
import type { Facility } from "../Facility.js"
import { assetMapping, type Unmappable } from "../Mapping.js"
import { flag, number, opaque, text } from "../plex/Fields.js"
import { joinPresent } from "../Text.js"

/** A line of a control plan. */
export const ControlPlanLine = Schema.Struct({
  id: text,
  controlPlanId: text,
  controlPlanLineStatus: text,
  inspectionMode: text,
  partId: text,
  partNo: text,
  partRevision: text,
  partOperationId: text,
  operationId: text,
  operationCode: text,
  specificationId: text,
  description: text,
  passAnswer: text,
  failAnswer: text,
  note: text,
  gageType: text,
  gageNote: text,
  partSpecificGages: opaque,
  samplePlan: text,
  customChecksheetDataCollectionType: text,
  reactionPlan: text,
  reactionPlanOwner: text,
  specificToWorkcenterId: text,
  specificToWorkcenterCode: text,
  defaultAttributeAnswerPass: flag,
  deviationId: text,
  sortOrder: number,
  checksheetSortOrder: number,
  symbol: text,
  symbolAbbreviation: text,
  trackFailureModes: flag
})
export interface ControlPlanLine extends Schema.Schema.Type<typeof ControlPlanLine> {}

interface NumberedLine extends ControlPlanLine {
  readonly planNumber: string | undefined
}

const mapping = assetMapping<NumberedLine>({
  kind: "inspection_point",
  dataSet: "quality",
  fields: ControlPlanLine.omit("partSpecificGages").fields,
  key: ({ id }) => ["id", id],
  name: ({ description, planNumber, sortOrder }) => [
    joinPresent([joinPresent([planNumber, sortOrder], "-"), description], " ")
  ],
  description: ({ description }) => description,
  parent: (ids) => ({ parent: ids.root("inspection_points_root") })
})

/**
 * `{plan number}-{sort order} {description}`; the plan's number is passed in (`controlPlanNo` of its record), as the line has only
 * the plan's id.
 */
export const inspectionPointAsset = (
  facility: Facility
): ((line: ControlPlanLine, planNumber: string | undefined) => Either.Either<AssetDraft, Unmappable>) => {
  const map = mapping(facility)
  return (line, planNumber) => map({ ...line, planNumber })
}
