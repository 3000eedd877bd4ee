/**
 * A planned change as it is told: links by the external ids of their assets, what changes field by field.
 */
import type { ExternalId } from "../ExternalId.js"
import { type Difference, differencesOf, fieldsOf } from "./Difference.js"
import type { ObjectSample } from "./Plan.js"
import type { StoredObject } from "./PlannedChange.js"

/** External ids of assets by their numeric ids. */
export type AssetNames = ReadonlyMap<number, ExternalId>

export interface ToldObject extends Pick<ObjectSample, "change" | "kind" | "externalId"> {
  readonly name?: string
  /** Of an object that would be made. */
  readonly fields?: unknown
  /** Of one that would be changed. */
  readonly differences?: ReadonlyArray<Difference>
}

const numbersIn = (object: StoredObject): ReadonlyArray<number> => {
  if ("assetIds" in object) return object.assetIds
  return "assetId" in object && object.assetId !== undefined ? [object.assetId] : []
}

/** Numeric ids of the assets that are to be named. */
export const assetsIn = ({ held, now }: ObjectSample): ReadonlyArray<number> =>
  [held, now].flatMap((object) => (object === undefined ? [] : numbersIn(object)))

/** The object with `links`, the external ids of what it is linked to, instead of numbers; a number that has no name stays. */
const withLinks = (object: StoredObject, names: AssetNames): object => {
  if (!("assetIds" in object || "assetId" in object)) return object
  const links = numbersIn(object).map((id) => names.get(id) ?? id)
  const numeric = new Set(["assetIds", "assetId"])
  return {
    ...Object.fromEntries(Object.entries(object).filter(([field]) => !numeric.has(field))),
    links: links.toSorted((a, b) => (String(a) < String(b) ? -1 : 1))
  }
}

/** What people know it by: its name, of an event its description. */
const calledOf = (object: StoredObject | undefined): string | undefined => {
  if (object === undefined) return undefined
  return "name" in object ? object.name : "description" in object ? object.description : undefined
}

/** Unless `people`, what tells of people is not told. */
export const toldObject = (
  { change, externalId, held, kind, now }: ObjectSample,
  names: AssetNames,
  people: boolean
): ToldObject => {
  const name = calledOf(now ?? held)
  return {
    change,
    kind,
    externalId,
    ...(name === undefined ? {} : { name }),
    ...(held === undefined && now !== undefined ? { fields: fieldsOf(withLinks(now, names), people) } : {}),
    ...(held === undefined || now === undefined
      ? {}
      : { differences: differencesOf(withLinks(held, names), withLinks(now, names), people) })
  }
}
