/**
 * CDF resources as a create call takes them. Limits of the fields: `Limits.ts`.
 */
import type { ExternalId } from "../ExternalId.js"
import type { Metadata } from "../Metadata.js"

export interface Asset {
  readonly externalId: ExternalId
  readonly name: string
  readonly parentExternalId?: ExternalId
  readonly description?: string
  readonly dataSetId: number
  readonly source: string
  readonly metadata: Metadata
}

/** Times in epoch milliseconds; `assetIds` are numeric ids, as events take no asset external ids. */
export interface Event {
  readonly externalId: ExternalId
  readonly type: string
  readonly subtype?: string
  readonly description?: string
  readonly startTime?: number
  readonly endTime?: number
  readonly dataSetId: number
  readonly source: string
  readonly metadata: Metadata
  readonly assetIds?: ReadonlyArray<number>
}

export interface TimeSeries {
  readonly externalId: ExternalId
  readonly name: string
  readonly isString: boolean
  readonly isStep: boolean
  readonly unit?: string
  readonly assetId?: number
  readonly dataSetId: number
  readonly metadata: Metadata
}

export interface Column {
  readonly externalId: string
  readonly valueType: "STRING" | "DOUBLE" | "LONG"
}

export interface Sequence {
  readonly externalId: ExternalId
  readonly name: string
  readonly assetId?: number
  readonly dataSetId: number
  readonly metadata: Metadata
  readonly columns: ReadonlyArray<Column>
}

export interface Relationship {
  readonly externalId: ExternalId
  readonly sourceExternalId: ExternalId
  readonly sourceType: "asset"
  readonly targetExternalId: ExternalId
  readonly targetType: "asset"
  readonly dataSetId: number
  readonly labels: ReadonlyArray<{ readonly externalId: ExternalId }>
}

export interface Label {
  readonly externalId: ExternalId
  readonly name: string
  readonly dataSetId: number
}

/** The kinds of resource that have an external id, by their path in the API. */
export interface Resources {
  readonly assets: Asset
  readonly events: Event
  readonly timeseries: TimeSeries
  readonly sequences: Sequence
  readonly relationships: Relationship
  readonly labels: Label
}
/** The kinds of resource that are written, in the words of the CDF API. */
export type ResourceKind = keyof Resources

/** A cell of a sequence row; absent is null. */
export type Cell = string | number | null

/** One row, its cells in the order of the columns. */
export interface Row {
  readonly rowNumber: number
  readonly values: ReadonlyArray<Cell>
}

/** Rows for one sequence. */
export interface SequenceRows {
  readonly externalId: ExternalId
  readonly columns: ReadonlyArray<Column>
  readonly rows: ReadonlyArray<Row>
}

/** A data point; the same timestamp (epoch milliseconds) overwrites. */
export interface Point {
  readonly timestamp: number
  readonly value: number | string
}

/** Points for one time series. */
export interface SeriesPoints {
  readonly externalId: ExternalId
  readonly points: ReadonlyArray<Point>
}
