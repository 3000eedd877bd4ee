/**
 * A map that forgets: what is older than its time to live, and beyond its size what was longest not asked for.
 */
export interface BoundedMap<K, V> {
  readonly get: (key: K, now: number) => V | undefined
  readonly set: (key: K, value: V, now: number) => void
  readonly delete: (key: K) => void
}

/** `onEvict` is told of what is forgotten by itself. Times are milliseconds of one clock. */
export const makeBoundedMap = <K, V>(options: {
  readonly most: number
  readonly timeToLive: number
  readonly onEvict?: ((key: K, value: V) => void) | undefined
}): BoundedMap<K, V> => {
  const { most, onEvict, timeToLive } = options
  /** In the order in which they were last asked for. */
  const entries = new Map<K, { readonly value: V; readonly until: number }>()
  return {
    get: (key, now) => {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      if (entry.until <= now) {
        onEvict?.(key, entry.value)
        return undefined
      }
      entries.set(key, entry)
      return entry.value
    },
    set: (key, value, now) => {
      entries.delete(key)
      entries.set(key, { value, until: now + timeToLive })
      if (entries.size <= most) return
      for (const [oldest, entry] of entries) {
        entries.delete(oldest)
        onEvict?.(oldest, entry.value)
        return
      }
    },
    delete: (key) => {
      entries.delete(key)
    }
  }
}
