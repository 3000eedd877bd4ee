import { Either } from "effect"

/** How a path or query value must be written. `datetime`: `YYYY-MM-DDThh:mm[:ss[.f{1..7}]]Z`, nothing else. */
export type ArgumentType = "uuid" | "string" | "datetime" | "bool" | "int32" | "double"

/** A value as rows are compared with it: texts and UUIDs in lower case, instants in epoch milliseconds. */
export type ArgumentValue = string | number | boolean

/** What stands in the query, names in lower case, each with its values in the order given. */
export type Query = ReadonlyMap<string, ReadonlyArray<string>>

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const instant = /^\d{4}-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,7})?)?Z$/
const integer = /^-?\d{1,10}$/
const decimal = /^-?\d+(?:\.\d+)?$/

/**
 * Epoch milliseconds of an instant in the only form the REST and Data Source APIs are known to take; `undefined` for a
 * date without time, a time without zone, a zone that is not `Z`, a blank instead of `T`, or a day that does not exist.
 */
export const parseInstant = (text: string): number | undefined => {
  const parts = instant.exec(text)
  const milliseconds = parts === null ? Number.NaN : Date.parse(text)
  // V8 takes 30 February for 2 March.
  return Number.isNaN(milliseconds) || Number(text.slice(8, 10)) !== new Date(milliseconds).getUTCDate()
    ? undefined
    : milliseconds
}

const parsers: Record<ArgumentType, (text: string) => ArgumentValue | undefined> = {
  uuid: (text) => (uuid.test(text) ? text.toLowerCase() : undefined),
  string: (text) => text.toLowerCase(),
  datetime: parseInstant,
  bool: (text) => (/^true$/i.test(text) ? true : /^false$/i.test(text) ? false : undefined),
  int32: (text) => (integer.test(text) && Math.abs(Number(text)) <= 2_147_483_647 ? Number(text) : undefined),
  double: (text) => (decimal.test(text) ? Number(text) : undefined)
}

/** The value a text stands for, or why it stands for none. */
export const parseArgument = (name: string, type: ArgumentType, text: string): Either.Either<ArgumentValue, string> => {
  const value = parsers[type](text)
  return value === undefined
    ? Either.left(`The value '${text}' of '${name}' is not a valid ${type}.`)
    : Either.right(value)
}

/** Percent-decoded; a text that is no valid encoding stays as it is, and so matches nothing rather than failing. */
export const percentDecoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Reads a query string. `+` is a plus: the API knows blanks only as `%20`. Names are case-insensitive. */
export const parseQuery = (text: string): Query => {
  const query = new Map<string, Array<string>>()
  for (const pair of text.split("&").filter((each) => each !== "")) {
    const at = pair.indexOf("=")
    const name = percentDecoded(at === -1 ? pair : pair.slice(0, at)).toLowerCase()
    const value = at === -1 ? "" : percentDecoded(pair.slice(at + 1))
    const values = query.get(name)
    if (values === undefined) {
      query.set(name, [value])
    } else {
      values.push(value)
    }
  }
  return query
}
