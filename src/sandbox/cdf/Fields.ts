import type { Check } from "./Checks.js"
import { labelKey, labels, list, text } from "./Checks.js"
import { badRequest } from "./Errors.js"
import { asArray, asObject, isObject } from "./Json.js"
import type { JsonObject } from "./Json.js"

/**
 * What an update may do to a field: nothing; `set`; `set` or `setNull`; change a map or a list as a whole or by
 * `add` and `remove`. `own`: the resource brings its own operations.
 */
export type Updates = "never" | "set" | "nullable" | "map" | "labels" | "ids" | "own"

export interface Field {
  readonly check: Check
  readonly required?: boolean
  readonly update: Updates
  /** Accepted in an update although a create does not know the field. */
  readonly updateOnly?: boolean
}

/** The properties of a resource that a client may write, as data. */
export type Fields = Readonly<Record<string, Field>>

const fieldOf = (fields: Fields, name: string): Field | undefined =>
  Object.hasOwn(fields, name) ? fields[name] : undefined

/**
 * The item without its nulls, when every property is known and passes.
 *
 * @throws Refusal 400 that names the place
 */
export const checkedItem = (fields: Fields, item: unknown, place: string): JsonObject => {
  if (!isObject(item)) {
    throw badRequest(`Invalid value at ${place}: must be an object`)
  }
  // Assigned rather than made from entries: all items get one hidden class. No field is called __proto__.
  const checked: Record<string, unknown> = {}
  for (const name of Object.keys(item)) {
    const value = item[name]
    const field = fieldOf(fields, name)
    if (field === undefined || field.updateOnly === true) {
      throw badRequest(`Unknown property at ${place}: ${name}`)
    }
    if (value === null) {
      continue
    }
    const problem = field.check(value)
    if (problem !== undefined) {
      throw badRequest(`Invalid value at ${place}.${name}: ${problem}`)
    }
    checked[name] = value
  }
  for (const name in fields) {
    if (fields[name]?.required === true && !Object.hasOwn(checked, name)) {
      throw badRequest(`Missing required property at ${place}: ${name}`)
    }
  }
  return checked
}

const onlyKeys = (value: JsonObject, allowed: ReadonlyArray<string>, place: string): void => {
  const other = Object.keys(value).find((key) => !allowed.includes(key))
  if (other !== undefined) {
    throw badRequest(`Unknown property at ${place}: ${other}`)
  }
}

/** Either a whole new value or additions and removals, checked. */
const patched = (
  field: Field,
  change: JsonObject,
  removable: Check,
  place: string,
  apply: (add: unknown, remove: ReadonlyArray<unknown>) => unknown
): unknown => {
  onlyKeys(change, ["set", "add", "remove"], place)
  if ("set" in change && ("add" in change || "remove" in change)) {
    throw badRequest(`Invalid value at ${place}: set excludes add and remove`)
  }
  if (Object.keys(change).length === 0) {
    throw badRequest(`Invalid value at ${place}: needs set, add or remove`)
  }
  const problem =
    ("set" in change ? field.check(change["set"]) : undefined) ??
    ("add" in change ? field.check(change["add"]) : undefined) ??
    ("remove" in change ? removable(change["remove"]) : undefined)
  if (problem !== undefined) {
    throw badRequest(`Invalid value at ${place}: ${problem}`)
  }
  const next = "set" in change ? change["set"] : apply(change["add"], asArray(change["remove"]))
  const excess = field.check(next)
  if (excess !== undefined) {
    throw badRequest(`Invalid value at ${place}: ${excess}`)
  }
  return next
}

const patchedMap = (field: Field, current: unknown, change: JsonObject, place: string): unknown =>
  patched(field, change, list(text(0, 131_072), 512), place, (add, remove) => {
    const removed = new Set(remove)
    const left = Object.entries(asObject(current)).filter(([key]) => !removed.has(key))
    return Object.fromEntries([...left, ...Object.entries(asObject(add))])
  })

const patchedList = (
  field: Field,
  current: unknown,
  change: JsonObject,
  place: string,
  removable: Check,
  key: (element: unknown) => unknown
): unknown =>
  patched(field, change, removable, place, (add, remove) => {
    const next = new Map(asArray(current).map((element) => [key(element), element]))
    for (const element of remove) {
      next.delete(key(element))
    }
    for (const element of asArray(add)) {
      next.set(key(element), element)
    }
    return Array.from(next.values())
  })

const single = (field: Field, change: JsonObject, place: string): unknown => {
  onlyKeys(change, field.update === "nullable" ? ["set", "setNull"] : ["set"], place)
  if (change["setNull"] === true && !("set" in change)) {
    return undefined
  }
  if (!("set" in change) || "setNull" in change) {
    throw badRequest(`Invalid value at ${place}: needs exactly one of set and setNull`)
  }
  const problem = field.check(change["set"])
  if (problem !== undefined) {
    throw badRequest(`Invalid value at ${place}: ${problem}`)
  }
  return change["set"]
}

/** The operations a resource brings for a field of kind `own`. */
export type OwnUpdate = (name: string, current: JsonObject, change: JsonObject, place: string) => unknown

/**
 * The fields that an update changes, with their new values (`undefined`: cleared). Fields not named are not in it.
 *
 * @throws Refusal 400 that names the place
 */
export const changesOf = (
  fields: Fields,
  current: JsonObject,
  update: JsonObject,
  place: string,
  own: OwnUpdate
): JsonObject => {
  const changes: Array<[string, unknown]> = []
  for (const [name, change] of Object.entries(update)) {
    const field = fieldOf(fields, name)
    const at = `${place}.${name}`
    if (field === undefined || field.update === "never") {
      throw badRequest(`Unknown property at ${place}: ${name}`)
    }
    if (!isObject(change)) {
      throw badRequest(`Invalid value at ${at}: must be an object`)
    }
    switch (field.update) {
      case "map":
        changes.push([name, patchedMap(field, current[name], change, at)])
        break
      case "labels":
        changes.push([name, patchedList(field, current[name], change, at, labels, labelKey)])
        break
      case "ids":
        changes.push([name, patchedList(field, current[name], change, at, field.check, (element) => element)])
        break
      case "own":
        changes.push([name, own(name, current, change, at)])
        break
      default:
        changes.push([name, single(field, change, at)])
    }
  }
  return Object.fromEntries(changes)
}
