/** Four well mixed 32-bit words of a text (cyrb128). */
const words = (text: string): [number, number, number, number] => {
  let a = 1779033703
  let b = 3144134277
  let c = 1013904242
  let d = 2773480762
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i)
    a = b ^ Math.imul(a ^ k, 597399067)
    b = c ^ Math.imul(b ^ k, 2869860233)
    c = d ^ Math.imul(c ^ k, 951274213)
    d = a ^ Math.imul(d ^ k, 2716044179)
  }
  return [a, b, c, d]
}

const hex8 = (word: number): string => (word >>> 0).toString(16).padStart(8, "0")

const uuidBytes = Buffer.alloc(36)

/** A text of its own: the engine keeps a joined text as a tree of its pieces, three times the size of a UUID. */
const flat = (text: string): string => {
  uuidBytes.write(text, "latin1")
  return uuidBytes.toString("latin1")
}

/** Random numbers that a name decides (sfc32): the same name gives the same numbers, whatever else was drawn before. */
export class Random {
  #a: number
  #b: number
  #c: number
  #d: number

  constructor(readonly name: string) {
    const [a, b, c, d] = words(name)
    this.#a = a
    this.#b = b
    this.#c = c
    this.#d = d
    for (let i = 0; i < 12; i++) this.word()
  }

  /** An independent source for a part of the work, so that a change elsewhere leaves its numbers alone. */
  fork(name: string): Random {
    return new Random(`${this.name}/${name}`)
  }

  /** 32 random bits, signed. */
  word(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0
    this.#d = (this.#d + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t
    this.#c |= 0
    return t
  }

  /** In [0, 1). */
  next(): number {
    return (this.word() >>> 0) / 4294967296
  }

  /** A whole number in [min, max]. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  /** A number in [min, max] with so many decimals. */
  decimal(min: number, max: number, digits: number): number {
    return Number((min + this.next() * (max - min)).toFixed(digits))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<A>(items: ReadonlyArray<A>): A {
    const item = items[this.int(0, items.length - 1)]
    if (item === undefined) throw new RangeError("nothing to pick from")
    return item
  }

  /** A version 4 UUID, lower case. */
  uuid(): string {
    const [a, b, c, d] = [hex8(this.word()), hex8(this.word()), hex8(this.word()), hex8(this.word())]
    const variant = "89ab".charAt(this.int(0, 3))
    return flat(`${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`)
  }
}
