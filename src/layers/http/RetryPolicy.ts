/**
 * When a failed call is tried again: the only Schedule values of the calls to Plex and CDF.
 */
import { Duration, Schedule } from "effect"
import type { Category } from "../../domain/Errors.js"
import { longestDelay } from "../../domain/Patience.js"
import type { CallSettings } from "../../services/AppConfig.js"

/** What a policy looks at. */
export interface Retriable {
  readonly category: Category
  readonly retryAfter?: number | undefined
}

/** Waits that double from `retryDelay`, jittered, at most 60 s, but never shorter than the server asked for. */
const transient = (
  { maxRetries, retryDelay }: Pick<CallSettings, "maxRetries" | "retryDelay">,
  mayRepeat: () => boolean = () => true
) =>
  Schedule.exponential(Duration.millis(retryDelay)).pipe(
    Schedule.jittered,
    Schedule.whileInput((error: Retriable) => error.category === "transient" && mayRepeat()),
    Schedule.passthrough,
    Schedule.modifyDelay((error, delay) =>
      // Whole milliseconds: the test clock knows no others.
      Math.ceil(Math.max(Math.min(Duration.toMillis(delay), longestDelay), error.retryAfter ?? 0))
    ),
    Schedule.intersect(Schedule.recurs(maxRetries))
  )

/**
 * Tries a `transient` failure `maxRetries` times more. Failures of `configuration` and `data` are final: trying again
 * cannot help, a person or the stage must act. `mayRepeat` is asked at each failure: a stream may not be begun again once
 * part of it was handed on.
 */
export const retryPolicy = transient
