/**
 * Which items go into the next call, where CDF takes a call whole or refuses it whole for one of its items.
 */

/** So many items may be found by halving before the untested parts go out one by one: with most items bad that is cheaper. */
const fewFound = 3

/**
 * Finds the items at fault while all others are sent, in their order. What a refusal names is set apart and the rest goes out again;
 * where it names nothing, the call is halved: the untested halves are set aside and go out as one call. One bad item in n costs at
 * most ⌈log₂ n⌉ + 2 calls more; one that is named, one.
 */
export class Halving<I> {
  /** Parts not tested yet, in order. */
  #waiting: ReadonlyArray<ReadonlyArray<I>>
  /** Items of which at least one is bad, as far as is known. */
  #suspects: ReadonlyArray<I> = []
  #batch: ReadonlyArray<I> = []
  /** What is suspect beside the batch. */
  #rest: ReadonlyArray<I> = []
  #found = 0

  constructor(items: ReadonlyArray<I>) {
    this.#waiting = [items]
  }

  /** The items of the next call; none when all are done with. Each call is then told to have been `taken` or `refused`. */
  next(): ReadonlyArray<I> {
    this.#rest = []
    this.#batch = []
    if (this.#suspects.length > 0) {
      const middle = Math.ceil(this.#suspects.length / 2)
      this.#batch = this.#suspects.slice(0, middle)
      this.#rest = this.#suspects.slice(middle)
    } else if (this.#found <= fewFound) {
      this.#batch = this.#waiting.flat()
      this.#waiting = []
    } else {
      while (this.#batch.length === 0 && this.#waiting.length > 0) {
        this.#batch = this.#waiting[0] ?? []
        this.#waiting = this.#waiting.slice(1)
      }
    }
    return this.#batch
  }

  /** CDF took the call. */
  taken(): void {
    this.#suspects = this.#rest
  }

  /**
   * CDF refused the call; `apart` are items of it that go no further, as the refusal names them. Gives the item at fault where none
   * was named and it was the only one.
   */
  refused(apart: ReadonlySet<I>): I | undefined {
    if (apart.size > 0) {
      this.#waiting = [this.#batch.filter((item) => !apart.has(item)), this.#rest, ...this.#waiting]
      this.#suspects = []
      return undefined
    }
    this.#waiting = [this.#rest, ...this.#waiting]
    const [item, ...others] = this.#batch
    if (item !== undefined && others.length === 0) {
      this.#found++
      this.#suspects = []
      return item
    }
    this.#suspects = this.#batch
    return undefined
  }
}
