import type { History, Row } from "./Plant.js"

/** Something that happened at `at` and that Plex knows of from `visibleAt` on; `of` is what it concerns, if anything. */
export interface Fact<A> {
  readonly at: number
  readonly visibleAt: number
  row: Row
  readonly of: A | undefined
}

/** A history: facts in the order of their instant, those of one instant in the order they came in. */
export class Facts<A> implements History {
  readonly #facts: Array<Fact<A>> = []
  #sorted = true
  #rows: ReadonlyArray<Row> | undefined
  #rowsAt = 0
  /** When the next hidden fact becomes visible. */
  #nextVisible = Number.POSITIVE_INFINITY

  /** `show`: for rows that change with time alone; called on each read. */
  constructor(
    readonly now: () => number,
    readonly show?: (fact: Fact<A>) => Row
  ) {}

  add(row: Row, at: number, visibleAt: number, of?: A): Fact<A> {
    const fact: Fact<A> = { at, visibleAt, row, of }
    const last = this.#facts.at(-1)
    if (last !== undefined && last.at > at) this.#sorted = false
    this.#facts.push(fact)
    this.#rows = undefined
    return fact
  }

  /** Replaces a row in its place (the instant stays), or takes it out. */
  correct(row: Row, corrected: Row | undefined): boolean {
    const index = this.#ordered().findIndex((fact) => fact.row === row)
    const fact = this.#facts[index]
    if (fact === undefined) return false
    if (corrected === undefined) this.#facts.splice(index, 1)
    else fact.row = corrected
    this.#rows = undefined
    return true
  }

  /** The visible facts with an instant in [begin, end). */
  factsBetween(begin: number, end: number): ReadonlyArray<Fact<A>> {
    const now = this.now()
    const facts = this.#ordered()
    return facts.slice(this.#firstFrom(begin), this.#firstFrom(end)).filter((fact) => fact.visibleAt <= now)
  }

  between(begin: number, end: number): ReadonlyArray<Row> {
    return this.factsBetween(begin, end).map((fact) => this.#shown(fact))
  }

  get rows(): ReadonlyArray<Row> {
    const now = this.now()
    const stale = now >= this.#nextVisible || (this.show !== undefined && now !== this.#rowsAt)
    if (this.#rows !== undefined && !stale) return this.#rows
    this.#nextVisible = Number.POSITIVE_INFINITY
    this.#rowsAt = now
    const rows: Array<Row> = []
    for (const fact of this.#ordered()) {
      if (fact.visibleAt <= now) rows.push(this.#shown(fact))
      else this.#nextVisible = Math.min(this.#nextVisible, fact.visibleAt)
    }
    this.#rows = rows
    return rows
  }

  #shown(fact: Fact<A>): Row {
    if (this.show === undefined) return fact.row
    fact.row = this.show(fact)
    return fact.row
  }

  #ordered(): ReadonlyArray<Fact<A>> {
    if (!this.#sorted) {
      this.#facts.sort((one, other) => one.at - other.at)
      this.#sorted = true
    }
    return this.#facts
  }

  #firstFrom(at: number): number {
    let low = 0
    let high = this.#facts.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const fact = this.#facts[middle]
      if (fact !== undefined && fact.at < at) low = middle + 1
      else high = middle
    }
    return low
  }
}
