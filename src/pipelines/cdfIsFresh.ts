/**
 * Whether CDF held nothing of the facility when the ledger began: then the ledger knows all that is there, and nothing need be asked.
 */
import { Effect } from "effect"
import type { StateError } from "../domain/Errors.js"
import { beingCleared, freshCdf, lostAssets } from "../domain/FreshCdf.js"
import { naturalKeyKinds } from "../domain/NaturalKey.js"
import { Ledger } from "../services/Ledger.js"
import { dropFacilityFacts, facilityFact, keepFacilityFacts } from "./facilityFacts.js"

/**
 * True from a first run over an empty CDF on, as long as the ledger lives. What a process that was killed wrote and could not
 * confirm is not in the ledger all the same: who relies on this must remember what it has begun.
 */
export const cdfIsFresh: Effect.Effect<boolean, StateError, Ledger> = Effect.map(
  facilityFact(freshCdf),
  (fact) => fact !== undefined
)

/** Whether the ledger was forgotten because CDF lost the facility's asset: events, series and sequences may be there still. */
export const assetsWereLost: Effect.Effect<boolean, StateError, Ledger> = Effect.map(
  facilityFact(lostAssets),
  (fact) => fact !== undefined
)

/** To be said when the ledger is forgotten for that. */
export const noteLostAssets: Effect.Effect<void, StateError, Ledger> = keepFacilityFacts(
  new Map([[lostAssets, "true"]])
)

/** Whether what CDF held was being deleted when the ledger began. */
export const wasBeingCleared: Effect.Effect<boolean, StateError, Ledger> = Effect.map(
  facilityFact(beingCleared),
  (fact) => fact !== undefined
)

/** To be said before anything of the facility is deleted: a run that comes before the end of that reads all history again. */
export const noteClearing: Effect.Effect<void, StateError, Ledger> = keepFacilityFacts(
  new Map([
    [lostAssets, "true"],
    [beingCleared, "true"]
  ])
)

/** To be said where CDF never held the facility: of no kind is there anything that the ledger does not know. */
export const noteFresh: Effect.Effect<void, StateError, Ledger> = Effect.gen(function* () {
  const ledger = yield* Ledger
  yield* keepFacilityFacts(new Map([[freshCdf, "true"]]))
  for (const kind of naturalKeyKinds) yield* ledger.meetNaturalKeys(kind, [])
})

/** To be said where others may have changed CDF since. */
export const doubtFresh: Effect.Effect<void, StateError, Ledger> = dropFacilityFacts([freshCdf])
