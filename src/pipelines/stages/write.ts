/**
 * Stages 6 and 7, write and confirm: chunks to CDF, and only what CDF said yes to into the ledger and the counts.
 */
import { Effect, flow, Option, Stream } from "effect"
import type { Draft, Drafts } from "../../domain/cdf/Draft.js"
import type { ResourceKind } from "../../domain/cdf/Resource.js"
import type { Accepted, Claims, Upserted, Wanted } from "../../domain/cdf/Upsert.js"
import type { CdfError, StateError } from "../../domain/Errors.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import type { Facility } from "../../domain/Facility.js"
import { type FlowName, historyFlows } from "../../domain/Flow.js"
import { namingsOf } from "../../domain/Naming.js"
import { naturalKeyKind, naturalKeys } from "../../domain/NaturalKey.js"
import { AppConfig } from "../../services/AppConfig.js"
import { Cdf } from "../../services/Cdf.js"
import type { DeadLetters } from "../../services/DeadLetters.js"
import { IdResolver, type KnownAsset } from "../../services/IdResolver.js"
import { Ledger, type LedgerRow, type NamedAsset, type PendingLink, unknownHash } from "../../services/Ledger.js"
import { inStage } from "../../services/Pulse.js"
import { FlowRun } from "../FlowRun.js"
import { formerNumbers } from "../formerNumbers.js"
import { buried } from "./bury.js"
import { type Changed, compare } from "./compare.js"
import { link, linkAll } from "./link.js"
import { linkAnew, noteGone } from "./madeAnew.js"
import { awaitInHistory } from "./namedInHistory.js"
import { isNew, offersOf } from "./offer.js"
import { takeTurns, type Turn } from "./turns.js"

/** What a chunk became in CDF. */
export interface Written<K extends ResourceKind> {
  readonly kind: K
  readonly chunk: ReadonlyMap<ExternalId, Changed<K>>
  readonly outcome: Upserted
}

/** Services that putting drafts into CDF needs. */
export type Sink = AppConfig | Cdf | DeadLetters | FlowRun | IdResolver | Ledger

/** The links of ours from before that a draft does not know of, and leaves. */
const leftLinks = (draft: Draft, row: LedgerRow | undefined): ReadonlyArray<ExternalId> =>
  // Under an id that has passed from another record nothing is left.
  draft.kind === "events" && draft.over !== undefined && row?.plexId === draft.plexId
    ? row.links.filter(draft.leaves ?? (() => true))
    : []

/** What CDF is met to hold tells its links where no row does. */
const claimsOf = ({ ids }: Facility, draft: Draft, row: LedgerRow | undefined): Claims | undefined =>
  draft.kind === "events" && (row === undefined || (row.hash === unknownHash && row.links.length === 0))
    ? { isOurs: (asset) => asset.startsWith(ids.facilityPrefix), leaves: draft.leaves ?? (() => true) }
    : undefined

const wantedOf = <K extends ResourceKind>(
  facility: Facility,
  { linked: { draft, parentId, resource, links }, row }: Changed<K>,
  numericIds: ReadonlyMap<ExternalId, number>,
  former: ReadonlyMap<ExternalId, ReadonlyArray<number>>
): Wanted<K> => ({
  resource,
  exists: row !== undefined,
  owns: "owns" in draft ? draft.owns : [],
  untouched: draft.untouched,
  heldLinks: (row?.links ?? []).flatMap((held) => numericIds.get(held) ?? []),
  deadLinks: [...links, ...(row?.links ?? [])].flatMap((link) => former.get(link) ?? []),
  parentId,
  over: draft.kind === "events" ? draft.over : undefined,
  leftLinks: leftLinks(draft, row).flatMap((link) => numericIds.get(link) ?? []),
  claims: claimsOf(facility, draft, row)
})

