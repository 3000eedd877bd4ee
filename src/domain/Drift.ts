/**
 * How the records of a flow differ from what is known of them: fields that are new, fields that no record has any more, and fields that
 * cannot be read. Noted by name, record after record; told once.
 */
import { Option, Schema } from "effect"

/** `new`: no schema reads it; `missing`: absent or null everywhere, though earlier runs had it; `unreadable`: not of its type. */
const Kind = Schema.Literal("new", "missing", "unreadable")
export type DriftKind = typeof Kind.Type

/** `share`: of the records of a run, how many show it; between 0 and 1. */
const Told = Schema.Struct({ kind: Kind, share: Schema.Number })

const Memory = Schema.Struct({
  /** The version of the program that told it. */
  version: Schema.String,
  told: Schema.ReadonlyMap({ key: Schema.String, value: Told }),
  /** The least share of the records that had a value for a field, of the runs that had it at all. */
  shares: Schema.ReadonlyMap({ key: Schema.String, value: Schema.Number })
})
export interface DriftMemory extends Schema.Schema.Type<typeof Memory> {}

export const noDrift: DriftMemory = { version: "", told: new Map(), shares: new Map() }

/** A name and the share of the records that show it. */
type Shares = ReadonlyMap<string, number>

/** A field is missed where at least so many records of a run would have had it. */
const fewestExpected = 20
/** Of so many records each is counted; of the others it is only seen what is in them. */
const mostCounted = 1000
/** Records with keys made of data would have any number of new fields. */
const mostNew = 100
const mostTold = 200
const longestName = 100

const isObject = (record: unknown): record is Readonly<Record<string, unknown>> =>
  typeof record === "object" && record !== null && !Array.isArray(record)

/** Down to a power of two, so that what is kept seldom changes. */
const rounded = (share: number): number => 2 ** Math.floor(Math.log2(share))

const fieldsOf = (schema: Schema.Schema.AnyNoContext) => {
  const { ast } = Schema.encodedSchema(schema)
  return ast._tag === "TypeLiteral"
    ? { named: new Set(ast.propertySignatures.map(({ name }) => String(name))), open: ast.indexSignatures.length > 0 }
    : { named: new Set<string>(), open: true }
}

const nameOf = (path: ReadonlyArray<PropertyKey>): string =>
  path
    .filter((part) => typeof part === "string")
    .join(".")
    .slice(0, longestName)

/** What the records of one schema show. */
export class SeenFields {
  readonly #named: ReadonlySet<string>
  /** Whether the schema keeps fields that it does not name, so that none is new. */
  readonly #open: boolean
  /** How many of the counted records have a field; 0 where only a later one has it. */
  readonly #counts = new Map<string, number>()
  readonly #unreadable = new Map<string, number>()
  #records = 0
  #unnamed = 0

  constructor(schema: Schema.Schema.AnyNoContext) {
    const { named, open } = fieldsOf(schema)
    this.#named = named
    this.#open = open
  }

  get records(): number {
    return this.#records
  }

