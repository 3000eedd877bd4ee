/**
 * Spares an upstream that is down, and us the wait for it: a circuit breaker.
 */
import { Data, Effect, Exit, Option, Cause } from "effect"
import type { RemoteError } from "../../domain/Errors.js"
import { monotonicMillis } from "./MonotonicClock.js"

/** The upstream is taken for down; milliseconds until somebody may try it again. */
export class BreakerOpen extends Data.TaggedError("BreakerOpen")<{
  readonly failures: number
  readonly wait: number
}> {}

export type BreakerState = "closed" | "open" | "half-open"

/** The right to make one call (with its retries); `settle` must be told how it ended. Only the first telling counts. */
export interface Ticket {
  readonly settle: (exit: Exit.Exit<unknown, RemoteError>) => Effect.Effect<void>
}

export interface Breaker {
  /** Lets a call pass, or fails at once while the upstream is taken for down. */
  readonly enter: Effect.Effect<Ticket, BreakerOpen>
  readonly state: Effect.Effect<BreakerState>
}

/** A failure that says that the upstream is ill. Any 4xx says that it is alive. */
const isIllness = (error: RemoteError): boolean =>
  error.category === "transient" && error.reason !== "RateLimited" && error.status !== 408

/**
 * Opens after `failures` failures in a row that retrying did not mend, for `cooldown` milliseconds; then one call
 * probes, while the others still fail fast. It closes when the probe shows the upstream alive.
 */
export const makeBreaker = ({ failures: most = 5, cooldown = 60_000 } = {}): Breaker => {
  let failures = 0
  let openUntil: number | undefined
  let probing = false

  const close = () => {
    failures = 0
    openUntil = undefined
  }

  const ticket = (probe: boolean): Ticket => {
    let settled = false
    return {
      settle: (exit) =>
        Effect.map(monotonicMillis, (now) => {
          if (settled) return
          settled = true
          settle(probe, exit, now)
        })
    }
  }

  const settle = (probe: boolean, exit: Exit.Exit<unknown, RemoteError>, now: number) => {
    if (probe) probing = false
    if (Exit.isSuccess(exit)) return close()
    // Neither an interruption nor a bug of ours says anything about the upstream.
    const error = Option.getOrUndefined(Cause.failureOption(exit.cause))
    if (error === undefined) return
    if (!isIllness(error)) return close()
    failures++
    if (probe || failures >= most) openUntil = now + cooldown
  }

  return {
    enter: Effect.flatMap(monotonicMillis, (now) => {
      if (openUntil === undefined) return Effect.succeed(ticket(false))
      if (now < openUntil || probing) {
        return new BreakerOpen({ failures, wait: Math.max(0, Math.ceil(openUntil - now)) })
      }
      probing = true
      return Effect.succeed(ticket(true))
    }),
    state: Effect.map(monotonicMillis, (now) =>
      openUntil === undefined ? "closed" : now < openUntil ? "open" : "half-open"
    )
  }
}
