import type { JsonObject } from "./Json.js"

/** A stored object. `value` is what answers show, but for what the resource adds while showing it. */
export interface Stored {
  readonly id: number
  /** Grows with each creation. */
  readonly order: number
  readonly externalId: string | undefined
  readonly value: JsonObject
  /** Lists show it from this list call of its collection on, and from this time on. */
  readonly visible: { readonly call: number; readonly at: number }
}

/** Told of each stored object that comes, changes or goes. */
export type OnChange = (previous: Stored | undefined, next: Stored | undefined) => void

/** All objects of one resource, by internal and by external id, with a stable order to page through. */
export class Collection {
  private readonly byId = new Map<number, Stored>()
  private readonly byExternalId = new Map<string, Stored>()
  private readonly gone = new Map<number, string | undefined>()
  private paged: ReadonlyArray<number> | undefined
  private created = 0

  /** List calls so far: the clock of delayed visibility. */
  listCalls = 0

  constructor(
    private readonly pageOrder: "id" | "creation",
    private readonly onChange: OnChange = () => undefined
  ) {}

  get size(): number {
    return this.byId.size
  }

  get(id: number): Stored | undefined {
    return this.byId.get(id)
  }

  find(externalId: string): Stored | undefined {
    return this.byExternalId.get(externalId)
  }

  all(): Iterable<Stored> {
    return this.byId.values()
  }

  /** The external id that a deleted object had. */
  formerExternalId(id: number): string | undefined {
    return this.gone.get(id)
  }

  add(object: Omit<Stored, "order">): Stored {
    this.created += 1
    const stored = { ...object, order: this.created }
    this.put(stored)
    this.paged = undefined
    this.onChange(undefined, stored)
    return stored
  }

  replace(previous: Stored, next: Stored): void {
    if (previous.externalId !== undefined && previous.externalId !== next.externalId) {
      this.byExternalId.delete(previous.externalId)
    }
    this.put(next)
    this.onChange(previous, next)
  }

  remove(stored: Stored): void {
    this.byId.delete(stored.id)
    this.gone.set(stored.id, stored.externalId)
    if (stored.externalId !== undefined) {
      this.byExternalId.delete(stored.externalId)
    }
    this.paged = undefined
    this.onChange(stored, undefined)
  }

  /** Ids in page order. */
  inOrder(): ReadonlyArray<number> {
    this.paged ??=
      this.pageOrder === "creation"
        ? Array.from(this.byId.keys())
        : Array.from(this.byId.keys()).toSorted((a, b) => a - b)
    return this.paged
  }

  /** Where in {@link inOrder} the first object after this position is; positions survive creations and deletions. */
  indexAfter(position: number): number {
    const ids = this.inOrder()
    let low = 0
    let high = ids.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.positionOf(ids[middle] ?? 0) <= position) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  positionOf(id: number): number {
    return this.pageOrder === "id" ? id : (this.byId.get(id)?.order ?? 0)
  }

  private put(stored: Stored): void {
    this.byId.set(stored.id, stored)
    if (stored.externalId !== undefined) {
      this.byExternalId.set(stored.externalId, stored)
    }
  }
}
