/**
 * Offers to sweeps: with what the sweep needs of a record, kept when CDF has taken what the record became.
 */
import { Chunk, Effect, Either, Stream } from "effect"
import type { Draft } from "../../domain/cdf/Draft.js"
import type { StateError } from "../../domain/Errors.js"
import type { Facility } from "../../domain/Facility.js"
import type { FlowName } from "../../domain/Flow.js"
import type { Mapping } from "../../domain/Mapping.js"
import type { Outlining } from "../../domain/Outline.js"
import { gone, type Offer, type SweepObject } from "../../domain/SweepObject.js"
import { type Confirmation, Ledger, type LedgerRow } from "../../services/Ledger.js"
import { FlowRun } from "../FlowRun.js"

/** A mapping whose drafts offer the object of their record to a sweep. */
export const offering = <A, D extends Draft>(
  mapping: Mapping<A, D>,
  sweep: FlowName,
  objectOf: (record: A, isNew: boolean) => SweepObject | undefined
): Mapping<A, D> => {
  const offerOf = (record: A): Offer => ({ sweep, object: (isNew) => objectOf(record, isNew) })
  const outline = mapping.outline === undefined ? undefined : offeringOutline(mapping.outline, offerOf)
  const offers = (facility: Facility) => {
    const draftOf = mapping(facility)
    return (record: A) => Either.map(draftOf(record), (draft) => ({ ...draft, offer: offerOf(record) }))
  }
  return Object.assign(offers, { outline })
}

const offeringOutline =
  <A>(outlining: Outlining<A>, offerOf: (record: A) => Offer): Outlining<A> =>
  (facility) => {
    const outlineOf = outlining(facility)
    return (record) => {
      const outline = outlineOf(record)
      return outline === undefined ? undefined : { ...outline, offer: offerOf(record) }
    }
  }

/** What may offer an object: drafts and their outlines. */
type Offering = Pick<Draft, "offer">

/** Whether CDF was not known to hold the record alive under this id: nothing was there, it was retired, or it is another record's. */
export const isNew = ({ plexId }: Draft, row: LedgerRow | undefined): boolean =>
  row === undefined || row.retiredAt !== undefined || row.plexId !== plexId

/** What is offered by drafts that CDF has taken; all drafts of a chunk offer to one sweep. */
export const offersOf = (
  taken: ReadonlyArray<{ readonly draft: Offering; readonly isNew: boolean }>
): Confirmation["offered"] => {
  const objects = taken.flatMap(({ draft: { offer }, isNew }) => offer?.object(isNew) ?? [])
  const sweep = taken.find(({ draft }) => draft.offer !== undefined)?.draft.offer?.sweep
  return sweep === undefined || objects.length === 0 ? undefined : { sweep, objects }
}

/**
 * Objects that are to be looked at again and again are offered once more where the ledger does not know them: a state from before
 * there were offers, or one that was emptied in part.
 */
export const offerMissing = (unchanged: ReadonlyArray<Offering>): Effect.Effect<void, StateError, Ledger> =>
  Effect.gen(function* () {
    const offered = offersOf(unchanged.map((draft) => ({ draft, isNew: false })))
    if (offered === undefined) return
    const ledger = yield* Ledger
    const lasting = offered.objects.filter(({ again }) => again)
    const known = yield* ledger.offered(
      offered.sweep,
      lasting.map(({ key }) => key)
    )
    const missing = lasting.filter(({ key }) => !known.has(key))
    if (missing.length > 0) yield* ledger.confirm({ offered: { sweep: offered.sweep, objects: missing } })
  })

/** All that a sweep ever looks at. */
const everything = { due: false, lookedBefore: Number.MAX_SAFE_INTEGER, limit: Number.MAX_SAFE_INTEGER }

const objectsPerQuestion = 1000

/**
 * After a whole list that is believed: the objects whose record Plex has no more are offered one last time, so that the sweep takes
 * away what hangs on them. `others`: those that the sweep does not look at any more, but on which something may hang.
 */
export const offeringVanished =
  (sweep: FlowName, others: Stream.Stream<SweepObject, StateError, Ledger> = Stream.empty) =>
  <E, R>(list: Effect.Effect<boolean, E, R>): Effect.Effect<boolean, E | StateError, R | FlowRun | Ledger> =>
    Effect.tap(list, (believed) =>
      believed
        ? Effect.gen(function* () {
            const { flow } = yield* FlowRun
            const ledger = yield* Ledger
            yield* Stream.fromIterableEffect(ledger.sweepObjects(sweep, everything)).pipe(
              Stream.concat(others),
              Stream.grouped(objectsPerQuestion),
              Stream.map(Chunk.toReadonlyArray),
              Stream.runForEach((objects) =>
                Effect.gen(function* () {
                  const rows = yield* ledger.byPlexIds(
                    flow,
                    objects.map(({ key }) => key)
                  )
                  const vanished = objects.filter(({ fingerprint, key }) => {
                    const row = rows.get(key)
                    return fingerprint !== gone && (row === undefined || row.retiredAt !== undefined)
                  })
                  yield* ledger.confirm({
                    offered: {
                      sweep,
                      objects: vanished.map((object) => ({ ...object, fingerprint: gone, again: false }))
                    }
                  })
                })
              )
            )
          })
        : Effect.void
    )

/** Keys of the objects that are looked at again and again. */
export const lasting = (sweep: FlowName): Effect.Effect<ReadonlySet<string>, StateError, Ledger> =>
  Effect.flatMap(Ledger, (ledger) =>
    Effect.map(
      ledger.sweepObjects(sweep, everything),
      (objects) => new Set(objects.flatMap(({ again, key }) => (again ? [key] : [])))
    )
  )
