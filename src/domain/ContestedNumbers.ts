/**
 * Jobs that share one number. The number is the key of a job's event, so only one of them can have it: the lower UUID keeps it,
 * the others are `{number}_{first 8 of the id}`. Numbers are compared exactly, ids without regard to case.
 */

const byId = (a: string, b: string): number => {
  const [left, right] = [a.toLowerCase(), b.toLowerCase()]
  return left < right ? -1 : left > right ? 1 : 0
}

/**
 * The key of each job with this number, by job id. Should two of the others share even the first eight characters, the
 * second takes its whole id.
 */
export const contestedKeys = (number: string, ids: Iterable<string>): ReadonlyMap<string, string> => {
  const keys = new Map<string, string>()
  const taken = new Set<string>()
  for (const id of [...new Set(ids)].sort(byId)) {
    const short = keys.size === 0 ? number : `${number}_${id.slice(0, 8)}`
    const key = taken.has(short) ? `${number}_${id}` : short
    taken.add(key)
    keys.set(id, key)
  }
  return keys
}

/** A job whose number others have too, and the key that it gets. */
export interface SettledJob {
  readonly id: string
  readonly number: string
  readonly key: string
  /** Whether it was written under the plain number before others with that number were seen. */
  readonly writtenAsNumber: boolean
}

/** What has to be written when the whole list has been seen. */
export interface Settlement {
  /**
   * Every job that is not in CDF under the key it gets: those that were held back, and those that were written under the
   * plain number and lose it. In order of number and id.
   */
  readonly write: ReadonlyArray<SettledJob>
  /** Jobs that do not get the plain number: to be counted. */
  readonly contested: number
}

/**
 * Who claims which number, while the list streams past. The first to claim a number is written under it at once; later ones are
 * held back until the list ends and `settle` tells the keys. One instance per list; memory is one entry per number.
 */
export class NumberClaims {
  /** Who is, or will be, written under the plain number unless the settlement says otherwise. */
  readonly #first = new Map<string, string>()
  readonly #others = new Map<string, Set<string>>()
  /** Known from before, not seen in this list yet. */
  readonly #unseen = new Map<string, string>()

  /**
   * The job that CDF holds under this plain number from an earlier run: it has claimed the number before any job of this list.
   * Known too late, after a claim for the number, it changes nothing.
   */
  know(number: string, id: string): void {
    if (this.#first.has(number)) return
    this.#first.set(number, id)
    this.#unseen.set(number, id)
  }

  /** `mine`: to be written under the plain number now. `contested`: to be held back. The same job may claim again. */
  claim(number: string, id: string): "mine" | "contested" {
    const first = this.#first.get(number)
    if (first === undefined) {
      this.#first.set(number, id)
      return "mine"
    }
    if (first === id) {
      this.#unseen.delete(number)
      return "mine"
    }
    const others = this.#others.get(number)
    if (others === undefined) this.#others.set(number, new Set([id]))
    else others.add(id)
    return "contested"
  }

  /**
   * The keys of all that share a number. After a complete list, a job that was only known from before is gone and claims
   * nothing; after a partial one it may still be there and keeps its claim.
   */
  settle(list: "complete" | "partial"): Settlement {
    const write: Array<SettledJob> = []
    let contested = 0
    for (const [number, others] of [...this.#others].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
      const first = this.#first.get(number)
      const gone = list === "complete" && this.#unseen.has(number)
      const keys = contestedKeys(number, first === undefined || gone ? others : [first, ...others])
      for (const [id, key] of keys) {
        const writtenAsNumber = id === first
        if (key !== number) contested++
        if (!writtenAsNumber || key !== number) write.push({ id, number, key, writtenAsNumber })
      }
    }
    return { write, contested }
  }
}
