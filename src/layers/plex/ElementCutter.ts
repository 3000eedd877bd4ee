/**
 * Cuts the elements of a JSON array out of its bytes as they arrive, so that a body of any size is never held whole.
 */
import { Data, Either } from "effect"
import { isUtf8 } from "node:buffer"

/** Bytes that are not a JSON array of elements of bearable size. */
export class NotAList extends Data.TaggedError("NotAList")<{
  readonly expected: string
  /** The body as far as it is there, where that says what it is; to be masked before it is shown. */
  readonly seen?: string | undefined
}> {}

const notJson = new NotAList({ expected: "the list is not JSON" })
const notUtf8 = new NotAList({ expected: "the list is not UTF-8" })

/** No element may be longer: 16 MiB. */
export const longestElement = 16 * 1024 * 1024

const quoteMark = 0x22
const backslash = 0x5c
const comma = 0x2c
const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
const isOpening = (byte: number | undefined): boolean => byte === 0x7b || byte === 0x5b
const isClosing = (byte: number | undefined): boolean => byte === 0x7d || byte === 0x5d

/**
 * One instance per body. It only looks for where elements end; whether they are JSON is seen when their text is parsed.
 * Scanning bytes is safe: the marks of JSON never occur inside the UTF-8 sequence of another character.
 */
export class ElementCutter {
  /** Less than one element, of which the first `#scanned` bytes were looked at. */
  #carry: Buffer = Buffer.alloc(0)
  #scanned = 0
  #depth = 0
  #inString = false
  #escaped = false
  #afterComma = false
  #state: "before" | "inside" | "after" = "before"

  /** Whether there was anything but blanks. */
  get hasBegun(): boolean {
    return this.#state !== "before"
  }

  /** Whether the array was closed: a body that ends earlier was cut. */
  get isWhole(): boolean {
    return this.#state === "after"
  }

  /** The JSON text `a,b,c` of the elements that these bytes complete; empty when they complete none. */
  cut(bytes: Uint8Array): Either.Either<string, NotAList> {
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const all = this.#carry.length === 0 ? piece : Buffer.concat([this.#carry, piece])
    let from = 0
    if (this.#state === "before") {
      while (from < all.length && isBlank(all[from])) from++
      if (from === all.length) return Either.right("")
      if (all[from] !== 0x5b) {
        return Either.left(new NotAList({ expected: "a JSON array", seen: all.toString("utf8", from) }))
      }
      this.#state = "inside"
      this.#scanned = ++from
    }
    const upTo = this.#state === "inside" ? this.#scan(all) : -1
    // What is not UTF-8 would silently become other characters.
    if (upTo !== -1 && !isUtf8(all.subarray(from, upTo))) return Either.left(notUtf8)
    const text = upTo === -1 ? "" : all.toString("utf8", from, upTo)
    return this.#state === "after"
      ? this.#finish(all, upTo, text)
      : this.#keep(all, upTo === -1 ? from : upTo + 1, text, upTo !== -1)
  }

  /** Index of the last mark that ends an element, or -1. */
  #scan(all: Buffer): number {
    const end = all.length
    let at = this.#scanned
    let upTo = -1
    let depth = this.#depth
    let inString = this.#inString
    let escaped = this.#escaped
    for (; at < end; at++) {
      const byte = all[at]
      if (inString) {
        if (escaped) escaped = false
        else if (byte === backslash) escaped = true
        else if (byte === quoteMark) inString = false
      } else if (byte === quoteMark) inString = true
      else if (isOpening(byte)) depth++
      else if (isClosing(byte)) {
        if (depth === 0) {
          upTo = at
          this.#state = "after"
          break
        }
        depth--
      } else if (byte === comma && depth === 0) upTo = at
    }
    this.#depth = depth
    this.#inString = inString
    this.#escaped = escaped
    return upTo
  }

  #keep(all: Buffer, keep: number, text: string, ended: boolean): Either.Either<string, NotAList> {
    this.#carry = all.subarray(keep)
    this.#scanned = this.#carry.length
    if (ended && text.trim() === "") return Either.left(notJson)
    this.#afterComma ||= ended
    return this.#carry.length > longestElement
      ? Either.left(new NotAList({ expected: "an element of the list is longer than 16 MiB" }))
      : Either.right(text)
  }

  #finish(all: Buffer, upTo: number, text: string): Either.Either<string, NotAList> {
    let at = upTo === -1 ? 0 : upTo + 1
    this.#carry = Buffer.alloc(0)
    while (at < all.length && isBlank(all[at])) at++
    if (at < all.length) return Either.left(new NotAList({ expected: "there is more after the end of the list" }))
    if (all[upTo] === 0x7d || (this.#afterComma && upTo !== -1 && text.trim() === "")) {
      return Either.left(notJson)
    }
    return Either.right(text)
  }
}
