/**
 * Of things that come in any order those few whose keys come first: the same ones whatever the order was.
 */
export class Smallest<A> {
  readonly #kept: Array<{ readonly key: string; readonly value: A }> = []

  constructor(readonly most: number) {}

  /** Takes the place of what has the same key. */
  put(key: string, value: A): void {
    const last = this.#kept.at(-1)
    if (last === undefined || key > last.key) {
      if (this.#kept.length < this.most) this.#kept.push({ key, value })
      return
    }
    const at = this.#kept.findIndex((one) => one.key >= key)
    this.#kept.splice(at, this.#kept[at]?.key === key ? 1 : 0, { key, value })
    if (this.#kept.length > this.most) this.#kept.pop()
  }

  get(key: string): A | undefined {
    return this.#kept.find((one) => one.key === key)?.value
  }

  /** What came after it and was not kept does not come back. */
  drop(key: string): void {
    const at = this.#kept.findIndex((one) => one.key === key)
    if (at >= 0) this.#kept.splice(at, 1)
  }

  /** In the order of their keys. */
  get values(): ReadonlyArray<A> {
    return this.#kept.map(({ value }) => value)
  }
}
