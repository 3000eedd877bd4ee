/** The wait before a failed run is tried again, in milliseconds; it doubles with each failure. */
const firstWait = 30_000

/** How long to wait after so many failures of an extractor in a row, in milliseconds: longer each time, never beyond its interval. */
export const retryWait = (failures: number, interval: number): number =>
  Math.min(interval, firstWait * 2 ** (Math.max(1, failures) - 1))
