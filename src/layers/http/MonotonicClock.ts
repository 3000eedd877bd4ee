import { Clock, Effect } from "effect"

/** Milliseconds that never step back, unlike the wall clock; only their differences mean something. */
export const monotonicMillis: Effect.Effect<number> = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos) / 1e6)
