/**
 * Reads variables out of an environment and words what is wrong with them.
 */
import { Effect, Either, Option } from "effect"
import type { Environment } from "./EnvFile.js"
import { readSecretFile } from "./SecretFiles.js"
import { fileVariable, type Variable } from "./Variable.js"

/** Sentences for an operator; none holds the value of a secret. */
export type Problems = ReadonlyArray<string>

/** The variables of one environment. */
export interface Source {
  /** The value; fails with what is wrong with it. */
  readonly read: <A>(variable: Variable<A>) => Effect.Effect<A, Problems>
  /** The value where it can be had: for rules across variables, whose own problems are told by `read`. */
  readonly peek: <A>(variable: Variable<A>) => Effect.Effect<A | undefined>
  /** Whether there is a text for it, good or bad, here or in a file. */
  readonly isSet: (variable: Variable<unknown>) => boolean
  /** The file that a secret is read from, when it comes from one. */
  readonly fileOf: (variable: Variable<unknown>) => string | undefined
}

/** Empty text counts as unset: `X=` is how many tools write "nothing". */
const textOf = (environment: Environment, name: string): string | undefined => {
  const text = environment[name]
  return text === undefined || text.trim() === "" ? undefined : text
}

export const makeSource = (environment: Environment): Source => {
  const fileOf = ({ format, name }: Variable<unknown>) =>
    format.secret ? textOf(environment, fileVariable(name))?.trim() : undefined

  const directText = ({ alias, name }: Variable<unknown>): string | undefined =>
    textOf(environment, name) ?? (alias === undefined ? undefined : textOf(environment, alias))

  const text = (variable: Variable<unknown>): Effect.Effect<string | undefined, Problems> => {
    const { format, name } = variable
    const direct = directText(variable)
    const path = fileOf(variable)
    if (path === undefined) return Effect.succeed(format.secret ? direct : direct?.trim())
    if (direct !== undefined) {
      return Effect.fail([`${name} and ${fileVariable(name)} are both set: expected one of them. Unset the other.`])
    }
    return readSecretFile(path).pipe(
      Effect.mapError(({ detail }) => [
        `${fileVariable(name)} names a file that ${detail}: expected a regular file of at most 64 KiB that holds ` +
          `${format.expected}. Correct the path or the file.`
      ])
    )
  }

  const read = <A>(variable: Variable<A>): Effect.Effect<A, Problems> =>
    Effect.flatMap(text(variable), (found) => {
      const { format, unset } = variable
      if (found !== undefined) return Either.mapLeft(format.parse(found), (hint) => [wrong(variable, found, hint)])
      if (unset === undefined) return Either.left([missing(variable, environment[variable.name] !== undefined)])
      return Either.mapLeft(unset(), (hint) => [wrong(variable, variable.defaultText ?? "", hint)])
    })

  return {
    read,
    peek: (variable) => Effect.orElseSucceed(read(variable), () => undefined),
    isSet: (variable) => directText(variable) !== undefined || fileOf(variable) !== undefined,
    fileOf
  }
}

const settable = ({ format, name }: Variable<unknown>): string =>
  format.secret ? `${name}, or ${fileVariable(name)} to a file that holds it` : name

const missing = (variable: Variable<unknown>, empty: boolean): string =>
  `${variable.name} is ${empty ? "empty" : "not set"}: expected ${variable.format.expected}. Set ${settable(variable)}.`

/** `because` says why a variable that may be unset elsewhere is needed here: "ENABLE_… is true". */
export const needed = (variable: Variable<unknown>, because: string): string =>
  `${variable.name} is not set, and ${because}: expected ${variable.format.expected}. Set ${settable(variable)}.`

/** The value itself is shown only where it is short, plain and no secret; else its length. */
const shape = ({ format }: Variable<unknown>, text: string): string =>
  !format.secret && /^[\w.:+,-]{1,24}$/.test(text) ? `is "${text}"` : `is set, ${[...text].length} characters`

const wrong = (variable: Variable<unknown>, text: string, hint: string): string => {
  const { defaultText, format, name, unset } = variable
  const instead = defaultText === undefined || format.secret ? "" : ` for ${defaultText}`
  const remedy = unset === undefined ? "Correct it." : `Correct it, or unset it${instead}.`
  return `${name} ${shape(variable, text)}${hint === "" ? "" : ` (${hint})`}: expected ${format.expected}. ${remedy}`
}

/** Option of `Effect.all`: every part is looked at, so that all problems are known; `allProblems` puts them together. */
export const everyPart = { mode: "validate" } as const

/** The problems of all parts that were put together with `everyPart`. */
export const allProblems = (failures: Readonly<Record<string, Option.Option<Problems>>>): Problems =>
  Object.values(failures).flatMap(Option.getOrElse((): Problems => []))
