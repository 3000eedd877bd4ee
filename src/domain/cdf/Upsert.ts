/**
 * What an upsert takes and tells.
 */
import type { ExternalId } from "../ExternalId.js"
import type { CdfReference } from "../Errors.js"
import type { EventDraft, OptionalField } from "./Draft.js"
import type { ResourceKind, Resources } from "./Resource.js"

/** A resource as it is to be in CDF. */
export interface Wanted<K extends ResourceKind> {
  readonly resource: Resources[K]
  /** Whether CDF is believed to hold it; a wrong belief costs a call, never an object. */
  readonly exists: boolean
  /** Metadata keys that are ours to remove. */
  readonly owns: ReadonlyArray<string>
  /** Fields that are not ours: see `Draft`. */
  readonly untouched?: ReadonlyArray<OptionalField> | undefined
  /** Numeric ids of assets that we linked before: ours to remove. */
  readonly heldLinks: ReadonlyArray<number>
  /** Numbers that assets had when we linked them, and have no more: ours to remove in any case. */
  readonly deadLinks?: ReadonlyArray<number> | undefined
  /** Numeric id of the parent, where known. */
  readonly parentId?: number | undefined
  /** See `EventDraft`. */
  readonly over?: EventDraft["over"]
  /** Of `heldLinks` those that stay with `over`. */
  readonly leftLinks?: ReadonlyArray<number> | undefined
  /** Given where it is not known what we linked before: tells it by what CDF holds. */
  readonly claims?: Claims | undefined
}

/** Tells by their external ids which of the assets that an event is linked to are ours to link. */
export interface Claims {
  readonly isOurs: (asset: ExternalId) => boolean
  /** Of these the ones that stay with `over`. */
  readonly leaves: (asset: ExternalId) => boolean
}

/** A resource that CDF took, with its numeric id where its kind has one. */
export interface Accepted {
  readonly externalId: ExternalId
  readonly id?: number | undefined
  /** Links that were found to be ours by `claims`, and were left. */
  readonly left?: ReadonlyArray<ExternalId> | undefined
  /** Texts that had to be cut as others added metadata to what CDF holds. */
  readonly cuts?: number | undefined
}

/** A resource that CDF will not take, and why. */
export interface RefusedResource {
  readonly externalId: ExternalId
  readonly reason: string
  /** What it refers to that does not exist, where CDF says so. */
  readonly missing: ReadonlyArray<CdfReference>
}

export interface Upserted {
  readonly created: ReadonlyArray<Accepted>
  readonly updated: ReadonlyArray<Accepted>
  readonly unchanged: ReadonlyArray<Accepted>
  readonly refused: ReadonlyArray<RefusedResource>
}
