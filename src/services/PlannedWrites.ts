import { Context } from "effect"
import type { PlannedChange, PlannedData } from "../domain/cdf/PlannedChange.js"

/** Is told what a dry run would write, call by call, in the order in which it would; must be quick. */
export interface WritesObserver {
  readonly changed: (change: PlannedChange) => void
  readonly data: (data: PlannedData) => void
}

/** Who looks at what a dry run would write. By default nobody: then nothing is read or kept for that. */
export class PlannedWrites extends Context.Reference<PlannedWrites>()("plex-cdf/PlannedWrites", {
  defaultValue: (): WritesObserver | undefined => undefined
}) {}
