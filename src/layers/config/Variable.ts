/**
 * What a variable is: a name, the format of its value, what holds when it is unset, and a sentence for people.
 */
import { Either, Redacted } from "effect"

/** What an editor may know of a value, as JSON Schema. */
export type ValueSchema = Readonly<Record<string, unknown>>

/** How the text of a variable becomes its value. */
export interface Format<A> {
  /** What a value must be, worded to follow "expected". */
  readonly expected: string
  /** The value, or a hint at what is wrong with the text (may be empty). A hint must not repeat what may be a secret. */
  readonly parse: (text: string) => Either.Either<A, string>
  /** Whether the text must never be shown, and may come from the file that `X_FILE` names. */
  readonly secret: boolean
  /** What such a value is in a file of facilities; by default any text or number. */
  readonly schema?: ValueSchema | undefined
}

/** One setting of the environment; the only place where its name, default and rule are written. */
export interface Variable<A> {
  readonly name: string
  /** Another name under which it is read when the first is not set. */
  readonly alias?: string
  readonly format: Format<A>
  /** What holds when it is unset, as an operator would write it; `undefined`: nothing. */
  readonly defaultText: string | undefined
  /** The value when unset; `undefined`: it must be set. */
  readonly unset: (() => Either.Either<A, string>) | undefined
  /** One sentence for the documentation. */
  readonly summary: string
}

/** A variable that must be set. */
export const required = <A>(name: string, format: Format<A>, summary: string): Variable<A> => ({
  name,
  format,
  defaultText: undefined,
  unset: undefined,
  summary
})

/** A variable with a default, written as an operator would write it. */
export const withDefault = <A>(name: string, format: Format<A>, text: string, summary: string): Variable<A> => ({
  name,
  format,
  defaultText: text,
  unset: () => format.parse(text),
  summary
})

/** A variable that may be unset; `derived` tells the documentation what then takes its place. */
export const optional = <A>(
  name: string,
  format: Format<A>,
  summary: string,
  derived?: string
): Variable<A | undefined> => ({
  name,
  format,
  defaultText: derived,
  unset: () => Either.right(undefined),
  summary
})

/** The same format for a value that is never shown and may come from a file. */
export const secret = <A>(format: Format<A>): Format<Redacted.Redacted<A>> => ({
  expected: format.expected,
  parse: (text) => Either.map(format.parse(text), Redacted.make),
  secret: true,
  schema: format.schema
})

/** The variable that names the file of a secret. */
export const fileVariable = (name: string): string => `${name}_FILE`
