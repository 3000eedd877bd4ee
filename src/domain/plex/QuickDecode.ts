/**
 * Decoding of records as Plex nearly always writes them, without asking the schema field by field: a quarter to a third of its time. What is
 * written in any other way is left to the schema, which alone says what is wrong.
 */
import { Either, type ParseResult, Schema } from "effect"
import { parseDecimal } from "../Decimal.js"
import { isInstant } from "../Instant.js"
import { flag, instant, number, opaque, text } from "./Fields.js"

/** Stands for a value that only the schema can judge. */
const unfit = Symbol("unfit")

type Quick = (value: unknown) => unknown

/** What the schema makes of a value, or `unfit`. */
const quick: ReadonlyMap<unknown, Quick> = new Map<unknown, Quick>([
  [text, (value) => (typeof value === "string" ? value : unfit)],
  [number, (value) => (typeof value === "number" ? (parseDecimal(value) ?? unfit) : unfit)],
  [flag, (value) => (typeof value === "boolean" ? value : unfit)],
  [instant, (value) => (typeof value === "string" && isInstant(value) ? value : unfit)],
  [opaque, (value) => value]
])

const never: Quick = () => unfit

interface Shape {
  readonly fields?: Schema.Struct.Fields
  /** Where fields of other names are kept as well. */
  readonly records?: ReadonlyArray<unknown>
}

type RecordSchema<A, I> = Schema.Schema<A, I> & Shape

/** The fields of a record of our schemas; nothing of any other schema, nor of one that keeps fields that it does not name. */
const quickFields = ({ fields, records = [] }: Shape) =>
  fields === undefined || records.length > 0
    ? undefined
    : Object.entries(fields).map(([name, field]) => ({ name, decode: quick.get(field) ?? never }))

type Decoded<A> = Either.Either<A, ParseResult.ParseError>

/** The same as `Schema.decodeUnknownEither`, for any input; to be made once. */
export const decodeRecord = <A, I>(schema: RecordSchema<A, I>): ((record: unknown) => Decoded<A>) => {
  const slow = Schema.decodeUnknownEither(schema)
  const fields = quickFields(schema)
  if (fields === undefined) return slow
  /** Whether `made` has become what the schema makes of the record. */
  const fill = (record: object, made: Record<string, unknown>): made is Record<string, unknown> & A => {
    for (const { decode, name } of fields) {
      const value: unknown = Reflect.get(record, name)
      if (value === undefined) {
        // Absent, or there without a value: no JSON, but the schema keeps the difference.
        if (name in record) return false
        continue
      }
      const decoded = value === null ? null : decode(value)
      if (decoded === unfit) return false
      made[name] = decoded
    }
    return true
  }
  return (record) => {
    if (typeof record !== "object" || record === null || Array.isArray(record)) return slow(record)
    const made: Record<string, unknown> = {}
    return fill(record, made) ? Either.right(made) : slow(record)
  }
}
