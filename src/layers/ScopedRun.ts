/**
 * The scoped form of a run, over any way to begin and to end one.
 */
import { Effect } from "effect"
import { endingOfExit } from "../services/RunEnding.js"
import type { RunLog } from "../services/RunLog.js"

type Service = typeof RunLog.Service

export const scopedRunOver =
  ({ endRun, startRun }: Pick<Service, "startRun" | "endRun">): Service["scopedRun"] =>
  (notes, details) =>
    Effect.acquireRelease(startRun(notes, details), (runId, exit) => {
      const ending = endingOfExit(exit)
      return endRun(runId, ending.status, ending.notes)
    })
