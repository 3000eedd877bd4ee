/**
 * `JSON.parse` rounds what a double cannot hold: such numbers are made text before it sees them.
 */
import { parseDecimal } from "../../domain/Decimal.js"

/** Next to free on the many texts without a long number; may also hit digits inside of strings. */
const suspicion = /(?:^|[:,[])\s*-?\d(?:[\d.eE+-]{15,}|[\d.]*[eE][+-]?\d{3})/
/** No shorter number has more digits than a double keeps, and with an exponent of less than three digits none is too small for it. */
const longNumber = /-?\d(?:[\d.eE+-]{15,}|[\d.]*[eE][+-]?\d{3,})/g

const quoteIfRounded = (number: string): string =>
  parseDecimal(number) === parseDecimal(Number(number)) ? number : `"${number}"`

/** Index after the string that opens at `from`; the end of the text when it is not closed. */
const afterString = (json: string, from: number): number => {
  for (let at = json.indexOf('"', from + 1); at !== -1; at = json.indexOf('"', at + 1)) {
    let backslashes = 0
    while (json[at - 1 - backslashes] === "\\") backslashes++
    if (backslashes % 2 === 0) return at + 1
  }
  return json.length
}

/**
 * The same JSON with every number that a double would round written as a string; digits inside of strings are untouched.
 * Numbers beyond the doubles (`1e400`) stay, and parse to Infinity, which no decoder takes.
 */
export const quoteLongNumbers = (json: string): string => {
  if (!suspicion.test(json)) return json
  const parts: Array<string> = []
  let at = 0
  while (at < json.length) {
    const opens = json.indexOf('"', at)
    const upTo = opens === -1 ? json.length : opens
    parts.push(json.slice(at, upTo).replace(longNumber, quoteIfRounded))
    at = opens === -1 ? json.length : afterString(json, opens)
    parts.push(json.slice(upTo, at))
  }
  return parts.join("")
}
