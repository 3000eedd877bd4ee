/**
 * Says beforehand what a kill for want of memory would not say.
 */
import { Effect } from "effect"
import { containerMemory } from "./containerMemory.js"
import { misused } from "./exitCode.js"
import { setExitCode, toStderr } from "./output.js"

const mebibyte = 1024 ** 2

/** With less, a plant of some size does not come to the end of a pass. */
const least = 160 * mebibyte
/** With less, a large plant may not. */
const ample = 256 * mebibyte

const inMebibytes = (bytes: number): string => `${Math.floor(bytes / mebibyte)} MiB`

/**
 * Whether the container leaves enough memory for a run: where not, that is said on stderr, and the exit code is 2, as the limit is a
 * setting. Where a large plant may need more, that is said.
 */
export const enoughMemory: Effect.Effect<boolean> = Effect.suspend(() => {
  const limit = containerMemory()
  if (limit === undefined || limit >= ample) return Effect.succeed(true)
  const told = `the container allows ${inMebibytes(limit)} of memory`
  return limit < least
    ? toStderr([
        `plex-cdf cannot start: ${told}, and ${inMebibytes(least)} is the least (a large plant may need ${inMebibytes(ample)} and more): ` +
          `raise the container's limit.`
      ]).pipe(Effect.zipRight(setExitCode(misused)), Effect.as(false))
    : toStderr([`plex-cdf: ${told}; a large plant may need ${inMebibytes(ample)} and more.`]).pipe(Effect.as(true))
})
