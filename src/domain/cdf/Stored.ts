/**
 * CDF resources as CDF answers them: the fields that we compare. Others may have added to them.
 */
import { Schema } from "effect"
import { ExternalId } from "../ExternalId.js"

const base = { id: Schema.Number, externalId: Schema.optional(ExternalId), dataSetId: Schema.optional(Schema.Number) }
const text = Schema.optional(Schema.String)
const metadata = Schema.optionalWith(Schema.Record({ key: Schema.String, value: Schema.String }), {
  default: () => ({})
})

export const StoredAsset = Schema.Struct({
  ...base,
  name: Schema.String,
  parentId: Schema.optional(Schema.Number),
  parentExternalId: text,
  description: text,
  source: text,
  metadata
})
export interface StoredAsset extends Schema.Schema.Type<typeof StoredAsset> {}

export const StoredEvent = Schema.Struct({
  ...base,
  type: text,
  subtype: text,
  description: text,
  startTime: Schema.optional(Schema.Number),
  endTime: Schema.optional(Schema.Number),
  source: text,
  metadata,
  assetIds: Schema.optionalWith(Schema.Array(Schema.Number), { default: () => [] })
})
export interface StoredEvent extends Schema.Schema.Type<typeof StoredEvent> {}

export const StoredTimeSeries = Schema.Struct({
  ...base,
  name: text,
  isString: Schema.optional(Schema.Boolean),
  isStep: Schema.optional(Schema.Boolean),
  unit: text,
  assetId: Schema.optional(Schema.Number),
  metadata
})
export interface StoredTimeSeries extends Schema.Schema.Type<typeof StoredTimeSeries> {}

export const StoredSequence = Schema.Struct({
  ...base,
  name: text,
  assetId: Schema.optional(Schema.Number),
  metadata,
  columns: Schema.Array(Schema.Struct({ externalId: text, valueType: text }))
})
export interface StoredSequence extends Schema.Schema.Type<typeof StoredSequence> {}

export const StoredRelationship = Schema.Struct({
  externalId: ExternalId,
  dataSetId: Schema.optional(Schema.Number),
  sourceExternalId: ExternalId,
  targetExternalId: ExternalId,
  labels: Schema.optionalWith(Schema.Array(Schema.Struct({ externalId: Schema.String })), { default: () => [] })
})
export interface StoredRelationship extends Schema.Schema.Type<typeof StoredRelationship> {}

export const StoredLabel = Schema.Struct({
  externalId: ExternalId,
  name: text,
  dataSetId: Schema.optional(Schema.Number)
})
export interface StoredLabel extends Schema.Schema.Type<typeof StoredLabel> {}

export interface StoredResources {
  readonly assets: StoredAsset
  readonly events: StoredEvent
  readonly timeseries: StoredTimeSeries
  readonly sequences: StoredSequence
  readonly relationships: StoredRelationship
  readonly labels: StoredLabel
}

export const StoredDataSet = Schema.Struct({
  id: Schema.Number,
  externalId: text,
  name: text,
  /** Only its owners write to it. */
  writeProtected: Schema.optional(Schema.Boolean)
})
export interface StoredDataSet extends Schema.Schema.Type<typeof StoredDataSet> {}

export const StoredPipeline = Schema.Struct({ externalId: Schema.String, dataSetId: Schema.optional(Schema.Number) })
export interface StoredPipeline extends Schema.Schema.Type<typeof StoredPipeline> {}
