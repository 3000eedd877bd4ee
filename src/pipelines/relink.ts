/**
 * Links that come later: what waited for an asset is linked as soon as that exists.
 */
import { Effect } from "effect"
import type { Patch } from "../domain/cdf/Patch.js"
import type { ResourceKind } from "../domain/cdf/Resource.js"
import type { CdfError } from "../domain/Errors.js"
import type { ExternalId } from "../domain/ExternalId.js"
import { Cdf } from "../services/Cdf.js"
import { IdResolver } from "../services/IdResolver.js"
import { Ledger, type LedgerRow, type PendingLink } from "../services/Ledger.js"
import { sendEach } from "./stages/sendEach.js"

/** The hash of a row whose content is no longer known to the byte: the next comparison asks CDF. */
const unknownHash = ""

type Found = PendingLink & { readonly id: number }

const patch = (kind: ResourceKind, from: ExternalId, found: ReadonlyArray<Found>): Patch => {
  const [first] = found
  if (kind === "assets") return { externalId: from, update: { parentExternalId: { set: first?.to } } }
  if (kind === "events") {
    return { externalId: from, update: { assetIds: { add: found.map(({ id }) => id), remove: [] } } }
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
const patchEach = (kind: ResourceKind, patches: ReadonlyArray<Patch>) =>
  Effect.gen(function* () {
    const cdf = yield* Cdf
    const refused = yield* sendEach(patches, (some) => cdf.update(kind, some))
    const gone = refused.flatMap(({ error }) => error.missing.flatMap(({ id }) => id ?? []))
    yield* (yield* IdResolver).forgetNumeric(gone)
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
    const existing = new Set((yield* cdf.byids(kind, [...origins.keys()])).map(({ externalId }) => externalId))
    const patches = [...origins].filter(([id]) => existing.has(id)).map(([id, links]) => patch(kind, id, links))
    const refused = yield* patchEach(kind, patches)
    const done = [...origins.keys()].filter((id) => !refused.has(id))
    const rows = yield* ledger.rows(kind, done)
    const linked = new Set(found.map(({ from, to }) => `${from} ${to}`))
    const stillPending = yield* ledger.pendingLinks
    yield* ledger.confirm({
      rows: [...rows.values()].map(
        (row): LedgerRow => ({
          ...row,
          hash: unknownHash,
          links: [...new Set([...row.links, ...(origins.get(row.externalId) ?? []).map(({ to }) => to)])]
        })
      ),
      pending: stillPending.filter(
        (link) => link.kind === kind && rows.has(link.from) && !linked.has(`${link.from} ${link.to}`)
      )
    })
    return done.reduce((sum, id) => sum + (existing.has(id) ? (origins.get(id)?.length ?? 0) : 0), 0)
  })

/** Writes every pending link whose asset exists by now; gives how many. */
export const relink: Effect.Effect<number, CdfError, Cdf | IdResolver | Ledger> = Effect.gen(function* () {
  const ledger = yield* Ledger
  const resolver = yield* IdResolver
  const pending = yield* ledger.pendingLinks
  const numericIds = yield* resolver.resolve(new Set(pending.map(({ to }) => to)))
  const found = pending.flatMap((link) => {
    const id = numericIds.get(link.to)
    return id === undefined ? [] : [{ ...link, id }]
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
