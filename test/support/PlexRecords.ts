/**
 * Records as Plex may send them: any field null or absent, numbers as text, texts as numbers, awkward characters, odd dates.
 */
import { Either, FastCheck, Schema } from "effect"
import { flag, instant, number, text, texts } from "../../src/domain/plex/Fields.js"

const awkward = FastCheck.constantFrom(
  "",
  " ",
  "\u0000",
  "\ud800",
  "a\udfff",
  "😀 e\u0301 \u202e",
  "x".repeat(700),
  "😀".repeat(600),
  "a | WC b | [c]",
  "__proto__",
  "<b>&amp;",
  "A,B\nC\tD"
)

/** Few enough that records often share one. */
const anyId = FastCheck.integer({ min: 0, max: 5 }).map((n) => `${n}0b51426-f8d1-450c-a735-00a1e0178ea0`)

export const wireText = FastCheck.oneof(
  FastCheck.string(),
  FastCheck.string({ unit: "binary", maxLength: 40 }),
  awkward,
  anyId,
  FastCheck.integer(),
  FastCheck.boolean()
)

const decimalText = FastCheck.tuple(
  FastCheck.constantFrom("", "-", "+"),
  FastCheck.bigInt({ min: 0n, max: 10n ** 20n }),
  FastCheck.constantFrom("", ".0", ".5", ".00001", ".12345678901234567890", "e2", "E-7", "e200")
).map((parts) => parts.join(""))

export const wireNumber = FastCheck.oneof(
  FastCheck.integer(),
  FastCheck.integer({ min: 0, max: 5 }),
  FastCheck.double({ noNaN: true, noDefaultInfinity: true }),
  decimalText,
  FastCheck.constantFrom("", 2 ** 53 + 2, -0, 0.1 + 0.2, 1e308, 5e-324)
)

const moment = FastCheck.tuple(
  FastCheck.oneof(
    FastCheck.integer({ min: Date.parse("2026-06-01T00:00:00Z"), max: Date.parse("2026-06-02T00:00:00Z") }),
    FastCheck.constantFrom("1900-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z").map(Date.parse),
    FastCheck.integer({ min: Date.parse("1969-12-31T23:00:00Z"), max: Date.parse("2099-12-31T23:59:59Z") })
  ),
  FastCheck.constantFrom("", ":07", ":07.4", ":07.417", ":07.4170001", ":59.9999999"),
  FastCheck.constantFrom("Z", "Z", "+02:00", "-0500")
).map(([millis, seconds, zone]) => `${new Date(millis).toISOString().slice(0, 16)}${seconds}${zone}`)

export const wireInstant = FastCheck.oneof(
  { weight: 9, arbitrary: moment },
  { weight: 1, arbitrary: FastCheck.constant("") }
)

const wireByField = new Map<unknown, FastCheck.Arbitrary<unknown>>([
  [text, wireText],
  [number, wireNumber],
  [instant, wireInstant],
  [flag, FastCheck.constantFrom(true, false, "true", "FALSE", 0, 1)],
  [texts, FastCheck.array(FastCheck.oneof(wireText, FastCheck.constant(null)), { maxLength: 4 })]
])

/**
 * Any record that the schema admits, decoded from what Plex could send for it. `present` names fields that are never null or
 * absent, with what they may hold.
 */
export const plexRecord = <Fields extends Schema.Struct.Fields>(
  schema: Schema.Struct<Fields> & Schema.Schema<Schema.Struct.Type<Fields>, Schema.Struct.Encoded<Fields>>,
  present: { readonly [K in keyof Fields]?: FastCheck.Arbitrary<unknown> } = {}
): FastCheck.Arbitrary<Schema.Struct.Type<Fields>> => {
  const decode = Schema.decodeUnknownEither(schema)
  const always: Record<string, FastCheck.Arbitrary<unknown>> = {}
  const sometimes: Record<string, FastCheck.Arbitrary<unknown>> = {}
  for (const field of Object.keys(schema.fields)) {
    const given = present[field]
    if (given !== undefined) always[field] = given
    else {
      const wire = wireByField.get(schema.fields[field]) ?? FastCheck.constant(undefined)
      sometimes[field] = FastCheck.option(wire, { freq: 6 })
    }
  }
  return FastCheck.tuple(FastCheck.record(always), FastCheck.record(sometimes, { requiredKeys: [] }))
    .map(([given, rest]) => decode({ ...given, ...rest }))
    .filter(Either.isRight)
    .map(({ right }) => right)
}
