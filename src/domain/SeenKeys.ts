/**
 * A set of keys of which it is only asked whether one is in it: 53 bits of each are kept, 11 to 22 bytes a key. It may take a key for
 * one that it has seen (with a million in it, one key in some thousand million), and never forgets one.
 */

const emptySlot = 0
/** Filled up to this share, so that searches stay short. */
const mostFilled = 0.75

/** 53 bits of a text and a kind, never 0: cyrb53, two 32-bit multiplicative hashes that stir each other. */
const hashOf = (kind: string, key: string): number => {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  const stir = (unit: number) => {
    high = Math.imul(high ^ unit, 2654435761)
    low = Math.imul(low ^ unit, 1597334677)
  }
  for (let at = 0; at < kind.length; at++) stir(kind.charCodeAt(at))
  stir(0x10000)
  for (let at = 0; at < key.length; at++) stir(key.charCodeAt(at))
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return 4294967296 * (2097151 & low) + (high >>> 0) || 1
}

export class SeenKeys {
  #slots = new Float64Array(1024)
  #size = 0

  get size(): number {
    return this.#size
  }

  add(kind: string, key: string): void {
    if (this.#size + 1 > this.#slots.length * mostFilled) this.#grow()
    if (this.#put(hashOf(kind, key))) this.#size++
  }

  has(kind: string, key: string): boolean {
    if (this.#size === 0) return false
    const hash = hashOf(kind, key)
    return this.#slots[this.#slotOf(hash)] === hash
  }

  /** Where the hash is, or would be put. */
  #slotOf(hash: number): number {
    const mask = this.#slots.length - 1
    let slot = hash % this.#slots.length
    for (;;) {
      const held = this.#slots[slot]
      if (held === emptySlot || held === hash) return slot
      slot = (slot + 1) & mask
    }
  }

  #put(hash: number): boolean {
    const slot = this.#slotOf(hash)
    if (this.#slots[slot] === hash) return false
    this.#slots[slot] = hash
    return true
  }

  #grow(): void {
    const before = this.#slots
    this.#slots = new Float64Array(before.length * 2)
    for (const hash of before) if (hash !== emptySlot) this.#put(hash)
  }
}
