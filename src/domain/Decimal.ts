/**
 * Decimal numbers as text, so that none is ever rounded: `12`, `0.3`, `-18.25`, without exponent or trailing zeros.
 */
import { Schema } from "effect"

/** A number as plain decimal text; the same number is always the same text. */
export const Decimal = Schema.String.pipe(Schema.brand("Decimal"))
export type Decimal = typeof Decimal.Type

const shape = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/

/** Beyond these a double is infinite or a flood of zeros: such numbers are refused, not written. */
const mostDigits = 330

/** Plain decimal text of a finite number or of a text that holds one; nothing for anything else. */
export const parseDecimal = (value: number | string): Decimal | undefined => {
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return undefined
    if (Number.isSafeInteger(value)) return Decimal.make(value === 0 ? "0" : String(value))
  }
  const match = shape.exec(String(value).trim())
  if (match === null) return undefined
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match
  if (whole.length + fraction.length === 0) return undefined
  const shift = Number(exponent)
  if (Math.abs(shift) > mostDigits || whole.length + fraction.length > 2 * mostDigits) return undefined
  const digits = whole + fraction
  const point = whole.length + shift
  const padded = point <= 0 ? "0".repeat(1 - point) + digits : digits.padEnd(point, "0")
  const at = Math.max(point, 1)
  const integer = padded.slice(0, at).replace(/^0+(?=\d)/, "")
  const decimals = padded.slice(at).replace(/0+$/, "")
  const text = decimals === "" ? integer : `${integer}.${decimals}`
  if (!Number.isFinite(Number(text))) return undefined
  return Decimal.make(sign === "-" && text !== "0" ? `-${text}` : text)
}

/** The nearest double: for data points and cells of type DOUBLE. */
export const toDouble = (decimal: Decimal): number => Number(decimal)

/** The exact sum; the order of the terms does not matter. */
export const sumDecimals = (decimals: Iterable<Decimal>): Decimal => {
  let scale = 0
  let total = 0n
  for (const decimal of decimals) {
    const dot = decimal.indexOf(".")
    const places = dot === -1 ? 0 : decimal.length - dot - 1
    if (places > scale) {
      total *= 10n ** BigInt(places - scale)
      scale = places
    }
    total += BigInt(decimal.replace(".", "")) * 10n ** BigInt(scale - places)
  }
  const sign = total < 0n ? "-" : ""
  const digits = String(total < 0n ? -total : total).padStart(scale + 1, "0")
  const at = digits.length - scale
  return parseDecimal(`${sign}${digits.slice(0, at)}.${digits.slice(at)}`) ?? Decimal.make("0")
}
