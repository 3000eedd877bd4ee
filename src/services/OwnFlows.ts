import { Context } from "effect"
import type { OwnFlow } from "../domain/Flow.js"

/** The flows that an application adds to those of this program; the state has to know them when it is opened. None by default. */
export class OwnFlows extends Context.Reference<OwnFlows>()("plex-cdf/OwnFlows", {
  defaultValue: (): ReadonlyArray<OwnFlow> => []
}) {}
