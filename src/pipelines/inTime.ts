/**
 * Questions that are asked to learn how things stand: who asks does not wait for ever.
 */
import { Data, Effect } from "effect"

/** How long a probe may take, its turn and its retries included. */
const patience = "30 seconds"

/** Nothing came in time. */
export class NoAnswer extends Data.TaggedError("NoAnswer") {
  override get message(): string {
    return `no answer within ${patience}`
  }
}

/** The same, given up after 30 seconds. */
export const inTime = <A, E, R>(probe: Effect.Effect<A, E, R>): Effect.Effect<A, E | NoAnswer, R> =>
  Effect.timeoutFail(probe, { duration: patience, onTimeout: () => new NoAnswer() })
