/**
 * Formats of plain values: words, switches, numbers, times, lists.
 */
import { Array, Either, Schema } from "effect"
import * as Instants from "../../domain/Instant.js"
import { nearest } from "./Suggestions.js"
import type { Format, ValueSchema } from "./Variable.js"

const format = <A>(
  expected: string,
  parse: (text: string) => Either.Either<A, string>,
  schema?: ValueSchema
): Format<A> => ({ expected, parse, secret: false, schema })

/** The same format with another value made of it. */
export const map = <A, B>(from: Format<A>, f: (value: A) => B): Format<B> => ({
  ...from,
  parse: (text) => Either.map(from.parse(text), f)
})

// Line breaks and the like break headers, log lines and CDF's names.
const controlCharacter = /\p{Cc}/u

const refuse = (hint = ""): Either.Either<never, string> => Either.left(hint)

/** One line of text. */
export const text = (expected: string, most = 255): Format<string> =>
  format(
    `${expected}, 1 to ${most} characters on one line`,
    (value) => {
      if (controlCharacter.test(value)) return refuse("it holds a line break or another control character")
      return [...value].length > most ? refuse("it is too long") : Either.right(value)
    },
    { type: ["string", "number"], minLength: 1, maxLength: most }
  )

/** Text of a given shape. */
export const matching = (expected: string, pattern: RegExp): Format<string> =>
  format(expected, (value) => (pattern.test(value) ? Either.right(value) : refuse()), {
    type: ["string", "number"],
    pattern: pattern.source
  })

/** What can stand in an HTTP header: printable ASCII without blanks. */
export const token = (expected: string): Format<string> =>
  format(
    `${expected}, printable ASCII without blanks`,
    (value) => {
      if (controlCharacter.test(value)) return refuse("it holds a line break or another control character")
      return /^[\x21-\x7e]+$/.test(value)
        ? Either.right(value)
        : refuse("it holds a blank or a character outside ASCII")
    },
    { type: ["string", "number"], pattern: "^[\\x21-\\x7e]+$" }
  )

/** One of a few words, any case; `aliases` are other words for some of them. */
export const oneOf = <const A extends string>(
  words: ReadonlyArray<A>,
  aliases: Readonly<Record<string, A>> = {}
): Format<A> =>
  format(
    `one of ${words.join(", ")}`,
    (value) => {
      const word = value.toLowerCase()
      const found = words.find((known) => known === word) ?? (Object.hasOwn(aliases, word) ? aliases[word] : undefined)
      return found === undefined ? refuse() : Either.right(found)
    },
    { enum: words }
  )

const yes = new Set(["true", "1", "yes", "on"])
const no = new Set(["false", "0", "no", "off"])

/** A switch. */
export const boolean: Format<boolean> = format(
  "true or false (also 1/0, yes/no, on/off)",
  (value) => {
    const word = value.toLowerCase()
    if (yes.has(word)) return Either.right(true)
    return no.has(word) ? Either.right(false) : refuse()
  },
  { type: "boolean" }
)

interface Range {
  readonly least: number
  readonly most: number
  /** What is counted: "seconds". */
  readonly unit?: string
}

const numeric = (
  kind: string,
  type: "integer" | "number",
  pattern: RegExp,
  { least, most, unit }: Range
): Format<number> =>
  format(
    `${kind}${unit === undefined ? "" : ` of ${unit}`} from ${least} to ${most}`,
    (value) => {
      if (!pattern.test(value)) {
        return refuse(/\s#/.test(value) ? "a comment after a value is one only in an env file" : "")
      }
      const parsed = Number(value)
      if (parsed < least) return refuse("it is too small")
      return parsed > most ? refuse("it is too large") : Either.right(parsed)
    },
    { type, minimum: least, maximum: most }
  )

/** A whole number in a range. */
export const integer = (least: number, most: number, unit?: string): Format<number> =>
  numeric("a whole number", "integer", /^[+-]?\d+$/, { least, most, ...(unit === undefined ? {} : { unit }) })

/** A number in a range, with or without decimals. */
export const decimal = (least: number, most: number, unit?: string): Format<number> =>
  numeric("a number", "number", /^[+-]?(?:\d+\.?\d*|\.\d+)$/, { least, most, ...(unit === undefined ? {} : { unit }) })

const unitMillis = { seconds: 1000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 }

/** A duration in a unit, kept in milliseconds. */
export const duration = (unit: keyof typeof unitMillis, least: number, most: number): Format<number> =>
  map(decimal(least, most, unit), (value) => Math.round(value * unitMillis[unit]))

const decodeInstant = Schema.decodeUnknownOption(Instants.Instant)

/** A moment with its zone, kept in milliseconds since 1970. */
export const instant: Format<number> = format(
  "a moment with its zone, such as 2026-01-31T00:00:00Z",
  (value) =>
    Either.fromOption(decodeInstant(value), () =>
      /^\d{4}-\d{2}-\d{2}(T[\d:.]*)?$/.test(value) ? "the time or the zone is missing" : ""
    ).pipe(Either.map(Instants.toMillis)),
  { type: "string" }
)

/** A comma list, blanks around its entries cut, empty entries left out, each of the given format. */
export const list = (item: Format<string>): Format<ReadonlyArray<string>> =>
  format(
    `a comma list; each entry ${item.expected}`,
    (value) => {
      const entries = value.split(",").map((entry) => entry.trim())
      const [wrong, right] = Array.partitionMap(
        entries.filter((entry) => entry !== ""),
        (entry) => item.parse(entry)
      )
      return wrong.length === 0
        ? Either.right(right)
        : refuse([...new Set(wrong)].filter((hint) => hint !== "").join("; "))
    },
    { anyOf: [{ type: "array", items: item.schema ?? { type: "string" } }, { type: "string" }] }
  )

/** A name out of a longer list; a hint gives the nearest. `excluded`: names that are known, each with the reason why it is none of these. */
export const nameOf = (
  expected: string,
  names: ReadonlyArray<string>,
  excluded: ReadonlyMap<string, string> = new Map()
): Format<string> =>
  format(
    expected,
    (value) => {
      if (names.includes(value)) return Either.right(value)
      const reason = excluded.get(value)
      if (reason !== undefined) return refuse(`${shown(value)} ${reason}`)
      const meant = nearest(value, names)
      return refuse(`${shown(value)} is not known${meant === undefined ? "" : `, the nearest is ${meant}`}`)
    },
    { enum: names }
  )

/** An entry as it may be shown: short and plain, or only its length. */
export const shown = (value: string): string =>
  /^[\w.:+/-]{1,40}$/.test(value) ? `"${value}"` : `an entry of ${[...value].length} characters`

// Other writings of an existing zone ("europe/oslo") get their usual one; a linked zone keeps the name that was given.
const zone = (value: string): string | undefined => {
  // Newer versions of Node also take offsets, which are no zones: they know no summer time.
  if (!/^[A-Za-z]/.test(value)) return undefined
  try {
    const resolved = new Intl.DateTimeFormat("en", { timeZone: value }).resolvedOptions().timeZone
    return resolved.toLowerCase() === value.toLowerCase() ? resolved : value
  } catch {
    return undefined
  }
}

/** A time zone of the IANA database. */
export const timezone: Format<string> = format(
  "a name of the IANA time zone database, such as America/Detroit",
  (value) => {
    const found = zone(value)
    if (found !== undefined) return Either.right(found)
    const meant = nearest(value, Intl.supportedValuesOf("timeZone"))
    return refuse(meant === undefined ? "" : `the nearest name is ${meant}`)
  },
  { type: "string" }
)
