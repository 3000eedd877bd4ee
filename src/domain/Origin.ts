/**
 * What an external id says of the object that has it: its kind in CDF, the flow that writes it, and the Plex key.
 */
import type { ResourceKind } from "./cdf/Resource.js"
import type { AssetKind, ExternalId, ExternalIds, Metric, OtherKind, OwnKind } from "./ExternalId.js"
import type { FlowName } from "./Flow.js"

export interface Origin {
  readonly kind: ResourceKind
  /** What stands for the kind in the external id. */
  readonly of: string
  readonly flow: FlowName
  /** What follows it there: the Plex key, or what was made in its place. */
  readonly key: string
}

/** The flow that writes assets of each kind. */
export const assetFlows: Readonly<Record<Exclude<AssetKind, OwnKind>, FlowName>> = {
  building: "buildings",
  part: "parts",
  operation: "operations",
  supply_item: "supply-items",
  equipment: "equipment",
  production_line: "production-lines",
  workcenter: "workcenters",
  location: "locations",
  container: "containers",
  specification: "specifications",
  control_plan: "control-plans",
  inspection_point: "control-plan-lines"
}

const others: Readonly<Record<OtherKind, ReadonlyArray<readonly [kind: ResourceKind, flow: FlowName]>>> = {
  specification_key: [["assets", "specifications"]],
  routing: [
    ["relationships", "routings"],
    ["sequences", "routings"]
  ],
  bom: [
    ["relationships", "boms"],
    ["sequences", "boms"]
  ],
  job_routing: [["sequences", "job-operations"]],
  job: [["events", "jobs"]],
  production_entry: [["events", "production-entries"]],
  scrap_entry: [["events", "scrap-entries"]],
  workcenter_status: [["events", "status-entries"]],
  movement: [["events", "movements"]],
  adjustment: [["events", "adjustments"]],
  checksheet: [["events", "checksheets"]],
  ncr: [["events", "problems"]],
  deviation: [["events", "deviations"]]
}

const metrics: Readonly<Record<Metric, FlowName>> = {
  status: "workcenter-status",
  output: "output",
  scrap: "output",
  wip: "wip",
  inventory: "wip",
  ncr_count: "ncr-count",
  oee: "daily-performance",
  availability: "daily-performance",
  performance: "daily-performance",
  quality: "daily-performance",
  live_performance: "live-performance"
}

type Rule = Pick<Origin, "kind" | "of" | "flow">

const rules: ReadonlyArray<Rule> = [
  ...Object.entries(assetFlows).map(([of, flow]): Rule => ({ kind: "assets", of, flow })),
  ...Object.entries(others).flatMap(([of, written]) => written.map(([kind, flow]): Rule => ({ kind, of, flow }))),
  ...Object.entries(metrics).map(([metric, flow]): Rule => ({ kind: "timeseries", of: `ts_${metric}`, flow })),
  { kind: "labels", of: "label", flow: "hierarchy" }
]

/** An id of `workcenter_status` begins like one of `workcenter`. */
const longestFirst = rules.toSorted((one, other) => other.of.length - one.of.length)

/** What writes an object of this id, the likeliest first; nothing where no mapping makes such ids. The tree's own assets end in the PCN. */
export const originsOf = (
  ids: ExternalIds,
  roots: ReadonlySet<ExternalId>,
  externalId: ExternalId
): ReadonlyArray<Origin> => {
  if (!externalId.startsWith(ids.facilityPrefix)) return []
  const rest = externalId.slice(ids.facilityPrefix.length)
  if (roots.has(externalId)) {
    return [{ kind: "assets", of: rest.slice(0, rest.lastIndexOf("_")), flow: "hierarchy", key: "" }]
  }
  return longestFirst.flatMap(({ flow, kind, of }) =>
    rest.startsWith(`${of}_`) && rest.length > of.length + 1 ? [{ kind, of, flow, key: rest.slice(of.length + 1) }] : []
  )
}

/** What a time series measures, by its external id. */
export const metricIn = (ids: ExternalIds, externalId: string): string | undefined =>
  longestFirst
    .find(({ kind, of }) => kind === "timeseries" && externalId.startsWith(`${ids.facilityPrefix}${of}_`))
    ?.of.slice("ts_".length)
