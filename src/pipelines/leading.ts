/**
 * Master-data before the others, whenever the tree is missing or stale.
 */
import { Clock, Deferred, Effect } from "effect"
import type { StateError } from "../domain/Errors.js"
import { Ledger } from "../services/Ledger.js"
import { RunLog } from "../services/RunLog.js"

/** Runs of the run log among which the last of master-data is looked for. */
const mostRuns = 200

/** When master-data last came to its end (epoch milliseconds), here or in an earlier process; nothing where the tree is missing. */
const treeMade: Effect.Effect<number | undefined, StateError, Ledger | RunLog> = Effect.gen(function* () {
  if (!(yield* (yield* Ledger).knows("hierarchy"))) return undefined
  const runs = yield* (yield* RunLog).recentRuns(mostRuns)
  return runs.find(({ name, status }) => name === "master-data" && (status === "succeeded" || status === "degraded"))
    ?.finished
})

export interface Leading {
  /** Who leads is to run at this instant (epoch milliseconds). */
  readonly due: (at: number) => Effect.Effect<void>
  /** A run of it has ended, well or not. */
  readonly ended: (well: boolean) => Effect.Effect<void>
  /** There will be no further run. */
  readonly over: Effect.Effect<void>
  /**
   * For who follows: waits for the run that is due or goes on, where the tree is missing or stale. One that has failed and waits is
   * not waited for: it does not stop the others.
   */
  readonly follow: Effect.Effect<void>
}

/** `interval` of who leads, in milliseconds: the tree is stale when two of them have passed since it was made. */
export const makeLeading = (interval: number): Effect.Effect<Leading, never, Ledger | RunLog> =>
  Effect.gen(function* () {
    let made = yield* Effect.orElseSucceed(treeMade, () => undefined)
    let next = 0
    let isOver = false
    let end = yield* Deferred.make<void>()
    const release = Effect.gen(function* () {
      const before = end
      end = yield* Deferred.make<void>()
      yield* Deferred.succeed(before, undefined)
    })
    return {
      due: (at) => Effect.sync(() => void (next = at)),
      ended: (well) =>
        Effect.gen(function* () {
          const now = yield* Clock.currentTimeMillis
          if (well) made = now
          // Until the next one is known: who asks now has waited for this one.
          next = Infinity
          yield* release
        }),
      over: Effect.zipRight(
        Effect.sync(() => void (isOver = true)),
        Effect.suspend(() => release)
      ),
      follow: Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const stale = made === undefined || now - made >= 2 * interval
        return stale && next <= now && !isOver ? Deferred.await(end) : Effect.void
      })
    }
  })
