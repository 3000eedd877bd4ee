import { Context } from "effect"

/** Why runs begin that begin within it: `request`, `retry`; where nothing is said, `once` or `interval`. */
export class RunTrigger extends Context.Reference<RunTrigger>()("plex-cdf/RunTrigger", {
  defaultValue: (): string | undefined => undefined
}) {}
