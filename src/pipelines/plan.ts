/**
 * What a pass would write: found by making one over a CDF that keeps its writes to itself.
 */
import { Effect } from "effect"
import { type DataSample, inFlowOrder, Plan, type PlanCounts, type PlannedFlow } from "../domain/cdf/Plan.js"
import { assetsIn, toldObject, type ToldObject } from "../domain/cdf/ToldSample.js"
import type { CdfError } from "../domain/Errors.js"
import type { FlowReport } from "../domain/Report.js"
import { AppConfig } from "../services/AppConfig.js"
import { Cdf } from "../services/Cdf.js"
import { PlannedWrites } from "../services/PlannedWrites.js"
import type { Progress } from "../services/Progress.js"
import { pass, type PassOptions, type PassReport } from "./pass.js"
import type { FlowServices } from "./runFlow.js"

/** What a pass would write for one flow. */
export interface FlowPlan extends Pick<FlowReport, "status" | "notice"> {
  readonly flow: PlannedFlow
  readonly valveClosed: boolean
  readonly counts: PlanCounts
  /** Samples: by kind of change, kind of object and external id. */
  readonly objects: ReadonlyArray<ToldObject>
  readonly data: ReadonlyArray<DataSample>
}

/** What a pass would write, flow by flow, with the report of the pass that only read. */
export interface PassPlan {
  /** The flows that were run, in their order; last what is written between them, if anything is. */
  readonly flows: ReadonlyArray<FlowPlan>
  /** How the pass went that found it. */
  readonly report: PassReport
}

/** What a plan is made of, and how many samples it keeps of each kind of change. */
export interface PlanOptions extends Omit<PassOptions, "flows"> {
  /** So many samples of each kind of change. */
  readonly samples: number
}

/** What went wrong with a flow in any of its runs counts. */
const reportsOf = ({ extractors, sweeps }: PassReport): ReadonlyMap<PlannedFlow, FlowReport> => {
  const reports = new Map<PlannedFlow, FlowReport>()
  for (const report of [...extractors, ...sweeps].flatMap(({ flows }) => flows)) {
    const former = reports.get(report.flow)
    if (former === undefined || former.status === "ok" || former.status === "off") reports.set(report.flow, report)
  }
  return reports
}

const flowsOf = (plan: Plan, report: PassReport) =>
  Effect.gen(function* () {
    const { facility } = yield* AppConfig
    const reports = reportsOf(report)
    const run = [...reports.values()].flatMap(({ flow, status }) => (status === "off" ? [] : [flow]))
    const flows = inFlowOrder([...run, ...plan.flows])
    const numbers = flows.flatMap((flow) => plan.objectsOf(flow).flatMap(assetsIn))
    const assets = yield* (yield* Cdf).assetsByNumericIds([...new Set(numbers)])
    const names = new Map(
      assets.flatMap(({ externalId, id }) => (externalId === undefined ? [] : [[id, externalId] as const]))
    )
    return flows.map((flow): FlowPlan => {
      const { notice, status = "ok", valveClosed = false } = reports.get(flow) ?? {}
      return {
        flow,
        status,
        notice,
        valveClosed,
        counts: plan.countsOf(flow),
        objects: plan.objectsOf(flow).map((sample) => toldObject(sample, names, facility.includePersonalData)),
        data: plan.dataOf(flow)
      }
    })
  })

/**
 * Makes a pass and tells what it would have written. `Cdf` must be that of a dry run, or it is written. A flow that is degraded was not
 * seen whole: of it the plan tells what was.
 */
export const plan = ({
  samples,
  ...options
}: PlanOptions): Effect.Effect<
  PassPlan,
  CdfError | Effect.Effect.Error<ReturnType<typeof pass>>,
  FlowServices | Progress
> =>
  Effect.gen(function* () {
    const found = new Plan(samples)
    const report = yield* Effect.provideService(pass(options), PlannedWrites, {
      changed: (change) => found.changed(change),
      data: (data) => found.data(data)
    })
    return { flows: yield* flowsOf(found, report), report }
  })
