/**
 * Runs in the run log: whatever is done in one is counted to it, and it ends by itself.
 */
import { Effect, Option } from "effect"
import type { FlowName } from "../domain/Flow.js"
import type { ExtractorReport, FlowReport } from "../domain/Report.js"
import { AppConfig } from "../services/AppConfig.js"
import { CallObserver } from "../services/CallObserver.js"
import { CurrentRun, type RunId } from "../services/CurrentRun.js"
import { Ledger } from "../services/Ledger.js"
import { type Ending, endingOfExit } from "../services/RunEnding.js"
import { RunTrigger } from "../services/RunTrigger.js"
import { RunLog } from "../services/RunLog.js"

/** How a run of flows ended: each notice with its flow. */
export const endingOfReport = ({ flows, status }: Pick<ExtractorReport, "flows" | "status">): Ending => ({
  status,
  notes: flows
    .filter((flow) => flow.status !== "ok" && flow.status !== "off")
    .map((flow) => `${flow.flow} is ${flow.status}${flow.notice === undefined ? "" : `: ${flow.notice}`}`)
    .join("; ")
})

/**
 * Runs `body` as a run of its own: each call that it makes is a request of that run, its log lines name the run, and the run ends
 * with the exit of `body`, its value judged by `endingOfValue`.
 */
export const inRun = <A, E, R>(
  name: string,
  body: (runId: RunId) => Effect.Effect<A, E, R>,
  endingOfValue?: (value: A) => Ending,
  notes = ""
): Effect.Effect<A, E, R | AppConfig | RunLog> =>
  Effect.gen(function* () {
    const { dryRun, once } = yield* AppConfig
    const runLog = yield* RunLog
    const observer = yield* CallObserver
    const trigger = (yield* RunTrigger) ?? (once ? "once" : "interval")
    const said = [dryRun ? "dry run" : "", notes].filter((note) => note !== "").join("; ")
    return yield* Effect.acquireUseRelease(
      runLog.startRun(said, { name, trigger }),
      (runId) =>
        Effect.flatMap(runLog.isEnabled, (logged) =>
          body(runId).pipe(
            Effect.provideService(CallObserver, (call) =>
              Effect.zipRight(observer(call), runLog.logRequest(runId, call))
            ),
            Effect.provideService(CurrentRun, logged ? runId : undefined),
            logged ? Effect.annotateLogs({ run_id: runId }) : (effect) => effect
          )
        ),
      (runId, exit) => {
        const ending = endingOfExit(exit, endingOfValue)
        return runLog.endRun(runId, ending.status, ending.notes)
      }
    )
  })

const watermark = (flow: FlowName): Effect.Effect<number | undefined, never, Ledger> =>
  Effect.flatMap(Ledger, (ledger) => ledger.watermark(flow)).pipe(Effect.option, Effect.map(Option.getOrUndefined))

/** Keeps what a flow did in a run, with its watermark before and after. */
export const loggedIn =
  (runId: RunId, flow: FlowName) =>
  <R>(report: Effect.Effect<FlowReport, never, R>): Effect.Effect<FlowReport, never, R | Ledger | RunLog> =>
    Effect.gen(function* () {
      const runLog = yield* RunLog
      const watermarkBefore = yield* watermark(flow)
      const done = yield* report
      const { counts, notice, status, valveClosed } = done
      yield* runLog.logFlow(runId, {
        flow,
        status,
        notice,
        counts,
        ...(valveClosed === undefined ? {} : { valveClosed }),
        watermarkBefore,
        watermarkAfter: yield* watermark(flow)
      })
      return done
    })
