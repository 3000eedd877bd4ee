/**
 * Days of the factory's calendar, straight from the runtime's time zone data.
 */
const hour = 3_600_000

/** The calendar day of an instant, `2026-06-11`. */
export const localDay = (ms: number, zone: string): string =>
  new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(ms)

/** The first instant of the day that holds `ms`: the earliest quarter of an hour with that date. */
export const dayBegin = (ms: number, zone: string): number => {
  const day = localDay(ms, zone)
  let at = ms - (ms % (hour / 4))
  while (localDay(at - hour / 4, zone) === day) at -= hour / 4
  return at
}

/** The finished days from the one that holds `from` to the one before that of `now`, as [begin, end). */
export const finishedDays = (
  from: number,
  now: number,
  zone: string
): ReadonlyArray<{ readonly begin: number; readonly end: number }> => {
  const today = dayBegin(now, zone)
  const days: Array<{ readonly begin: number; readonly end: number }> = []
  for (let begin = dayBegin(from, zone); begin < today; ) {
    const end = dayBegin(begin + 30 * hour, zone)
    days.push({ begin, end })
    begin = end
  }
  return days
}
