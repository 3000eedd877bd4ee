/**
 * Keys for history records, which Plex gives none: `{yyyyMMdd'T'HHmmssSSS}_{12 hex}`, the same on every reading.
 */
import { createHash } from "node:crypto"
import { compact, type Instant, toMillis } from "./Instant.js"

const separator = "\u001F"

/** Head of SHA-256 over the fields: null = absent = empty, numbers as canonical decimals, moments with seven digits. */
const digestOf = (fields: ReadonlyArray<string | null | undefined>): string =>
  createHash("sha256")
    .update(fields.map((field) => field ?? "").join(separator))
    .digest("hex")
    .slice(0, 12)

/**
 * Gives the rows of one window their keys. Rows that are identical in all key fields are distinct facts and are told apart by
 * their ordinal; as rows of one instant always arrive in one window, reading any window again gives the same keys. One
 * instance per window.
 */
export class HistoryKeys {
  readonly #seen = new Map<string, number>()

  /** `fields` begins with the moment in seven digits; the ordinal is appended as the last field. */
  next(moment: Instant, fields: ReadonlyArray<string | null | undefined>): string {
    // Well formed as the digest sees it: what it cannot tell apart, the ordinal must.
    const identity = fields
      .map((field) => field ?? "")
      .join(separator)
      .toWellFormed()
    const ordinal = this.#seen.get(identity) ?? 0
    this.#seen.set(identity, ordinal + 1)
    return `${compact(toMillis(moment))}_${digestOf([...fields, String(ordinal)])}`
  }
}
