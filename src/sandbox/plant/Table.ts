import type { Row } from "./Plant.js"

/** The records of one list by their key, in the order they were first put. */
export class Table {
  readonly #byKey = new Map<string, Row>()
  #rows: ReadonlyArray<Row> | undefined
  readonly #fields: ReadonlyArray<string>

  /** `fields`: the key's fields, separated by blanks. */
  constructor(fields: string) {
    this.#fields = fields.split(" ")
  }

  keyOf(row: Row): string {
    return this.#fields.map((field) => String(row[field])).join(" ")
  }

  /** `key`: for a record that cannot be told by its own fields (no key, or the key of another). */
  put(row: Row, key: string = this.keyOf(row)): void {
    this.#byKey.set(key, row)
    this.#rows = undefined
  }

  remove(key: string): boolean {
    this.#rows = undefined
    return this.#byKey.delete(key)
  }

  get(key: string): Row | undefined {
    return this.#byKey.get(key)
  }

  /** The oldest key that is still there. */
  firstKey(): string | undefined {
    return this.#byKey.keys().next().value
  }

  get size(): number {
    return this.#byKey.size
  }

  /** A new array after each change, the same one otherwise. */
  get rows(): ReadonlyArray<Row> {
    return (this.#rows ??= [...this.#byKey.values()])
  }
}
