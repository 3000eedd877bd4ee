/**
 * Moments and spans of time as people read them.
 */
import type { Viewer } from "./Viewer.js"

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** With a space that no line breaks at. */
const measure = (value: number | string, unit: string): string => `${value}\u00A0${unit}`

/** `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export const lasting = (milliseconds: number): string => {
  const span = Math.max(0, milliseconds)
  if (span < 10 * second) return measure((span / second).toFixed(1), "s")
  if (span < minute) return measure(Math.floor(span / second), "s")
  const [unit, part, names] =
    span < hour ? [minute, second, ["min", "s"]] : span < day ? [hour, minute, ["h", "min"]] : [day, hour, ["d", "h"]]
  const rest = Math.floor((span % unit) / part)
  const [name = "", nameOfRest = ""] = names
  return `${measure(Math.floor(span / unit), name)}${rest === 0 ? "" : `\u00A0${measure(rest, nameOfRest)}`}`
}

/** The greatest unit alone: `8 s`, `3 min`, `5 h`, `12 d`. */
export const roughly = (milliseconds: number): string => {
  const span = Math.max(0, milliseconds)
  if (span < minute) return measure(Math.floor(span / second), "s")
  if (span < hour) return measure(Math.floor(span / minute), "min")
  return span < 2 * day ? measure(Math.floor(span / hour), "h") : measure(Math.floor(span / day), "d")
}

/** `3 min ago`, `in 5 h`. */
export const fromNow = (moment: number, now: number): string =>
  moment > now ? `in ${roughly(moment - now)}` : now - moment < 5 * second ? "just now" : `${roughly(now - moment)} ago`

interface Formats {
  readonly year: Intl.DateTimeFormat
  readonly day: Intl.DateTimeFormat
  readonly time: Intl.DateTimeFormat
}

const formats = new Map<string, Formats>()

const formatsOf = (timeZone: string): Formats => {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const made = {
    year: new Intl.DateTimeFormat("en-GB", { timeZone, day: "numeric", month: "short", year: "numeric" }),
    day: new Intl.DateTimeFormat("en-GB", { timeZone, day: "numeric", month: "short" }),
    time: new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", second: "2-digit" })
  }
  formats.set(timeZone, made)
  return made
}

/** `14:03:22` of today in the facility's zone, else `9 Jun, 14:03:22`, or `9 Jun 2025, 14:03:22` of half a year ago and earlier. */
const wallClock = (moment: number, { now, timezone }: Viewer): string => {
  const formats = formatsOf(timezone)
  const clock = formats.time.format(moment)
  if (formats.year.format(moment) === formats.year.format(now)) return clock
  return `${(Math.abs(now - moment) < 180 * day ? formats.day : formats.year).format(moment)}, ${clock}`
}

const utc = (moment: number): string => new Date(moment).toISOString().replace("T", " ").slice(0, 19)

/** A moment by the facility's clock; UTC on hover and for machines. */
export const At = ({ moment, viewer }: { readonly moment: number; readonly viewer: Viewer }) => (
  <time dateTime={new Date(moment).toISOString()} title={`${utc(moment)} UTC`}>
    {wallClock(moment, viewer)}
  </time>
)

/** A moment by how far away it is; the clock time on hover. */
export const FromNow = ({ moment, viewer }: { readonly moment: number; readonly viewer: Viewer }) => (
  <time dateTime={new Date(moment).toISOString()} title={`${wallClock(moment, viewer)} (${utc(moment)} UTC)`}>
    {fromNow(moment, viewer.now)}
  </time>
)

/** Both: `14:03:22`, and how far away that is. */
export const Moment = ({ moment, viewer }: { readonly moment: number; readonly viewer: Viewer }) => (
  <span class="moment">
    <At moment={moment} viewer={viewer} />, <span class="quiet">{fromNow(moment, viewer.now)}</span>
  </span>
)
