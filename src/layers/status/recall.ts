/**
 * What earlier processes did, as the run log tells.
 */
import { Effect } from "effect"
import { extractors, isFlowName, isOwnFlow } from "../../domain/Flow.js"
import type { LoggedEntity, LoggedRun, FlowOutcome, RunLog } from "../../services/RunLog.js"
import type { StatusMemory } from "./StatusMemory.js"
import { allSweeps } from "./Views.js"

/** Runs that are looked through. */
const mostRecalled = 500

const outcomesOf = ({
  counts,
  entity,
  notice,
  status,
  watermarkAfter,
  watermarkBefore
}: LoggedEntity): ReadonlyArray<FlowOutcome> =>
  status === undefined || counts === undefined || !isFlowName(entity)
    ? []
    : [{ flow: entity, status, counts, notice, watermarkBefore, watermarkAfter }]

/** Each extractor's and sweep's last runs, and what the flows of the last of them did. */
export const recall = (log: typeof RunLog.Service, memory: StatusMemory): Effect.Effect<void> =>
  Effect.gen(function* () {
    const runs = yield* log.recentRuns(mostRecalled)
    memory.recall(runs)
    const latest = new Map<string, LoggedRun>()
    for (const run of runs) if (run.finished !== undefined && !latest.has(run.name)) latest.set(run.name, run)
    const ownSweeps = [...latest.keys()].filter(isOwnFlow)
    for (const name of [...extractors, ...allSweeps.map(([, sweep]) => sweep), ...ownSweeps]) {
      const { finished, runId } = latest.get(name) ?? {}
      if (runId === undefined || finished === undefined) continue
      const record = yield* log.runRecord(runId)
      for (const outcome of (record?.entities ?? []).flatMap(outcomesOf)) memory.recallFlow(name, outcome, finished)
    }
  }).pipe(
    Effect.catchAll(({ message }) =>
      Effect.logDebug("earlier runs are not known").pipe(Effect.annotateLogs({ error: message }))
    )
  )
