/**
 * Records for tests of pipelines, with what a test wants to be different.
 */
import { plexExamples } from "../support/PlexExamples.js"

type Over = Readonly<Record<string, unknown>>

/** A UUID that ends in a number. */
export const uuid = (at: number): string => `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`

export const partRow = (at: number, over: Over = {}) => ({
  ...plexExamples.part,
  id: uuid(at),
  number: `P-${at}`,
  ...over
})

export const workcenterRow = (at: number, over: Over = {}) => ({
  ...plexExamples.workcenter,
  workcenterId: uuid(at),
  workcenterCode: `WC-${at}`,
  productionLineId: null,
  ...over
})

export const containerRow = (at: number, over: Over = {}) => ({
  ...plexExamples.container,
  serialNo: `S${at}`,
  ...over
})

export const jobRow = (at: number, over: Over = {}) => ({
  id: uuid(at),
  jobNumber: `J${at}`,
  createdDate: "2026-06-10T08:00:00Z",
  partId: uuid(1),
  partNumber: "P-1",
  quantity: 100,
  quantityCompleted: 0,
  jobStatus: "In Progress",
  completedDate: null,
  ...over
})

export const entryRow = (transactionDate: string, over: Over = {}) => ({
  transactionDate,
  workcenterId: uuid(7),
  workcenterCode: "WC-7",
  partId: uuid(1),
  partNumber: "P-1",
  quantity: 10,
  unit: "kg",
  ...over
})

export const lists = {
  parts: "/mdm/v1/parts",
  operations: "/mdm/v1/operations",
  routings: "/mdm/v1/part-operations",
  boms: "/engineering/v1/boms",
  workcenters: "/production/v1/production-definitions/workcenters",
  jobs: "/scheduling/v1/jobs",
  entries: "/production/v1/production-history/production-entries",
  scrap: "/production/v1/production-history/scrap-entries",
  statuses: "/production/v1/production-history/workcenter-status-entries",
  locations: "/inventory/v1/inventory-definitions/locations",
  containers: "/inventory/v1/inventory-tracking/containers",
  moves: "/inventory/v1/inventory-history/container-location-moves",
  controlPlans: "/quality/v1/control-plans",
  deviations: "/quality/v1/deviations"
} as const
