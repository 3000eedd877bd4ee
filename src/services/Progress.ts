import { Context, type Effect } from "effect"
import type { Extractor, FlowName } from "../domain/Flow.js"
import type { Counts, FlowReport } from "../domain/Report.js"

/** Who watches a run while it goes on: a terminal, or nobody. */
export class Progress extends Context.Tag("plex-cdf/Progress")<
  Progress,
  {
    /** A flow begins; `counts` tells how far it is, at any time. */
    readonly started: (extractor: Extractor, flow: FlowName, counts: () => Counts) => Effect.Effect<void>
    readonly finished: (report: FlowReport) => Effect.Effect<void>
  }
>() {}
