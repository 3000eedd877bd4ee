/**
 * The marks of a retired object: metadata that says that Plex has its record no more, and since when that is known.
 */

import { Fit, longTexts, metadataLimits } from "./cdf/Limits.js"

type Pairs = Readonly<Record<string, string>>

/** Outside the hash; an object whose record is there has none of them. */
export const markKeys = ["active", "retired_at"] as const

/** `at`: when it was noticed, epoch milliseconds. */
export const marksOf = (at: number): Pairs => ({ active: "false", retired_at: new Date(at).toISOString() })

/** When an object was retired (epoch milliseconds) by its marks; nothing where it is not marked. */
export const retiredAtOf = ({ active, retired_at: since }: Pairs): number | undefined => {
  const at = active === "false" && since !== undefined ? Date.parse(since) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

/** The change of metadata that marks an object. */
export interface Marking {
  readonly add: Pairs
  readonly remove: ReadonlyArray<string>
}

/**
 * Marks an object that holds this metadata. Where that is full, a long text (`note`, `description`) gives way to the marks, and is
 * whole again when the object is revived; nothing else does, as it may be of others.
 */
export const marking = (kind: keyof typeof metadataLimits, held: Pairs, at: number): Marking => {
  const marks = marksOf(at)
  const fitted = new Fit().metadata({ ...held, ...marks }, metadataLimits[kind])
  const shortened = Object.keys(held).filter((key) => fitted[key] !== held[key])
  if (!shortened.every((key) => longTexts.has(key))) return { add: marks, remove: [] }
  const add: Record<string, string> = { ...marks }
  const remove: Array<string> = []
  for (const key of shortened) {
    const value = fitted[key]
    if (value === undefined) remove.push(key)
    else add[key] = value
  }
  return { add, remove }
}
