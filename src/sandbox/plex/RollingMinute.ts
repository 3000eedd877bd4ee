const minute = 60_000

/** Counts calls of the last sixty seconds by key, on the host's clock: the plant's may stand still. */
export interface RollingMinute {
  /** Counts a call and gives 0 (without a limit: gives 0), or refuses it uncounted and gives the milliseconds until the next would pass. */
  readonly admit: (key: string, limit: number | null) => number
}

/** `clock` in milliseconds; default: the host's. */
export const makeRollingMinute = (clock: () => number = () => performance.now()): RollingMinute => {
  const admitted = new Map<string, Array<number>>()
  return {
    admit: (key, limit) => {
      if (limit === null) return 0
      const now = clock()
      const recent = (admitted.get(key) ?? []).filter((at) => at > now - minute)
      admitted.set(key, recent)
      const next = recent[recent.length - limit]
      if (next !== undefined) return next + minute - now
      recent.push(now)
      return 0
    }
  }
}

/** The headers of a 429 to a caller who may come back in `milliseconds`; `now` is the server's clock, as in `date`. */
export const retryAfter = (
  form: "seconds" | "date" | "absent",
  milliseconds: number,
  now: number
): Readonly<Record<string, string>> => {
  const seconds = Math.ceil(milliseconds / 1000)
  switch (form) {
    case "seconds":
      return { "retry-after": `${seconds}` }
    case "date":
      // A second more: HTTP dates are cut to whole seconds.
      return { "retry-after": new Date(now + (seconds + 1) * 1000).toUTCString() }
    case "absent":
      return {}
  }
}
