import { Context } from "effect"

/** Names a run; later runs have later ids. */
export type RunId = string

/** The run that goes on around what it is provided to; none outside of runs, and none where the run log is switched off. */
export class CurrentRun extends Context.Reference<CurrentRun>()("plex-cdf/CurrentRun", {
  defaultValue: (): RunId | undefined => undefined
}) {}
