/**
 * What cannot be delivered goes to the dead letters, counted, with one line in the log per chunk.
 */
import { Effect } from "effect"
import type { StateError } from "../../domain/Errors.js"
import { DeadLetters } from "../../services/DeadLetters.js"
import { FlowRun } from "../FlowRun.js"

/** Keeps these as dead letters of the running flow. */
export const bury = (
  letters: ReadonlyArray<{ readonly key: string; readonly reason: string; readonly content: unknown }>
): Effect.Effect<void, StateError, FlowRun | DeadLetters> =>
  letters.length === 0
    ? Effect.void
    : Effect.gen(function* () {
        const { flow, tally } = yield* FlowRun
        const deadLetters = yield* DeadLetters
        tally.add("deadLettered", letters.length)
        yield* deadLetters.add(letters.map((letter) => ({ flow, ...letter })))
        const [first] = letters
        yield* Effect.logWarning("records set aside as dead letters").pipe(
          Effect.annotateLogs({ count: letters.length, key: first?.key ?? "", reason: first?.reason ?? "" })
        )
      })
