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

export type Extractor = keyof typeof flows
export type FlowName = (typeof flows)[Extractor][number]

export const extractors: ReadonlyArray<Extractor> = [
  "master-data",
  "jobs",
  "production",
  "inventory",
  "quality",
  "performance"
]

export const flowNames: ReadonlyArray<FlowName> = extractors.flatMap((extractor) => flows[extractor])

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
