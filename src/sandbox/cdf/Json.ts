/** A JSON object as it came over the wire: nothing is known of its values yet. */
export interface JsonObject {
  readonly [key: string]: unknown
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The value when it is an object, else an empty one: for parts that were checked before. */
export const asObject = (value: unknown): JsonObject => (isObject(value) ? value : {})

/** The value when it is an array, else an empty one: for parts that were checked before. */
export const asArray = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

export const asText = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)

export const asNumber = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined)

/** The same content always gives the same text: keys in order at every depth. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    isObject(part) ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1))) : part
  )
