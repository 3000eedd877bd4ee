/**
 * What CDF holds of a facility, counted, beside what is only called as if it were the facility's.
 */
import { Chunk, Effect, Stream } from "effect"
import type { ResourceKind } from "../domain/cdf/Resource.js"
import type { CdfError, StateError } from "../domain/Errors.js"
import type { ExternalId } from "../domain/ExternalId.js"
import type { Facility } from "../domain/Facility.js"
import { type FlowName, flowNames } from "../domain/Flow.js"
import { type Alien, ownership } from "../domain/Ownership.js"
import { SeenKeys } from "../domain/SeenKeys.js"
import { Cdf } from "../services/Cdf.js"
import { isGone, Ledger } from "../services/Ledger.js"
import { type HeldObject, objectsUnder } from "./objectsUnder.js"

/** What there is of a kind. */
export interface Stock {
  readonly kind: ResourceKind
  /** How many are the facility's. */
  readonly ours: number
  /** How many are called as if they were, by what tells that they are not. */
  readonly aliens: Readonly<Record<Alien, number>>
  /** Of `ours` those that CDF holds and does not list yet. */
  readonly unlisted: ReadonlyArray<ExternalId>
}

/** Data sets of a facility, each once. */
export const dataSetsOf = ({ dataSets }: Facility): ReadonlyArray<number> => [...new Set(Object.values(dataSets))]

/** CDF's lists are late: what the ledger knows and they do not show is asked for. */
const unlistedOf = (kind: ResourceKind, listed: SeenKeys, isOurs: (held: HeldObject) => boolean) =>
  Effect.gen(function* () {
    const cdf = yield* Cdf
    const ledger = yield* Ledger
    const found = yield* Stream.fromIterable<FlowName>([...flowNames, ...ledger.ownFlows]).pipe(
      Stream.flatMap((flow) => ledger.eachOf(flow, kind)),
      Stream.filter((row) => !isGone(row) && !listed.has(kind, row.externalId)),
      Stream.rechunk(1000),
      Stream.mapChunksEffect((rows) =>
        Effect.map(
          cdf.byids(
            kind,
            Chunk.toReadonlyArray(rows).map(({ externalId }) => externalId)
          ),
          (held) => Chunk.fromIterable(held.filter(isOurs).flatMap(({ externalId }) => externalId ?? []))
        )
      ),
      Stream.runCollect
    )
    return [...new Set(found)]
  })

/** Counts what there is of a kind; `spared` are none of it. */
export const takeStock = (
  facility: Facility,
  kind: ResourceKind,
  spared: ReadonlySet<ExternalId>
): Effect.Effect<Stock, CdfError | StateError, Cdf | Ledger> =>
  Effect.gen(function* () {
    const alienBy = ownership(facility)
    const isSpared = ({ externalId }: HeldObject): boolean => externalId !== undefined && spared.has(externalId)
    const aliens = { id: 0, pcn: 0, source: 0, "data set": 0 }
    const listed = new SeenKeys()
    let ours = 0
    yield* Stream.runForEachChunk(objectsUnder(facility.ids, kind, { dataSets: dataSetsOf(facility) }), (page) =>
      Effect.sync(() => {
        for (const held of page) {
          listed.add(kind, held.externalId ?? "")
          const alien = alienBy(kind, held)
          if (alien !== undefined) aliens[alien] += 1
          else if (!isSpared(held)) ours += 1
        }
      })
    )
    const unlisted = yield* unlistedOf(kind, listed, (held) => alienBy(kind, held) === undefined && !isSpared(held))
    return { kind, ours: ours + unlisted.length, aliens, unlisted }
  })
