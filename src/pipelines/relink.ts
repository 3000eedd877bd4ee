/**
 * Links that come later: what waited for an asset is linked as soon as that exists.
 */
import { Chunk, Effect, Stream } from "effect"
import type { Patch } from "../domain/cdf/Patch.js"
import type { ResourceKind } from "../domain/cdf/Resource.js"
import type { CdfError, StateError } from "../domain/Errors.js"
import { type ExternalId, makeExternalIds } from "../domain/ExternalId.js"
import { makeFacility } from "../domain/Facility.js"
import type { NaturalReference } from "../domain/NaturalKey.js"
import { AppConfig } from "../services/AppConfig.js"
import { Cdf } from "../services/Cdf.js"
import { IdResolver } from "../services/IdResolver.js"
import { type LateLink, Ledger, type PendingLink } from "../services/Ledger.js"
import type { RunLog } from "../services/RunLog.js"
import { byHumanKey } from "./byHumanKey.js"
import { formerNumbers } from "./formerNumbers.js"
import { inRun } from "./inRun.js"
import { operationsByRouting } from "./operationsByRouting.js"
import { awaitSettled, settledKeys } from "./severalFit.js"
import { noteGone } from "./stages/madeAnew.js"
import { sendEach } from "./stages/sendEach.js"

/** A pending link whose asset exists by now. */
interface Found extends LateLink {
  readonly id: number
}

const patch = (
  kind: ResourceKind,
  from: ExternalId,
  found: ReadonlyArray<Found>,
  dead: ReadonlyArray<number>
): Patch => {
  const [first] = found
  if (kind === "assets") return { externalId: from, update: { parentExternalId: { set: first?.asset } } }
  if (kind === "events") {
    return { externalId: from, update: { assetIds: { add: [...new Set(found.map(({ id }) => id))], remove: dead } } }
  }
  return { externalId: from, update: { assetId: { set: first?.id } } }
}

const byOrigin = (found: ReadonlyArray<Found>): ReadonlyMap<ExternalId, ReadonlyArray<Found>> => {
  const grouped = new Map<ExternalId, Array<Found>>()
  for (const link of found) {
    const links = grouped.get(link.from)
    if (links === undefined) grouped.set(link.from, [link])
    else links.push(link)
  }
  return grouped
}

/** Links that CDF refuses stay pending; where an asset is gone in the meantime, it is looked up again next time. */
const patchEach = (kind: ResourceKind, patches: ReadonlyArray<Patch>, found: ReadonlyArray<Found>) =>
  Effect.gen(function* () {
    const cdf = yield* Cdf
    const refused = yield* sendEach(patches, (some) => cdf.update(kind, some))
    const gone = new Set(refused.flatMap(({ error }) => error.missing.flatMap(({ id }) => id ?? [])))
    yield* noteGone(new Set(found.flatMap(({ asset, id }) => (gone.has(id) ? [asset] : []))), gone)
    const [example] = refused
    if (example !== undefined) {
      yield* Effect.logWarning("CDF refuses links that were pending").pipe(
        Effect.annotateLogs({ count: refused.length, key: example.item.externalId, error: example.error.detail })
      )
    }
    return new Set(refused.map(({ item }) => item.externalId))
  })

const relinkKind = (kind: ResourceKind, found: ReadonlyArray<Found>) =>
  Effect.gen(function* () {
    const cdf = yield* Cdf
    const ledger = yield* Ledger
    const origins = byOrigin(found)
    const former = yield* formerNumbers(new Set(found.map(({ asset }) => asset)))
    const existing = new Map((yield* cdf.byids(kind, [...origins.keys()])).map((held) => [held.externalId, held]))
    const patches = [...origins].flatMap(([id, links]) => {
      const held = existing.get(id)
      if (held === undefined) return []
      const linked = "assetIds" in held ? held.assetIds : []
      const dead = new Set(
        links.flatMap(({ asset, id }) => (former.get(asset) ?? []).filter((number) => number !== id))
      )
      return patch(
        kind,
        id,
        links,
        linked.filter((number) => dead.has(number))
      )
    })
    const refused = yield* patchEach(kind, patches, found)
    const late = found.filter(({ from }) => !refused.has(from))
    yield* ledger.confirm({ late })
    return late.filter(({ from }) => existing.has(from)).length
  })

/** Tells the asset of each link; a human key stands for one only where it fits no other. */
const targets = (pending: ReadonlyArray<PendingLink>) =>
  Effect.gen(function* () {
    const byKey = yield* byHumanKey(
      pending.flatMap(({ to }): ReadonlyArray<NaturalReference> => {
        if (typeof to === "string") return []
        if (to.kind !== "routing") return [to]
        return to.code === undefined ? [] : [{ kind: "operation", key: to.code }]
      })
    )
    const { facility } = yield* AppConfig
    const operations = yield* operationsByRouting(
      makeExternalIds(facility.pcn, facility.externalIdPrefix),
      pending.flatMap(({ to }) => (typeof to !== "string" && to.kind === "routing" ? [to.key] : []))
    )
    const only = (key: string | undefined): ExternalId | undefined => {
      const [asset, ...others] = byKey.get(key ?? "") ?? []
      return others.length === 0 ? asset : undefined
    }
    return ({ to }: PendingLink): ExternalId | undefined => {
      if (typeof to === "string") return to
      return to.kind === "routing" ? (operations.get(to.key) ?? only(to.code)) : only(to.key)
    }
  })

const relinkEach = Effect.fn(function* (pending: ReadonlyArray<PendingLink>) {
  const resolver = yield* IdResolver
  const assetOf = yield* targets(pending)
  const numericIds = yield* resolver.resolve(new Set(pending.flatMap((link) => assetOf(link) ?? [])))
  const found = pending.flatMap((link): ReadonlyArray<Found> => {
    const asset = assetOf(link)
    const id = asset === undefined ? undefined : numericIds.get(asset)
    return asset === undefined || id === undefined ? [] : [{ ...link, asset, id }]
  })
  const kinds = [...new Set(found.map(({ kind }) => kind))]
  const counts = yield* Effect.forEach(kinds, (kind) =>
    relinkKind(
      kind,
      found.filter((link) => link.kind === kind)
    )
  )
  return counts.reduce((sum, count) => sum + count, 0)
})

/** Writes every pending link whose asset exists by now; gives how many. Where there are any, it is a run of its own. */
export const relink: Effect.Effect<number, CdfError | StateError, AppConfig | Cdf | IdResolver | Ledger | RunLog> =
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const settled = yield* settledKeys
    if (settled.length === 0 && (yield* ledger.countPendingLinks) === 0) return 0
    const facility = makeFacility((yield* AppConfig).facility)
    return yield* inRun("pending-links", () =>
      Effect.zipRight(
        awaitSettled(facility, settled),
        Stream.runFoldEffect(Stream.chunks(ledger.eachPendingLink), 0, (sum, links) =>
          Effect.map(relinkEach(Chunk.toReadonlyArray(links)), (count) => sum + count)
        )
      )
    )
  })
