/**
 * The run log as an extraction pipeline of CDF shows it: each run that ends is reported there, behind the run's back.
 */
import { Cause, Deferred, Effect, Layer, Queue } from "effect"
import type { CountName, Counts } from "../domain/Report.js"
import { cutToCharacters, wellFormed } from "../domain/Text.js"
import { AppConfig } from "../services/AppConfig.js"
import { Cdf, type PipelineRun } from "../services/Cdf.js"
import type { RunId } from "../services/CurrentRun.js"
import { type RunEnding, runEnding } from "../services/RunEnding.js"
import { type FlowOutcome, type RunDetails, RunLog } from "../services/RunLog.js"
import { scopedRunOver } from "./ScopedRun.js"

/** Characters of a message that CDF takes. */
const longestMessage = 1_000

/** Reports that may wait while CDF does not answer; beyond, the newest are left out. */
const mostWaiting = 100

/** How often a process that stays says that it lives; what CDF's own extractors do. */
const heartbeat = "10 minutes"

/** How long a report may take, its retries included. */
const sendingLimit = "1 minute"

/** How long the end of the process waits for reports that are on their way. */
const lastLimit = "10 seconds"

const statusOf: Readonly<Record<RunEnding, PipelineRun["status"]>> = {
  succeeded: "success",
  degraded: "success",
  failed: "failure",
  // Told to stop is no failure, and no success either.
  interrupted: "seen"
}

const shown: ReadonlyArray<readonly [name: CountName, words: string]> = [
  ["read", "read"],
  ["created", "created"],
  ["updated", "updated"],
  ["retired", "retired"],
  ["retracted", "retracted"],
  ["deadLettered", "dead letters"],
  ["points", "points"]
]

const countText = (counts: Counts): string =>
  shown.flatMap(([name, words]) => (counts[name] === 0 ? [] : [`${counts[name]} ${words}`])).join(", ") ||
  "nothing read"

/** A short report: what is wrong first, then what each flow did. */
export const pipelineMessage = (
  name: string,
  status: RunEnding,
  notes: string,
  flows: ReadonlyArray<FlowOutcome>
): string => {
  const counted = flows
    .filter((flow) => flow.status !== "off")
    .map(({ counts, flow }) => `${flow}: ${countText(counts)}`)
  const text = [`${name} ${status}`, ...(notes === "" ? [] : [notes]), ...counted].join("; ")
  return cutToCharacters(wellFormed(text), longestMessage)
}

interface Open {
  readonly details: RunDetails
  readonly flows: Array<FlowOutcome>
}

const mirrored = (log: typeof RunLog.Service, externalId: string) =>
  Effect.gen(function* () {
    const cdf = yield* Cdf
    const reports = yield* Queue.dropping<Effect.Effect<unknown>>(mostWaiting)
    const open = new Map<RunId, Open>()
    let told = false

    const send = (run: PipelineRun) =>
      cdf.reportRun(run).pipe(
        Effect.disconnect,
        Effect.timeout(sendingLimit),
        Effect.catchAllCause((cause) =>
          Effect.suspend(() => {
            if (told || Cause.isInterruptedOnly(cause)) return Effect.void
            told = true
            const error = Cause.squash(cause)
            return Effect.logWarning("runs cannot be reported to the extraction pipeline; they go on without it").pipe(
              Effect.annotateLogs({ error: error instanceof Error ? error.message : String(error) })
            )
          })
        )
      )
    const report = (run: PipelineRun) => Effect.asVoid(Queue.offer(reports, send(run)))

    const seen = report({ externalId, status: "seen", message: "" })
    yield* Effect.forkScoped(Effect.forever(Effect.flatten(Queue.take(reports))))
    yield* Effect.forkScoped(Effect.forever(Effect.delay(seen, heartbeat)))
    yield* Effect.addFinalizer(() =>
      Effect.gen(function* () {
        const done = yield* Deferred.make<void>()
        yield* Queue.offer(reports, Deferred.succeed(done, undefined))
        yield* Deferred.await(done)
      }).pipe(Effect.interruptible, Effect.timeoutOption(lastLimit))
    )

    const startRun: (typeof RunLog.Service)["startRun"] = (notes, details = { name: "", trigger: "" }) =>
      Effect.tap(log.startRun(notes, details), (runId) => Effect.sync(() => open.set(runId, { details, flows: [] })))

    const endRun: (typeof RunLog.Service)["endRun"] = (runId, success, notes = "") =>
      Effect.gen(function* () {
        yield* log.endRun(runId, success, notes)
        const run = open.get(runId)
        if (run === undefined) return
        open.delete(runId)
        const status = runEnding(success)
        // What prepares a run (the guard) is worth telling only where it goes wrong.
        if (run.flows.length === 0 && status === "succeeded") return
        const message = pipelineMessage(run.details.name, status, notes, run.flows)
        yield* report({ externalId, status: statusOf[status], message })
      })

    return RunLog.of({
      ...log,
      startRun,
      endRun,
      scopedRun: scopedRunOver({ endRun, startRun }),
      logFlow: (runId, outcome) =>
        Effect.zipRight(
          Effect.sync(() => open.get(runId)?.flows.push(outcome)),
          log.logFlow(runId, outcome)
        )
    })
  })

/** A run log that reports to the pipeline that `CDF_EXTRACTION_PIPELINE` names, where it names one. */
export const layer: Layer.Layer<RunLog, never, AppConfig | Cdf | RunLog> = Layer.scoped(
  RunLog,
  Effect.gen(function* () {
    const { cdf } = yield* AppConfig
    const log = yield* RunLog
    return cdf.extractionPipeline === undefined ? log : yield* mirrored(log, cdf.extractionPipeline)
  })
)
