import { Context, type Effect } from "effect"
import type { Course } from "../domain/Course.js"
import type { Extractor, FlowName } from "../domain/Flow.js"
import type { Counts, FlowReport } from "../domain/Report.js"

/** Who watches a run while it goes on: a terminal, or nobody. */
export class Progress extends Context.Tag("plex-cdf/Progress")<
  Progress,
  {
    /**
     * A flow begins; at any time `counts` tells what it has done, and `course` how far it is: nothing where it is not known, or not yet,
     * how much there is to do.
     */
    readonly started: (
      extractor: Extractor,
      flow: FlowName,
      counts: () => Counts,
      course: () => Course | undefined
    ) => Effect.Effect<void>
    readonly finished: (report: FlowReport) => Effect.Effect<void>
  }
>() {}
