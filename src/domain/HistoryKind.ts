/**
 * The records that history flows read by period, and how CDF tells their events from others.
 */
import type { Metric, OtherKind } from "./ExternalId.js"
import type { DataSetName } from "./Facility.js"
import type { FlowName } from "./Flow.js"

export interface HistoryKind {
  /** Stands in the external ids of the events. */
  readonly kind: OtherKind
  readonly type: string
  readonly dataSet: DataSetName
  /** Whether Plex gives the records a key of their own: one that is missing from its window may have moved, and stays. */
  readonly keyed: boolean
  /** Flows whose points are derived from the records. */
  readonly feeds: ReadonlyArray<FlowName>
  /** What of these flows is this one's: they may have points of others, too. */
  readonly metrics: ReadonlyArray<Metric>
}

const kinds: ReadonlyMap<FlowName, HistoryKind> = new Map<FlowName, HistoryKind>([
  [
    "production-entries",
    {
      kind: "production_entry",
      type: "production_entry",
      dataSet: "production",
      keyed: false,
      feeds: ["output"],
      metrics: ["output"]
    }
  ],
  [
    "scrap-entries",
    {
      kind: "scrap_entry",
      type: "scrap_entry",
      dataSet: "production",
      keyed: false,
      feeds: ["output"],
      metrics: ["scrap"]
    }
  ],
  [
    "status-entries",
    {
      kind: "workcenter_status",
      type: "workcenter_status",
      dataSet: "production",
      keyed: false,
      feeds: [],
      metrics: []
    }
  ],
  [
    "movements",
    { kind: "movement", type: "inventory_movement", dataSet: "inventory", keyed: false, feeds: [], metrics: [] }
  ],
  [
    "adjustments",
    { kind: "adjustment", type: "inventory_adjustment", dataSet: "inventory", keyed: false, feeds: [], metrics: [] }
  ],
  [
    "checksheets",
    { kind: "checksheet", type: "quality_inspection", dataSet: "quality", keyed: true, feeds: [], metrics: [] }
  ],
  [
    "problems",
    { kind: "ncr", type: "quality_ncr", dataSet: "quality", keyed: true, feeds: ["ncr-count"], metrics: ["ncr_count"] }
  ]
])

/** What a flow reads slice by slice; nothing for a flow that lists everything. */
export const historyKindOf = (flow: FlowName): HistoryKind | undefined => kinds.get(flow)

/** The flows of which any period can be read again. */
export const backfillFlows: ReadonlyArray<FlowName> = [...kinds.keys(), "daily-performance"]
