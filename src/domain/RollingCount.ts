/**
 * How often something happened lately, in memory that does not grow.
 */

/**
 * Counts what happens within the last `buckets` spans of `span` milliseconds; what happened before is forgotten, a span at a time. Told
 * by one clock, whichever.
 */
export class RollingCount {
  readonly #counts: Array<number>
  /** The number of the span that was told of last. */
  #last = -Infinity

  constructor(
    readonly span: number,
    readonly buckets: number
  ) {
    this.#counts = Array.from({ length: buckets }, () => 0)
  }

  add(at: number, by = 1): void {
    const now = this.#forget(at)
    const bucket = now % this.buckets
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + by
  }

  /** What was counted within the last spans, the one that goes on among them. */
  within(at: number): number {
    this.#forget(at)
    return this.#counts.reduce((sum, count) => sum + count, 0)
  }

  /** What was counted in each of the last spans, the oldest first, the one that goes on last. */
  each(at: number): ReadonlyArray<number> {
    const now = this.#forget(at)
    return Array.from({ length: this.buckets }, (_, index) => this.#counts[(now + 1 + index) % this.buckets] ?? 0)
  }

  /** Empties the spans that are over; gives the number of the current one. A clock that was put back counts on in the latest span. */
  #forget(at: number): number {
    const now = Math.max(this.#last, Math.floor(at / this.span))
    if (now - this.#last >= this.buckets) this.#counts.fill(0)
    else for (let number = this.#last + 1; number <= now; number++) this.#counts[number % this.buckets] = 0
    this.#last = now
    return now
  }
}
