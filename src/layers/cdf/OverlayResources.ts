/**
 * Resources in memory over those of another `Cdf`: writes change only the memory, reads see both.
 */
import { Effect, Either, Stream } from "effect"
import type { Patch } from "../../domain/cdf/Patch.js"
import type { ResourceKind, Resources } from "../../domain/cdf/Resource.js"
import type { StoredEvent, StoredResources } from "../../domain/cdf/Stored.js"
import { CdfError, type CdfReference } from "../../domain/Errors.js"
import { ExternalId } from "../../domain/ExternalId.js"
import type { Cdf } from "../../services/Cdf.js"
import { resourceItem } from "./Answers.js"
import { matches, type ParentOf, unknownWords } from "./Filter.js"

type Service = typeof Cdf.Service

export type OverlayResources = Pick<
  Service,
  "create" | "update" | "byids" | "list" | "event" | "delete" | "assetsByNumericIds"
> & {
  /** What was written here; `undefined` where it was deleted. */
  readonly held: { readonly [K in ResourceKind]: ReadonlyMap<string, StoredResources[K] | undefined> }
}

export interface OverlayOptions {
  /** Numeric ids for what is created here. */
  readonly nextId: () => number
  /**
   * Whether everything is held here: then numeric ids that are not are missing, and a filter this overlay cannot judge is a
   * bug of the caller.
   */
  readonly alone: boolean
  /** Told of series and sequences that are gone, with their data. */
  readonly onDelete: (kind: ResourceKind, externalIds: ReadonlyArray<ExternalId>) => void
}

export const refusal = (
  operation: string,
  status: number,
  detail: string,
  named: { readonly missing?: ReadonlyArray<CdfReference>; readonly duplicated?: ReadonlyArray<CdfReference> } = {}
): CdfError =>
  new CdfError({
    operation,
    reason: "Refused",
    detail,
    status,
    missing: named.missing ?? [],
    duplicated: named.duplicated ?? []
  })

const asNames = (externalIds: Iterable<string>): ReadonlyArray<CdfReference> =>
  Array.from(externalIds, (externalId) => ({ externalId }))

const keyOf = (item: unknown): string => JSON.stringify(item)

/** A list or an object with some of it added and some removed. */
const merged = (held: unknown, add: unknown, remove: ReadonlyArray<unknown>): unknown => {
  const gone = new Set(remove.map(keyOf))
  if (Array.isArray(add)) {
    const kept = (Array.isArray(held) ? held : []).filter((one) => !gone.has(keyOf(one)))
    const there = new Set(kept.map(keyOf))
    return [...kept, ...add.filter((one) => !there.has(keyOf(one)))]
  }
  const pairs = Object.entries({ ...(typeof held === "object" ? held : {}) }).filter(([key]) => !gone.has(keyOf(key)))
  return { ...Object.fromEntries(pairs), ...(typeof add === "object" ? add : {}) }
}

const patched = (held: object, { update }: Patch): Record<string, unknown> => {
  const next: Record<string, unknown> = { ...held }
  for (const [field, change] of Object.entries(update)) {
    if ("set" in change) next[field] = change.set
    else if ("setNull" in change) delete next[field]
    else next[field] = merged(next[field], change.add, change.remove)
  }
  return next
}

/** Fields that a kind does not have, `id` of a label among them, are dropped. */
const stored = <K extends ResourceKind>(kind: K, fields: object): StoredResources[K] =>
  Either.getOrThrow(resourceItem[kind](fields))

/** By start as asked for, then what ends last; an event without an end comes after all others. */
const inOrder =
  (which: "first" | "last") =>
  (a: StoredEvent, b: StoredEvent): number =>
    (which === "first" ? 1 : -1) * ((a.startTime ?? 0) - (b.startTime ?? 0)) || (b.endTime ?? -1) - (a.endTime ?? -1)

