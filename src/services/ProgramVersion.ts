import { Context } from "effect"
import { version } from "../version.js"

/** The version that this program calls itself: what an earlier one could not deliver, this one may. */
export class ProgramVersion extends Context.Reference<ProgramVersion>()("plex-cdf/ProgramVersion", {
  defaultValue: (): string => version
}) {}
