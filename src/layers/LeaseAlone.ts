/**
 * The lease of a state that no other process can have: in memory, or of a dry run.
 */
import { Effect, Layer } from "effect"
import { Lease, type LeaseStatus } from "../services/Lease.js"

const held: LeaseStatus = { state: "held", generation: 1 }

/** `Lease` that is always ours. */
export const layerLeaseAlone: Layer.Layer<Lease> = Layer.succeed(Lease, {
  status: Effect.succeed(held),
  hold: Effect.void,
  holdUnlessRenewed: Effect.void,
  ensure: Effect.void,
  lost: Effect.never,
  check: Effect.void,
  fence: Effect.void
})
