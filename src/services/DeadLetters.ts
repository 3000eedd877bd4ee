import { Context, type Effect } from "effect"
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

/** Where what could not be delivered is kept, with its reason, so that nothing is lost. */
export class DeadLetters extends Context.Tag("plex-cdf/DeadLetters")<
  DeadLetters,
  {
    readonly add: (letters: ReadonlyArray<DeadLetter>) => Effect.Effect<void>
    readonly all: Effect.Effect<ReadonlyArray<DeadLetter>>
  }
>() {}
