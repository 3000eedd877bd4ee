import type { Collection, Stored } from "./Collection.js"
import type { Refusal } from "./Errors.js"
import type { Fields, OwnUpdate } from "./Fields.js"
import type { Filters } from "./Filters.js"
import type { JsonObject } from "./Json.js"
import type { ReferenceTexts } from "./References.js"

/** An object on its way to being created or changed. */
export interface Draft {
  readonly id: number
  readonly previous: Stored | undefined
  /** What the request says: the item of a create, the changed fields of an update (`undefined`: cleared). */
  readonly changes: JsonObject
  /** All fields as they will be. */
  readonly next: JsonObject
}

/** Everything in which one kind of CDF object differs from another; what they share is in `Crud.ts`. */
export interface Resource {
  /** The first segment of its endpoints. */
  readonly path: string
  readonly collection: Collection
  readonly fields: Fields
  /** Whether clients see and may use an internal id. */
  readonly numericIds: boolean
  readonly create: { readonly status: 200 | 201; readonly max: number }
  readonly canUpdate: boolean
  /** `undefined`: cannot be deleted. */
  readonly delete: { readonly status: 200 | 202; readonly options: ReadonlyArray<string> } | undefined
  readonly byidsOptions: ReadonlyArray<string>
  readonly texts: ReferenceTexts
  readonly unknownDataSets: (ids: ReadonlyArray<number>) => Refusal
  /** What lists can be asked for beyond filter, limit, cursor and partition. */
  readonly listOptions: ReadonlyArray<string>
  readonly filters: Filters
  /** Whether an update that changes nothing still moves `lastUpdatedTime`. */
  readonly identicalUpdateBumps: boolean
  /** Checks drafts against the rest of the project and among themselves, and completes them. Throws to refuse all. */
  readonly settle?: (drafts: ReadonlyArray<Draft>) => ReadonlyArray<JsonObject>
  readonly ownUpdate?: OwnUpdate
  /** The objects that a delete of these takes along, themselves included. Throws to refuse. */
  readonly doomed?: (objects: ReadonlyArray<Stored>, request: JsonObject) => Iterable<Stored>
  /** What answers show; default: the value. */
  readonly show?: (stored: Stored, request: JsonObject) => JsonObject
}
