/**
 * The kinds of field of a Plex record. Plex marks nothing as required: every field may be null or absent, a number may come
 * as text, and a text field may hold a bare number.
 */
import { Schema } from "effect"
import { Decimal, parseDecimal } from "../Decimal.js"
import { Instant } from "../Instant.js"

const field = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(Schema.NullOr(schema))

const Scalar = Schema.Union(Schema.String, Schema.Number, Schema.Boolean)

const Text = Schema.Union(
  // What is text already goes through untouched: nearly every field of every record does.
  Schema.String,
  Schema.transform(Scalar, Schema.String, {
    strict: true,
    decode: (value) => (typeof value === "number" ? (parseDecimal(value) ?? String(value)) : String(value)),
    encode: (text) => text
  })
)

const isNumeric = (value: string | number): boolean =>
  (typeof value === "string" && value.trim() === "") || parseDecimal(value) !== undefined

const Numeric = Schema.transform(
  Schema.Union(Schema.Number, Schema.String).pipe(
    Schema.filter(isNumeric, { message: () => "a finite number, or text that holds one, is expected" })
  ),
  Schema.NullOr(Decimal),
  { strict: true, decode: (value) => parseDecimal(value) ?? null, encode: (decimal) => decimal ?? "" }
)

const truths = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false]
])

const Flag = Schema.transform(
  Scalar.pipe(
    Schema.filter((value) => truths.has(String(value).toLowerCase()), { message: () => "true or false is expected" })
  ),
  Schema.Boolean,
  { strict: true, decode: (value) => truths.get(String(value).toLowerCase()) ?? false, encode: (flag) => flag }
)

/** Empty text stands for no moment at all. */
const Moment = Schema.Union(
  Instant,
  Schema.transform(Schema.Literal(""), Schema.Null, { strict: true, decode: () => null, encode: () => "" as const })
)

/** Text: names, codes, ids, setup-table words. */
export const text = field(Text)
/** Number, kept exactly as plain decimal text. */
export const number = field(Numeric)
/** True or false. */
export const flag = field(Flag)
/** A moment, with all its digits. */
export const instant = field(Moment)
/** A list of texts. */
export const texts = field(Schema.Array(Schema.NullOr(Text)))
/** Objects that we do not look into. */
export const opaque = field(Schema.Unknown)
/** A nested object. */
export const nested = <A, I>(schema: Schema.Schema<A, I>) => field(schema)
/** A list of nested objects. */
export const list = <A, I>(schema: Schema.Schema<A, I>) => field(Schema.Array(schema))
