/**
 * Facts about a facility, which are none of one flow's own.
 */
import { Effect } from "effect"
import { factsOfFacility, Ledger } from "../services/Ledger.js"

export const facilityFact = (name: string) =>
  Effect.gen(function* () {
    return (yield* (yield* Ledger).facts(factsOfFacility, [name])).get(name)
  })

export const keepFacilityFacts = (facts: ReadonlyMap<string, string>) =>
  Effect.flatMap(Ledger, (ledger) => ledger.keepFacts(factsOfFacility, facts))

/** Writes nothing where none of them is kept. */
export const dropFacilityFacts = (names: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    if ((yield* ledger.facts(factsOfFacility, names)).size > 0) yield* ledger.dropFacts(factsOfFacility, names)
  })
