/**
 * How fast a count grows, by what it was in the last seconds.
 */

/** A count at an instant, in milliseconds. */
interface Sample {
  readonly at: number
  readonly count: number
}

/** Longer ago says nothing of now. */
const remembered = 10_000

/** Shorter than this, a rate would jump. */
const enough = 1000

/** The rate of one count. */
export class Pace {
  #samples: ReadonlyArray<Sample> = []

  /** Takes the count of now, and tells how many a second there were lately; `undefined` where that is too early to tell. */
  rate(sample: Sample): number | undefined {
    this.#samples = [...this.#samples.filter(({ at }) => at >= sample.at - remembered), sample]
    const [first = sample] = this.#samples
    const milliseconds = sample.at - first.at
    return milliseconds < enough ? undefined : (sample.count - first.count) / (milliseconds / 1000)
  }
}
