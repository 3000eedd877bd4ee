/**
 * Reading a Plex row the way the contract does.
 */
import type { Row } from "../../../src/sandbox/plant/Plant.js"
import { clean, plainNumber } from "./Text.js"
import { type Field, fieldsOf, type Resource } from "./PlexFields.js"

/** A text, or a number as its text; nothing when null, absent or empty. */
export const textOf = (row: Row, name: string): string | undefined => {
  const value = row[name]
  if (value === undefined || value === null) return undefined
  const text = clean(String(value))
  return text === "" ? undefined : text
}

export const numberOf = (row: Row, name: string): number | undefined => {
  const text = textOf(row, name)
  return text === undefined ? undefined : Number(text)
}

/** Epoch milliseconds of a Plex instant, cut. */
export const instantOf = (row: Row, name: string): number | undefined => {
  const text = textOf(row, name)
  const at = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(at) ? undefined : at
}

const isPlexNumber = (value: unknown): boolean =>
  (typeof value === "number" || typeof value === "string" || value instanceof Object) &&
  !Array.isArray(value) &&
  Number.isFinite(Number(String(value)))

const decodes = ({ name, type }: Field, row: Row): boolean => {
  const value = row[name]
  if (value === undefined || value === null || value === "") return true
  switch (type) {
    case "double":
    case "int32":
      return isPlexNumber(value)
    case "bool":
      return typeof value === "boolean"
    case "string[]":
    case "uuid[]":
      return Array.isArray(value)
    default:
      return typeof value === "string" || typeof value === "number"
  }
}

/** Whether every field is of its type; a row that is not is a dead letter. */
export const decodable = (resource: Resource, row: Row): boolean =>
  fieldsOf(resource).every((field) => decodes(field, row))

const valueOf = ({ name, type }: Field, row: Row): string | undefined => {
  const value = row[name]
  if (Array.isArray(value)) {
    return value.length === 0
      ? undefined
      : value
          .map((each) => clean(String(each)))
          .toSorted()
          .join(",")
  }
  const text = textOf(row, name)
  return text === undefined || (type !== "double" && type !== "int32") ? text : plainNumber(text)
}

/** Every scalar field of the row in metadata's form. */
export const fieldsIn = (resource: Resource, row: Row, personal: boolean): Record<string, string> =>
  Object.fromEntries(
    fieldsOf(resource).flatMap((field) => {
      const value = field.personal && !personal ? undefined : valueOf(field, row)
      return value === undefined ? [] : [[field.key, value] as const]
    })
  )

/** The items of each key, in their order. */
export const grouped = <A, K>(items: ReadonlyArray<A>, keyOf: (item: A) => K): ReadonlyMap<K, ReadonlyArray<A>> => {
  const groups = new Map<K, Array<A>>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}

/** Rows with a key that decode: what can become something. */
export const good = (resource: Resource, rows: ReadonlyArray<Row>, key = "id"): ReadonlyArray<Row> =>
  rows.filter((row) => textOf(row, key) !== undefined && decodable(resource, row))
