/**
 * A bound on what goes on at once that knows who is inside: whoever waits for a place can tell whether one will become free.
 */
import { Effect, type Scope } from "effect"
import { Pulse, queued } from "../../services/Pulse.js"

export interface Permits {
  /** A place, from its turn on and until the scope closes. */
  readonly hold: Effect.Effect<void, never, Scope.Scope>
}

export const makePermits = (count: number): Permits => {
  const places = Effect.unsafeMakeSemaphore(count)
  const holders = new Set<{ readonly moves: () => number }>()
  const movesOfHolders = (): number => Array.from(holders).reduce((sum, { moves }) => sum + moves(), 0)
  return {
    hold: Effect.gen(function* () {
      const { moves } = yield* Pulse
      const holder = { moves }
      yield* Effect.uninterruptibleMask((restore) =>
        Effect.zipRight(
          restore(queued(movesOfHolders)(places.take(1))),
          Effect.zipRight(
            Effect.sync(() => holders.add(holder)),
            Effect.addFinalizer(() =>
              Effect.zipRight(
                Effect.sync(() => holders.delete(holder)),
                places.release(1)
              )
            )
          )
        )
      )
    })
  }
}
