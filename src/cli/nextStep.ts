/**
 * What to do when a command failed, where the failure itself does not say it.
 */
import { CdfError, PlexError } from "../domain/Errors.js"

/** A line for stderr below the failure, or none. */
export const nextStep = (error: unknown): ReadonlyArray<string> => {
  if (!(error instanceof PlexError || error instanceof CdfError)) return []
  switch (error.category) {
    case "transient":
      return ["Nothing is lost, the next run goes on from here. If it does not pass: `plex-cdf check` says what to do."]
    case "configuration":
      return ["`plex-cdf check` says what to do."]
    case "data":
      return []
  }
}
