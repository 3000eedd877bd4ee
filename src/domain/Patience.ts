/**
 * How long a call may take at most, with all that it may have to wait for; milliseconds.
 */

/** No server makes us wait longer than this, whatever it says. */
export const longestRetryAfter = 5 * 60_000

/** No delay between tries is longer, unless the server asks for it. */
export const longestDelay = 60_000

/** Delays are jittered by up to this factor. */
const jitter = 1.2

/** What a call is allowed. */
export interface Allowance {
  /** Time without progress. */
  readonly timeout: number
  /** Tries after the first. */
  readonly maxRetries: number
  readonly retryDelay: number
}

const delayBefore = (retry: number, retryDelay: number): number =>
  Math.min(longestDelay, retryDelay * 2 ** retry * jitter)

/**
 * As long as nothing at all may come of a flow: what the calls that it makes allow each other. A call that gives nothing, with all its
 * tries and the delays between them, and once the longest wait that a server may ask for.
 */
export const longestSilence = ({ maxRetries, retryDelay, timeout }: Allowance): number => {
  let millis = longestRetryAfter + timeout
  for (let retry = 0; retry < maxRetries; retry++) millis += timeout + delayBefore(retry, retryDelay)
  return Math.ceil(millis)
}
