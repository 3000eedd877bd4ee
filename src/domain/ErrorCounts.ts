/**
 * Failed calls of the last hour, by upstream and reason.
 */
import { categoryOf, type Reason } from "./Errors.js"
import { RollingCount } from "./RollingCount.js"
import type { CountedErrors, ErrorsByMinute } from "./Status.js"

const minute = 60_000

interface EndedCall {
  readonly upstream: string
  /** Nothing where it succeeded. */
  readonly reason?: Reason | "Interrupted" | undefined
}

/** Counts failed attempts of calls, in buckets of a minute; moments in epoch milliseconds. */
export class ErrorCounts {
  readonly #counts = new Map<string, { readonly upstream: string; readonly reason: Reason; counted: RollingCount }>()

  /** Remembers what failed within the last so many minutes. */
  constructor(readonly minutes = 60) {}

  /** An attempt of a call, as it ended; one that was interrupted has not failed. */
  called(at: number, { reason, upstream }: EndedCall): void {
    if (reason === undefined || reason === "Interrupted") return
    const key = `${upstream} ${reason}`
    const known = this.#counts.get(key) ?? { upstream, reason, counted: new RollingCount(minute, this.minutes) }
    known.counted.add(at)
    this.#counts.set(key, known)
  }

  /** The most frequent first. */
  within(at: number): ReadonlyArray<CountedErrors> {
    return this.#within(at).map(({ category, count, reason, upstream }) => ({ upstream, category, reason, count }))
  }

  /** The most frequent first, with their minutes. */
  byMinute(at: number): ReadonlyArray<ErrorsByMinute> {
    return this.#within(at).map(({ perMinute, ...errors }) => ({ ...errors, perMinute: perMinute() }))
  }

  #within(at: number) {
    return [...this.#counts.values()]
      .map(({ counted, reason, upstream }) => ({
        upstream,
        category: categoryOf(reason),
        reason,
        count: counted.within(at),
        perMinute: () => counted.each(at)
      }))
      .filter(({ count }) => count > 0)
      .toSorted((one, other) => other.count - one.count)
  }
}

/** A line each: `3 calls to plex failed: Timeout (transient)`. */
export const errorsInWords = (errors: ReadonlyArray<CountedErrors>): ReadonlyArray<string> =>
  errors.map(({ category, count, reason, upstream }) => `${count} calls to ${upstream} failed: ${reason} (${category})`)
