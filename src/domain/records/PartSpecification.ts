/**
 * Specifications of parts (`/quality/v1/part-specifications`), and the asset each becomes, its limits as metadata.
 */
import { Schema } from "effect"
import { type Decimal, parseDecimal, sumDecimals } from "../Decimal.js"
import { assetMapping } from "../Mapping.js"
import { flag, instant, nested, number, opaque, text } from "../plex/Fields.js"

const ToleranceType = Schema.Struct({
  name: text,
  attribute: flag,
  target: number,
  targetPlus: number,
  targetMinus: number,
  decimalPrecision: number,
  unit: text,
  oneSidedMinimum: number,
  oneSidedMaximum: number,
  measurementText: text,
  compareValue: text,
  referenceDisplayPopup: flag,
  referencePopupMessage: text,
  bonusTolerances: opaque
})
type ToleranceType = typeof ToleranceType.Type

/** A specification of a part, as `/quality/v1/part-specifications` lists it. */
export const PartSpecification = Schema.Struct({
  id: text,
  partId: text,
  partNumber: text,
  partRevision: text,
  specificationNumber: text,
  description: text,
  formula: text,
  formulaType: text,
  defaultGageType: text,
  plcName: text,
  specialSymbol: text,
  customerSpecified: flag,
  toleranceType: nested(ToleranceType),
  note: text,
  functionRequirementType: text,
  specificationDimensionType: text,
  updatedDateTime: instant
})
export interface PartSpecification extends Schema.Schema.Type<typeof PartSpecification> {}

const negated = (decimal: Decimal): Decimal =>
  parseDecimal(decimal.startsWith("-") ? decimal.slice(1) : `-${decimal}`) ?? decimal

const sum = (a: Decimal | null | undefined, b: Decimal | null | undefined): Decimal | undefined =>
  a === null || a === undefined || b === null || b === undefined ? undefined : sumDecimals([a, b])

/** Target ± plus/minus, exactly; or, where Plex gives a minimum or maximum, just that. */
const limitsOf = (tolerance: ToleranceType) => {
  const { oneSidedMaximum, oneSidedMinimum, target, targetMinus, targetPlus } = tolerance
  if ((oneSidedMinimum ?? undefined) !== undefined || (oneSidedMaximum ?? undefined) !== undefined) {
    return { upper: oneSidedMaximum ?? undefined, lower: oneSidedMinimum ?? undefined }
  }
  return { upper: sum(target, targetPlus), lower: sum(target, targetMinus ? negated(targetMinus) : undefined) }
}

/** A specification as an asset, its limits as metadata. */
export const partSpecificationAsset = assetMapping<PartSpecification>({
  kind: "specification",
  dataSet: "quality",
  fields: PartSpecification.omit("toleranceType").fields,
  key: ({ id }) => ["id", id],
  name: ({ description, specificationNumber }) => [specificationNumber, description],
  description: ({ description }) => description,
  parent: (ids) => ({ parent: ids.root("specifications_root") }),
  more: {
    keys: ["nominal", "upper_limit", "lower_limit", "unit"],
    values: ({ toleranceType }) => {
      if (toleranceType === null || toleranceType === undefined) return {}
      const { lower, upper } = limitsOf(toleranceType)
      return {
        nominal: toleranceType.target ?? undefined,
        upper_limit: upper,
        lower_limit: lower,
        unit: toleranceType.unit ?? undefined
      }
    }
  }
})
