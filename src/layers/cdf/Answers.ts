/**
 * CDF's answers, decoded at the edge. Fields that we do not compare are dropped.
 */
import { type Either, type ParseResult, Schema } from "effect"
import type { ResourceKind } from "../../domain/cdf/Resource.js"
import {
  StoredAsset,
  StoredDataSet,
  StoredEvent,
  StoredLabel,
  StoredPipeline,
  StoredRelationship,
  type StoredResources,
  StoredSequence,
  StoredTimeSeries
} from "../../domain/cdf/Stored.js"
import { ExternalId } from "../../domain/ExternalId.js"

/** Decodes one kind of answer. */
export type Decode<A> = (body: unknown) => Either.Either<A, ParseResult.ParseError>

/** A list, with the cursor of the page after it where there is one. */
export interface Items<A> {
  readonly items: ReadonlyArray<A>
  readonly nextCursor?: string | null | undefined
}

const itemsOf = <A, I>(item: Schema.Schema<A, I>): Decode<Items<A>> =>
  Schema.decodeUnknownEither(
    Schema.Struct({ items: Schema.Array(item), nextCursor: Schema.optional(Schema.NullOr(Schema.String)) })
  )

/** The answer of create, byids and list, by kind. */
export const resourceItems: { readonly [K in ResourceKind]: Decode<Items<StoredResources[K]>> } = {
  assets: itemsOf(StoredAsset),
  events: itemsOf(StoredEvent),
  timeseries: itemsOf(StoredTimeSeries),
  sequences: itemsOf(StoredSequence),
  relationships: itemsOf(StoredRelationship),
  labels: itemsOf(StoredLabel)
}

/** One resource, by kind. */
export const resourceItem: { readonly [K in ResourceKind]: Decode<StoredResources[K]> } = {
  assets: Schema.decodeUnknownEither(StoredAsset),
  events: Schema.decodeUnknownEither(StoredEvent),
  timeseries: Schema.decodeUnknownEither(StoredTimeSeries),
  sequences: Schema.decodeUnknownEither(StoredSequence),
  relationships: Schema.decodeUnknownEither(StoredRelationship),
  labels: Schema.decodeUnknownEither(StoredLabel)
}

/** The answer of an update, which says nothing that we do not know. */
export const anyItems: Decode<Items<unknown>> = itemsOf(Schema.Unknown)

export const dataSetItems: Decode<Items<StoredDataSet>> = itemsOf(StoredDataSet)

export const pipelineItems: Decode<Items<StoredPipeline>> = itemsOf(StoredPipeline)

const Point = Schema.Struct({ timestamp: Schema.Number, value: Schema.Union(Schema.Number, Schema.String) })

/** The answer of the data point reads: an item per series, which may have no points. */
export const pointItems = itemsOf(
  Schema.Struct({
    externalId: Schema.optional(ExternalId),
    datapoints: Schema.Array(Point),
    nextCursor: Schema.optional(Schema.NullOr(Schema.String))
  })
)

const Cell = Schema.NullOr(Schema.Union(Schema.Number, Schema.String))

/** The answer of a rows read: one sequence, its cells in the order of the columns. */
export const rowsPage = Schema.decodeUnknownEither(
  Schema.Struct({
    columns: Schema.Array(Schema.Struct({ externalId: Schema.optional(Schema.String) })),
    rows: Schema.Array(Schema.Struct({ rowNumber: Schema.Number, values: Schema.Array(Cell) })),
    nextCursor: Schema.optional(Schema.NullOr(Schema.String))
  })
)

/** The answer of a call that gives nothing back: an object. */
export const nothing: Decode<object> = Schema.decodeUnknownEither(Schema.Object)
