/**
 * The file that `FACILITIES` names, as text: what it says of each facility, in the names of the variables. YAML 1.2 of the core schema;
 * nothing that stands for something else (aliases, merge keys, tags), so that what is read is what is written.
 */
import { Either } from "effect"
import type { yaml as Yaml } from "./Yaml.js"
import type { Environment } from "./EnvFile.js"
import { facilityKeys, isTable, type Key, type Keys, keysOfDefaults, keysOfFacility } from "./FacilityKeys.js"
import { fillIn } from "./FillIn.js"
import type { Problems } from "./Source.js"
import { nearest } from "./Suggestions.js"

/** What the file says of one facility, its defaults included. */
export interface FacilityEntry {
  /** Texts of variables. */
  readonly variables: Environment
  /** Where in the file each variable stands, or would stand: `facilities[1].plex.apiKey`. */
  readonly places: ReadonlyMap<string, string>
}

export interface ReadFacilities {
  readonly entries: ReadonlyArray<FacilityEntry>
  /** What is wrong with the file itself, each with its place. */
  readonly problems: Problems
  /** Places that `problems` names: that nothing is set there needs no further word. */
  readonly told: ReadonlySet<string>
  /** The variables that stand for texts in it (`${NAME}`). */
  readonly used: ReadonlySet<string>
}

interface Given {
  readonly text: string
  readonly place: string
}
type GivenByVariable = ReadonlyMap<string, Given>

const known: Keys = new Map([
  ["defaults", { below: keysOfDefaults }],
  ["facilities", { below: keysOfFacility }]
])

const byEnding = new Map(facilityKeys.map(({ path }) => [path.slice(path.lastIndexOf(".") + 1), path]))
const byVariable = new Map(facilityKeys.map(({ name, path }) => [name, path]))

/** A key that is not known, where it is like a name: after a mistake in the syntax a value may stand in its place, and that a secret. */
const nameInProblems = (name: string): string =>
  /^(?:[A-Za-z_][\w-]{0,30}|<<)$/.test(name) ? name : `(a key of ${[...name].length} characters)`

/** Reads one document; remembers what is wrong with it. */
class Reader {
  readonly problems: Array<string> = []
  readonly told = new Set<string>()
  readonly used = new Set<string>()

  constructor(
    readonly yaml: typeof Yaml,
    readonly lines: Yaml.LineCounter,
    readonly environment: Environment
  ) {}

  line(node: unknown): string {
    const offset = this.yaml.isNode(node) ? node.range?.[0] : undefined
    return offset === undefined ? "" : ` (line ${this.lines.linePos(offset).line})`
  }

  tell(place: string, node: unknown, what: string): void {
    this.told.add(place)
    this.problems.push(`${place}${this.line(node)} ${what}`)
  }

  /** Whether it says itself what it is. */
  isPlain(place: string, node: unknown): boolean {
    if (this.yaml.isAlias(node)) {
      this.tell(place, node, "is an alias: expected the value itself. Write it out, or use defaults.")
      return false
    }
    if (this.yaml.isNode(node) && "anchor" in node && node.anchor !== undefined) {
      this.tell(place, node, "has an anchor, which nothing may refer to. Remove it, or use defaults.")
      return false
    }
    if (this.yaml.isNode(node) && node.tag !== undefined) {
      this.tell(place, node, "has a tag: expected the value alone. Remove the tag.")
      return false
    }
    return true
  }

  /** The entries of a table under names that are known, each once. */
  entries(
    place: string,
    node: unknown,
    keys: Keys
  ): ReadonlyArray<readonly [name: string, place: string, value: unknown]> {
    const { yaml } = this
    if (!this.isPlain(place, node) || node === null || (yaml.isScalar(node) && node.value === null)) return []
    if (!yaml.isMap(node)) {
      this.tell(
        place === "" ? "the file" : place,
        node,
        `is no table: expected keys of ${[...keys.keys()].join(", ")}.`
      )
      return []
    }
    const seen = new Set<string>()
    return node.items.flatMap(({ key, value }) => {
      const name = yaml.isScalar(key) ? String(key.value) : ""
      const said = keys.has(name) ? name : nameInProblems(name)
      const at = place === "" ? said : `${place}.${said}`
      if (!this.isPlain(at, key)) return []
      if (!keys.has(name)) {
        this.tell(
          at,
          key,
          name === "<<" ? "merges another table: write its keys out, or use defaults." : this.#unknown(name, keys)
        )
        return []
      }
      if (seen.has(name)) {
        this.tell(at, key, "stands there twice: expected once. Remove one of them.")
        return []
      }
      seen.add(name)
      return [[name, at, value]]
    })
  }

