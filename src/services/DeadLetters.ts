import { Context, type Effect } from "effect"
import type { StateError } from "../domain/Errors.js"
import type { FlowName } from "../domain/Flow.js"

/** A record that cannot be decoded or mapped, or a resource that CDF refuses. */
export interface DeadLetter {
  readonly flow: FlowName
  /** The record's key or the resource's external id, as far as known. */
  readonly key: string
  /** What is wrong, with the path in the record. */
  readonly reason: string
  /** The record or resource itself. */
  readonly content: unknown
}

/** A dead letter as it is kept; moments in epoch milliseconds. */
export interface KeptDeadLetter extends DeadLetter {
  readonly firstSeen: number
  readonly lastSeen: number
  /** How often it could not be delivered. */
  readonly attempts: number
}

/** Where what could not be delivered is kept, with its reason, so that nothing is lost. One per facility. */
export class DeadLetters extends Context.Tag("plex-cdf/DeadLetters")<
  DeadLetters,
  {
    /** A letter of the same flow and key replaces the earlier one. Beyond a bound the ones not seen for longest give way. */
    readonly add: (letters: ReadonlyArray<DeadLetter>) => Effect.Effect<void, StateError>
    /** Those seen last come last. */
    readonly all: Effect.Effect<ReadonlyArray<KeptDeadLetter>, StateError>
  }
>() {}
