/**
 * Stage 5, compare: what the ledger knows to be in CDF already, byte for byte, goes no further; what was retired comes back to life.
 */
import { Chunk, Effect, Stream } from "effect"
import type { ResourceKind } from "../../domain/cdf/Resource.js"
import type { StateError } from "../../domain/Errors.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import { SeenKeys } from "../../domain/SeenKeys.js"
import { DeadLetters } from "../../services/DeadLetters.js"
import { type DigestedContent, Ledger, type LedgerRow } from "../../services/Ledger.js"
import { inStage } from "../../services/Pulse.js"
import { FlowRun } from "../FlowRun.js"
import type { Linked } from "./link.js"
import { offerMissing } from "./offer.js"

/** A resource that is new or differs from what CDF is known to hold. */
export interface Changed<K extends ResourceKind> {
  readonly linked: Linked<K>
  /** What the ledger knew of it. */
  readonly row: LedgerRow | undefined
  /** Whether another of its id goes before it: what the ledger knows of it is another by the time it is written. */
  readonly again: boolean
}

/** Of two resources of one id in a chunk the last wins; the others are counted as duplicates. */
const lastOfEach = <K extends ResourceKind>(chunk: Chunk.Chunk<Linked<K>>): ReadonlyMap<ExternalId, Linked<K>> =>
  new Map(Chunk.toReadonlyArray(chunk).map((linked) => [linked.resource.externalId, linked]))

/** One goes on also where another of its id does, of an earlier chunk: what that makes of the row is not known yet. */
export const compare =
  <K extends ResourceKind>(kind: K) =>
  <E, R>(
    resources: Stream.Stream<Linked<K>, E, R>
  ): Stream.Stream<Changed<K>, E | StateError, R | DeadLetters | FlowRun | Ledger> =>
    Stream.suspend(() => {
      const handedOn = new SeenKeys()
      return Stream.mapChunksEffect(resources, (chunk) => inStage("compare")(compareChunk(kind, chunk, handedOn)))
    })

const compareChunk = <K extends ResourceKind>(kind: K, chunk: Chunk.Chunk<Linked<K>>, handedOn: SeenKeys) =>
  Effect.gen(function* () {
    const { begun, flow, shown, tally } = yield* FlowRun
    const ledger = yield* Ledger
    const distinct = lastOfEach(chunk)
    const rows = yield* ledger.rows(kind, [...distinct.keys()])
    const changed: Array<Changed<K>> = []
    const unchanged: Array<Linked<K>> = []
    const digested: Array<DigestedContent> = []
    for (const [externalId, linked] of distinct) {
      shown?.object(kind, externalId)
      const row = rows.get(externalId)
      const again = handedOn.has(kind, externalId)
      if (again || row?.hash !== linked.hash || row.retiredAt !== undefined) {
        handedOn.add(kind, externalId)
        changed.push({ linked, row, again })
      } else {
        unchanged.push(linked)
        const { digest } = linked.draft
        if (digest !== undefined && digest !== row.digest) digested.push({ externalId, hash: row.hash, digest })
      }
    }
    if (digested.length > 0) yield* ledger.keepDigests(kind, digested)
    yield* offerMissing(unchanged.map(({ draft }) => draft))
    const landed = unchanged.flatMap(({ draft }) => [draft.externalId, draft.plexId])
    yield* (yield* DeadLetters).landed(flow, landed, begun)
    tally.add("duplicates", Chunk.size(chunk) - distinct.size)
    tally.add("unchanged", unchanged.length)
    return Chunk.unsafeFromArray(changed)
  })
