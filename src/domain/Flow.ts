/**
 * Extractors and their flows, by name, in the order in which they run.
 */

/** Every extractor with its flows; a sweep costs one call per object and runs beside the others. */
export const flows = {
  "master-data": [
    "hierarchy",
    "buildings",
    "parts",
    "operations",
    "supply-items",
    "production-lines",
    "workcenters",
    "equipment",
    "routings",
    "boms"
  ],
  jobs: ["jobs", "job-operations"],
  production: ["production-entries", "scrap-entries", "status-entries", "workcenter-status", "output"],
  inventory: ["locations", "containers", "wip", "movements", "adjustments"],
  quality: [
    "specifications",
    "control-plans",
    "control-plan-lines",
    "checksheets",
    "problems",
    "deviations",
    "ncr-count"
  ],
  performance: ["daily-performance", "live-performance"]
} as const

/** The name of an extractor. */
export type Extractor = keyof typeof flows
/** The name of a flow that this program has. */
export type KnownFlow = (typeof flows)[Extractor][number]
/** The name of a flow that an application adds to an extractor. */
export type OwnFlow = `own-${string}`
/** The name of a flow of any extractor. */
export type FlowName = KnownFlow | OwnFlow

export const extractors: ReadonlyArray<Extractor> = [
  "master-data",
  "jobs",
  "production",
  "inventory",
  "quality",
  "performance"
]

/** The flows that this program has, in the order in which they run. */
export const flowNames: ReadonlyArray<KnownFlow> = extractors.flatMap((extractor) => flows[extractor])

/** Whether it is the name of a flow that an application adds; whether there is such a flow only the application can tell. */
export const isOwnFlow = (name: string): name is OwnFlow => name.startsWith("own-") && name.length > "own-".length

/** Whether it is the name of a flow that this program has, or of one that an application adds. */
export const isFlowName = (name: string): name is FlowName =>
  isOwnFlow(name) || flowNames.some((known) => known === name)

/** Flows that cost one call per object: they run beside the others, a bit at a time. */
export const sweepFlows: Readonly<Partial<Record<Extractor, ReadonlyArray<FlowName>>>> = {
  "master-data": ["boms"],
  jobs: ["job-operations"],
  quality: ["control-plan-lines"]
}

/** Flows of facts of one moment each, read window by window; each row of theirs that is missing from its window was corrected. */
export const historyFlows: ReadonlyArray<FlowName> = [
  "production-entries",
  "scrap-entries",
  "status-entries",
  "movements",
  "adjustments",
  "checksheets"
]

/** Flows of which no moment tells how far they are: derived ones, those that go object by object, and those of what is now. */
const unmarked: ReadonlyArray<FlowName> = [
  "hierarchy",
  "boms",
  "job-operations",
  "control-plan-lines",
  "workcenter-status",
  "output",
  "wip",
  "ncr-count",
  "live-performance"
]

/** Flows that have a watermark: those of history, and those that list everything. */
export const watermarkedFlows: ReadonlyArray<FlowName> = flowNames.filter((name) => !unmarked.includes(name))
