/**
 * CDF has no upsert for classic resources: it is create for what is not there and update for what is, with each error telling
 * which was meant.
 */
import { Effect } from "effect"
import { claim, unclearLinks } from "../../domain/cdf/ClaimedLinks.js"
import { Fit } from "../../domain/cdf/Limits.js"
import type { Patch } from "../../domain/cdf/Patch.js"
import { patchOf } from "../../domain/cdf/Patch.js"
import type { ResourceKind, Resources } from "../../domain/cdf/Resource.js"
import type { StoredResources } from "../../domain/cdf/Stored.js"
import type { Accepted, RefusedResource, Upserted, Wanted } from "../../domain/cdf/Upsert.js"
import type { CdfError, CdfReference } from "../../domain/Errors.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import type { Cdf } from "../../services/Cdf.js"
import { type Explanation, isolate, type Refusal } from "./Isolate.js"
import { chunksOf, mostItems } from "./Packing.js"

/** What an upsert is made of; `create` and `update` must make one call for a list of at most the chunk size. */
export type UpsertPrimitives = Pick<typeof Cdf.Service, "create" | "update" | "byids" | "assetsByNumericIds">

/** A chunk may change its mind (exists, is gone, exists) this often before its items are refused. */
const mostRounds = 3

/** Whether a resource is, or refers to, what CDF names. */
const refersTo = (resource: Resources[ResourceKind], { externalId, id }: CdfReference): boolean => {
  if (id !== undefined) {
    if (resource.dataSetId === id) return true
    if ("assetIds" in resource && resource.assetIds?.includes(id) === true) return true
    if ("assetId" in resource && resource.assetId === id) return true
  }
  if (externalId === undefined) return false
  if (resource.externalId === externalId) return true
  if ("parentExternalId" in resource && resource.parentExternalId === externalId) return true
  return "labels" in resource && resource.labels.some((label) => label.externalId === externalId)
}

const idOf = (stored: StoredResources[ResourceKind]): number | undefined => ("id" in stored ? stored.id : undefined)

/** The items that an error names by their own external id. */
const named = <K extends ResourceKind>(
  references: ReadonlyArray<CdfReference>,
  items: ReadonlyArray<Wanted<K>>
): ReadonlyArray<Wanted<K>> => {
  const names = new Set<string | undefined>(references.map(({ externalId }) => externalId))
  return items.filter(({ resource }) => names.has(resource.externalId))
}

const references = <K extends ResourceKind>(items: ReadonlyArray<Wanted<K>>): ReadonlyArray<CdfReference> =>
  items.map(({ resource }) => ({ externalId: resource.externalId }))

/** The items that refer to something that CDF says is missing, with what it is. */
const dangling = <K extends ResourceKind>(
  missing: ReadonlyArray<CdfReference>,
  items: ReadonlyArray<Wanted<K>>
): ReadonlyMap<Wanted<K>, ReadonlyArray<CdfReference>> => {
  const found = new Map<Wanted<K>, ReadonlyArray<CdfReference>>()
  if (missing.length === 0) return found
  for (const item of items) {
    const its = missing.filter((reference) => refersTo(item.resource, reference))
    if (its.length > 0) found.set(item, its)
  }
  return found
}

