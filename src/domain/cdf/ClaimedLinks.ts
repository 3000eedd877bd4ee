/**
 * Which links of an event are ours, where it is not known what we linked: told by the assets that CDF holds linked.
 */
import type { ExternalId } from "../ExternalId.js"
import type { ResourceKind } from "./Resource.js"
import type { StoredResources } from "./Stored.js"
import type { Wanted } from "./Upsert.js"

/** Numeric ids of assets that are linked and not wanted, and of which it is not known whether we linked them. */
export const unclearLinks = <K extends ResourceKind>(
  { claims, resource }: Wanted<K>,
  held: StoredResources[K]
): ReadonlyArray<number> => {
  if (claims === undefined || !("assetIds" in held)) return []
  const wanted = new Set("assetIds" in resource ? resource.assetIds : undefined)
  return held.assetIds.filter((id) => !wanted.has(id))
}

/** How what is held is completed: not at all where the id has passed from another record, as nothing of that one is to stay. */
export const overOf = <K extends ResourceKind>(
  { over, resource }: Wanted<K>,
  held: StoredResources[K]
): Wanted<K>["over"] =>
  "metadata" in held && "metadata" in resource && held.metadata["plex_id"] === resource.metadata["plex_id"]
    ? over
    : undefined

/** A wanted resource that knows its links from before, with the external ids of those that stay. */
export interface Claimed<K extends ResourceKind> {
  readonly wanted: Wanted<K>
  readonly left: ReadonlyArray<ExternalId>
}

/** `names`: the external ids of the assets that `unclearLinks` told; what has none belongs to others. */
export const claim = <K extends ResourceKind>(
  wanted: Wanted<K>,
  held: StoredResources[K],
  names: ReadonlyMap<number, ExternalId>
): Claimed<K> => {
  const { claims, heldLinks, leftLinks = heldLinks } = wanted
  const ours = unclearLinks(wanted, held).flatMap((id) => {
    const name = names.get(id)
    return name !== undefined && claims?.isOurs(name) === true ? [{ id, name, stays: claims.leaves(name) }] : []
  })
  const staying = overOf(wanted, held) === undefined ? [] : ours.filter(({ stays }) => stays)
  return {
    wanted: {
      ...wanted,
      heldLinks: [...heldLinks, ...ours.map(({ id }) => id)],
      leftLinks: [...leftLinks, ...staying.map(({ id }) => id)]
    },
    left: staying.map(({ name }) => name)
  }
}
