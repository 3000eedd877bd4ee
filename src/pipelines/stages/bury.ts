/**
 * What cannot be delivered goes to the dead letters, counted, with one line in the log per chunk.
 */
import { Effect } from "effect"
import type { StateError } from "../../domain/Errors.js"
import { type DeadLetter, DeadLetters } from "../../services/DeadLetters.js"
import { FlowRun } from "../FlowRun.js"

/** What could not be delivered, before it is known whose it is. */
export type Undelivered = Omit<DeadLetter, "flow">

/** Counts and tells dead letters that are kept. */
export const buried = (letters: ReadonlyArray<Undelivered>): Effect.Effect<void, never, FlowRun> =>
  letters.length === 0
    ? Effect.void
    : Effect.gen(function* () {
        const { tally } = yield* FlowRun
        tally.add("deadLettered", letters.length)
        const [first] = letters
        yield* Effect.logWarning("records set aside as dead letters").pipe(
          Effect.annotateLogs({ count: letters.length, key: first?.key ?? "", reason: first?.reason ?? "" })
        )
      })

/** A reason that begins with a path tells it: `path: what is wrong`. */
const pathOf = (reason: string): Pick<DeadLetter, "path" | "reason"> => {
  const [, path, rest] = /^([^\s:][^:]*?): (.+)$/s.exec(reason) ?? []
  return path === undefined || rest === undefined ? { reason } : { path, reason: rest }
}

/** Keeps these records as dead letters of the running flow; they count as seen. */
export const bury = (letters: ReadonlyArray<Undelivered>): Effect.Effect<void, StateError, FlowRun | DeadLetters> =>
  letters.length === 0
    ? Effect.void
    : Effect.gen(function* () {
        const { flow, shown, window } = yield* FlowRun
        for (const { key } of letters) shown?.record(key)
        const deadLetters = yield* DeadLetters
        yield* deadLetters.add(letters.map((letter) => ({ flow, window, ...letter, ...pathOf(letter.reason) })))
        yield* buried(letters)
      })

/** After a whole list that is believed: what it did not bring again is no dead letter any more, as Plex has no such record. */
export const dropUnseen: Effect.Effect<void, StateError, FlowRun | DeadLetters> = Effect.gen(function* () {
  const { begun, flow } = yield* FlowRun
  const deadLetters = yield* DeadLetters
  const letters = yield* deadLetters.list({ flow })
  const unseen = letters.filter(({ lastSeen, window }) => window === undefined && lastSeen < begun)
  if (unseen.length > 0) yield* deadLetters.drop(unseen)
})
