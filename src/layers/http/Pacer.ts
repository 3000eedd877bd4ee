/**
 * Keeps all calls to one upstream within its rate, whichever fiber makes them.
 */
import { Effect } from "effect"
import { RollingCount } from "../../domain/RollingCount.js"
import type { Caller } from "../../services/CalledBy.js"
import { monotonicMillis } from "./MonotonicClock.js"

/** How an upstream is used. */
export interface PacerState {
  /** Calls a minute; `Infinity` where they are not paced. */
  readonly perMinute: number
  /** Calls that began within the last minute. */
  readonly used: number
  /** Callers that wait for their turn. */
  readonly waiting: number
  /** Milliseconds for which nobody may start, as the server asked for it; 0 where it did not. */
  readonly held: number
}

export interface Pacer {
  /** Returns when the caller may start one call; callers of one kind in the order in which they came. */
  readonly take: (caller: Caller) => Effect.Effect<void>
  /** Nobody starts for this many milliseconds, those who wait already included: the server asked for it. */
  readonly hold: (millis: number) => Effect.Effect<void>
  readonly state: Effect.Effect<PacerState>
}

/** Milliseconds in which the other kind of caller, whose turn it is, takes it. */
const moment = 1

/** Milliseconds by which one call may be longer on its way than another one a minute later, with no more of them arriving in it. */
const slack = 1_000

/** Milliseconds of a late start that the next ones make up for, if they are no more than half a step: timers are late, the more so on a busy machine. */
const madeUp = slack / 4

/**
 * One call each `60,000 / perMinute` milliseconds (rounded up) and its part of the slack, without bursts: the generic cell rate
 * algorithm with less than half a step of tolerance, so never more than `perMinute` starts in any 60 seconds, and three quarters of the
 * slack left to the way of the calls. While flows and sweeps both wait, sweeps get `sweepShare` of the turns (0–1); alone, either gets all.
 * Its whole state is a few numbers and two queues: no background fiber, and whoever is interrupted while waiting costs
 * nothing.
 */
export const makePacer = (perMinute: number, sweepShare = 0.5): Pacer => {
  const step = Math.ceil(60_000 / perMinute) + Math.floor(slack / perMinute)
  const tolerance = Math.min(madeUp, step / 2)
  const heads = { flow: Effect.unsafeMakeSemaphore(1), sweep: Effect.unsafeMakeSemaphore(1) }
  const waiting = { flow: 0, sweep: 0 }
  const used = new RollingCount(1_000, 60)
  let due = -Infinity
  let heldUntil = -Infinity
  /** Turns that the sweeps have not had of their share: with a whole one, the next is theirs. */
  let owed = 0

  const waitForTurn = (caller: Caller, hasWaited = false): Effect.Effect<void> =>
    Effect.flatMap(monotonicMillis, (now) => {
      const start = Math.max(due, heldUntil)
      // Asked again after each sleep: the turn may have been put off meanwhile.
      if (start > now) return Effect.zipRight(Effect.sleep(Math.ceil(start - now)), waitForTurn(caller, true))
      if (waiting.flow > 0 && waiting.sweep > 0) {
        const whose: Caller = owed >= 1 ? "sweep" : "flow"
        if (caller !== whose) return Effect.zipRight(Effect.sleep(moment), waitForTurn(caller, hasWaited))
        owed += sweepShare - (caller === "sweep" ? 1 : 0)
      }
      due = (hasWaited ? Math.max(start, now - tolerance) : now) + step
      used.add(now)
      return Effect.void
    })

  return {
    take: (caller) =>
      Effect.acquireUseRelease(
        Effect.sync(() => void waiting[caller]++),
        () => heads[caller].withPermits(1)(waitForTurn(caller)),
        () => Effect.sync(() => void waiting[caller]--)
      ),
    hold: (millis) =>
      Effect.map(monotonicMillis, (now) => {
        heldUntil = Math.max(heldUntil, now + millis)
      }),
    state: Effect.map(monotonicMillis, (now) => ({
      perMinute,
      used: used.within(now),
      waiting: waiting.flow + waiting.sweep,
      held: Math.max(0, Math.ceil(heldUntil - now))
    }))
  }
}
