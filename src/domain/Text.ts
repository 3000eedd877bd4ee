/**
 * Texts on their way into CDF: well formed, and cut at a code point where they are too long.
 */

/** Marks a cut; counts toward the limit (one character, three bytes). */
const ellipsis = "…"

const bytesOf = (text: string): number => Buffer.byteLength(text, "utf8")

/** UTF-8 length; cheap where it need not be counted. */
export const utf8Length = bytesOf

/** NUL and lone surrogates, which CDF and UTF-8 cannot hold, become U+FFFD. */
export const wellFormed = (text: string): string => {
  const formed = text.isWellFormed() ? text : text.toWellFormed()
  return formed.includes("\u0000") ? formed.replaceAll("\u0000", "\uFFFD") : formed
}

/** A text with something in it, or nothing: empty text is absent. */
export const present = (text: string | null | undefined): string | undefined =>
  text === null || text === undefined || text.trim() === "" ? undefined : text

/** Index at which `text` may be cut so that no surrogate pair is halved. */
const boundary = (text: string, at: number): number => {
  const code = text.charCodeAt(at - 1)
  return code >= 0xd800 && code <= 0xdbff ? at - 1 : at
}

/** At most `most` characters, the last being `…` when something was cut. */
export const cutToCharacters = (text: string, most: number): string =>
  text.length <= most ? text : text.slice(0, boundary(text, most - 1)) + ellipsis

/** At most `most` UTF-8 bytes, ending in `…` when something was cut. */
export const cutToBytes = (text: string, most: number): string => {
  if (text.length * 3 <= most || bytesOf(text) <= most) return text
  const room = most - 3
  let low = 0
  let high = Math.min(text.length, room)
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (bytesOf(text.slice(0, boundary(text, middle))) <= room) low = middle
    else high = middle - 1
  }
  return text.slice(0, boundary(text, low)) + ellipsis
}

/** Texts that are there, with `separator` between them; nothing when none is. */
export const joinPresent = (parts: ReadonlyArray<string | null | undefined>, separator: string): string | undefined =>
  present(
    parts
      .map(present)
      .filter((part) => part !== undefined)
      .join(separator)
  )

/** A text that is there, after a mark: `Qty 5`. */
export const marked = (mark: string, text: string | null | undefined): string | undefined => {
  const found = present(text)
  return found === undefined ? undefined : `${mark} ${found}`
}
