/**
 * Tells how the fields of a flow's records differ from what is known of them: one line per field, once for as long as it lasts.
 */
import { Effect } from "effect"
import { decodeDrift, type Drift, type DriftKind, encodeDrift, noDrift } from "../domain/Drift.js"
import type { FlowName } from "../domain/Flow.js"
import type { Ledger } from "../services/Ledger.js"
import { ProgramVersion } from "../services/ProgramVersion.js"
import { facilityFact, keepFacilityFacts } from "./facilityFacts.js"

const factOf = (flow: FlowName): string => `drift of ${flow}`

const words: Readonly<Record<DriftKind, string>> = {
  new: "Plex sends a field that is not read",
  missing: "a field that Plex used to fill is empty in all records",
  unreadable: "Plex sends a field that cannot be read as what it should be"
}

const tell = (field: string, drift: DriftKind) =>
  (drift === "new" ? Effect.logInfo(words[drift]) : Effect.logWarning(words[drift])).pipe(
    Effect.annotateLogs({ field, drift })
  )

/**
 * Gives how many fields differ. What was told is kept before it is told; while the state fails nothing is told, as it would be told
 * again and again. `whole`: the run shows all that it should.
 */
export const tellDrift = (flow: FlowName, drift: Drift, whole: boolean): Effect.Effect<number, never, Ledger> =>
  Effect.gen(function* () {
    if (drift.isEmpty) return 0
    const fact = factOf(flow)
    const known = yield* facilityFact(fact)
    const { drifted, memory, untold } = drift.verdict(decodeDrift(known), yield* ProgramVersion, whole)
    const kept = encodeDrift(memory)
    if (kept !== known) yield* keepFacilityFacts(new Map([[fact, kept]]))
    yield* Effect.forEach(untold, ([field, kind]) => tell(field, kind), { discard: true })
    return drifted
  }).pipe(
    Effect.catchAll((error) =>
      Effect.as(
        Effect.logWarning("what differs in the fields of Plex's records cannot be told").pipe(
          Effect.annotateLogs({ error: error.message })
        ),
        drift.verdict(noDrift, "", whole).drifted
      )
    )
  )
