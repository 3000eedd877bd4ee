/**
 * What a mapping makes of a record: a CDF resource whose links are still external ids and whose data set is still a name.
 */
import type { ExternalId } from "../ExternalId.js"
import type { DataSetName } from "../Facility.js"
import type { Metadata } from "../Metadata.js"
import type { AwaitedReference } from "../NaturalKey.js"
import type { Offer } from "../SweepObject.js"
import type { Column, Row } from "./Resource.js"
import type { StoredEvent } from "./Stored.js"

/** A field that some mappings write where a record has it, and others never. */
export type OptionalField = "description" | "subtype" | "unit"

interface Base {
  readonly externalId: ExternalId
  readonly dataSet: DataSetName
  /** The Plex key of the record. */
  readonly plexId: string
  /** Digest of all that it is made of, where it is known: see `Outline`. */
  readonly digest?: string | undefined
  /** Fields that the mapping never writes, whatever the record: what others wrote there stays. */
  readonly untouched?: ReadonlyArray<OptionalField> | undefined
  /** A sweep that is to look at the object of this record. */
  readonly offer?: Offer | undefined
}

interface WithMetadata {
  readonly metadata: Metadata
  /** Every metadata key the mapping could write; an update removes those that it does not write now, and no other. */
  readonly owns: ReadonlyArray<string>
}

/** An asset. */
export interface AssetDraft extends Base, WithMetadata {
  readonly kind: "assets"
  readonly name: string
  readonly description?: string | undefined
  /** Nothing for the facility itself. */
  readonly parent?: ExternalId | undefined
  /** Where the asset waits until its parent exists; the same as `parent` where that always exists. */
  readonly waitsUnder?: ExternalId | undefined
}

/** An event with the assets that it is about. */
export interface EventDraft extends Base, WithMetadata {
  readonly kind: "events"
  readonly type: string
  readonly subtype?: string | undefined
  readonly description?: string | undefined
  /** Epoch milliseconds. */
  readonly startTime?: number | undefined
  readonly endTime?: number | undefined
  /** How many times the record has that are left out, as CDF or the other time forbids them. */
  readonly omitted?: number | undefined
  /** Assets to link to, those that do not exist yet included. */
  readonly links: ReadonlyArray<ExternalId>
  /** Assets that the record names by human keys which fit none yet: linked when one appears. */
  readonly awaits?: ReadonlyArray<AwaitedReference> | undefined
  /**
   * For an event that depends on something not known now (a job whose operations were not read yet): what it is over the event
   * that CDF holds already. With it, an update takes none of the links away that it `leaves`.
   */
  readonly over?: ((held: StoredEvent) => Pick<EventDraft, "description" | "startTime">) | undefined
  /** Which links are not known now; by default all. */
  readonly leaves?: ((link: ExternalId) => boolean) | undefined
}

/** A time series; its points are written apart. */
export interface TimeSeriesDraft extends Base, WithMetadata {
  readonly kind: "timeseries"
  readonly name: string
  readonly isString: boolean
  readonly isStep: boolean
  readonly unit?: string | undefined
  readonly link?: ExternalId | undefined
}

/** A sequence with all of its rows. */
export interface SequenceDraft extends Base, WithMetadata {
  readonly kind: "sequences"
  readonly name: string
  readonly link?: ExternalId | undefined
  readonly columns: ReadonlyArray<Column>
  /** The whole set, in order of row number. */
  readonly rows: ReadonlyArray<Row>
  /** Cells that were cut to fit. */
  readonly cuts?: number | undefined
}

/** A relationship from one asset to another. */
export interface RelationshipDraft extends Base {
  readonly kind: "relationships"
  readonly source: ExternalId
  readonly target: ExternalId
  readonly label: ExternalId
}

/** A label that relationships carry. */
export interface LabelDraft extends Base {
  readonly kind: "labels"
  readonly name: string
}

/** The draft of each kind of resource. */
export interface Drafts {
  readonly assets: AssetDraft
  readonly events: EventDraft
  readonly timeseries: TimeSeriesDraft
  readonly sequences: SequenceDraft
  readonly relationships: RelationshipDraft
  readonly labels: LabelDraft
}
/** A draft of any kind. */
export type Draft = Drafts[keyof Drafts]