  /** Records as Plex sent them. */
  see(records: Iterable<unknown>): void {
    const counts = this.#counts
    for (const record of records) {
      const counting = this.#records++ < mostCounted
      if (!isObject(record)) continue
      for (const name in record) {
        if (!counting && counts.has(name)) continue
        if (this.#shows(name, record[name])) counts.set(name, (counts.get(name) ?? 0) + (counting ? 1 : 0))
      }
    }
  }

  /** The fields of one record, by their paths, that could not be read. */
  unread(paths: Iterable<ReadonlyArray<PropertyKey>>): void {
    for (const name of new Set(Array.from(paths, nameOf))) {
      const count = this.#unreadable.get(name)
      if (name !== "" && (count !== undefined || this.#unreadable.size < mostTold)) {
        this.#unreadable.set(name, (count ?? 0) + 1)
      }
    }
  }

  has(name: string): boolean {
    return this.#counts.has(name)
  }
  knows(name: string): boolean {
    return this.#open || this.#named.has(name)
  }

  /** The fields of the schema that any record had a value for. */
  get valued(): Shares {
    return this.#sharesOf(true)
  }
  get unknown(): Shares {
    return this.#sharesOf(false)
  }
  get unreadable(): Shares {
    return new Map([...this.#unreadable].map(([name, count]) => [name, rounded(Math.min(1, count / this.#records))]))
  }

  #sharesOf(known: boolean): Shares {
    const counted = Math.min(this.#records, mostCounted)
    return new Map(
      [...this.#counts]
        .filter(([name]) => this.knows(name) === known)
        .map(([name, count]) => [name, rounded(Math.max(count, 1) / counted)])
    )
  }

  #shows(name: string, value: unknown): boolean {
    if (this.knows(name) && (value === null || value === undefined)) return false
    if (this.#named.has(name) || this.#counts.has(name)) return true
    return this.#unnamed++ < mostNew
  }
}

/** What a run of a flow has to tell of its fields. */
export interface DriftVerdict {
  /** How many fields differ. */
  readonly drifted: number
  /** Those that were not told yet. */
  readonly untold: ReadonlyMap<string, DriftKind>
  /** To be kept until the next run. */
  readonly memory: DriftMemory
}

/** The drift of one run of one flow, whatever schemas it reads; a field of the same name in several of them counts as one. */
export class Drift {
  readonly #seen = new Map<Schema.Schema.AnyNoContext, SeenFields>()
  #selected = false

  of(schema: Schema.Schema.AnyNoContext): SeenFields {
    const seen = this.#seen.get(schema) ?? new SeenFields(schema)
    this.#seen.set(schema, seen)
    return seen
  }

  /** To be said where only records in a certain state were asked for: what none of them has need not be missing. */
  select(): void {
    this.#selected = true
  }

  get isEmpty(): boolean {
    return this.#records(() => true) === 0
  }

  /** `whole`: the run came to its end, so that it can be said what it does not show; `version`: another one tells everything again. */
  verdict(before: DriftMemory, version: string, whole: boolean): DriftVerdict {
    const judging = whole && !this.#selected
    const now = this.#differing(judging ? before.shares : new Map())
    const toldBefore = before.version === version ? before.told : noDrift.told
    const told = new Map([...toldBefore].filter(([name, one]) => now.has(name) || !judging || !this.#isOver(name, one)))
    const untold = new Map<string, DriftKind>()
    for (const [name, { kind, share }] of now) {
      const known = told.get(name)
      if (known === undefined && told.size >= mostTold) continue
      if (known?.kind !== kind) untold.set(name, kind)
      told.set(name, { kind, share: known?.kind === kind ? Math.min(share, known.share) : share })
    }
    const shares = new Map(before.shares)
    if (judging) for (const [name, share] of this.#valued()) shares.set(name, Math.min(share, shares.get(name) ?? 1))
    return { drifted: now.size, untold, memory: { version, told, shares } }
  }

  #differing(expected: Shares): DriftMemory["told"] {
    const differing = new Map<string, typeof Told.Type>()
    for (const [name, share] of expected) {
      const records = this.#records((seen) => seen.knows(name))
      if (share * records >= fewestExpected && !this.#has(name)) differing.set(name, { kind: "missing", share: 1 })
    }
    for (const seen of this.#seen.values()) {
      for (const [name, share] of seen.unknown) differing.set(name.slice(0, longestName), { kind: "new", share })
    }
    for (const seen of this.#seen.values()) {
      for (const [name, share] of seen.unreadable) differing.set(name, { kind: "unreadable", share })
    }
    return differing
  }

  /** Whether a field that is told does not differ any more; few records do not show it. */
  #isOver(name: string, { kind, share }: typeof Told.Type): boolean {
    return kind === "missing" ? this.#has(name) : share * this.#records(() => true) >= fewestExpected
  }

  #has(name: string): boolean {
    return [...this.#seen.values()].some((seen) => seen.has(name))
  }

  #records(of: (seen: SeenFields) => boolean): number {
    return [...this.#seen.values()].filter(of).reduce((sum, { records }) => sum + records, 0)
  }

  #valued(): Shares {
    const valued = new Map<string, number>()
    for (const seen of this.#seen.values()) {
      if (seen.records < fewestExpected) continue
      for (const [name, share] of seen.valued) valued.set(name, Math.min(share, valued.get(name) ?? 1))
    }
    return valued
  }
}

const Stored = Schema.parseJson(Memory)
const decode = Schema.decodeOption(Stored)
const encode = Schema.encodeSync(Stored)

const sorted = <A>(map: ReadonlyMap<string, A>): ReadonlyMap<string, A> =>
  new Map([...map].sort(([one], [other]) => (one < other ? -1 : 1)))

/** The same text for the same memory. */
export const encodeDrift = ({ shares, told, version }: DriftMemory): string =>
  encode({ version, told: sorted(told), shares: sorted(shares) })

/** A memory that cannot be read is none: what drifts is told again. */
export const decodeDrift = (text: string | undefined): DriftMemory =>
  Option.getOrElse(decode(text ?? ""), () => noDrift)
