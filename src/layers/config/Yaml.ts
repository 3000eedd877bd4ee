/**
 * YAML, of which JSON is a part. Loaded by who needs it, with this file around the library: bundled by itself it would have no names to
 * import.
 */
import { Either } from "effect"
import * as yaml from "yaml"

export { yaml }

/** What a text holds. What is wrong is told by line; the text itself is not repeated. */
export const parseYaml = (text: string): Either.Either<unknown, string> => {
  const document = yaml.parseDocument(text)
  const [error] = document.errors
  if (error !== undefined) {
    const line = error.linePos?.[0].line
    return Either.left(`is not YAML or JSON${line === undefined ? "" : `, see line ${line}`} (${error.code})`)
  }
  return Either.try({ try: (): unknown => document.toJS(), catch: () => "is not YAML or JSON that can be read" })
}
