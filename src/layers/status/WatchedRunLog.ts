/**
 * The run log, which tells how runs and flows ended.
 */
import { Effect } from "effect"
import { AppConfig } from "../../services/AppConfig.js"
import { runEnding } from "../../services/RunEnding.js"
import { RunLog } from "../../services/RunLog.js"
import { countFlow, countRun } from "../metrics/RunMetrics.js"
import { scopedRunOver } from "../ScopedRun.js"
import { Remembered } from "./Remembered.js"

type Service = typeof RunLog.Service

/** A run log over another one: what is told to it is remembered and counted too. */
export const watchedRunLog = Effect.gen(function* () {
  const log = yield* RunLog
  const { facility } = yield* AppConfig
  const { memory, tell } = yield* Remembered

  const startRun: Service["startRun"] = (notes, details = { name: "", trigger: "" }) =>
    Effect.tap(log.startRun(notes, details), (runId) => tell((each, at) => each.began(runId, details, at)))

  const endRun: Service["endRun"] = (runId, success, notes = "") =>
    Effect.gen(function* () {
      yield* log.endRun(runId, success, notes)
      const run = yield* tell((each, at) => each.ended(runId, runEnding(success), notes, at))
      if (run !== undefined) yield* countRun(facility.pcn, run)
    })

  return RunLog.of({
    ...log,
    startRun,
    endRun,
    scopedRun: scopedRunOver({ endRun, startRun }),
    logRequest: (runId, call) =>
      Effect.zipRight(
        Effect.sync(() => memory.calledIn(runId, call)),
        log.logRequest(runId, call)
      ),
    logFlow: (runId, outcome) =>
      Effect.gen(function* () {
        yield* log.logFlow(runId, outcome)
        yield* countFlow(facility.pcn, outcome)
        yield* tell((each, at) => each.flowEnded(outcome, at))
      })
  })
})