/** One upsert on its way. */
const run = <K extends ResourceKind>(
  cdf: UpsertPrimitives,
  kind: K,
  wanted: ReadonlyArray<Wanted<K>>,
  chunkSize: number
): Effect.Effect<Upserted, CdfError> =>
  Effect.gen(function* () {
    const created: Array<Accepted> = []
    const updated: Array<Accepted> = []
    const unchanged: Array<Accepted> = []
    const refused: Array<RefusedResource> = []
    /** What CDF holds, as far as it was asked. */
    const held = new Map<ExternalId, StoredResources[K]>()
    /** Why an item went from one way to the other. */
    const turned = new Map<Wanted<K>, CdfError>()

    const refuse = ({ error, item, missing }: Refusal<Wanted<K>>): void => {
      refused.push({ externalId: item.resource.externalId, reason: error.detail, missing })
    }

    const learn = (items: ReadonlyArray<Wanted<K>>): Effect.Effect<void, CdfError> => {
      if (items.length === 0) return Effect.void
      const ids = items.map(({ resource }) => resource.externalId)
      return Effect.map(cdf.byids(kind, ids), (found) => {
        for (const stored of found) if (stored.externalId !== undefined) held.set(stored.externalId, stored)
      })
    }

    /** The external ids of what the items are linked to, where it is not known whether we linked it. */
    const nameUnclear = (items: ReadonlyArray<Wanted<K>>): Effect.Effect<ReadonlyMap<number, ExternalId>, CdfError> => {
      const unclear = new Set(
        items.flatMap((item) => {
          const stored = held.get(item.resource.externalId)
          return stored === undefined ? [] : unclearLinks(item, stored)
        })
      )
      return Effect.map(
        unclear.size === 0 ? Effect.succeed([]) : cdf.assetsByNumericIds([...unclear]),
        (assets) =>
          new Map(assets.flatMap(({ externalId, id }) => (externalId === undefined ? [] : [[id, externalId]])))
      )
    }

    const create = Effect.fnUntraced(function* (items: ReadonlyArray<Wanted<K>>) {
      const asked = new Set<Wanted<K>>()
      let conflicts = 0

      const explain = (
        error: CdfError,
        batch: ReadonlyArray<Wanted<K>>
      ): Effect.Effect<Explanation<Wanted<K>>, CdfError> =>
        Effect.gen(function* () {
          if (error.status === 400) return { elsewhere: [], refused: dangling(error.missing, batch) }
          if (error.status === 413) return { elsewhere: [], refused: new Map() }
          const duplicated = named(error.duplicated, batch)
          conflicts++
          if (duplicated.length > 0 && conflicts === 1) return { elsewhere: duplicated, refused: new Map() }
          // The second conflict shows that CDF names only a part, none that it names nothing.
          const unasked = batch.filter((item) => !asked.has(item))
          for (const item of unasked) asked.add(item)
          yield* learn(unasked)
          const known = new Set(duplicated)
          const existing = batch.filter((item) => known.has(item) || held.has(item.resource.externalId))
          // A conflict of one item alone can only be with itself: perhaps the answer to its creation was lost.
          if (existing.length === 0 && batch.length === 1 && error.status === 409) {
            return { elsewhere: batch, refused: new Map() }
          }
          return { elsewhere: existing, refused: new Map() }
        }).pipe(
          Effect.tap(({ elsewhere }) => {
            for (const item of elsewhere) turned.set(item, error)
          })
        )

      const existing: Array<Wanted<K>> = []
      for (const chunk of chunksOf(items, chunkSize)) {
        const outcome = yield* isolate(chunk, {
          explain,
          send: (batch) =>
            Effect.map(
              cdf.create(
                kind,
                batch.map(({ resource }) => resource)
              ),
              (stored) => ({ batch, stored })
            )
        })
        for (const { batch, stored } of outcome.answers) {
          const ids = new Map(stored.map((one) => [one.externalId, idOf(one)]))
          for (const { resource } of batch) {
            created.push({ externalId: resource.externalId, id: ids.get(resource.externalId) })
          }
        }
        outcome.refused.forEach(refuse)
        existing.push(...outcome.elsewhere)
      }
      return existing
    })

    const update = Effect.fnUntraced(function* (items: ReadonlyArray<Wanted<K>>) {
      const patches = new Map<Wanted<K>, Patch>()
      const found = new Map<Wanted<K>, Pick<Accepted, "cuts" | "left">>()
      const accepted = (item: Wanted<K>): Accepted => {
        const { externalId } = item.resource
        const stored = held.get(externalId)
        return { externalId, id: stored === undefined ? undefined : idOf(stored), ...found.get(item) }
      }
      const names = yield* nameUnclear(items)
      for (const item of items) {
        const stored = held.get(item.resource.externalId)
        const claimed = stored === undefined ? undefined : claim(item, stored, names)
        const fit = new Fit()
        const patch =
          stored === undefined || claimed === undefined ? undefined : patchOf(kind, claimed.wanted, stored, fit)
        if (claimed !== undefined && claimed.left.length + fit.cuts > 0) {
          found.set(item, { left: claimed.left, cuts: fit.cuts })
        }
        if (patch === undefined) unchanged.push(accepted(item))
        else patches.set(item, patch)
      }

      const explain = (
        error: CdfError,
        batch: ReadonlyArray<Wanted<K>>
      ): Effect.Effect<Explanation<Wanted<K>>, CdfError> =>
        Effect.sync(() => {
          const gone = named(error.missing, batch)
          for (const { resource } of gone) held.delete(resource.externalId)
          const others = batch.filter(({ resource }) => held.has(resource.externalId))
          const refused = new Map(dangling(error.missing, others))
          // Who refers to one that is gone waits until that one is created again.
          const elsewhere = [...gone, ...dangling(references(gone), others).keys()]
          for (const item of elsewhere) {
            turned.set(item, error)
            refused.delete(item)
          }
          return { elsewhere, refused }
        })

      const gone: Array<Wanted<K>> = []
      for (const chunk of chunksOf([...patches.keys()], chunkSize)) {
        const outcome = yield* isolate(chunk, {
          explain,
          send: (batch) =>
            Effect.as(
              cdf.update(
                kind,
                batch.flatMap((item) => patches.get(item) ?? [])
              ),
              batch
            )
        })
        for (const batch of outcome.answers) updated.push(...batch.map(accepted))
        outcome.refused.forEach(refuse)
        gone.push(...outcome.elsewhere)
      }
      return gone
    })

    let open = wanted
    let present = new Set(wanted.filter(({ exists }) => exists))
    for (let round = 0; open.length > 0 && round < mostRounds; round++) {
      yield* learn(open.filter((item) => present.has(item) && !held.has(item.resource.externalId)))
      const isHeld = (item: Wanted<K>): boolean => present.has(item) && held.has(item.resource.externalId)
      // What turned out not to exist is created among the others, in order: a parent before its children.
      const absent = open.filter((item) => !isHeld(item))
      const known = open.filter(isHeld)
      const duplicated = absent.length === 0 ? [] : yield* create(absent)
      const gone = known.length === 0 ? [] : yield* update(known)
      present = new Set([...duplicated, ...gone.filter(isHeld)])
      open = [...duplicated, ...gone]
    }
    for (const item of open) {
      const error = turned.get(item)
      if (error !== undefined) refuse({ item, error, missing: error.missing })
    }
    return { created, updated, unchanged, refused }
  })

/**
 * The algorithm of `Cdf.upsert` over any create, update and byids. Of several items with one external id the last one counts.
 * A lost answer (the creation is tried again and everything is there already) ends as unchanged. Items that CDF will not take
 * are refused one by one; failures that are not about items fail the whole.
 */
export const makeUpsert =
  (primitives: UpsertPrimitives, chunkSize = mostItems): (typeof Cdf.Service)["upsert"] =>
  (kind, wanted) => {
    const last = new Map(wanted.map((item) => [item.resource.externalId, item]))
    return run(primitives, kind, [...last.values()], chunkSize)
  }
