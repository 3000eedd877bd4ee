/**
 * Environment and `.env` file put together: the file fills what the environment leaves unset.
 */
import { Data, Effect } from "effect"
import { readFile } from "node:fs/promises"
import { parseEnv } from "node:util"
import { ConfigurationError } from "../../domain/Errors.js"

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Variables with what an operator should know about the place they come from. */
export interface ReadEnvironment {
  readonly environment: Environment
  readonly warnings: ReadonlyArray<string>
}

/** Read when no file is named; it need not exist. */
export const defaultEnvFile = ".env"

const cutByComment = /^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=(?![ \t]*['"`])(?:[^\n#]*[^\s#])?#/gm

/**
 * The variables of an env file's text. Comments (on their own line or after a value), quotes, blank lines and `export` are
 * understood. A line that is no `NAME=value` is left out with a warning that does not repeat it (it may hold a secret), and
 * so does a `#` that may have been meant as part of the value.
 */
export const parseEnvFile = (text: string, path: string): ReadEnvironment => {
  // Node 20 takes a line of blanks, an indented comment and a second blank after `export` into the next name.
  const plain = text
    .replace(/^\uFEFF/, "")
    .replace(/\r\n/g, "\n")
    .replace(/^[ \t]*(?:#.*)?$/gm, "")
    .replace(/^[ \t]*export[ \t]+/gm, "")
  const environment: Record<string, string | undefined> = {}
  const warnings: Array<string> = []
  for (const [key, value] of Object.entries(parseEnv(plain))) {
    // Likewise a line without "=" ends up in the name of the next one.
    const lines = key.split("\n").filter((line) => line.trim() !== "")
    const name = lines.at(-1)?.trim() ?? ""
    const known = /^[A-Za-z_]\w*$/.test(name)
    if (known) environment[name] = value
    if (lines.length > 1 || !known) {
      const place = known ? ` before ${name}` : ""
      warnings.push(`${path}: a line${place} is not NAME=value and was left out. Write each variable as NAME=value.`)
    }
  }
  for (const [, name] of plain.matchAll(cutByComment)) {
    warnings.push(
      `${path}: the value of ${name ?? ""} ends at its "#", which begins a comment. Put the value in quotes if "#" belongs to it.`
    )
  }
  return { environment, warnings }
}

/** A file that cannot be read, and whether that is because there is none. */
class Unreadable extends Data.TaggedError("Unreadable")<{ readonly missing: boolean }> {}

const isMissing = (cause: unknown): boolean => cause instanceof Error && "code" in cause && cause.code === "ENOENT"

/**
 * The environment, filled from `envFile`. A named file that cannot be read is a ConfigurationError; the default file
 * (`./.env`) may be missing.
 */
export const readEnvironment = (
  environment: Environment,
  envFile?: string
): Effect.Effect<ReadEnvironment, ConfigurationError> => {
  const path = envFile ?? defaultEnvFile
  return Effect.tryPromise({
    try: () => readFile(path, "utf8"),
    catch: (cause) => new Unreadable({ missing: isMissing(cause) })
  }).pipe(
    Effect.map((text) => parseEnvFile(text, path)),
    Effect.catchAll(({ missing }) =>
      envFile === undefined && missing
        ? Effect.succeed({ environment: {}, warnings: [] })
        : new ConfigurationError({
            problems: [
              `${envFile === undefined ? path : `--env-file ${path}`} ${missing ? "does not exist" : "cannot be read"}: ` +
                "expected a readable file of NAME=value lines. Correct the path, or leave the file out."
            ]
          })
    ),
    Effect.map((file) => ({
      environment: { ...file.environment, ...onlySet(environment) },
      warnings: file.warnings
    }))
  )
}

const onlySet = (environment: Environment): Environment =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined))

/**
 * The environment with `overrides` in place of what it says, also where it says it by a file (`X_FILE`): for settings that a
 * caller fixes, as `--sandbox` does.
 */
export const withOverrides = (environment: Environment, overrides: Environment): Environment => {
  const replaced = new Set(Object.keys(overrides).flatMap((name) => [name, `${name}_FILE`]))
  return { ...Object.fromEntries(Object.entries(environment).filter(([name]) => !replaced.has(name))), ...overrides }
}