const upsert = <K extends ResourceKind>(kind: K, chunk: ReadonlyArray<Changed<K>>) =>
  Effect.gen(function* () {
    const { facility } = yield* FlowRun
    const cdf = yield* Cdf
    const resolver = yield* IdResolver
    const known = kind === "events" ? chunk.filter(({ row }) => row !== undefined) : []
    const held = new Set(known.flatMap(({ row }) => row?.links ?? []))
    const numericIds = yield* resolver.resolve(held)
    const former = yield* formerNumbers(new Set([...held, ...known.flatMap(({ linked }) => linked.links)]))
    return yield* cdf.upsert(
      kind,
      chunk.map((changed) => wantedOf(facility, changed, numericIds, former))
    )
  })

/** Refused for assets that were thought to exist and do not: those are looked up again, and made anew by their list. */
const forgetGone = <K extends ResourceKind>(
  chunk: Written<K>["chunk"],
  refused: Upserted["refused"]
): Effect.Effect<ReadonlySet<ExternalId>, CdfError | StateError, IdResolver | Ledger> =>
  Effect.gen(function* () {
    const resolver = yield* IdResolver
    const ids = new Set<number>()
    const names = new Set<ExternalId>()
    const suspects = new Set<ExternalId>()
    const again = new Set<ExternalId>()
    for (const { externalId, missing } of refused) {
      const gone = new Set(missing.map((reference) => reference.externalId))
      const links = chunk.get(externalId)?.linked.links.filter((link) => gone.has(link)) ?? []
      const numbers = missing.flatMap(({ id }) => id ?? [])
      if (links.length + numbers.length > 0) again.add(externalId)
      for (const link of links) names.add(link)
      for (const number of numbers) {
        ids.add(number)
        for (const link of chunk.get(externalId)?.linked.links ?? []) suspects.add(link)
      }
    }
    for (const [name, number] of yield* resolver.resolve(suspects)) if (ids.has(number)) names.add(name)
    yield* noteGone(names, ids)
    return again
  })

const doubt = <K extends ResourceKind>(kind: K, chunk: Written<K>["chunk"]) =>
  Effect.flatMap(Ledger, (ledger) =>
    ledger.doubt(
      kind,
      [...chunk].flatMap(([externalId, { row }]) => (row === undefined || row.hash === unknownHash ? [] : [externalId]))
    )
  )

/**
 * Writes one chunk. Of several resources of one id, from chunks that were compared apart, the last is written and the others are
 * counted as duplicates. Where assets that were thought to exist are gone, what links to them is linked and sent again, once.
 */
