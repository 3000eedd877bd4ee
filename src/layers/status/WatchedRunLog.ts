/**
 * The run log, which tells how runs and flows ended.
 */
import { Clock, Effect } from "effect"
import { AppConfig } from "../../services/AppConfig.js"
import { Plex } from "../../services/Plex.js"
import { runEnding } from "../../services/RunEnding.js"
import { RunLog } from "../../services/RunLog.js"
import { countFlow, countRun } from "../metrics/RunMetrics.js"
import { scopedRunOver } from "../ScopedRun.js"
import { Remembered } from "./Remembered.js"

type Service = typeof RunLog.Service

/** A run log over another one: what is told to it is remembered and counted too. */
export const watchedRunLog = Effect.gen(function* () {
  const log = yield* RunLog
  const plex = yield* Plex
  const { facility } = yield* AppConfig
  const { memory, tell } = yield* Remembered

  const lookAtPlexClock = Effect.gen(function* () {
    const plexNow = yield* plex.now
    memory.plexAhead = plexNow - (yield* Clock.currentTimeMillis)
  })

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
        // A watermark that moved is of an answer that Plex gave: its clock is known without asking.
        if (outcome.watermarkAfter !== outcome.watermarkBefore) yield* Effect.ignore(lookAtPlexClock)
        yield* tell((each, at) => each.flowEnded(runId, outcome, at))
      })
  })
})
