/**
 * What the project says about itself is true.
 */
import { assert, it } from "@effect/vitest"
import { Schema } from "effect"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { known } from "../../src/cli/commandLine.js"
import { helpLines } from "../../src/cli/helpText.js"
import { everyCommand } from "../../src/cli/KnownCommand.js"
import { style } from "../../src/cli/Style.js"
import { version } from "../../src/version.js"

const read = (path: string): string => readFileSync(path, "utf8")

const Package = Schema.parseJson(Schema.Struct({ version: Schema.String, license: Schema.String }))

/** What is not part of the project: what `.gitignore` names, and git's own. */
const ignored = [".git", ...read(".gitignore").split("\n").filter(Boolean)].map((name) => name.replace(/\/$/, ""))
const isIgnored = (name: string): boolean =>
  ignored.some((pattern) => (pattern.startsWith("*") ? name.endsWith(pattern.slice(1)) : name === pattern))

/** Every file of the project; found without git, which a bare machine may lack. */
const filesUnder = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !isIgnored(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? filesUnder(path) : entry.isFile() ? [path] : []
    })

/** Files that hold what they should not. */
const holding = (pattern: RegExp): ReadonlyArray<string> => filesUnder(".").filter((file) => pattern.test(read(file)))

/** The command line flags that a text names. */
const flagsIn = (text: string): ReadonlySet<string> =>
  new Set(text.match(/(?<![\w-])--[a-z]+(?:-[a-z]+)*(?![\w-])/g) ?? [])

/** What every command says of itself. */
const help = everyCommand(known)
  .flatMap((command) => helpLines(command, 100, style({ isTTY: false })))
  .join("\n")

it("the version that the process tells is that of the package", () => {
  assert.strictEqual(version, Schema.decodeUnknownSync(Package)(read("package.json")).version)
  assert.match(read("CHANGELOG.md"), new RegExp(`^## ${version.replaceAll(".", "\\.")}\\b`, "m"))
})

it("the licence of the package is the one whose text is there", () => {
  assert.strictEqual(Schema.decodeUnknownSync(Package)(read("package.json")).license, "Apache-2.0")
  assert.match(read("LICENSE"), /Apache License\s+Version 2\.0, January 2004/)
})

it("no lock file holds the address of a download", () => {
  const locks = filesUnder(".").filter((file) => file.endsWith("package-lock.json"))
  assert.isAtLeast(locks.length, 2)
  for (const lock of locks) assert.notInclude(read(lock), `"resolved"`, lock)
})

it("the README's table of commands has each of them once, in the order of the help", () => {
  const table = [...read("README.md").matchAll(/^\| `plex-cdf \[?([a-z-]+)\]?` +\|/gm)].map(([, name]) => name)
  assert.deepStrictEqual(
    table,
    known.subcommands.map(({ path }) => path.at(-1))
  )
})

it("every command line flag that the README or docs/commands.md names exists, and every flag is named there", () => {
  const flags = flagsIn(help)
  const told = flagsIn(read("README.md") + read("docs/commands.md"))
  assert.isAbove(flags.size, 20)
  assert.deepStrictEqual(
    [...told].filter((flag) => !flags.has(flag)),
    [],
    "named only"
  )
  assert.deepStrictEqual(
    [...flags].filter((flag) => !told.has(flag)),
    [],
    "not named"
  )
})

it("every file that the documents link to exists", () => {
  const documents = filesUnder(".").filter((file) => file.endsWith(".md"))
  const dead = documents.flatMap((document) =>
    [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)]
      .map(([, target = ""]) => join(document, "..", target))
      .filter((target) => !existsSync(target))
      .map((target) => `${document}: ${target}`)
  )
  assert.deepStrictEqual(dead, [])
})

/** The names under which a document's headings are linked to. */
const anchorsOf = (document: string): ReadonlySet<string> =>
  new Set(
    [...read(document).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\p{M} _-]/gu, "")
        .replaceAll(" ", "-")
    )
  )

it("every heading that the documents link to exists", () => {
  const documents = filesUnder(".").filter((file) => file.endsWith(".md"))
  const links = documents.flatMap((document) =>
    [...read(document).matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)].map(([, target = "", anchor = ""]) => ({
      document,
      target: target === "" ? document : join(document, "..", target),
      anchor
    }))
  )
  assert.isAbove(links.length, 30)
  assert.deepStrictEqual(
    links
      .filter(({ anchor, target }) => !anchorsOf(target).has(anchor))
      .map(({ anchor, document, target }) => `${document}: ${target}#${anchor}`),
    []
  )
})

it("no file mentions a package registry", () => {
  assert.deepStrictEqual(holding(new RegExp(["registry", "npmjs"].join("\\."))), [])
})

it("no file holds a path of the machine it was written on", () => {
  const here = process.cwd().replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
  assert.deepStrictEqual(holding(new RegExp(`(?<![\\w./*-])(?:${here}|/home/\\w+|/Users/\\w+|[A-Z]:\\\\Users)/`)), [])
})
