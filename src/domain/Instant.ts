/**
 * Moments as Plex writes them: `YYYY-MM-DDThh:mm[:ss[.f{1..7}]]Z`, kept to the last of their seven digits.
 */
import { Schema } from "effect"

const shape = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})$/

/** Whether a text is a moment with its zone, that exists. */
export const isInstant = (text: string): boolean =>
  shape.test(text) && Number.isFinite(Date.parse(toIso(text))) && isCalendarDate(text)

/** `Date.parse` takes the 30th of February for the 2nd of March. */
const isCalendarDate = (text: string): boolean => {
  const day = Number(text.slice(8, 10))
  return (
    day <= 28 || new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)) - 1, day)).getUTCDate() === day
  )
}

/** As nearly all moments are written: `Date.parse` takes that, its fraction up to three digits apart, as it is. */
const plain = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/
const throughMilliseconds = 23

/** `Date.parse` wants seconds and a colon in the offset. */
const toIso = (text: string): string =>
  plain.test(text)
    ? text.length <= throughMilliseconds + 1
      ? text
      : `${text.slice(0, throughMilliseconds)}Z`
    : rewritten(text)

const rewritten = (text: string): string =>
  text.replace(shape, (_, minutes: string, seconds = "00", fraction = "", zone: string) => {
    const offset = zone === "Z" ? zone : `${zone.slice(0, 3)}:${zone.slice(-2)}`
    return `${minutes}:${seconds}${fraction === "" ? "" : `.${fraction.slice(0, 3)}`}${offset}`
  })

/** A moment with its zone, in Plex's own writing. */
export const Instant = Schema.String.pipe(
  Schema.filter(isInstant, { message: () => "a moment as YYYY-MM-DDThh:mm[:ss[.fffffff]]Z is expected" }),
  Schema.brand("Instant")
)
export type Instant = typeof Instant.Type

/** Milliseconds since 1970, the rest of the digits cut off (never rounded up into the next window). */
export const toMillis = (instant: Instant): number => Date.parse(toIso(instant))

/** As `toMillis`, of a field that may be null or absent. */
export const momentOf = (instant: Instant | null | undefined): number | undefined =>
  instant === null || instant === undefined ? undefined : toMillis(instant)

/** The same moment in UTC with exactly seven digits, for keys: `2026-06-11T14:03:22.4170000Z`. */
export const withSevenDigits = (instant: Instant): string => {
  const fraction = (shape.exec(instant)?.[3] ?? "").padEnd(7, "0").slice(0, 7)
  return `${new Date(toMillis(instant)).toISOString().slice(0, 19)}.${fraction}Z`
}

/** `yyyyMMdd'T'HHmmssSSS` in UTC: `20260611T140322417`. */
export const compact = (millis: number): string => new Date(millis).toISOString().replace(/[-:.Z]/g, "")

/** The moment as Plex takes it in a query: whole seconds and `Z`. */
export const toPlexTime = (millis: number): string => `${new Date(millis).toISOString().slice(0, 19)}Z`
