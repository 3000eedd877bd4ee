/**
 * Stages 6 and 7, write and confirm: chunks to CDF, and only what CDF said yes to into the ledger and the counts.
 */
import { Chunk, Effect, flow, Stream } from "effect"
import type { Drafts } from "../../domain/cdf/Draft.js"
import type { ResourceKind } from "../../domain/cdf/Resource.js"
import type { Upserted, Wanted } from "../../domain/cdf/Upsert.js"
import type { CdfError } from "../../domain/Errors.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import { naturalKeys } from "../../domain/NaturalKey.js"
import { AppConfig } from "../../services/AppConfig.js"
import { Cdf } from "../../services/Cdf.js"
import type { DeadLetters } from "../../services/DeadLetters.js"
import { IdResolver, type KnownAsset } from "../../services/IdResolver.js"
import { Ledger, type LedgerRow, type PendingLink } from "../../services/Ledger.js"
import { FlowRun } from "../FlowRun.js"
import { bury } from "./bury.js"
import { type Changed, compare } from "./compare.js"
import { link, linkAll } from "./link.js"

/** What a chunk became in CDF. */
export interface Written<K extends ResourceKind> {
  readonly kind: K
  readonly chunk: ReadonlyMap<ExternalId, Changed<K>>
  readonly outcome: Upserted
}

/** Services that putting drafts into CDF needs. */
export type Sink = AppConfig | Cdf | DeadLetters | FlowRun | IdResolver | Ledger

const wantedOf = <K extends ResourceKind>(
  { linked: { draft, parentId, resource }, row }: Changed<K>,
  numericIds: ReadonlyMap<ExternalId, number>
): Wanted<K> => ({
  resource,
  exists: row !== undefined,
  owns: "owns" in draft ? draft.owns : [],
  heldLinks: (row?.links ?? []).flatMap((held) => numericIds.get(held) ?? []),
  parentId,
  over: draft.kind === "events" ? draft.over : undefined
})

const upsert = <K extends ResourceKind>(kind: K, chunk: ReadonlyArray<Changed<K>>) =>
  Effect.gen(function* () {
    const cdf = yield* Cdf
    const resolver = yield* IdResolver
    const held = kind === "events" ? chunk.flatMap(({ row }) => row?.links ?? []) : []
    const numericIds = yield* resolver.resolve(new Set(held))
    return yield* cdf.upsert(
      kind,
      chunk.map((changed) => wantedOf(changed, numericIds))
    )
  })

/** Writes one chunk. Assets that were thought to exist and are gone are looked up again, once. */
export const writeChunk = <K extends ResourceKind>(
  kind: K,
  changes: ReadonlyArray<Changed<K>>
): Effect.Effect<Written<K>, CdfError, Sink> =>
  Effect.gen(function* () {
    const chunk = new Map(changes.map((changed) => [changed.linked.resource.externalId, changed]))
    const outcome = yield* upsert(kind, changes)
    const gone = new Set(outcome.refused.flatMap(({ missing }) => missing.flatMap(({ id }) => id ?? [])))
    if (gone.size === 0) return { kind, chunk, outcome }
    const resolver = yield* IdResolver
    yield* resolver.forgetNumeric(gone)
    const again = outcome.refused.flatMap(({ externalId }) => chunk.get(externalId) ?? [])
    const relinked = yield* linkAll(
      kind,
      again.map(({ linked }) => linked.draft)
    )
    for (const linked of relinked) {
      const { externalId } = linked.resource
      chunk.set(externalId, { linked, row: chunk.get(externalId)?.row })
    }
    const second = yield* upsert(
      kind,
      relinked.flatMap(({ resource }) => chunk.get(resource.externalId) ?? [])
    )
    return {
      kind,
      chunk,
      outcome: {
        created: [...outcome.created, ...second.created],
        updated: [...outcome.updated, ...second.updated],
        unchanged: [...outcome.unchanged, ...second.unchanged],
        refused: second.refused
      }
    }
  })

const knownAssets = <K extends ResourceKind>({ chunk, kind, outcome }: Written<K>): ReadonlyArray<KnownAsset> =>
  kind !== "assets"
    ? []
    : [...outcome.created, ...outcome.updated, ...outcome.unchanged].flatMap(({ externalId, id }) => {
        const draft = chunk.get(externalId)?.linked.draft
        return id === undefined || draft === undefined || draft.kind !== "assets"
          ? []
          : [{ externalId, id, naturalKeys: naturalKeys(draft.metadata) }]
      })

/** Ledger rows, pending links and known ids of what CDF took; the rest to the dead letters. */
export const confirmChunk = <K extends ResourceKind>(written: Written<K>): Effect.Effect<void, never, Sink> =>
  Effect.gen(function* () {
    const { flow, tally } = yield* FlowRun
    const ledger = yield* Ledger
    const resolver = yield* IdResolver
    const { chunk, kind, outcome } = written
    const rows: Array<LedgerRow> = []
    const pending: Array<PendingLink> = []
    let links = 0
    let cuts = 0
    for (const { externalId, id } of [...outcome.created, ...outcome.updated, ...outcome.unchanged]) {
      const linked = chunk.get(externalId)?.linked
      if (linked === undefined) continue
      rows.push({ kind, externalId, hash: linked.hash, id, flow, plexId: linked.draft.plexId, links: linked.links })
      for (const to of linked.pending) pending.push({ kind, from: externalId, to, flow })
      links += linked.links.length
      cuts += linked.cuts
    }
    yield* ledger.confirm({ rows, pending })
    yield* resolver.remember(knownAssets(written))
    // An asset's parent and a relationship's ends are what these are, not links of theirs.
    if (kind !== "assets" && kind !== "relationships") tally.add("links", links)
    tally.add("pendingLinks", pending.length)
    tally.add("cuts", cuts)
    tally.add("created", outcome.created.length)
    tally.add("updated", outcome.updated.length)
    tally.add("unchanged", outcome.unchanged.length)
    yield* bury(
      outcome.refused.map(({ externalId, reason }) => ({
        key: externalId,
        reason,
        content: chunk.get(externalId)?.linked.resource
      }))
    )
  })

/** How chunks follow each other. `inOrder`: one chunk is confirmed before the next is sent, as parents must be. */
export interface WriteOptions {
  readonly inOrder?: boolean
}

/** Full chunks to CDF, several at once, each confirmed as soon as CDF said yes. */
export const write =
  <K extends ResourceKind>(kind: K, { inOrder = false }: WriteOptions = {}) =>
  <E, R>(changes: Stream.Stream<Changed<K>, E, R>): Effect.Effect<void, E | CdfError, R | Sink> =>
    Effect.flatMap(AppConfig, ({ cdf: { batchSize, concurrency } }) =>
      changes.pipe(
        Stream.rechunk(batchSize),
        Stream.chunks,
        Stream.mapEffect(
          (chunk) => Effect.flatMap(writeChunk(kind, Chunk.toReadonlyArray(chunk)), confirmChunk),
          inOrder ? { concurrency: 1 } : { concurrency, unordered: true }
        ),
        Stream.runDrain
      )
    )

/** The rest of the way of a draft: link → compare → write → confirm. */
export const toCdf = <K extends ResourceKind>(
  kind: K,
  options?: WriteOptions
): (<E, R>(drafts: Stream.Stream<Drafts[K], E, R>) => Effect.Effect<void, E | CdfError, R | Sink>) =>
  flow(link(kind), compare(kind), write(kind, options))
