/**
 * Requests of an operator to run an extractor now, whatever its beat.
 */
import { Effect } from "effect"
import { type Extractor, extractors } from "../domain/Flow.js"

/** Where an operator asks for runs at once, and the scheduler hears of it. */
export interface RunRequests {
  /** Asks for a run; of an extractor that is running, for one more afterwards. Several requests before it begins are one. */
  readonly ask: (extractor: Extractor) => Effect.Effect<void>
  readonly askAll: Effect.Effect<void>
  /** Waits until this extractor is asked for. */
  readonly asked: (extractor: Extractor) => Effect.Effect<void>
  /** A run begins that answers the requests so far; tells whether there were any. */
  readonly take: (extractor: Extractor) => Effect.Effect<boolean>
}

/** No requests yet. */
export const makeRunRequests: Effect.Effect<RunRequests> = Effect.gen(function* () {
  const latches = new Map<Extractor, Effect.Latch>()
  for (const name of extractors) latches.set(name, yield* Effect.makeLatch())
  const pending = new Set<Extractor>()
  const latchOf = (name: Extractor, use: (latch: Effect.Latch) => Effect.Effect<unknown>) =>
    Effect.suspend(() => {
      const latch = latches.get(name)
      return latch === undefined ? Effect.void : Effect.asVoid(use(latch))
    })
  const ask: RunRequests["ask"] = (name) =>
    Effect.zipRight(
      Effect.sync(() => pending.add(name)),
      latchOf(name, ({ open }) => open)
    )
  return {
    ask,
    askAll: Effect.forEach(extractors, ask, { discard: true }),
    asked: (name) => latchOf(name, (latch) => latch.await),
    take: (name) =>
      Effect.zipRight(
        latchOf(name, ({ close }) => close),
        Effect.sync(() => pending.delete(name))
      )
  }
})
