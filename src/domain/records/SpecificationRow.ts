/**
 * Specifications as the data source 5112 (Specification_Picker_Get) lists them: the other source of specification assets. Of its
 * 11 columns seven are known; types are not documented, so that each is taken as text.
 */
import { Either, Schema } from "effect"
import { assetMapping, type Mapping } from "../Mapping.js"
import type { AssetDraft } from "../cdf/Draft.js"
import { text } from "../plex/Fields.js"

/** A specification, a row of data source 5112; every column as text. */
export const SpecificationRow = Schema.Struct({
  Specification_Key: text,
  Specification_No: text,
  Name: text,
  Part_No: text,
  Revision: text,
  Specification_Type: text,
  Dimension_Type: text,
  Nominal: text,
  Upper_Limit: text,
  Lower_Limit: text,
  Unit: text
})
export interface SpecificationRow extends Schema.Schema.Type<typeof SpecificationRow> {}

const asset = assetMapping<SpecificationRow>({
  kind: "specification",
  dataSet: "quality",
  fields: SpecificationRow.fields,
  key: ({ Specification_Key }) => ["Specification_Key", Specification_Key],
  name: ({ Name, Specification_No }) => [Specification_No, Name],
  parent: (ids) => ({ parent: ids.root("specifications_root") })
})

/** `specification_key_{key}`: the data source's integer keys are not the ids of REST. */
export const specificationRowAsset: Mapping<SpecificationRow, AssetDraft> = (facility) => {
  const map = asset(facility)
  return (row) =>
    Either.map(map(row), (draft) => ({
      ...draft,
      externalId: facility.ids.of("specification_key", draft.plexId)
    }))
}
