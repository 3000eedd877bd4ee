import { seededRandom } from "../Random.js"
import type { Collection } from "./Collection.js"
import { badRequest } from "./Errors.js"
import { asArray, asNumber, isObject } from "./Json.js"
import type { JsonObject } from "./Json.js"
import type { KnobBoard } from "./Knobs.js"
import { labelKey } from "./Checks.js"
import type { Draft, Resource } from "./Resource.js"

/** What the stores of one CDF project share: the clock, the ids, the knobs, and what others may refer to. */
export interface Project {
  readonly name: string
  readonly now: () => number
  /** A fresh internal id of 13 to 16 digits, never given twice. */
  readonly newId: () => number
  readonly knobs: KnobBoard
}

export const makeProject = (name: string, now: () => number, knobs: KnobBoard, seed: number): Project => {
  const random = seededRandom(seed)
  const used = new Set<number>()
  const newId = (): number => {
    const id = Math.floor(10 ** (12 + random() * 3.95) + random() * 1e6)
    if (used.has(id)) {
      return newId()
    }
    used.add(id)
    return id
  }
  return { name, now: () => Math.floor(now()), newId, knobs }
}

/** Refuses a write when the poison knob matches one of its external ids. */
export const refusePoisoned = (project: Project, externalIds: Iterable<string | undefined>): void => {
  const poison = project.knobs.now().poison
  if (poison === null) {
    return
  }
  const expression = new RegExp(poison.externalId)
  const hit = Array.from(externalIds).filter((each) => each !== undefined && expression.test(each))
  if (hit.length > 0) {
    throw badRequest(
      poison.named === "message" ? `Invalid item with externalId ${hit[0]}` : "Invalid item",
      poison.named === "missing" ? hit.map((externalId) => ({ externalId })) : undefined
    )
  }
}

const unknownAmong = (collection: Collection, ids: Iterable<number>): ReadonlyArray<number> =>
  Array.from(new Set(ids)).filter((id) => collection.get(id) === undefined)

/** Refuses drafts whose data sets or labels, as far as they change them, do not exist. */
export const checkShared = (
  drafts: ReadonlyArray<Draft>,
  resource: Resource,
  dataSets: Collection,
  labels: Collection
): void => {
  const sets = unknownAmong(
    dataSets,
    drafts.flatMap(({ changes }) => asNumber(changes["dataSetId"]) ?? [])
  )
  if (sets.length > 0) {
    throw resource.unknownDataSets(sets)
  }
  const used = new Set(
    drafts.flatMap(({ changes, previous }) => {
      const before = new Set(asArray(previous?.value["labels"]).map(labelKey))
      return asArray(changes["labels"]).flatMap((each) => {
        const key = labelKey(each)
        return key === undefined || before.has(key) ? [] : [key]
      })
    })
  )
  const missing = Array.from(used).filter((each) => labels.find(each) === undefined)
  if (missing.length > 0) {
    throw badRequest(
      "Label ids not found",
      missing.map((each) => ({ externalId: each }))
    )
  }
}

/** Refuses drafts that newly point at assets which do not exist. */
export const checkAssets = (
  assets: Collection,
  drafts: ReadonlyArray<Draft>,
  field: string,
  message: (ids: ReadonlyArray<number>) => string
): void => {
  const idsIn = (value: JsonObject | undefined): ReadonlyArray<number> => {
    const own = value?.[field]
    return (Array.isArray(own) ? own : [own]).filter((each): each is number => typeof each === "number")
  }
  const unknown = unknownAmong(
    assets,
    drafts.flatMap(({ changes, previous }) => {
      const before = new Set(idsIn(previous?.value))
      return idsIn(changes).filter((each) => !before.has(each))
    })
  )
  if (unknown.length > 0) {
    throw badRequest(
      message(unknown),
      unknown.map((id) => ({ id }))
    )
  }
}

/** The items of a request: an array of 1 to `max`, the only property besides the allowed ones. */
export const itemsOf = (body: unknown, max: number, options: ReadonlyArray<string> = []): ReadonlyArray<unknown> => {
  const request = requestOf(body, ["items", ...options])
  const items = request["items"]
  if (!Array.isArray(items)) {
    throw badRequest("Missing required property: items")
  }
  if (items.length < 1 || items.length > max) {
    throw badRequest(`items must have between 1 and ${max} elements, has ${items.length}`)
  }
  return items
}

/** The body as an object without unknown properties. */
export const requestOf = (body: unknown, allowed: ReadonlyArray<string>): JsonObject => {
  if (!isObject(body)) {
    throw badRequest("The request body must be a JSON object")
  }
  const other = Object.keys(body).find((key) => !allowed.includes(key))
  if (other !== undefined) {
    throw badRequest(`Unknown property: ${other}`)
  }
  return body
}

/** An optional boolean of a request. */
export const flagOf = (request: JsonObject, name: string): boolean => {
  const value = request[name] ?? false
  if (typeof value !== "boolean") {
    throw badRequest(`Invalid value at ${name}: must be a boolean`)
  }
  return value
}
