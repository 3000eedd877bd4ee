/**
 * Keys for rows that Plex gives none.
 */
import { createHash } from "node:crypto"
import type { Row } from "../../../src/sandbox/plant/Plant.js"
import { textOf } from "./Facts.js"
import { plainNumber } from "./Text.js"

/** An instant with seven digits of fraction, as the keys have it. */
const sevenDigits = (text: string): string => {
  const [, minute = "", second = "00", fraction = ""] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?Z$/.exec(text) ?? []
  return `${minute}:${second}.${fraction.padEnd(7, "0").slice(0, 7)}Z`
}

const pieceOf = (row: Row, field: string): string => {
  const text = textOf(row, field) ?? ""
  if (text === "") return ""
  return field.endsWith("Date") ? sevenDigits(text) : field === "quantity" ? plainNumber(text) : text
}

const stamp = (at: number): string => new Date(at).toISOString().replaceAll(/[-:.Z]/g, "")

/** `{yyyyMMdd'T'HHmmssSSS}_{12 hex}` of each row, rows with the same fields told apart by their ordinal. */
export const keysOf = (
  rows: ReadonlyArray<Row>,
  fields: ReadonlyArray<string>
): ReadonlyArray<{ readonly row: Row; readonly key: string; readonly at: number }> => {
  const seen = new Map<string, number>()
  return rows.flatMap((row) => {
    const pieces = fields.map((field) => pieceOf(row, field))
    const same = pieces.join("\u001F")
    const ordinal = seen.get(same) ?? 0
    seen.set(same, ordinal + 1)
    const at = Date.parse(String(row[fields[0] ?? ""]))
    if (Number.isNaN(at)) return []
    const hex = createHash("sha256")
      .update([...pieces, String(ordinal)].join("\u001F"))
      .digest("hex")
      .slice(0, 12)
    return [{ row, key: `${stamp(at)}_${hex}`, at }]
  })
}
