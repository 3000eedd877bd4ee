/**
 * The file that `compare --with-scheme` names.
 */
import { Data, Effect, Either, ParseResult, Schema } from "effect"
import { readFile } from "node:fs/promises"
import { IdScheme } from "../domain/IdScheme.js"

/** Says what is wrong with the file, and what to do. */
export class WrongScheme extends Data.TaggedError("WrongScheme")<{ readonly path: string; readonly detail: string }> {
  override get message(): string {
    return `--with-scheme ${this.path}: ${this.detail}: correct the file, docs/operations.md has an example`
  }
}

const decode = Schema.decodeUnknownEither(IdScheme, { onExcessProperty: "error", errors: "all" })

const issuesIn = (error: ParseResult.ParseError): string => {
  const issues = ParseResult.ArrayFormatter.formatErrorSync(error)
  return issues.map(({ message, path }) => `${path.map(String).join(".")}: ${message}`).join("; ")
}

/** The scheme in a YAML or JSON file. */
export const readScheme = (path: string): Effect.Effect<IdScheme, WrongScheme> =>
  Effect.gen(function* () {
    const wrong = (detail: string) => new WrongScheme({ path, detail })
    const text = yield* Effect.tryPromise({ try: () => readFile(path, "utf8"), catch: () => wrong("cannot be read") })
    const { parseYaml } = yield* Effect.promise(() => import("../layers/config/Yaml.js"))
    const given = yield* Either.mapLeft(parseYaml(text), wrong)
    return yield* Either.mapLeft(decode(given), (error) => wrong(issuesIn(error)))
  })
