/** How many of each there are at the start, and how much happens a day. */
export interface PlantSizes {
  readonly buildings: number
  readonly lines: number
  readonly workcenters: number
  readonly operations: number
  readonly parts: number
  readonly supplyItems: number
  readonly equipment: number
  readonly locations: number
  readonly containers: number
  /** All jobs, of which `openJobs` are not finished. */
  readonly jobs: number
  readonly openJobs: number
  readonly specifications: number
  readonly controlPlans: number
  readonly deviations: number
  readonly checksheets: number
  readonly problems: number
  /** History reaches this many days back. */
  readonly historyDays: number
  readonly entriesPerDay: number
  readonly scrapPerDay: number
  /** Status changes a day of one workcenter. */
  readonly statusesPerWorkcenterDay: number
  readonly movesPerDay: number
  /** Container adjustments in the whole of the history. */
  readonly adjustments: number
  readonly jobsPerDay: number
  /** Before the history: so many days of production entries that are made when they are asked for, and so many a day. */
  readonly archivedDays: number
  readonly archivedEntriesPerDay: number
}

/** `demo`: the vendor's demo tenant; `small`: a workshop; `large`: a real tenant as measured. */
export type SizeName = "demo" | "small" | "large"

export const sizes: Readonly<Record<SizeName, PlantSizes>> = {
  demo: {
    buildings: 2,
    lines: 2,
    workcenters: 4,
    operations: 8,
    parts: 27,
    supplyItems: 12,
    equipment: 6,
    locations: 24,
    containers: 60,
    jobs: 48,
    openJobs: 18,
    specifications: 18,
    controlPlans: 5,
    deviations: 4,
    checksheets: 40,
    problems: 12,
    historyDays: 4,
    entriesPerDay: 110,
    scrapPerDay: 16,
    statusesPerWorkcenterDay: 10,
    movesPerDay: 40,
    adjustments: 36,
    jobsPerDay: 6,
    archivedDays: 0,
    archivedEntriesPerDay: 0
  },
  small: {
    buildings: 3,
    lines: 5,
    workcenters: 24,
    operations: 30,
    parts: 500,
    supplyItems: 120,
    equipment: 40,
    locations: 200,
    containers: 900,
    jobs: 2_000,
    openJobs: 150,
    specifications: 300,
    controlPlans: 40,
    deviations: 20,
    checksheets: 600,
    problems: 120,
    historyDays: 10,
    entriesPerDay: 600,
    scrapPerDay: 60,
    statusesPerWorkcenterDay: 10,
    movesPerDay: 200,
    adjustments: 400,
    jobsPerDay: 20,
    archivedDays: 0,
    archivedEntriesPerDay: 0
  },
  large: {
    buildings: 4,
    lines: 22,
    workcenters: 143,
    operations: 122,
    parts: 16_921,
    supplyItems: 2_516,
    equipment: 410,
    locations: 1_270,
    containers: 10_676,
    jobs: 114_684,
    openJobs: 2_000,
    specifications: 9_000,
    controlPlans: 600,
    deviations: 180,
    checksheets: 12_000,
    problems: 1_400,
    historyDays: 40,
    entriesPerDay: 3_000,
    scrapPerDay: 300,
    statusesPerWorkcenterDay: 12,
    movesPerDay: 1_200,
    adjustments: 6_298,
    jobsPerDay: 180,
    archivedDays: 0,
    archivedEntriesPerDay: 0
  }
}
