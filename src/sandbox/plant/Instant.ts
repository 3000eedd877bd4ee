export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

/** Plex's usual text of an instant: UTC, three fractional digits. */
export const dateText = (ms: number): string => new Date(ms).toISOString()

/** The same instant, cut, in the other forms that Plex may send: 0 to 7 fractional digits, or `"minute"`: no seconds. */
export const dateTextWith = (ms: number, digits: number | "minute", subMillisecond = "0421"): string => {
  const text = dateText(ms)
  if (digits === "minute") return `${text.slice(0, 16)}Z`
  if (digits === 0) return `${text.slice(0, 19)}Z`
  return `${text.slice(0, 23)}${subMillisecond}`.slice(0, 20 + digits) + "Z"
}

/** The calendar day of an instant in a zone, `2026-06-11`. */
export const localDay = (ms: number, timeZone: string): string =>
  new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(ms)

/** The calendar day before `2026-06-11`. */
export const dayBefore = (localDate: string): string =>
  dateText(Date.parse(`${localDate}T12:00:00Z`) - day).slice(0, 10)
