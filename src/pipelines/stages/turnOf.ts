/**
 * One at a time: the slices of a flow, whoever reads them, as a backfill may run beside the flow itself.
 */
import { Effect } from "effect"
import type { FlowName } from "../../domain/Flow.js"
import { Ledger } from "../../services/Ledger.js"
import { oneAtATime } from "../../services/Pulse.js"

/** By ledger, of which there is one per facility; another process is kept out by the lease. */
const places = new WeakMap<typeof Ledger.Service, Map<FlowName, Effect.Semaphore>>()

const placeOf = (ledger: typeof Ledger.Service, flow: FlowName): Effect.Semaphore => {
  const ofLedger = places.get(ledger) ?? new Map<FlowName, Effect.Semaphore>()
  places.set(ledger, ofLedger)
  const place = ofLedger.get(flow) ?? Effect.unsafeMakeSemaphore(1)
  ofLedger.set(flow, place)
  return place
}

/** Waits until nobody else reads and settles a slice of this flow. */
export const inTurnOf =
  (flow: FlowName) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | Ledger> =>
    Effect.flatMap(Ledger, (ledger) => oneAtATime(placeOf(ledger, flow))(effect))
