import type { Check } from "./Checks.js"
import { externalId, flag, id, labels, labelKey, list, shape, text, time } from "./Checks.js"
import type { Collection } from "./Collection.js"
import { badRequest } from "./Errors.js"
import { asArray, asNumber, asObject, asText, isObject } from "./Json.js"
import type { JsonObject } from "./Json.js"
import { referenceOf } from "./References.js"

export type Predicate = (value: JsonObject) => boolean

/** Turns the argument of one filter property into a predicate. Throws a Refusal when the argument is not valid. */
export type FilterRule = (argument: unknown, place: string) => Predicate

/** The filter properties of a resource's lists. */
export type Filters = Readonly<Record<string, FilterRule>>

const demand = (check: Check, argument: unknown, place: string): void => {
  const problem = check(argument)
  if (problem !== undefined) {
    throw badRequest(`Invalid value at ${place}: ${problem}`)
  }
}

export const same =
  (field: string, check: Check): FilterRule =>
  (argument, place) => {
    demand(check, argument, place)
    return (value) => value[field] === argument
  }

export const externalIdPrefix: FilterRule = (argument, place) => {
  demand(text(0, 255), argument, place)
  const prefix = String(argument)
  return (value) => asText(value["externalId"])?.startsWith(prefix) === true
}

const rangeShape = (bound: Check, nullable: boolean): Check =>
  shape({ min: bound, max: bound, ...(nullable ? { isNull: flag } : {}) }, [])

/** `{min, max}`, both inclusive; with `nullable` also `{isNull}`. An object without the field is outside any range. */
export const range =
  (field: string, nullable = false, bound: Check = time): FilterRule =>
  (argument, place) => {
    demand(rangeShape(bound, nullable), argument, place)
    const { min, max, isNull } = asObject(argument)
    if (typeof isNull === "boolean") {
      return (value) => (value[field] === undefined) === isNull
    }
    const low = asNumber(min) ?? -Infinity
    const high = asNumber(max) ?? Infinity
    return (value) => {
      const at = asNumber(value[field])
      return at !== undefined && at >= low && at <= high
    }
  }

/** Open from `startTime` to `endTime`, or for ever, at some time of the range. */
export const activeAtTime: FilterRule = (argument, place) => {
  demand(rangeShape(time, false), argument, place)
  const low = asNumber(asObject(argument)["min"]) ?? -Infinity
  const high = asNumber(asObject(argument)["max"]) ?? Infinity
  return (value) =>
    (asNumber(value["startTime"]) ?? Infinity) <= high && (asNumber(value["endTime"]) ?? Infinity) >= low
}

/** Has all these pairs. */
export const metadataPairs: FilterRule = (argument, place) => {
  if (!isObject(argument)) {
    throw badRequest(`Invalid value at ${place}: must be an object`)
  }
  const pairs = Object.entries(argument)
  return (value) => {
    const own = asObject(value["metadata"])
    return pairs.every(([key, content]) => Object.hasOwn(own, key) && own[key] === content)
  }
}

/** The field is one of the values. */
export const anyOf =
  (field: string, check: Check, max = 100): FilterRule =>
  (argument, place) => {
    demand(list(check, max), argument, place)
    const allowed = new Set(asArray(argument))
    return (value) => allowed.has(value[field])
  }

/** A list field, or a single one, shares an element with the values. */
export const sharing =
  (field: string, check: Check, max = 100): FilterRule =>
  (argument, place) => {
    demand(list(check, max), argument, place)
    const allowed = new Set(asArray(argument))
    return (value) => {
      const own = value[field]
      return Array.isArray(own) ? own.some((element) => allowed.has(element)) : allowed.has(own)
    }
  }

/** The internal ids of `{id}|{externalId}` references; unknown ones are refused. */
const idsOf = (argument: unknown, place: string, collection: Collection, unknown: string): ReadonlySet<number> => {
  demand(list(isReference, 100), argument, place)
  const found = asArray(argument).map((item) => {
    const reference = referenceOf(item, place, true)
    const stored = "id" in reference ? collection.get(reference.id) : collection.find(reference.externalId)
    if (stored === undefined) {
      throw badRequest(unknown, [reference])
    }
    return stored.id
  })
  return new Set(found)
}

const isReference = shape({ id, externalId }, [])

export const dataSetIds =
  (dataSets: Collection): FilterRule =>
  (argument, place) => {
    const allowed = idsOf(argument, place, dataSets, "Data set ids not found")
    return (value) => allowed.has(asNumber(value["dataSetId"]) ?? 0)
  }

/** The field points at an asset in one of the subtrees. */
export const inSubtrees =
  (assets: Collection, subtreeOf: (roots: Iterable<number>) => ReadonlySet<number>, field: string): FilterRule =>
  (argument, place) => {
    const inside = subtreeOf(idsOf(argument, place, assets, "Asset ids not found"))
    if (inside.size > 100_000) {
      throw badRequest("The subtrees hold more than 100000 assets")
    }
    return (value) => {
      const own = value[field]
      return Array.isArray(own) ? own.some((element) => inside.has(element)) : inside.has(asNumber(own) ?? 0)
    }
  }

/** The field holds the internal id of one of the assets with these external ids; unknown ones match nothing. */
export const byAssetExternalIds =
  (assets: Collection, field: string): FilterRule =>
  (argument, place) => {
    demand(list(externalId, 100), argument, place)
    const ids = new Set(asArray(argument).map((each) => assets.find(String(each))?.id ?? -1))
    return (value) => {
      const own = value[field]
      return Array.isArray(own) ? own.some((element) => ids.has(element)) : ids.has(asNumber(own) ?? 0)
    }
  }

/** `{containsAny: [{externalId}]}` or `{containsAll: […]}`. */
export const labelFilter: FilterRule = (argument, place) => {
  demand(shape({ containsAny: labels, containsAll: labels }, []), argument, place)
  const { containsAny, containsAll } = asObject(argument)
  const any = containsAny === undefined ? undefined : new Set(asArray(containsAny).map(labelKey))
  const all = asArray(containsAll).map(labelKey)
  return (value) => {
    const own = new Set(asArray(value["labels"]).map(labelKey))
    return all.every((each) => own.has(each)) && (any === undefined || Array.from(own).some((each) => any.has(each)))
  }
}

/** Filters that every resource has. */
export const common: Filters = { createdTime: range("createdTime"), lastUpdatedTime: range("lastUpdatedTime") }

/** All given conditions together. */
export const predicateOf = (filters: Filters, filter: unknown, place: string): Predicate => {
  if (filter === undefined || filter === null) {
    return () => true
  }
  if (!isObject(filter)) {
    throw badRequest(`Invalid value at ${place}: must be an object`)
  }
  const predicates = Object.entries(filter).flatMap(([name, argument]) => {
    const rule = Object.hasOwn(filters, name) ? filters[name] : undefined
    if (rule === undefined) {
      throw badRequest(`Unknown property at ${place}: ${name}`)
    }
    return argument === null ? [] : [rule(argument, `${place}.${name}`)]
  })
  return (value) => predicates.every((predicate) => predicate(value))
}
