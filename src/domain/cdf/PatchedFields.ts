/**
 * A patch field by field: what CDF holds, and what it would hold.
 */
import type { ExternalId } from "../ExternalId.js"
import type { ToldCell } from "./FieldDifference.js"
import type { Change, Patch } from "./Patch.js"
import type { ResourceKind } from "./Resource.js"
import type { StoredResources } from "./Stored.js"

/** One field that a patch changes. */
export interface PatchedField {
  /** `name`, `metadata.revision`, `assetIds`, `rows.quantity`. */
  readonly field: string
  /** Of a column of a sequence's rows. */
  readonly cell?: ToldCell | undefined
  /** What CDF holds; nothing where it holds none. */
  readonly cdf: unknown
  /** What the mapping makes; nothing where it makes none. */
  readonly plex: unknown
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A link by the external id of its asset, where that is known. */
const linkOf = (names: ReadonlyMap<number, ExternalId>, id: unknown): unknown =>
  typeof id === "number" ? (names.get(id) ?? id) : id

const ofField = (
  field: string,
  change: Change,
  held: unknown,
  names: ReadonlyMap<number, ExternalId>
): ReadonlyArray<PatchedField> => {
  if ("set" in change) return [{ field, cdf: held, plex: change.set }]
  if ("setNull" in change) return [{ field, cdf: held, plex: undefined }]
  if (isRecord(change.add)) {
    // A map, as a key may have the name of what every object has.
    const before = new Map(isRecord(held) ? Object.entries(held) : [])
    const differs = (key: string, plex: unknown) => ({ field: `${field}.${key}`, cdf: before.get(key), plex })
    return [
      ...Object.entries(change.add).map(([key, plex]) => differs(key, plex)),
      ...change.remove.map((key) => differs(String(key), undefined))
    ]
  }
  const added: ReadonlyArray<unknown> = Array.isArray(change.add) ? change.add : []
  return [
    ...added.map((value) => ({ field, cdf: undefined, plex: linkOf(names, value) })),
    ...change.remove.map((value) => ({ field, cdf: linkOf(names, value), plex: undefined }))
  ]
}

/** The fields that a patch changes. `names`: the external ids of linked assets, for people. */
export const patchedFields = <K extends ResourceKind>(
  { update }: Patch,
  held: StoredResources[K],
  names: ReadonlyMap<number, ExternalId> = new Map()
): ReadonlyArray<PatchedField> => {
  const fields = new Map<string, unknown>(Object.entries(held))
  return Object.entries(update).flatMap(([field, change]) => ofField(field, change, fields.get(field), names))
}