export const overlayResources = (base: Service, { alone, nextId, onDelete }: OverlayOptions): OverlayResources => {
  const held: { readonly [K in ResourceKind]: Map<string, StoredResources[K] | undefined> } = {
    assets: new Map(),
    events: new Map(),
    timeseries: new Map(),
    sequences: new Map(),
    relationships: new Map(),
    labels: new Map()
  }
  const assetsById = new Map<number, ExternalId>()

  const byids = <K extends ResourceKind>(kind: K, externalIds: ReadonlyArray<ExternalId>) => {
    const here = held[kind]
    const ids = [...new Set(externalIds)]
    return Effect.map(
      base.byids(
        kind,
        ids.filter((id) => !here.has(id))
      ),
      (found) => {
        const there = new Map(found.map((one) => [one.externalId, one]))
        return ids.flatMap((id) => (here.has(id) ? here.get(id) : there.get(id)) ?? [])
      }
    )
  }

  const assetsByNumericIds: Service["assetsByNumericIds"] = (ids) => {
    const distinct = [...new Set(ids)]
    return Effect.map(base.assetsByNumericIds(distinct.filter((id) => !assetsById.has(id))), (found) => {
      const there = found.flatMap((asset) =>
        asset.externalId !== undefined && held.assets.has(asset.externalId)
          ? (held.assets.get(asset.externalId) ?? [])
          : asset
      )
      const here = distinct.flatMap((id) => {
        const name = assetsById.get(id)
        return (name === undefined ? undefined : held.assets.get(name)) ?? []
      })
      return [...here, ...there]
    })
  }

  const keep = <K extends ResourceKind>(kind: K, externalId: ExternalId, one: StoredResources[K]): void => {
    held[kind].set(externalId, one)
    if (kind === "assets" && "id" in one) assetsById.set(one.id, externalId)
  }

  /** The numeric ids of parents, those of the same call included; fails where one does not exist. */
  const parentsOf = (operation: string, wanted: ReadonlyArray<string>, own: ReadonlyMap<string, number>) =>
    Effect.gen(function* () {
      const ids = new Map(own)
      const asked = wanted.filter((parent) => !own.has(parent)).map((parent) => ExternalId.make(parent))
      for (const { externalId, id } of yield* byids("assets", asked)) {
        if (externalId !== undefined) ids.set(externalId, id)
      }
      const unknown = new Set(asked.filter((parent) => !ids.has(parent)))
      const [first] = unknown
      if (first === undefined) return ids
      const detail = `Reference to unknown parent with externalId ${first}`
      return yield* Effect.fail(refusal(operation, 400, detail, { missing: asNames(unknown) }))
    })

  const linksExist = (operation: string, ids: ReadonlyArray<number>): Effect.Effect<void, CdfError> =>
    !alone || ids.length === 0
      ? Effect.void
      : Effect.flatMap(assetsByNumericIds(ids), (found) => {
          const there = new Set(found.map(({ id }) => id))
          const missing = [...new Set(ids)].filter((id) => !there.has(id)).map((id) => ({ id }))
          return missing.length === 0
            ? Effect.void
            : Effect.fail(refusal(operation, 400, "Asset ids not found", { missing }))
        })

  const labelsExist = (operation: string, labels: ReadonlyArray<ExternalId>): Effect.Effect<void, CdfError> =>
    Effect.flatMap(byids("labels", labels), (found) => {
      const there = new Set(found.map(({ externalId }) => externalId))
      const missing = asNames(new Set(labels.filter((label) => !there.has(label))))
      return missing.length === 0
        ? Effect.void
        : Effect.fail(refusal(operation, 400, "Label ids not found", { missing }))
    })

  const linked = (resource: Resources[ResourceKind]): ReadonlyArray<number> => {
    if ("assetIds" in resource) return resource.assetIds ?? []
    return "assetId" in resource && resource.assetId !== undefined ? [resource.assetId] : []
  }

  const create: Service["create"] = (kind, resources) =>
    Effect.gen(function* () {
      const operation = `POST /${kind}`
      const ids = resources.map(({ externalId }) => externalId)
      const seen = new Set<string>()
      const twice = ids.filter((id) => seen.size === seen.add(id).size)
      const existing = yield* byids(kind, ids)
      const duplicated = new Set([...twice, ...existing.flatMap(({ externalId }) => externalId ?? [])])
      if (duplicated.size > 0) {
        return yield* Effect.fail(refusal(operation, 409, "id duplicated", { duplicated: asNames(duplicated) }))
      }
      yield* linksExist(operation, resources.flatMap(linked))
      yield* labelsExist(
        operation,
        resources.flatMap((one) => ("labels" in one ? one.labels.map(({ externalId }) => externalId) : []))
      )
      const numbers = new Map<string, number>(ids.map((id) => [id, nextId()]))
      const parents = yield* parentsOf(
        operation,
        resources.flatMap((one) => ("parentExternalId" in one ? (one.parentExternalId ?? []) : [])),
        kind === "assets" ? numbers : new Map()
      )
      return resources.map((resource) => {
        const parent = "parentExternalId" in resource ? resource.parentExternalId : undefined
        const one = stored(kind, {
          ...resource,
          id: numbers.get(resource.externalId),
          ...(parent === undefined ? {} : { parentId: parents.get(parent) })
        })
        keep(kind, resource.externalId, one)
        return one
      })
    })

  const update: Service["update"] = (kind, patches) =>
    Effect.gen(function* () {
      const operation = `POST /${kind}/update`
      const found = yield* byids(
        kind,
        patches.map(({ externalId }) => externalId)
      )
      const there = new Map(found.map((one) => [one.externalId, one]))
      const unknown = patches.filter(({ externalId }) => !there.has(externalId)).map(({ externalId }) => externalId)
      if (unknown.length > 0) {
        return yield* Effect.fail(refusal(operation, 400, "id not found", { missing: asNames(unknown) }))
      }
      const next = patches.map((patch) => {
        const one = there.get(patch.externalId)
        return { patch, one: stored(kind, one === undefined ? {} : patched(one, patch)) }
      })
      const moved = next.flatMap(({ one, patch }) =>
        "parentExternalId" in patch.update && "parentExternalId" in one ? (one.parentExternalId ?? []) : []
      )
      const parents = yield* parentsOf(operation, moved, new Map())
      for (const { one, patch } of next) {
        const parent =
          "parentExternalId" in patch.update && "parentExternalId" in one ? one.parentExternalId : undefined
        const parentId = parent === undefined ? undefined : parents.get(parent)
        keep(kind, patch.externalId, parentId === undefined ? one : stored(kind, { ...one, parentId }))
      }
    })

  const parentOf: ParentOf = ({ parentExternalId }) =>
    parentExternalId === undefined ? undefined : held.assets.get(parentExternalId)

  const list: Service["list"] = (kind, filter) =>
    Stream.suspend(() => {
      const unknown = unknownWords(kind, filter)
      if (alone && unknown.length > 0) return Stream.dieMessage(`no rule for the filter ${unknown.join(", ")}`)
      const here = held[kind]
      const there = base
        .list(kind, filter)
        .pipe(Stream.filter(({ externalId }) => externalId === undefined || !here.has(externalId)))
      const fitting = [...here.values()].filter((one) => one !== undefined && matches(filter, one, parentOf))
      return Stream.concat(there, Stream.fromIterable(fitting.flatMap((one) => one ?? [])))
    })

  const event: Service["event"] = (which, filter) =>
    Effect.gen(function* () {
      const theirs = yield* base.event(which, filter)
      const changed = theirs?.externalId !== undefined && held.events.has(theirs.externalId)
      const here = [...held.events.values()].filter((one) => one !== undefined && matches(filter, one, parentOf))
      // Where their first is another one here, the whole list tells.
      const found = changed
        ? [...(yield* Stream.runCollect(list("events", filter)))]
        : [...here.flatMap((one) => one ?? []), ...(theirs === undefined ? [] : [theirs])]
      return found.filter(({ startTime }) => startTime !== undefined).sort(inOrder(which))[0]
    })

  const remove: Service["delete"] = (kind, externalIds) =>
    Effect.suspend(() => {
      const going = new Set<string>(externalIds)
      if (kind === "assets") {
        for (const asset of held.assets.values()) {
          const parent = asset?.parentExternalId
          if (
            parent !== undefined &&
            going.has(parent) &&
            asset?.externalId !== undefined &&
            !going.has(asset.externalId)
          ) {
            return Effect.fail(refusal(`POST /${kind}/delete`, 400, `${parent} has children`))
          }
        }
      }
      for (const id of externalIds) held[kind].set(id, undefined)
      onDelete(kind, externalIds)
      return Effect.void
    })

  return { held, byids, assetsByNumericIds, create, update, list, event, delete: remove }
}
