/**
 * Whether CDF held nothing of the facility when the ledger began: then the ledger knows all that is there, and nothing need be asked.
 */
import { Effect } from "effect"
import type { StateError } from "../domain/Errors.js"
import { freshCdf } from "../domain/FreshCdf.js"
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

/** To be said where CDF does not even hold the facility: of no kind is there anything that the ledger does not know. */
export const noteFresh: Effect.Effect<void, StateError, Ledger> = Effect.gen(function* () {
  const ledger = yield* Ledger
  yield* keepFacilityFacts(new Map([[freshCdf, "true"]]))
  for (const kind of naturalKeyKinds) yield* ledger.meetNaturalKeys(kind, [])
})

/** To be said where others may have changed CDF since. */
export const doubtFresh: Effect.Effect<void, StateError, Ledger> = dropFacilityFacts([freshCdf])
