/**
 * How two states of one CDF object differ, field by field, for people who ask what a write would change.
 */
import { isLeftOut, keptContent } from "../KeptContent.js"

/** A field, or one key of its metadata, with what it is before and after; what is absent is not there. */
export interface ValueDifference {
  readonly field: string
  /** Of metadata. */
  readonly key?: string
  readonly before?: unknown
  readonly after?: unknown
  /** The values tell of people, or let somebody in, and are not told. */
  readonly withheld?: true
}

/** A field that is a set of things (links, labels, columns), with what is added and what is taken away. */
export interface SetDifference {
  readonly field: string
  readonly added: ReadonlyArray<unknown>
  readonly removed: ReadonlyArray<unknown>
}

export type Difference = ValueDifference | SetDifference

type Fields = ReadonlyMap<string, unknown>

/** What CDF gives an object by itself, and what follows from its external ids. */
const given: ReadonlySet<string> = new Set(["id", "parentId"])

/** A map, as a key may have the name of what every object has. */
const fieldsIn = (value: unknown): Fields =>
  new Map(typeof value === "object" && value !== null ? Object.entries(value) : [])

const namesIn = (one: Fields, other: Fields): ReadonlyArray<string> =>
  [...new Set([...one.keys(), ...other.keys()])].toSorted()

const textOf = (item: unknown): string => JSON.stringify(item)

const without = (items: ReadonlyArray<unknown>, others: ReadonlyArray<unknown>): ReadonlyArray<unknown> => {
  const texts = new Set(others.map(textOf))
  return items.filter((item) => !texts.has(textOf(item)))
}

const ofValues = (
  where: Pick<ValueDifference, "field" | "key">,
  before: unknown,
  after: unknown
): ReadonlyArray<ValueDifference> =>
  before === after
    ? []
    : [{ ...where, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }]

const ofMetadata = (before: Fields, after: Fields, people: boolean): ReadonlyArray<ValueDifference> =>
  namesIn(before, after).flatMap((key) =>
    ofValues({ field: "metadata", key }, before.get(key), after.get(key)).map((difference) =>
      isLeftOut(key, people) ? { field: "metadata", key, withheld: true } : difference
    )
  )

const ofSets = (field: string, before: unknown, after: unknown): ReadonlyArray<SetDifference> => {
  const [held, wanted] = [Array.isArray(before) ? before : [], Array.isArray(after) ? after : []]
  const added = without(wanted, held)
  const removed = without(held, wanted)
  return added.length + removed.length === 0 ? [] : [{ field, added, removed }]
}

/**
 * The differences of the fields in their order by name, of metadata key by key. Unless `people`, values of metadata that tell of people
 * are withheld. Nothing where the two are equal; sets in another order are.
 */
export const differencesOf = (before: object, after: object, people: boolean): ReadonlyArray<Difference> => {
  const [held, wanted] = [fieldsIn(before), fieldsIn(after)]
  return namesIn(held, wanted).flatMap((field): ReadonlyArray<Difference> => {
    const [one, other] = [held.get(field), wanted.get(field)]
    if (given.has(field)) return []
    if (field === "metadata") return ofMetadata(fieldsIn(one), fieldsIn(other), people)
    return Array.isArray(one) || Array.isArray(other) ? ofSets(field, one, other) : ofValues({ field }, one, other)
  })
}

/** What is told of an object that would be made: its fields without what CDF gives it, its people as in `differencesOf`. */
export const fieldsOf = (object: object, people: boolean): unknown =>
  keptContent(Object.fromEntries([...fieldsIn(object)].filter(([field]) => !given.has(field))), people)
