/**
 * How somebody else called what we call by our external ids: a pattern for each kind, which says of each object of ours under which id
 * the other one wrote it.
 */
import { Either, Schema } from "effect"
import type { ResourceKind } from "./cdf/Resource.js"
import type { Facility } from "./Facility.js"
import { kindsOfWord, wordsOfObjects } from "./KindWord.js"

const Rule = Schema.Struct({
  /** What stands for the kind in our external ids. */
  kind: Schema.Literal(...wordsOfObjects),
  /** Where a kind stands for both: relationships, unless said otherwise. */
  as: Schema.optional(Schema.Literal("relationships", "sequences")),
  /** The other id: text, and in braces fields of our object's metadata, or `key`, what follows the kind in our id. */
  match: Schema.NonEmptyString,
  /** Fields that are not compared, in addition to those of the scheme; `metadata.*` are all that begin so. */
  ignore: Schema.optionalWith(Schema.Array(Schema.NonEmptyString), { default: () => [] })
})

/** Which of our objects the ids of another system correspond to: patterns per kind, in the order in which they are tried. */
export const IdScheme = Schema.Struct({
  rules: Schema.NonEmptyArray(Rule),
  /** Fields that are not compared. */
  ignore: Schema.optionalWith(Schema.Array(Schema.NonEmptyString), { default: () => [] })
})
export type IdScheme = typeof IdScheme.Type

type Texts = Readonly<Record<string, string | undefined>>

/** A rule as it works. */
export interface SchemeRule {
  readonly word: string
  readonly kind: ResourceKind
  /** The id of the counterpart of an object with these fields; nothing where it lacks one that the id is made of. */
  readonly render: (fields: Texts) => string | undefined
  /** What every id of the rule begins with. */
  readonly head: string
  readonly fits: (externalId: string) => boolean
  readonly isIgnored: (field: string) => boolean
}

type Piece = { readonly text: string } | { readonly field: string }

const isField = (piece: Piece): piece is { readonly field: string } => "field" in piece

const piecesOf = (pattern: string): Either.Either<ReadonlyArray<Piece>, string> => {
  const pieces = pattern.split(/(\{[A-Za-z0-9_]+\})/).filter((part) => part !== "")
  const parsed = pieces.map((part): Piece => {
    const field = /^\{(.+)\}$/.exec(part)?.[1]
    return field === undefined ? { text: part } : { field }
  })
  return parsed.some((piece) => !isField(piece) && /[{}]/.test(piece.text))
    ? Either.left(`${JSON.stringify(pattern)} has a brace that is not of a {field}`)
    : Either.right(parsed)
}

/** Patterns that end in `*` fit all that begins like them. */
const ignoring = (patterns: ReadonlyArray<string>) => (field: string) =>
  patterns.some((pattern) => (pattern.endsWith("*") ? field.startsWith(pattern.slice(0, -1)) : field === pattern))

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")

/** What is the same for all objects of a facility. */
const constantsOf = ({ code, country, name, pcn, timezone }: Facility): Texts => ({
  pcn,
  facility_code: code,
  facility_name: name,
  country,
  timezone
})

/** The rules of a scheme for a facility, in the order in which they are tried; or what is wrong with them. */
export const schemeRules = (
  { ignore, rules }: IdScheme,
  facility: Facility
): Either.Either<ReadonlyArray<SchemeRule>, string> =>
  Either.all(
    rules.map((rule) =>
      Either.flatMap(piecesOf(rule.match), (pieces): Either.Either<SchemeRule, string> => {
        const kinds = kindsOfWord(rule.kind)
        const kind = rule.as ?? kinds[0]
        if (kind === undefined || !kinds.includes(kind))
          return Either.left(`${rule.kind} stands for no ${rule.as ?? "kind"}`)
        const constants = constantsOf(facility)
        const known = pieces.map((piece): Piece => {
          const text = isField(piece) ? constants[piece.field] : piece.text
          return text === undefined || text === "" ? piece : { text }
        })
        const first = known.findIndex(isField)
        const regex = new RegExp(
          `^${known.map((piece) => (isField(piece) ? ".+" : escaped(piece.text))).join("")}$`,
          "su"
        )
        return Either.right({
          word: rule.kind,
          kind,
          render: (fields) => {
            const texts = known.map((piece) => (isField(piece) ? (fields[piece.field] ?? "") : piece.text))
            return texts.includes("") ? undefined : texts.join("")
          },
          head: known
            .slice(0, first === -1 ? known.length : first)
            .map((piece) => (isField(piece) ? "" : piece.text))
            .join(""),
          fits: (externalId) => regex.test(externalId),
          isIgnored: ignoring([...ignore, ...rule.ignore])
        })
      })
    )
  )
