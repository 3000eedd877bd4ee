/**
 * How much one call of CDF may carry, and how lists are cut to that.
 */

/** Items per call of nearly everything. */
export const mostItems = 1000

/** Data points of one call, and series. */
export const mostPoints = { parts: 100_000, weight: 100_000, entries: 10_000 } as const

/** Sequence rows of one call, values of them, and sequences. */
export const mostRows = { parts: 10_000, weight: 100_000, entries: 1000 } as const

/** Series of one call for the newest points, and of one call for a slice of them. */
export const mostSeriesRead = 100

export const chunksOf = <A>(items: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))

/** Something whose parts may go out in several calls. */
export interface Entry<P> {
  readonly key: string
  readonly parts: ReadonlyArray<P>
  /** What one part counts toward the second limit. */
  readonly weight: number
}

export interface PackLimits {
  readonly parts: number
  readonly weight: number
  readonly entries: number
}

/** A piece of an entry, as one call carries it. */
export interface Packed<E, P> {
  readonly entry: E
  readonly parts: ReadonlyArray<P>
}

/**
 * As few calls as the limits allow, in order; an entry too large for what is left of a call goes on in the next. No call has
 * the same key twice, and none is empty.
 */
export const pack = <P, E extends Entry<P>>(
  entries: ReadonlyArray<E>,
  limits: PackLimits
): ReadonlyArray<ReadonlyArray<Packed<E, P>>> => {
  const calls: Array<ReadonlyArray<Packed<E, P>>> = []
  let call: Array<Packed<E, P>> = []
  let keys = new Set<string>()
  let parts = limits.parts
  let weight = limits.weight
  const flush = (): void => {
    if (call.length > 0) calls.push(call)
    call = []
    keys = new Set()
    parts = limits.parts
    weight = limits.weight
  }
  for (const entry of entries) {
    for (let from = 0; from < entry.parts.length; ) {
      const room = Math.min(parts, Math.floor(weight / entry.weight))
      if (call.length > 0 && (room < 1 || call.length >= limits.entries || keys.has(entry.key))) {
        flush()
        continue
      }
      const piece = entry.parts.slice(from, from + Math.max(1, room))
      call.push({ entry, parts: piece })
      keys.add(entry.key)
      parts -= piece.length
      weight -= piece.length * entry.weight
      from += piece.length
    }
  }
  flush()
  return calls
}
