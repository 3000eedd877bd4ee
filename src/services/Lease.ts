import { Context, type Effect, type Scope } from "effect"
import type { LeaseHeld, LeaseLost, StateError } from "../domain/Errors.js"

/** The process that has a lease, for people. */
export interface LeaseHolder {
  readonly host: string
  readonly pid: number
}

/**
 * `idle`: nothing has asked for it yet. `standby`: another process has it (the one last seen). `held`: this process has it.
 * `lost`: another process has succeeded this one, and what had begun here is ending.
 */
export type LeaseStatus =
  | { readonly state: "idle" }
  | { readonly state: "standby"; readonly holder: LeaseHolder | undefined }
  | { readonly state: "held"; readonly generation: number }
  | { readonly state: "lost"; readonly holder: LeaseHolder | undefined }

/**
 * The right to write for one facility: of all processes that share a state, one has it at a time. Each who takes it over gets the next
 * generation; an earlier one can commit nothing to the state any more, and sends CDF nothing beyond what was on its way. One per
 * facility and process.
 *
 * Passes and the resident process take it and give it back by themselves. Where nothing took it, the first write to CDF or to the
 * state does, waits as long as that needs, and keeps it until the Layer's scope closes.
 */
export class Lease extends Context.Tag("plex-cdf/Lease")<
  Lease,
  {
    readonly status: Effect.Effect<LeaseStatus>
    /** Waits until the lease is ours, and has it until the scope closes. Taking what is ours already takes it once more. */
    readonly hold: Effect.Effect<void, never, Scope.Scope>
    /** Like `hold`, but fails as soon as another process is seen to renew it, or where the state does not answer. */
    readonly holdUnlessRenewed: Effect.Effect<void, LeaseHeld | StateError, Scope.Scope>
    /** Takes the lease for as long as the Layer's scope where nothing has it yet. */
    readonly ensure: Effect.Effect<void>
    /** Fails when the lease that is held now is lost; to be raced with what must not outlive it. */
    readonly lost: Effect.Effect<never, LeaseLost>
    /**
     * Before each call that writes to CDF: done while the lease is surely ours. Asks the database where the last renewal is too long
     * ago to know, as in a process that was stopped and woken, and fails where that does not answer. Never done once it is lost.
     */
    readonly check: Effect.Effect<void, StateError>
    /** First in each transaction on the state, by the same client: fails where the lease is not ours, and holds off whoever takes it. */
    readonly fence: Effect.Effect<void, StateError>
  }
>() {}
