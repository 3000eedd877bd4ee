import { Context } from "effect"

/** On whose behalf a call is made: sweeps have a share of the rate budget, and leave the rest to flows that want calls. */
export type Caller = "flow" | "sweep"

/** Who calls; a sweep provides `"sweep"` around all it does. */
export class CalledBy extends Context.Reference<CalledBy>()("plex-cdf/CalledBy", {
  defaultValue: (): Caller => "flow"
}) {}
