/**
 * Part of stage 3: records of which the ledger tells that CDF holds what would be made of them are not mapped, and go no further.
 */
import { Chunk, Effect } from "effect"
import type { CdfError, StateError } from "../../domain/Errors.js"
import type { ResourceKind } from "../../domain/cdf/Resource.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import { digestOf, groundOf, type Outline } from "../../domain/Outline.js"
import type { SeenKeys } from "../../domain/SeenKeys.js"
import { DeadLetters } from "../../services/DeadLetters.js"
import { IdResolver } from "../../services/IdResolver.js"
import { Ledger, type LedgerRow, unknownHash } from "../../services/Ledger.js"
import { ProgramVersion } from "../../services/ProgramVersion.js"
import { FlowRun } from "../FlowRun.js"
import { offerMissing } from "./offer.js"

/** A record that is to be mapped, with the digest of what its draft is made of. */
export interface Unsettled<A> {
  readonly record: A
  readonly digest: string | undefined
}

/** What all drafts of the running flow are made of beside their records. */
export const ground: Effect.Effect<string, never, FlowRun> = Effect.zipWith(
  FlowRun,
  ProgramVersion,
  ({ facility }, version) => groundOf(facility, version)
)

const isTrusted = (row: LedgerRow | undefined): row is LedgerRow & { readonly digest: string } =>
  row?.digest !== undefined && row.hash !== unknownHash && row.retiredAt === undefined

/** What is known of a draft before it is made, with the ledger's row of its object where that was asked for already. */
export interface Held extends Outline {
  readonly row?: LedgerRow | undefined
}

/** By kind and id; the outlines of a chunk are nearly always of one kind. */
const rowsOf = (outlines: ReadonlyArray<Held>) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const found = new Map<ResourceKind, ReadonlyMap<ExternalId, LedgerRow>>()
    const unknown = outlines.filter(({ row }) => row === undefined)
    for (const kind of new Set(unknown.map((outline) => outline.kind))) {
      const ids = unknown.filter((outline) => outline.kind === kind).map(({ externalId }) => externalId)
      found.set(kind, yield* ledger.rows(kind, ids))
    }
    return ({ externalId, kind, row }: Held) => row ?? found.get(kind)?.get(externalId)
  })

/**
 * What is the same for CDF counts as unchanged, as shown and as landed; gives the others, each with its digest. Of several records of
 * one id the last is to win, whatever CDF holds: after one that was `handedOn`, of this chunk or an earlier one, all others go on.
 */
export const unsettled = <A>(
  records: Chunk.Chunk<A>,
  outlineOf: (record: A) => Held | undefined,
  base: string,
  handedOn: SeenKeys
): Effect.Effect<ReadonlyArray<Unsettled<A>>, CdfError | StateError, DeadLetters | FlowRun | IdResolver | Ledger> =>
  Effect.gen(function* () {
    const { begun, flow, shown, tally } = yield* FlowRun
    const outlined = Chunk.toReadonlyArray(records).map((record) => ({ record, outline: outlineOf(record) }))
    const outlines = outlined.flatMap(({ outline }) => outline ?? [])
    const rowOf = yield* rowsOf(outlines)
    const numericIds = yield* (yield* IdResolver).resolve(new Set(outlines.flatMap(({ links }) => links)))
    const going: Array<Unsettled<A>> = []
    const settled: Array<Outline> = []
    for (const { outline, record } of outlined) {
      if (outline === undefined) {
        going.push({ record, digest: undefined })
        continue
      }
      const { externalId, kind } = outline
      const digest = digestOf(base, outline, numericIds)
      const row = rowOf(outline)
      const same = isTrusted(row) && row.digest === digest && row.flow === flow
      if (same && !handedOn.has(kind, externalId)) settled.push(outline)
      else {
        handedOn.add(kind, externalId)
        going.push({ record, digest })
      }
    }
    for (const { externalId, kind } of settled) shown?.object(kind, externalId)
    yield* offerMissing(settled)
    const landed = settled.flatMap(({ externalId, plexId }) => [externalId, plexId])
    yield* (yield* DeadLetters).landed(flow, landed, begun)
    tally.add("unchanged", settled.length)
    return going
  })
