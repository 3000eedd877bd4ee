/**
 * How long something will still take, as far as what is done tells.
 */
import type { Course } from "../domain/Course.js"

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** Earlier than this, a guess would jump. */
const enough = 5 * second

const inWords = (milliseconds: number): string =>
  milliseconds < 2 * minute
    ? `${Math.ceil(milliseconds / second)} s`
    : milliseconds < 2 * hour
      ? `${Math.round(milliseconds / minute)} min`
      : `${Math.round(milliseconds / hour)} h`

/** By how long what is done took, in milliseconds since the first of it began; nothing where that is too early to tell. */
export const timeLeft = ({ done, total }: Course, milliseconds: number): string | undefined =>
  done === 0 || done >= total || milliseconds < enough ? undefined : inWords((milliseconds / done) * (total - done))
