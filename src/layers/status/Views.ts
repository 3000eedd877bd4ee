/**
 * What is remembered and stored of extractors and sweeps, as an operator sees it.
 */
import { type Extractor, extractors, type FlowName, flows, type OwnFlow, sweepFlows } from "../../domain/Flow.js"
import type { ExtractorState, Role, StatusOfExtractor, StatusOfOwnFlow, StatusOfSweep } from "../../domain/Status.js"
import type { SweepProgress } from "../../domain/SweepObject.js"
import type { Settings } from "../../services/AppConfig.js"
import type { LeaseStatus } from "../../services/Lease.js"
import type { StatusMemory } from "./StatusMemory.js"

/** Every sweep with its extractor. */
export const allSweeps: ReadonlyArray<readonly [extractor: Extractor, sweep: FlowName]> = extractors.flatMap(
  (extractor) => (sweepFlows[extractor] ?? []).map((sweep) => [extractor, sweep] as const)
)

export const roleOf: Readonly<Record<LeaseStatus["state"], Role>> = {
  idle: "starting",
  held: "active",
  standby: "standby",
  lost: "standby"
}

const isOff = (name: Extractor, { extractors }: Settings, memory: StatusMemory): boolean =>
  !extractors[name].enabled && memory.waiting(name) === undefined

const stateOf = (role: Role, off: boolean, runs: boolean): ExtractorState =>
  off ? "off" : runs ? "running" : role === "standby" ? "standing by" : "waiting"

export const extractorStatus = (
  name: Extractor,
  role: Role,
  settings: Settings,
  memory: StatusMemory,
  at: number
): StatusOfExtractor => {
  const { current, last, lastSuccess, trend } = memory.runsOf(name, at)
  const { interval } = settings.extractors[name]
  const off = isOff(name, settings, memory)
  const state = stateOf(role, off, current !== undefined)
  const waiting = memory.waiting(name)
  const stale = (lastSuccess ?? memory.started) + 2 * interval
  const swept: ReadonlyArray<FlowName> = sweepFlows[name] ?? []
  return {
    name,
    state,
    interval,
    ...(last === undefined ? {} : { lastRun: last }),
    ...(current === undefined ? {} : { current }),
    ...(lastSuccess === undefined ? {} : { lastSuccess }),
    ...(state === "waiting" && waiting !== undefined ? { nextRun: waiting.until } : {}),
    failures: waiting?.failures ?? 0,
    ...(off || at < stale ? {} : { staleSince: stale }),
    trend,
    flows: [...flows[name].filter((flow) => !swept.includes(flow)), ...memory.ownFlowsOf(name)].flatMap(
      (flow) => memory.flow(flow, at) ?? []
    )
  }
}

/** Flows of an application that no extractor shows: those `provided` that have not run yet, and those that run by themselves. */
export const ownFlowsApart = (
  provided: ReadonlyArray<OwnFlow>,
  memory: StatusMemory,
  at: number
): ReadonlyArray<StatusOfOwnFlow> => {
  const shown = new Set(extractors.flatMap((name) => memory.ownFlowsOf(name)))
  return [...new Set([...provided, ...memory.ownFlows])]
    .filter((flow) => !shown.has(flow))
    .map((flow) => {
      const ran = memory.flow(flow, at)
      return ran === undefined ? { flow } : { flow, ran }
    })
}

export const sweepStatus = (
  [extractor, sweep]: (typeof allSweeps)[number],
  role: Role,
  settings: Settings,
  memory: StatusMemory,
  progress: SweepProgress | undefined,
  at: number
): StatusOfSweep => {
  const { current, last, trend } = memory.runsOf(sweep, at)
  const flow = memory.flow(sweep, at)
  const off = isOff(extractor, settings, memory) || settings.flowsDisabled.has(sweep) || settings.sweep.share === 0
  return {
    extractor,
    sweep,
    state: stateOf(role, off, current !== undefined),
    ...(flow === undefined ? {} : { flow }),
    ...(last === undefined ? {} : { lastRun: last }),
    trend,
    ...(progress === undefined ? {} : { objects: progress.objects, due: progress.due }),
    ...(progress?.oldest === undefined ? {} : { age: Math.max(0, at - progress.oldest) })
  }
}
