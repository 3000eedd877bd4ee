/**
 * Which objects of CDF are a facility's own, and why one that is called as if it were is not.
 */
import type { ResourceKind } from "./cdf/Resource.js"
import type { StoredResources } from "./cdf/Stored.js"
import type { Facility } from "./Facility.js"
import { type KindReader, kindReader } from "./KindWord.js"

type Held = StoredResources[ResourceKind]

/**
 * By what an object whose external id begins like those of a facility is none of its objects: no mapping makes such an id, or its
 * metadata names another PCN, or its source is another one, or it is in no data set of the facility.
 */
export type Alien = "id" | "pcn" | "source" | "data set"
export const alienReasons: ReadonlyArray<Alien> = ["id", "pcn", "source", "data set"]

/** Whether an object is in a data set of this facility; what somebody moved elsewhere is not ours to touch. */
export const isOurs = ({ dataSets }: Pick<Facility, "dataSets">, dataSetId: number | undefined): boolean =>
  dataSetId !== undefined && Object.values(dataSets).includes(dataSetId)

/** By what an object is not of the facility, whatever its data set; nothing where it is. */
export const madeByAnother = (
  pcn: string,
  wordOf: KindReader,
  kind: ResourceKind,
  held: Held
): Exclude<Alien, "data set"> | undefined => {
  if (wordOf(kind, held.externalId ?? "") === undefined) return "id"
  // Relationships and labels say nothing of themselves.
  if (!("metadata" in held)) return undefined
  if (held.metadata["pcn"] !== pcn) return "pcn"
  if (held.metadata["source"] !== "PlexMES") return "source"
  const isOfPlex = (kind !== "assets" && kind !== "events") || ("source" in held && held.source === "Plex")
  return isOfPlex ? undefined : "source"
}

/** Judges objects of CDF: by what each is not this facility's, or nothing where all of it says that it is. */
export const ownership = (facility: Pick<Facility, "ids" | "pcn" | "dataSets">) => {
  const wordOf = kindReader(facility.ids)
  return (kind: ResourceKind, held: Held): Alien | undefined =>
    madeByAnother(facility.pcn, wordOf, kind, held) ?? (isOurs(facility, held.dataSetId) ? undefined : "data set")
}
