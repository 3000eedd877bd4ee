/**
 * Slices of time in which history is read: half-open, on whole minutes, oldest first.
 */

/** Epoch milliseconds, `begin` inside and `end` outside. */
export interface TimeSlice {
  readonly begin: number
  readonly end: number
}

const minute = 60_000

/**
 * The slices from the minute of `from` up to the minute that `until` lies in, that minute included; each at most `hours` long.
 */
export const timeSlices = (from: number, until: number, hours: number): ReadonlyArray<TimeSlice> => {
  const last = Math.ceil(until / minute) * minute
  const step = Math.max(minute, Math.floor((hours * 3_600_000) / minute) * minute)
  const slices: Array<TimeSlice> = []
  for (let begin = Math.floor(from / minute) * minute; begin < last; begin += step) {
    slices.push({ begin, end: Math.min(begin + step, last) })
  }
  return slices
}

/** The stretches that slices cover together, in order: those that overlap or touch are one. */
export const covered = (slices: ReadonlyArray<TimeSlice>): ReadonlyArray<TimeSlice> => {
  const stretches: Array<TimeSlice> = []
  for (const slice of slices.toSorted((one, other) => one.begin - other.begin)) {
    const last = stretches.at(-1)
    if (last === undefined || slice.begin > last.end) stretches.push(slice)
    else stretches.splice(-1, 1, { begin: last.begin, end: Math.max(last.end, slice.end) })
  }
  return stretches
}

export const isWithin = (slice: TimeSlice, moment: number): boolean => moment >= slice.begin && moment < slice.end
