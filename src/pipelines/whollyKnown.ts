/**
 * Whether all assets of a kind are known: only then does a human key that fits one of them fit no other.
 */
import { Clock, Effect } from "effect"
import type { StateError } from "../domain/Errors.js"
import type { FlowName } from "../domain/Flow.js"
import { listFact } from "../domain/Listed.js"
import type { NaturalKeyKind } from "../domain/NaturalKey.js"
import { Ledger } from "../services/Ledger.js"
import { facilityFact, keepFacilityFacts } from "./facilityFacts.js"

/** What tells the assets of a kind: a list, and the sweep of what it lists where they come one object after the other. */
interface Source {
  readonly list: FlowName
  readonly sweep?: FlowName
}

const sources: Readonly<Record<NaturalKeyKind, Source>> = {
  part: { list: "parts" },
  operation: { list: "operations" },
  workcenter: { list: "workcenters" },
  inspection_point: { list: "control-plans", sweep: "control-plan-lines" }
}

const sweptFact = (sweep: FlowName): string => `all objects of ${sweep} were looked at`

const refusedFact = (sweep: FlowName): string => `objects of ${sweep} were refused at`

/** To be said at the end of a sweep of which Plex refused some objects. */
export const noteRefused = (sweep: FlowName): Effect.Effect<void, StateError, Ledger> =>
  Effect.gen(function* () {
    const name = refusedFact(sweep)
    if ((yield* facilityFact(name)) !== undefined) return
    yield* keepFacilityFacts(new Map([[name, String(yield* Clock.currentTimeMillis)]]))
  })

/** Once it has come through, and from then on: what is new in Plex later is as one more record of a list. */
const hasComeThrough = (sweep: FlowName): Effect.Effect<boolean, StateError, Ledger> =>
  Effect.gen(function* () {
    if ((yield* facilityFact(sweptFact(sweep))) !== undefined) return true
    const { due, oldest } = yield* (yield* Ledger).sweepProgress(sweep)
    if (due > 0) return false
    // What was refused is looked at once more before it counts as empty.
    const refused = yield* facilityFact(refusedFact(sweep))
    if (refused !== undefined && (oldest ?? Infinity) <= Number(refused)) return false
    yield* keepFacilityFacts(new Map([[sweptFact(sweep), "true"]]))
    return true
  })

/**
 * Whether the list that tells them came whole once, and the sweep that does was through with it. Where neither was ever begun by this
 * state, CDF is believed to hold them all.
 */
export const isWhollyKnown = (kind: NaturalKeyKind): Effect.Effect<boolean, StateError, Ledger> =>
  Effect.gen(function* () {
    const { list, sweep } = sources[kind]
    if ((yield* facilityFact(listFact(list))) === undefined) return true
    if ((yield* (yield* Ledger).watermark(list)) === undefined) return false
    return sweep === undefined || (yield* hasComeThrough(sweep))
  })
