import type { Reply } from "../Reply.js"
import { json } from "../Reply.js"
import type { Collection, Stored } from "./Collection.js"
import { badRequest, duplicatedItems } from "./Errors.js"
import { changesOf, checkedItem } from "./Fields.js"
import { asText, canonical, isObject } from "./Json.js"
import type { JsonObject } from "./Json.js"
import { checkShared, flagOf, itemsOf, refusePoisoned } from "./Project.js"
import type { Project } from "./Project.js"
import { referenceOf, resolve } from "./References.js"
import type { Reference } from "./References.js"
import type { Draft, Resource } from "./Resource.js"

/** Create, update, byids and delete, the same for every resource: all items or none. Each throws a Refusal. */
export interface Crud {
  readonly create: (resource: Resource, body: unknown) => Reply
  readonly update: (resource: Resource, body: unknown) => Reply
  readonly byids: (resource: Resource, body: unknown) => Reply
  readonly remove: (resource: Resource, body: unknown) => Reply
}

const withoutAbsent = (...values: ReadonlyArray<JsonObject>): JsonObject => {
  const present: Record<string, unknown> = {}
  for (const value of values) {
    for (const name of Object.keys(value)) {
      if (value[name] !== undefined) {
        present[name] = value[name]
      }
    }
  }
  return present
}

const shown = (resource: Resource, stored: Stored, request: JsonObject): JsonObject =>
  resource.show === undefined ? stored.value : resource.show(stored, request)

const settled = (resource: Resource, drafts: ReadonlyArray<Draft>): ReadonlyArray<JsonObject> =>
  resource.settle === undefined ? drafts.map(({ next }) => next) : resource.settle(drafts)

const externalIdOf = (value: JsonObject): string | undefined => asText(value["externalId"])

/** External ids that two drafts, or a draft and another stored object, would share. */
const refuseTaken = (resource: Resource, drafts: ReadonlyArray<Draft>): void => {
  const claimed = new Set<string>()
  const taken = new Set<string>()
  for (const { id, changes } of drafts) {
    const externalId = externalIdOf(changes)
    if (externalId === undefined) {
      continue
    }
    const holder = resource.collection.find(externalId)
    if (claimed.has(externalId) || (holder !== undefined && holder.id !== id)) {
      taken.add(externalId)
    }
    claimed.add(externalId)
  }
  if (taken.size > 0) {
    throw duplicatedItems(
      409,
      resource.texts.duplicated,
      Array.from(taken, (externalId) => ({ externalId }))
    )
  }
}

/** Splits an item into its reference and the rest of its properties. */
const updateItem = (item: unknown, place: string, numericIds: boolean): readonly [Reference, JsonObject] => {
  const reference = referenceOf(item, place, numericIds)
  const object = isObject(item) ? item : {}
  const other = Object.keys(object).find(
    (key) => key !== "update" && key !== "externalId" && (key !== "id" || !numericIds)
  )
  if (other !== undefined) {
    throw badRequest(`Unknown property at ${place}: ${other}`)
  }
  const update = object["update"]
  if (!isObject(update)) {
    throw badRequest(`Missing required property at ${place}: update`)
  }
  return [reference, update]
}

const plainReference = (item: unknown, place: string, numericIds: boolean): Reference => {
  const reference = referenceOf(item, place, numericIds)
  const other = isObject(item)
    ? Object.keys(item).find((key) => key !== "externalId" && (key !== "id" || !numericIds))
    : undefined
  if (other !== undefined) {
    throw badRequest(`Unknown property at ${place}: ${other}`)
  }
  return reference
}

export const makeCrud = (project: Project, dataSets: Collection, labels: Collection): Crud => {
  const create = (resource: Resource, body: unknown): Reply => {
    const items = itemsOf(body, resource.create.max).map((item, index) =>
      checkedItem(resource.fields, item, `items[${index}]`)
    )
    refusePoisoned(project, items.map(externalIdOf))
    const drafts = items.map((item): Draft => {
      const id = project.newId()
      return { id, previous: undefined, changes: item, next: item }
    })
    refuseTaken(resource, drafts)
    checkShared(drafts, resource, dataSets, labels)
    const contents = settled(resource, drafts)
    const at = project.now()
    const { listDelayCalls, listDelayMillis } = project.knobs.now()
    const visible = { call: resource.collection.listCalls + listDelayCalls, at: at + listDelayMillis }
    const stored = contents.map((content, index) => {
      const id = drafts[index]?.id ?? 0
      const value = withoutAbsent(resource.numericIds ? { id } : {}, content, { createdTime: at, lastUpdatedTime: at })
      return resource.collection.add({ id, externalId: externalIdOf(value), value, visible })
    })
    return json(resource.create.status, { items: stored.map((each) => shown(resource, each, {})) })
  }

  const changed = (resource: Resource, previous: Stored, content: JsonObject, at: number): Stored => {
    const next = withoutAbsent(content)
    const kept = !resource.identicalUpdateBumps && canonical(next) === canonical(previous.value)
    const value = kept ? previous.value : { ...next, lastUpdatedTime: at }
    return { ...previous, externalId: externalIdOf(value), value }
  }

  const update = (resource: Resource, body: unknown): Reply => {
    const items = itemsOf(body, 1000).map((item, index) => updateItem(item, `items[${index}]`, resource.numericIds))
    refusePoisoned(
      project,
      items.map(([reference]) => ("externalId" in reference ? reference.externalId : undefined))
    )
    const found = resolve(
      resource.collection,
      items.map(([reference]) => reference),
      resource.texts,
      false
    )
    const own = resource.ownUpdate ?? (() => undefined)
    const drafts = found.flatMap((previous, index): ReadonlyArray<Draft> => {
      const patch = items[index]?.[1]
      if (previous === undefined || patch === undefined) {
        return []
      }
      const changes = changesOf(resource.fields, previous.value, patch, `items[${index}].update`, own)
      return [{ id: previous.id, previous, changes, next: { ...previous.value, ...changes } }]
    })
    refuseTaken(resource, drafts)
    checkShared(drafts, resource, dataSets, labels)
    const at = project.now()
    const results = settled(resource, drafts).map((content, index) => {
      const previous = drafts[index]?.previous
      return previous === undefined ? undefined : ([previous, changed(resource, previous, content, at)] as const)
    })
    for (const result of results) {
      if (result !== undefined) {
        resource.collection.replace(...result)
      }
    }
    return json(200, {
      items: results.flatMap((result) => (result === undefined ? [] : [shown(resource, result[1], {})]))
    })
  }

  const referenced = (resource: Resource, body: unknown, options: ReadonlyArray<string>): ReadonlyArray<Stored> => {
    const references = itemsOf(body, 1000, options).map((item, index) =>
      plainReference(item, `items[${index}]`, resource.numericIds)
    )
    const ignoreUnknown = isObject(body) && flagOf(body, "ignoreUnknownIds")
    return resolve(resource.collection, references, resource.texts, ignoreUnknown).filter((each) => each !== undefined)
  }

  return {
    create,
    update,
    byids: (resource, body) => {
      const found = referenced(resource, body, resource.byidsOptions)
      const request = isObject(body) ? body : {}
      return json(200, { items: found.map((stored) => shown(resource, stored, request)) })
    },
    remove: (resource, body) => {
      const found = referenced(resource, body, resource.delete?.options ?? [])
      const request = isObject(body) ? body : {}
      for (const stored of resource.doomed === undefined ? found : resource.doomed(found, request)) {
        resource.collection.remove(stored)
      }
      return json(resource.delete?.status ?? 200, {})
    }
  }
}
