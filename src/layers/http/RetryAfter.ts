import { longestRetryAfter } from "../../domain/Patience.js"

/**
 * Milliseconds that a `Retry-After` header asks us to wait, in either of its forms (seconds, or an HTTP date that is
 * compared with `now`, epoch milliseconds), at most {@link longestRetryAfter}. Nothing for an absent or unreadable one.
 */
export const parseRetryAfter = (header: string | undefined, now: number): number | undefined => {
  const text = header?.trim() ?? ""
  if (text === "") return undefined
  const seconds = Number(text)
  const millis = Number.isNaN(seconds) ? Date.parse(text) - now : seconds * 1000
  return Number.isNaN(millis) ? undefined : Math.min(Math.max(millis, 0), longestRetryAfter)
}
