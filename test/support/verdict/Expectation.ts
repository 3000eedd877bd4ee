/**
 * What must be in CDF, in the form of the sandbox's snapshot, and how a difference is told.
 */
export type Json = string | number | boolean | null | ReadonlyArray<unknown> | { readonly [key: string]: unknown }

/** A value that is not known to the last bit beforehand: what it must be, in words, and whether it is. */
export class Must {
  constructor(
    readonly be: string,
    readonly holds: (actual: unknown) => boolean
  ) {}
}

/** What is left to the implementation, or checked elsewhere. */
export const anything = new Must("anything", () => true)

/** Sums and ratios of doubles: equal but for the order of the additions. */
export const about = (value: number): Must =>
  new Must(
    `about ${value}`,
    (actual) => typeof actual === "number" && Math.abs(actual - value) <= 1e-9 * Math.max(1, Math.abs(value))
  )

export type Expectation = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const shown = (value: unknown): string => {
  const text = value instanceof Must ? value.be : value === undefined ? "nothing" : JSON.stringify(value)
  return text.length > 300 ? `${text.slice(0, 300)}… (${text.length} characters)` : text
}

/** The differences between what must be and what is, one line each, with the path of the field. */
export const differencesAt = (path: string, expected: unknown, actual: unknown): ReadonlyArray<string> => {
  if (expected instanceof Must) {
    return expected.holds(actual) ? [] : [`${path} must be ${shown(expected)}, is ${shown(actual)}`]
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const length = expected.length === actual.length ? [] : [`${path} has ${actual.length} of ${expected.length}`]
    return [
      ...length,
      ...Array.from({ length: Math.max(expected.length, actual.length) }, (_, i) => i).flatMap((i) =>
        differencesAt(`${path}[${i}]`, expected[i], actual[i])
      )
    ].slice(0, 4)
  }
  if (isRecord(expected) && isRecord(actual)) {
    const names = new Set([...Object.keys(expected), ...Object.keys(actual)])
    return Array.from(names).flatMap((name) => differencesAt(`${path}.${name}`, expected[name], actual[name]))
  }
  return Object.is(expected, actual) ? [] : [`${path} must be ${shown(expected)}, is ${shown(actual)}`]
}
