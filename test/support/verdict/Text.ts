/**
 * Texts as they must arrive: Plex's own but for what CDF cannot hold.
 */

/** NUL and lone surrogates become U+FFFD. */
export const clean = (text: string): string => text.replaceAll("\0", "\uFFFD").toWellFormed()

const bytesOf = (text: string): number => new TextEncoder().encode(text).length

const cutBy = (text: string, limit: number, size: (text: string) => number): string => {
  if (size(text) <= limit) return text
  let kept = ""
  for (const character of text) {
    if (size(kept + character) + size("…") > limit) break
    kept += character
  }
  return `${kept}…`
}

/** At most `limit` characters, the ellipsis included. */
export const cut = (text: string, limit: number): string => cutBy(text, limit, (each) => each.length)

export type Metadata = Readonly<Record<string, string>>

/** Limits of a metadata object in bytes: of one value, and of all keys and values together. */
export const assetLimits = { value: 10_240, total: 10_240 }
export const eventLimits = { value: 128_000, total: 200_000 }

/** Values cut to their own limit; when the total is exceeded, `note` and `description` give way. */
export const fitted = (metadata: Metadata, limits: { readonly value: number; readonly total: number }): Metadata => {
  const fit = Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [key, cutBy(value, limits.value, bytesOf)])
  )
  for (const long of ["note", "description"]) {
    const rest = Object.entries(fit).reduce(
      (sum, [key, value]) => sum + bytesOf(key) + (key === long ? 0 : bytesOf(value)),
      0
    )
    const value = fit[long]
    if (value === undefined || rest + bytesOf(value) <= limits.total) continue
    const left = limits.total - rest
    if (left >= 64) fit[long] = cutBy(value, left, bytesOf)
    else delete fit[long]
  }
  return fit
}

/** `12.50` and `1200.5`, whatever Plex sent them as: without zeros that say nothing. */
export const plainNumber = (text: string): string =>
  text.includes(".") && /^-?\d+\.\d+$/.test(text) ? text.replace(/\.?0+$/, "") : text
