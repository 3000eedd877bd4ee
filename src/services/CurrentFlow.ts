import { Context } from "effect"
import type { FlowName } from "../domain/Flow.js"

/** The flow for which the work goes on that it is provided to; none outside of flows. */
export class CurrentFlow extends Context.Reference<CurrentFlow>()("plex-cdf/CurrentFlow", {
  defaultValue: (): FlowName | undefined => undefined
}) {}
