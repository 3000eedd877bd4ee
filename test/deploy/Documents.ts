/**
 * The files of `deploy/` and the workflows, read as what they must be: a document that is something else fails the test by name.
 */
import { Schema } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseAllDocuments } from "yaml"

export const read = (path: string): string => readFileSync(path, "utf8")

/** Paths of the files below a folder, in order. */
export const filesBelow = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()

/** The documents of a YAML text; throws on what is no YAML and on what does not fit. */
export const documentsOf =
  <A, I>(schema: Schema.Schema<A, I>) =>
  (text: string): ReadonlyArray<A> =>
    parseAllDocuments(text, { merge: true }).map((document) => {
      if (document.errors.length > 0) throw document.errors[0]
      const value: unknown = document.toJS()
      return Schema.decodeUnknownSync(schema)(value)
    })

/** The only document of a YAML file. */
export const documentAt = <A, I>(path: string, schema: Schema.Schema<A, I>): A => {
  const [document, ...more] = documentsOf(schema)(read(path))
  if (document === undefined || more.length > 0) throw new Error(`${path} does not hold one document`)
  return document
}

/** `NAME=VALUE` lines as Kubernetes and `docker run --env-file` read them: as they stand, comments only on lines of their own. */
export const plainVariables = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)])
  )

/** Anything with text keys. */
export const Anything = Schema.Record({ key: Schema.String, value: Schema.Unknown })

const Package = Schema.parseJson(Schema.Struct({ version: Schema.String }))

/** The version of the package, which images and manifests repeat. */
export const packageVersion = Schema.decodeUnknownSync(Package)(read("package.json")).version
