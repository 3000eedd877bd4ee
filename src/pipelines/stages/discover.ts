/**
 * What CDF holds of a list before the ledger knows it: met there, so that what vanished meanwhile is retired and what exists is
 * updated.
 */
import { Chunk, Effect, Stream } from "effect"
import type { StoredResources } from "../../domain/cdf/Stored.js"
import type { CdfError, FlowError, StateError } from "../../domain/Errors.js"
import { ExternalId } from "../../domain/ExternalId.js"
import type { Facility } from "../../domain/Facility.js"
import type { FlowName } from "../../domain/Flow.js"
import { keyIn, type Listed, listFact, type ListedKind, listedKinds } from "../../domain/Listed.js"
import { retiredAtOf } from "../../domain/Marks.js"
import { Cdf, type CdfFilter } from "../../services/Cdf.js"
import { Ledger, type LedgerRow, unknownHash } from "../../services/Ledger.js"
import { cdfIsFresh } from "../cdfIsFresh.js"
import { facilityFact, keepFacilityFacts } from "../facilityFacts.js"
import { FlowRun } from "../FlowRun.js"

type Of = ReturnType<typeof listedKinds>[number]["of"]
type Held = StoredResources[ListedKind]

/** Relationships have no filter by prefix: theirs are told by their label. */
const filterOf = (facility: Facility, kind: ListedKind, of: Of): CdfFilter => {
  const dataSetIds = [...new Set(Object.values(facility.dataSets))].map((id) => ({ id }))
  if (kind !== "relationships") return { externalIdPrefix: facility.ids.prefix(of), dataSetIds }
  return of === "bom" || of === "routing"
    ? { dataSetIds, labels: { containsAny: [{ externalId: facility.ids.label(of) }] } }
    : { dataSetIds }
}

const linksOf = (held: Held): ReadonlyArray<ExternalId> => {
  if ("sourceExternalId" in held) return [held.sourceExternalId, held.targetExternalId]
  const parent = "parentExternalId" in held ? held.parentExternalId : undefined
  return parent === undefined || parent === "" ? [] : [ExternalId.make(parent)]
}

/** The row of an object that CDF was found to hold; nothing where it is not of this facility. */
const rowOf = (facility: Facility, flow: FlowName, kind: ListedKind, of: Of) => {
  const prefix = facility.ids.prefix(of)
  return (held: Held): ReadonlyArray<LedgerRow> => {
    const { externalId } = held
    if (externalId?.startsWith(prefix) !== true) return []
    const metadata = "metadata" in held ? held.metadata : undefined
    // An object under our id that another system made is met when a record wants it, never before.
    if (metadata !== undefined && metadata["pcn"] !== facility.pcn) return []
    return [
      {
        kind,
        externalId,
        hash: unknownHash,
        id: "id" in held ? held.id : undefined,
        flow,
        plexId: metadata?.["plex_id"] ?? keyIn(facility.ids, of, externalId),
        links: linksOf(held),
        retiredAt: metadata === undefined ? undefined : retiredAtOf(metadata)
      }
    ]
  }
}

/** Reads all that CDF holds of a list into the ledger; what the ledger knows already stays as it is known. */
export const discover = (listed: Listed): Effect.Effect<void, CdfError | StateError, Cdf | FlowRun | Ledger> =>
  Effect.gen(function* () {
    const { facility, flow } = yield* FlowRun
    const cdf = yield* Cdf
    const ledger = yield* Ledger
    for (const { kind, of } of listedKinds(listed)) {
      const met = rowOf(facility, flow, kind, of)
      const found: Stream.Stream<Held, CdfError> = cdf.list(kind, filterOf(facility, kind, of))
      yield* Stream.runForEachChunk(found, (page) => ledger.meet(Chunk.toReadonlyArray(page).flatMap(met)))
    }
  })

/**
 * To be done before a list is read: afterwards the ledger knows all that CDF holds of it. CDF is asked where the ledger never saw
 * the flow come to an end: on a cold ledger, unless CDF was empty when that began, and after a run that was killed or that CDF or the
 * state failed, as it may have written what it could not confirm. Tells whether it was asked.
 */
export const knowHeld = (listed: Listed): Effect.Effect<boolean, CdfError | StateError, Cdf | FlowRun | Ledger> =>
  Effect.gen(function* () {
    const { flow } = yield* FlowRun
    const fact = listFact(flow)
    const state = yield* facilityFact(fact)
    const isKnown = state === undefined ? yield* cdfIsFresh : state === "ended"
    if (!isKnown) yield* discover(listed)
    yield* keepFacilityFacts(new Map([[fact, "begun"]]))
    return !isKnown
  })

/** Says so where Plex ends it; what CDF or the state failed may be in CDF without being known to be. */
export const endedUnlessWriting = <A, E extends FlowError, R>(
  flow: Effect.Effect<A, E, R>
): Effect.Effect<A, E | StateError, R | FlowRun | Ledger> =>
  Effect.tapError(flow, ({ _tag }) => (_tag === "PlexError" ? listEnded : Effect.void))

/** To be said when the flow has come to its end, whichever: all that it wrote is confirmed. */
export const listEnded: Effect.Effect<void, StateError, FlowRun | Ledger> = Effect.gen(function* () {
  const { flow } = yield* FlowRun
  yield* keepFacilityFacts(new Map([[listFact(flow), "ended"]]))
})
