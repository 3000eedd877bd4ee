import { asObject, asText, isObject } from "./Json.js"

/** Says what is wrong with a value that is neither null nor absent; `undefined` when nothing is. */
export type Check = (value: unknown) => string | undefined

/**
 * Any text that CDF's stores can keep. NUL and lone surrogates are refused: not documented for classic resources, but
 * no extractor should send them.
 */
const storable = (text: string): string | undefined =>
  text.includes("\u0000") ? "must not contain NUL" : text.isWellFormed() ? undefined : "is not well-formed Unicode"

/** Text of `min` to `max` characters. */
export const text =
  (min: number, max: number): Check =>
  (value) =>
    typeof value !== "string"
      ? "must be a string"
      : value.length < min || value.length > max
        ? `must be between ${min} and ${max} characters, is ${value.length}`
        : storable(value)

export const integer =
  (min: number, max: number = Number.MAX_SAFE_INTEGER): Check =>
  (value) =>
    typeof value !== "number" || !Number.isSafeInteger(value)
      ? "must be an integer"
      : value < min || value > max
        ? `must be between ${min} and ${max}`
        : undefined

/** Milliseconds since epoch. */
export const time: Check = integer(0)

/** An internal id. */
export const id: Check = integer(1)

export const decimal =
  (min: number, max: number): Check =>
  (value) =>
    typeof value !== "number" || !Number.isFinite(value)
      ? "must be a number"
      : value < min || value > max
        ? `must be between ${min} and ${max}`
        : undefined

export const flag: Check = (value) => (typeof value === "boolean" ? undefined : "must be a boolean")

export const oneOf =
  (...allowed: ReadonlyArray<string>): Check =>
  (value) =>
    typeof value === "string" && allowed.includes(value) ? undefined : `must be one of ${allowed.join(", ")}`

/** An object whose inside the sandbox does not look into. */
export const opaqueObject: Check = (value) => (isObject(value) ? undefined : "must be an object")

/** Up to `max` elements that each pass. */
export const list =
  (check: Check, max: number): Check =>
  (value) => {
    if (!Array.isArray(value)) {
      return "must be an array"
    }
    if (value.length > max) {
      return `must have at most ${max} elements, has ${value.length}`
    }
    for (const element of value) {
      const problem = check(element)
      if (problem !== undefined) {
        return `element ${problem}`
      }
    }
    return undefined
  }

/** As {@link list}, and no element twice. */
export const distinct = (
  check: Check,
  max: number,
  key: (element: unknown) => unknown = (element) => element
): Check => {
  const elements = list(check, max)
  return (value) =>
    elements(value) ??
    (Array.isArray(value) && new Set(value.map(key)).size < value.length ? "must not repeat an element" : undefined)
}

/** An object of exactly these properties; those in `required` must be there. */
export const shape =
  (properties: Readonly<Record<string, Check>>, required: ReadonlyArray<string>): Check =>
  (value) => {
    if (!isObject(value)) {
      return "must be an object"
    }
    for (const [name, part] of Object.entries(value)) {
      const check = Object.hasOwn(properties, name) ? properties[name] : undefined
      if (check === undefined) {
        return `has the unknown property ${name}`
      }
      const problem = part === null ? undefined : check(part)
      if (problem !== undefined) {
        return `${name} ${problem}`
      }
    }
    const absent = required.find((name) => (value[name] ?? null) === null)
    return absent === undefined ? undefined : `lacks ${absent}`
  }

/** Sizes in UTF-8 bytes. */
export interface MetadataLimits {
  readonly pairs: number
  readonly key: number
  readonly value: number
  readonly total: number
}

/** Text to text, within limits that count bytes, not characters. */
export const metadata =
  (limits: MetadataLimits): Check =>
  (value) => {
    if (!isObject(value)) {
      return "must be an object"
    }
    const keys = Object.keys(value)
    if (keys.length > limits.pairs) {
      return `must have at most ${limits.pairs} pairs, has ${keys.length}`
    }
    let total = 0
    for (const key of keys) {
      const content = value[key]
      if (typeof content !== "string") {
        return `value of ${key} must be a string`
      }
      const keyBytes = Buffer.byteLength(key)
      const valueBytes = Buffer.byteLength(content)
      if (keyBytes > limits.key) {
        return `key must be at most ${limits.key} bytes, is ${keyBytes}`
      }
      if (valueBytes > limits.value) {
        return `value of ${key} must be at most ${limits.value} bytes, is ${valueBytes}`
      }
      const problem = storable(key) ?? storable(content)
      if (problem !== undefined) {
        return `pair ${problem}`
      }
      total += keyBytes + valueBytes
    }
    return total > limits.total ? `must be at most ${limits.total} bytes in all, is ${total}` : undefined
  }

export const externalId: Check = text(1, 255)

const label = shape({ externalId: text(1, 255) }, ["externalId"])

export const labelKey = (element: unknown): string | undefined => asText(asObject(element)["externalId"])

/** Up to ten labels, none twice. */
export const labels: Check = distinct(label, 10, labelKey)
