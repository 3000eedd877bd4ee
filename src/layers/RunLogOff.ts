/**
 * No run log.
 */
import { Effect, Layer } from "effect"
import { RunLog } from "../services/RunLog.js"

/** Keeps nothing and cannot be switched on: for tests, and for applications that have a record of their own. */
export const layerRunLogOff: Layer.Layer<RunLog> = Layer.succeed(RunLog, {
  startRun: () => Effect.succeed(""),
  endRun: () => Effect.void,
  scopedRun: () => Effect.succeed(""),
  logRequest: () => Effect.void,
  logSourceCount: () => Effect.void,
  logFlow: () => Effect.void,
  runMetrics: () => Effect.succeed(undefined),
  recentRuns: () => Effect.succeed([]),
  runRecord: () => Effect.succeed(undefined),
  prune: () => Effect.succeed(0),
  isEnabled: Effect.succeed(false),
  setEnabled: () => Effect.void
})
