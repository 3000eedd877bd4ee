/**
 * The limits of CDF's fields, in one place, and how a text or metadata is made to fit. Nothing is refused for being too long.
 * Lengths of texts are counted in UTF-16 units, which is never less than CDF's count.
 */
import type { Metadata } from "../Metadata.js"
import { cutToBytes, cutToCharacters, utf8Length, wellFormed } from "../Text.js"

/** Characters per field. */
export const lengths = {
  assets: { name: 140, description: 500, source: 128 },
  events: { type: 64, subtype: 64, description: 500, source: 128 },
  timeseries: { name: 255, unit: 32 },
  sequences: { name: 255, cell: 256 },
  labels: { name: 140 }
} as const

export interface MetadataLimits {
  readonly pairs: number
  readonly value: number
  readonly total: number
}

/** Bytes of metadata; keys are ours and short. */
export const metadataLimits = {
  assets: { pairs: 256, value: 10_240, total: 10_240 },
  events: { pairs: 256, value: 128_000, total: 200_000 },
  timeseries: { pairs: 256, value: 10_000, total: 10_000 },
  sequences: { pairs: 256, value: 10_000, total: 10_000 }
} as const satisfies Record<string, MetadataLimits>

/** What of the limits is left beside keys that others added. */
export const besideOthers = (others: Metadata, { pairs, total, value }: MetadataLimits): MetadataLimits => {
  const taken = Object.entries(others)
  return {
    pairs: Math.max(0, pairs - taken.length),
    value,
    total: taken.reduce((left, [key, text]) => left - utf8Length(key) - utf8Length(text), total)
  }
}

/** UTF-8 bytes of a string data point; longer ones are cut. */
export const stringPointBytes = 1023

/** Cells of type LONG are 64-bit integers; beyond these JavaScript would round. */
export const mostInteger = Number.MAX_SAFE_INTEGER

/** These give way first where metadata as a whole is too long. */
export const longTexts: ReadonlySet<string> = new Set(["note", "description"])

/** A text that is cut to less than this says nothing and is dropped. */
const leastBytes = 64

/** Whether nothing of it has to be cut, told without counting bytes: true for nearly all, which are not copied then. */
const fits = (metadata: Metadata, { pairs, total, value }: MetadataLimits): boolean => {
  let most = 0
  let count = 0
  for (const key in metadata) {
    const text = metadata[key] ?? ""
    if (++count > pairs || text.length * 3 > value || wellFormed(text) !== text) return false
    most += (key.length + text.length) * 3
  }
  return most <= total
}

/** Fits texts and metadata, and counts what it cut. One per resource. */
export class Fit {
  cuts = 0

  text(text: string, most: number): string {
    const formed = wellFormed(text)
    const cut = cutToCharacters(formed, most)
    if (cut !== formed) this.cuts++
    return cut
  }

  optional(text: string | undefined, most: number): string | undefined {
    return text === undefined || text === "" ? undefined : this.text(text, most)
  }

  bytes(text: string, most: number): string {
    const formed = wellFormed(text)
    const cut = cutToBytes(formed, most)
    if (cut !== formed) this.cuts++
    return cut
  }

  metadata(metadata: Metadata, limits: MetadataLimits): Metadata {
    return fits(metadata, limits) ? metadata : this.#fitted(metadata, limits)
  }

  #fitted(metadata: Metadata, limits: MetadataLimits): Metadata {
    let most = 0
    const pairs = Object.entries(metadata)
    this.cuts += Math.max(0, pairs.length - limits.pairs)
    const fitted = pairs.slice(0, limits.pairs).map(([key, text]): readonly [key: string, value: string] => {
      const value = this.bytes(text, limits.value)
      most += (key.length + value.length) * 3
      return [key, value]
    })
    const whole = Object.fromEntries(fitted)
    return most <= limits.total ? whole : this.#shorten(whole, limits.total)
  }

  #shorten(metadata: Record<string, string>, total: number): Metadata {
    const sizes = Object.entries(metadata).map(([key, value]) => ({ key, value, bytes: utf8Length(value) }))
    let over = sizes.reduce((sum, { bytes, key }) => sum + utf8Length(key) + bytes, -total)
    const first = sizes.filter(({ key }) => longTexts.has(key)).sort((a, b) => b.bytes - a.bytes)
    const rest = sizes.filter(({ key }) => !longTexts.has(key)).sort((a, b) => b.bytes - a.bytes)
    for (const { bytes, key, value } of [...first, ...rest]) {
      if (over <= 0) break
      this.cuts++
      const left = bytes - over
      if (left >= leastBytes) {
        const cut = cutToBytes(value, left)
        metadata[key] = cut
        over -= bytes - utf8Length(cut)
      } else {
        delete metadata[key]
        over -= bytes + utf8Length(key)
      }
    }
    return metadata
  }
}
