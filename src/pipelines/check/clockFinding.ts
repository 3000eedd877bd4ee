/**
 * Whether our clock is that of others.
 */
import { type Found, ok, warning } from "../../domain/Finding.js"

/** So far may clocks be apart: a `Date` header knows whole seconds, and takes its time to come. Milliseconds. */
const tolerance = 60_000

const apart = (milliseconds: number): string => {
  const seconds = Math.round(Math.abs(milliseconds) / 1000)
  return seconds < 7200 ? `${seconds} s` : `${Math.round(seconds / 3600)} h`
}

/** Holds our clock against another one; both in epoch milliseconds. */
export const clockFinding = (whose: string, theirs: number, ours: number): Found =>
  Math.abs(theirs - ours) <= tolerance
    ? ok(`within a minute of ours`)
    : warning(
        `our clock is ${apart(theirs - ours)} ${ours > theirs ? "ahead of" : "behind"} that of ${whose}`,
        "set this machine's clock (NTP): times in the log, of runs and of leases are by it; history goes by Plex's clock all the same"
      )