  #unknown(name: string, keys: Keys): string {
    const elsewhere = byVariable.get(name) ?? byEnding.get(name)
    const meant = elsewhere ?? nearest(name, keys.keys())
    return `is no known key: did you mean ${meant ?? ""}? Correct or remove it.`
  }

  /** What a table says, by variable; an empty text says that nothing is set there. */
  given(place: string, node: unknown, keys: Keys): ReadonlyArray<readonly [variable: string, given: Given]> {
    return this.entries(place, node, keys).flatMap(([name, at, value]) => {
      const entry = keys.get(name)
      if (entry === undefined) return []
      if (isTable(entry)) return this.given(at, value, entry.below)
      const text = this.#text(at, value, entry)
      return text === undefined ? [] : [[entry.name, { text, place: at }]]
    })
  }

  /** A value as its variable would hold it; numbers and switches as they are written. */
  #text(place: string, node: unknown, { variable }: Key): string | undefined {
    const { yaml } = this
    if (!this.isPlain(place, node)) return undefined
    if (node === null) return ""
    if (yaml.isScalar(node)) {
      const written = node.type === "PLAIN" ? (node.source ?? "") : String(node.value)
      return node.value === null ? "" : this.#filled(place, node, written)
    }
    const expected = variable.format.expected
    if (!yaml.isSeq(node)) {
      this.tell(place, node, `holds keys: expected ${expected}.`)
      return undefined
    }
    if (variable.format.schema?.["anyOf"] === undefined) {
      this.tell(place, node, `is a list: expected ${expected}.`)
      return undefined
    }
    const texts = node.items.map((item, index) => {
      const at = `${place}[${index}]`
      if (!this.isPlain(at, item)) return undefined
      if (yaml.isScalar(item) && item.value !== null) return this.#filled(at, item, String(item.value))
      this.tell(at, item, "is no text: expected one entry of the list.")
      return undefined
    })
    return texts.includes(undefined) ? undefined : texts.join(",")
  }

  #filled(place: string, node: unknown, written: string): string | undefined {
    const { problem, text, used } = fillIn(written, this.environment)
    for (const name of used) this.used.add(name)
    if (problem !== undefined) this.tell(place, node, problem)
    return problem === undefined ? text : undefined
  }
}

/** Of a secret, what a facility says itself replaces both its text and its file of the defaults. */
const over = (defaults: GivenByVariable, own: GivenByVariable): GivenByVariable => {
  const replaced = new Set(
    facilityKeys.filter(({ name }) => own.has(name)).flatMap(({ variable }) => [variable.name, `${variable.name}_FILE`])
  )
  return new Map([...[...defaults].filter(([name]) => !replaced.has(name)), ...own])
}

const entryOf = (place: string, given: GivenByVariable): FacilityEntry => ({
  variables: Object.fromEntries(Array.from(given, ([name, { text }]) => [name, text])),
  places: new Map(facilityKeys.map(({ name, path }) => [name, given.get(name)?.place ?? `${place}.${path}`]))
})

/**
 * Reads the text of a file of facilities; `environment` fills in what it names. Fails where it is not YAML; the text of the file is
 * not repeated, but for its keys.
 */
export const readFacilities = (
  yaml: typeof Yaml,
  text: string,
  environment: Environment
): Either.Either<ReadFacilities, string> => {
  const lines = new yaml.LineCounter()
  const document = yaml.parseDocument(text, {
    lineCounter: lines,
    schema: "core",
    version: "1.2",
    merge: false,
    uniqueKeys: false
  })
  const [error] = [...document.errors, ...document.warnings]
  if (error !== undefined) {
    const line = error.linePos?.[0].line
    return Either.left(`is not YAML${line === undefined ? "" : `, see line ${line}`} (${error.code})`)
  }
  const reader = new Reader(yaml, lines, environment)
  const parts = new Map(reader.entries("", document.contents, known).map(([name, , value]) => [name, value]))
  const defaults = new Map(parts.has("defaults") ? reader.given("defaults", parts.get("defaults"), keysOfDefaults) : [])
  const list = parts.get("facilities")
  const items = reader.isPlain("facilities", list) && yaml.isSeq(list) ? list.items : []
  if (items.length === 0 && !reader.told.has("facilities")) {
    reader.tell("facilities", list, "holds no facility: expected a list with one entry for each facility.")
  }
  const entries = items.map((item, index) => {
    const place = `facilities[${index}]`
    return entryOf(place, over(defaults, new Map(reader.given(place, item, keysOfFacility))))
  })
  return Either.right({ entries, problems: reader.problems, told: reader.told, used: reader.used })
}
