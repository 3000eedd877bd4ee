import { Context, type Effect, type Stream } from "effect"
import type { Upserted, Wanted } from "../domain/cdf/Upsert.js"
import type { Point, ResourceKind, SequenceRows, SeriesPoints, Resources, Row, Column } from "../domain/cdf/Resource.js"
import type { StoredDataSet, StoredEvent, StoredResources } from "../domain/cdf/Stored.js"
import type { Right } from "../domain/cdf/Rights.js"
import type { Patch } from "../domain/cdf/Patch.js"
import type { CdfError } from "../domain/Errors.js"
import type { ExternalId } from "../domain/ExternalId.js"
import type { TimeSlice } from "../domain/TimeSlice.js"

/** Filter of a list, in the words of the CDF API (`externalIdPrefix`, `dataSetIds`, `type`, …). */
export type CdfFilter = Readonly<Record<string, unknown>>

/** What an extraction pipeline is told of a run. */
export interface PipelineRun {
  /** The external id of the pipeline. */
  readonly externalId: string
  /** `seen`: the extractor lives; nothing succeeded or failed. */
  readonly status: "success" | "failure" | "seen"
  /** At most 1,000 characters. */
  readonly message: string
}

/**
 * Cognite Data Fusion. Every call is cut to CDF's limits, retried where that is safe, and fails typed; an empty list
 * makes no call. Kinds are the API's own: assets, events, timeseries, sequences, relationships, labels.
 */
export class Cdf extends Context.Tag("plex-cdf/Cdf")<
  Cdf,
  {
    /** All or nothing per call of at most 1,000: an id that exists fails it with `duplicated`. */
    readonly create: <K extends ResourceKind>(
      kind: K,
      resources: ReadonlyArray<Resources[K]>
    ) => Effect.Effect<ReadonlyArray<StoredResources[K]>, CdfError>
    /** All or nothing per call: an id that does not exist fails it with `missing`. */
    readonly update: (kind: ResourceKind, patches: ReadonlyArray<Patch>) => Effect.Effect<void, CdfError>
    /**
     * Creates what is not there, updates what differs, leaves alone what does not. What CDF refuses is found (named in the
     * error, else by halving) and told in `refused`; all others are written.
     */
    readonly upsert: <K extends ResourceKind>(
      kind: K,
      wanted: ReadonlyArray<Wanted<K>>
    ) => Effect.Effect<Upserted, CdfError>
    /** What CDF holds of these; unknown ones are left out. Reads its own writes. */
    readonly byids: <K extends ResourceKind>(
      kind: K,
      externalIds: ReadonlyArray<ExternalId>
    ) => Effect.Effect<ReadonlyArray<StoredResources[K]>, CdfError>
    /** All that fit the filter, a page at a time; CDF lists are eventually consistent. */
    readonly list: <K extends ResourceKind>(kind: K, filter: CdfFilter) => Stream.Stream<StoredResources[K], CdfError>
    /**
     * Of the events that fit the filter the one that starts first or last, and of several that do the one that ends last; events
     * without a start count for nothing. CDF lists are eventually consistent.
     */
    readonly event: (which: "first" | "last", filter: CdfFilter) => Effect.Effect<StoredEvent | undefined, CdfError>
    /** Deletes these; unknown ones are left out. */
    readonly delete: (kind: ResourceKind, externalIds: ReadonlyArray<ExternalId>) => Effect.Effect<void, CdfError>
    /** Numeric asset ids back to what CDF holds of them; unknown ones are left out. */
    readonly assetsByNumericIds: (
      ids: ReadonlyArray<number>
    ) => Effect.Effect<ReadonlyArray<StoredResources["assets"]>, CdfError>

    /** Writes points into series that exist; the same timestamp overwrites. */
    readonly insertPoints: (series: ReadonlyArray<SeriesPoints>) => Effect.Effect<void, CdfError>
    /** The newest point of each series that exists and has one. */
    readonly latestPoints: (
      externalIds: ReadonlyArray<ExternalId>
    ) => Effect.Effect<ReadonlyMap<ExternalId, Point>, CdfError>
    /** The points of [begin, end) of each series; series that do not exist have none. */
    readonly points: (
      externalIds: ReadonlyArray<ExternalId>,
      slice: TimeSlice
    ) => Effect.Effect<ReadonlyMap<ExternalId, ReadonlyArray<Point>>, CdfError>
    /** Deletes the points of [begin, end). */
    readonly deletePoints: (
      ranges: ReadonlyArray<{ readonly externalId: ExternalId } & TimeSlice>
    ) => Effect.Effect<void, CdfError>

    /** Writes rows into sequences that exist; the same row number overwrites. */
    readonly insertRows: (sequences: ReadonlyArray<SequenceRows>) => Effect.Effect<void, CdfError>
    /** All rows of a sequence, in order of row number, with the cells of these columns, which it must have. */
    readonly rows: (
      externalId: ExternalId,
      columns: ReadonlyArray<Pick<Column, "externalId">>
    ) => Effect.Effect<ReadonlyArray<Row>, CdfError>
    readonly deleteRows: (
      rows: ReadonlyArray<{ readonly externalId: ExternalId; readonly rowNumbers: ReadonlyArray<number> }>
    ) => Effect.Effect<void, CdfError>

    /** The data sets of these numeric ids; unknown ones are left out. */
    readonly dataSets: (ids: ReadonlyArray<number>) => Effect.Effect<ReadonlyArray<StoredDataSet>, CdfError>

    /** What this client may do in the project, as CDF says of its token. */
    readonly rights: Effect.Effect<ReadonlyArray<Right>, CdfError>

    /** Adds a run to an extraction pipeline; where an answer is lost, the run may stand there twice. */
    readonly reportRun: (run: PipelineRun) => Effect.Effect<void, CdfError>
  }
>() {}
