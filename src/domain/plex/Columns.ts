/**
 * Columns of data sources whose names differ from tenant to tenant: looked up by a list of candidates, also where the record
 * schema does not name them (such records keep unknown columns).
 */
import { Either, Schema } from "effect"
import { parseDecimal } from "../Decimal.js"
import { Instant } from "../Instant.js"

const isInstant = Schema.is(Instant)

const textOf = (value: unknown): string | undefined => {
  if (typeof value === "string") return value.trim() === "" ? undefined : value
  if (typeof value === "number") return parseDecimal(value)
  return typeof value === "boolean" ? String(value) : undefined
}

const firstPresent = (row: object, columns: ReadonlyArray<string>): readonly [string, string] | undefined => {
  for (const column of columns) {
    const value = Object.hasOwn(row, column) ? textOf(Reflect.get(row, column)) : undefined
    if (value !== undefined) return [column, value]
  }
  return undefined
}

/** The text in the first of these columns that has any. */
export const textIn = (row: object, columns: ReadonlyArray<string>): string | undefined =>
  firstPresent(row, columns)?.[1]

/** The moment in the first of these columns that has any; a reason where what it has is no moment. */
export const momentIn = (row: object, columns: ReadonlyArray<string>): Either.Either<Instant | undefined, string> => {
  const found = firstPresent(row, columns)
  if (found === undefined) return Either.right(undefined)
  const [column, value] = found
  return isInstant(value)
    ? Either.right(value)
    : Either.left(`${column}: a moment as YYYY-MM-DDThh:mm[:ss[.fffffff]]Z is expected`)
}