export const writeChunk = <K extends ResourceKind>(
  kind: K,
  changes: ReadonlyArray<Changed<K>>
): Effect.Effect<Written<K>, CdfError | StateError, Sink> =>
  Effect.gen(function* () {
    const chunk = new Map(changes.map((changed) => [changed.linked.resource.externalId, changed]))
    const { tally } = yield* FlowRun
    tally.add("duplicates", changes.length - chunk.size)
    yield* doubt(kind, chunk)
    const outcome = yield* upsert(kind, [...chunk.values()])
    const again = yield* forgetGone(chunk, outcome.refused)
    if (again.size === 0) return { kind, chunk, outcome }
    const relinked = yield* linkAll(
      kind,
      [...again].flatMap((externalId) => chunk.get(externalId)?.linked.draft ?? [])
    )
    for (const linked of relinked) {
      const { externalId } = linked.resource
      const before = chunk.get(externalId)
      if (before !== undefined) chunk.set(externalId, { ...before, linked })
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
        refused: [...outcome.refused.filter(({ externalId }) => !again.has(externalId)), ...second.refused]
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

const namedAsset = (draft: Draft): ReadonlyArray<NamedAsset> => {
  const kind = draft.kind === "assets" ? naturalKeyKind(draft.metadata) : undefined
  return kind === undefined || draft.kind !== "assets"
    ? []
    : [{ kind, externalId: draft.externalId, keys: naturalKeys(draft.metadata) }]
}

/** The links of ours that an object has now; those from before that its draft leaves are among them. */
const linksNow = <K extends ResourceKind>(
  { linked: { draft, links }, row }: Changed<K>,
  found: Accepted["left"] = []
): ReadonlyArray<ExternalId> => {
  const left = [...leftLinks(draft, row), ...found]
  return left.length === 0 ? links : [...new Set([...links, ...left])]
}

/** By which an object of a history flow belongs to a window. */
const momentIn = (flow: FlowName, draft: Draft): number | undefined =>
  draft.kind === "events" && historyFlows.includes(flow) ? draft.startTime : undefined

/** The rows from before of assets that were there and have another number now. */
const madeAnew = <K extends ResourceKind>({ chunk, kind, outcome }: Written<K>): ReadonlyArray<LedgerRow> => {
  if (kind !== "assets") return []
  const before = (externalId: ExternalId): ReadonlyArray<LedgerRow> => {
    const row = chunk.get(externalId)?.row
    return row === undefined ? [] : [row]
  }
  return [
    ...outcome.created.flatMap(({ externalId }) => before(externalId)),
    ...[...outcome.updated, ...outcome.unchanged].flatMap(({ externalId, id }) =>
      before(externalId).filter((row) => id !== undefined && row.id !== id)
    )
  ]
}

const omittedOf = (draft: Draft): number => (draft.kind === "events" ? (draft.omitted ?? 0) : 0)

/** Ledger rows, pending links and known ids of what CDF took; the rest to the dead letters. */
export const confirmChunk = <K extends ResourceKind>(written: Written<K>): Effect.Effect<void, StateError, Sink> =>
  Effect.gen(function* () {
    const { begun, flow, tally, window } = yield* FlowRun
    const ledger = yield* Ledger
    const resolver = yield* IdResolver
    const { chunk, kind, outcome } = written
    const rows: Array<LedgerRow> = []
    const pending: Array<PendingLink> = []
    const named: Array<NamedAsset> = []
    let links = 0
    let cuts = 0
    let omitted = 0
    for (const { cuts: cutForOthers = 0, externalId, id, left } of [
      ...outcome.created,
      ...outcome.updated,
      ...outcome.unchanged
    ]) {
      const changed = chunk.get(externalId)
      if (changed === undefined) continue
      const { linked } = changed
      const { hash } = linked
      const moment = momentIn(flow, linked.draft)
      rows.push({
        kind,
        externalId,
        hash,
        digest: linked.draft.digest,
        id,
        flow,
        plexId: linked.draft.plexId,
        links: linksNow(changed, left),
        moment
      })
      for (const to of linked.pending) pending.push({ kind, from: externalId, to, flow })
      named.push(...namedAsset(linked.draft))
      links += linked.links.length
      cuts += linked.cuts + cutForOthers
      omitted += omittedOf(linked.draft)
    }
    const refused = outcome.refused.map(({ externalId, reason }) => ({
      what: "resource" as const,
      window,
      key: externalId,
      reason,
      content: chunk.get(externalId)?.linked.resource
    }))
    const accepted = rows.flatMap(({ externalId }) => chunk.get(externalId) ?? [])
    // As long as the number from before is known: a process that is killed in between comes to it again.
    yield* linkAnew(madeAnew(written))
    yield* ledger.confirm({
      rows,
      before: accepted.flatMap(({ row }) => row ?? []),
      pending,
      named,
      begun,
      deadLetters: refused.map((letter) => ({ flow, ...letter })),
      offered: offersOf(accepted.map(({ linked: { draft }, row }) => ({ draft, isNew: isNew(draft, row) })))
    })
    yield* resolver.remember(knownAssets(written))
    // An asset's parent and a relationship's ends are what these are, not links of theirs.
    if (kind !== "assets" && kind !== "relationships") tally.add("links", links)
    tally.add("pendingLinks", pending.length)
    tally.add("cuts", cuts)
    tally.add("omitted", omitted)
    tally.add("created", outcome.created.length)
    tally.add("updated", outcome.updated.length)
    tally.add("unchanged", outcome.unchanged.length)
    yield* buried(refused)
  })

/** Only what the ledger knows to be linked to these assets is found by it. */
const awaitAnew = <K extends ResourceKind>(written: Written<K>) =>
  Effect.gen(function* () {
    const { facility } = yield* FlowRun
    const named = madeAnew(written).flatMap(({ externalId: asset }) => {
      const draft = written.chunk.get(asset)?.linked.draft
      return draft?.kind === "assets" ? namingsOf(draft).map((naming) => ({ asset, naming })) : []
    })
    if (named.length > 0) yield* awaitInHistory(facility, named)
  })

/** Writes, then confirms; a confirmation that has begun is finished, even where the flow is interrupted. */
export const confirming = <K extends ResourceKind, E, R>(
  written: Effect.Effect<Written<K>, E, R>
): Effect.Effect<void, E | CdfError | StateError, R | Sink> =>
  Effect.uninterruptibleMask((restore) => Effect.flatMap(restore(Effect.tap(written, awaitAnew)), confirmChunk))

/** With what the ledger knows now of those whose ids were written before. */
const knownNow = <K extends ResourceKind>(kind: K, changes: ReadonlyArray<Changed<K>>) =>
  Effect.gen(function* () {
    const again = changes.filter((changed) => changed.again).map(({ linked }) => linked.resource.externalId)
    if (again.length === 0) return changes
    const rows = yield* (yield* Ledger).rows(kind, again)
    return changes.map((changed) =>
      changed.again ? { ...changed, row: rows.get(changed.linked.resource.externalId) } : changed
    )
  })

/** Writes and confirms one chunk once those before it that hold some of the same ids are done, knowing what they wrote. */
const inTurn = <K extends ResourceKind>(kind: K, { items, ready }: Turn<Changed<K>>) =>
  Effect.gen(function* () {
    yield* ready
    yield* confirming(writeChunk(kind, yield* knownNow(kind, items)))
  })

/** How chunks follow each other. `inOrder`: one chunk is confirmed before the next is sent, as parents must be. */
export interface WriteOptions {
  readonly inOrder?: boolean
}

/**
 * Full chunks to CDF, several at once, each confirmed as soon as CDF said yes. Of several resources of one id the last one read
 * is the last one written. What was read before a list broke off is written before that fails the flow.
 */
export const write =
  <K extends ResourceKind>(kind: K, { inOrder = false }: WriteOptions = {}) =>
  <E, R>(changes: Stream.Stream<Changed<K>, E, R>): Effect.Effect<void, E | CdfError | StateError, R | Sink> =>
    Effect.gen(function* () {
      const { batchSize, concurrency } = (yield* AppConfig).cdf
      let broken: Option.Option<E> = Option.none()
      yield* changes.pipe(
        Stream.catchAll((error) => {
          broken = Option.some(error)
          return Stream.empty
        }),
        Stream.rechunk(batchSize),
        Stream.chunks,
        takeTurns(({ linked }) => linked.resource.externalId),
        Stream.mapEffect(
          (turn) => Effect.ensuring(inStage("write")(inTurn(kind, turn)), turn.done),
          inOrder ? { concurrency: 1 } : { concurrency, unordered: true }
        ),
        Stream.runDrain
      )
      if (Option.isSome(broken)) return yield* Effect.fail(broken.value)
    })

/** The rest of the way of a draft: link → compare → write → confirm. */
export const toCdf = <K extends ResourceKind>(
  kind: K,
  options?: WriteOptions
): (<E, R>(drafts: Stream.Stream<Drafts[K], E, R>) => Effect.Effect<void, E | CdfError | StateError, R | Sink>) =>
  flow(link(kind), compare(kind), write(kind, options))
