/**
 * Facility-local days: the calendar days of a time zone as instants, 23 or 25 hours long where the clock is changed.
 */
import { DateTime } from "effect"
import type { TimeSlice } from "./TimeSlice.js"

/** One calendar day of a zone. `start` is inside and `end` outside; epoch milliseconds. */
export interface LocalDay {
  /** `YYYY-MM-DD`. */
  readonly date: string
  readonly start: number
  readonly end: number
}

/** The first instant of a date; a date that the zone skipped begins where the next one does. */
const startOf = (timeZone: DateTime.TimeZone, date: string): number =>
  DateTime.unsafeMakeZoned(`${date}T00:00:00Z`, {
    timeZone,
    adjustForTimeZone: true,
    // Midnight twice: the day begins at the first. No midnight: it begins when the clock goes on.
    disambiguation: "compatible"
  }).epochMillis

const nextDate = (date: string): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)

const dayOf = (timeZone: DateTime.TimeZone, date: string): LocalDay => ({
  date,
  start: startOf(timeZone, date),
  end: startOf(timeZone, nextDate(date))
})

/**
 * The day in which an instant lies: `start <= millis < end`. `zone` is an IANA name that the configuration has checked; an unknown
 * one throws. For years 1970 to 9998.
 */
export const localDayOf = (zone: string, millis: number): LocalDay => {
  const timeZone = DateTime.zoneUnsafeMakeNamed(zone)
  let day = dayOf(timeZone, DateTime.formatIsoDate(DateTime.unsafeMakeZoned(millis, { timeZone })))
  // Where the clock goes back over midnight, an instant after the start of a day can show the date before it.
  while (day.end <= millis) day = dayOf(timeZone, nextDate(day.date))
  return day
}

/** The days that lie wholly within [from, until), oldest first. */
export const daysBetween = (zone: string, from: number, until: number): ReadonlyArray<LocalDay> => {
  const days: Array<LocalDay> = []
  for (let day = localDayOf(zone, from); day.end <= until; day = localDayOf(zone, day.end)) {
    if (day.start >= from) days.push(day)
  }
  return days
}

/** The whole days that a period touches, as one period. */
export const wholeDays = (zone: string, { begin, end }: TimeSlice): TimeSlice => ({
  begin: localDayOf(zone, begin).start,
  end: localDayOf(zone, end - 1).end
})

/** Whether a day is over at `now`. */
export const isFinished = (day: LocalDay, now: number): boolean => day.end <= now
