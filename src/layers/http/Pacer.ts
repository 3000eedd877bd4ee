/**
 * Keeps all calls to one upstream within its rate, whichever fiber makes them.
 */
import { Effect } from "effect"
import { monotonicMillis } from "./MonotonicClock.js"

export interface Pacer {
  /** Returns when the caller may start one call. */
  readonly take: Effect.Effect<void>
  /** Nobody starts for this many milliseconds, those who wait already included: the server asked for it. */
  readonly hold: (millis: number) => Effect.Effect<void>
}

/**
 * One call each `60,000 / perMinute` milliseconds (rounded up), without bursts: the generic cell rate algorithm with a
 * burst of one, so never more than `perMinute` starts in any 60 seconds. A start that came late is not made up for, which
 * would break that. Its whole state is two numbers and a queue: no background fiber, and whoever is interrupted while
 * waiting costs nothing.
 */
export const makePacer = (perMinute: number): Pacer => {
  const step = Math.ceil(60_000 / perMinute)
  const head = Effect.unsafeMakeSemaphore(1)
  let due = -Infinity
  let heldUntil = -Infinity

  const waitForTurn: Effect.Effect<void> = Effect.flatMap(monotonicMillis, (now) => {
    const start = Math.max(due, heldUntil)
    // Asked again after the sleep: the turn may have been put off meanwhile.
    if (start > now) return Effect.zipRight(Effect.sleep(Math.ceil(start - now)), waitForTurn)
    due = now + step
    return Effect.void
  })

  return {
    take: head.withPermits(1)(waitForTurn),
    hold: (millis) =>
      Effect.map(monotonicMillis, (now) => {
        heldUntil = Math.max(heldUntil, now + millis)
      })
  }
}
