import { id as idCheck, externalId as externalIdCheck } from "./Checks.js"
import type { Collection, Stored } from "./Collection.js"
import { badRequest, duplicatedItems } from "./Errors.js"
import type { Refusal } from "./Errors.js"
import { isObject } from "./Json.js"
import type { JsonObject } from "./Json.js"

/** How a request points at an object. */
export type Reference = { readonly id: number } | { readonly externalId: string }

/** How a service words and orders its complaints about references; recorded traffic where it is known. */
export interface ReferenceTexts {
  readonly unknownId: string
  readonly unknownExternalId: string
  readonly duplicated: string
  /** For an id and an external id that point at the same object, when it is worded otherwise. */
  readonly conflicting?: string
  /** Of the same reference given twice. */
  readonly duplicatedStatus: 409 | 422
  /** `references`: twice the same text is refused before anything is looked up; `objects`: only known ones count. */
  readonly duplicatesAmong: "references" | "objects"
  /** Whether `missing` comes in an order of its own and without repeats (assets do this). */
  readonly missingShuffled?: boolean
}

const keyOf = (reference: Reference): string | number => ("id" in reference ? reference.id : `x${reference.externalId}`)

/**
 * The reference in an item; other properties are the caller's business.
 *
 * @throws Refusal 400 unless exactly one of `id` (where the resource has one) and `externalId` is given and valid
 */
export const referenceOf = (item: unknown, place: string, numericIds: boolean): Reference => {
  const object: JsonObject = isObject(item) ? item : {}
  const id = numericIds ? (object["id"] ?? undefined) : undefined
  const externalId = object["externalId"] ?? undefined
  if ((id === undefined) === (externalId === undefined)) {
    throw badRequest(
      `Invalid value at ${place}: needs ${numericIds ? "exactly one of id and externalId" : "externalId"}`
    )
  }
  const problem = id === undefined ? externalIdCheck(externalId) : idCheck(id)
  if (problem !== undefined) {
    throw badRequest(`Invalid value at ${place}: ${id === undefined ? "externalId" : "id"} ${problem}`)
  }
  return typeof id === "number" ? { id } : { externalId: String(externalId) }
}

const repeated = (references: ReadonlyArray<Reference>): ReadonlyArray<Reference> => {
  const seen = new Set<string | number>()
  const twice = new Map<string | number, Reference>()
  for (const reference of references) {
    const key = keyOf(reference)
    if (seen.has(key)) {
      twice.set(key, reference)
    }
    seen.add(key)
  }
  return Array.from(twice.values())
}

const missingRefusal = (unknown: ReadonlyArray<Reference>, texts: ReferenceTexts): Refusal => {
  const distinct = new Map(unknown.map((reference) => [keyOf(reference), reference]))
  const missing = texts.missingShuffled === true ? Array.from(distinct.values()).toReversed() : unknown
  const text = unknown.some((reference) => "id" in reference) ? texts.unknownId : texts.unknownExternalId
  return badRequest(text, missing)
}

const lookUp = (collection: Collection, reference: Reference): Stored | undefined =>
  "id" in reference ? collection.get(reference.id) : collection.find(reference.externalId)

const sameObjectTwice = (
  found: ReadonlyArray<Stored | undefined>,
  references: ReadonlyArray<Reference>,
  texts: ReferenceTexts
): Refusal | undefined => {
  const ways = new Map<Stored, Reference>()
  const twice: Array<JsonObject> = []
  let same = true
  for (const [index, stored] of found.entries()) {
    const reference = references[index]
    if (stored === undefined || reference === undefined) {
      continue
    }
    const first = ways.get(stored)
    if (first !== undefined) {
      same &&= keyOf(first) === keyOf(reference)
      twice.push(
        keyOf(first) !== keyOf(reference) && texts.conflicting !== undefined
          ? { ...first, ...reference }
          : { id: stored.id }
      )
    }
    ways.set(stored, reference)
  }
  return twice.length === 0
    ? undefined
    : duplicatedItems(
        same ? texts.duplicatedStatus : 409,
        same ? texts.duplicated : (texts.conflicting ?? texts.duplicated),
        twice
      )
}

/**
 * The objects that references point at, in their order; an unknown one is `undefined` when `ignoreUnknown`.
 *
 * @throws Refusal 400 with `missing`, or 409/422 with `duplicated`
 */
export const resolve = (
  collection: Collection,
  references: ReadonlyArray<Reference>,
  texts: ReferenceTexts,
  ignoreUnknown: boolean
): ReadonlyArray<Stored | undefined> => {
  const twice = texts.duplicatesAmong === "references" ? repeated(references) : []
  if (twice.length > 0) {
    throw duplicatedItems(texts.duplicatedStatus, texts.duplicated, twice)
  }
  const found = references.map((reference) => lookUp(collection, reference))
  const unknown = references.filter((_, index) => found[index] === undefined)
  if (unknown.length > 0 && !ignoreUnknown) {
    throw missingRefusal(unknown, texts)
  }
  const conflict = sameObjectTwice(found, references, texts)
  if (conflict !== undefined) {
    throw conflict
  }
  return found
}
