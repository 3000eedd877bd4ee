import { rawMark } from "./RawNumber.js"

const marked = new RegExp(`"${rawMark}([^"]+)"`, "g")

/**
 * The JSON that Plex would send for a row or a list of rows: `undefined` is absent, raw numbers are printed as they are,
 * NUL and lone surrogates are escaped (`\u0000`, `\ud83d`), so that the text is always valid UTF-8.
 * With `indent` it is laid out with that many blanks a level.
 */
export const toJson = (value: unknown, indent?: number): string => {
  const text = JSON.stringify(value, undefined, indent)
  return text.includes(rawMark) ? text.replace(marked, "$1") : text
}
