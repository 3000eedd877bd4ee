/**
 * The names under which CDF knows everything that we write: `PCN{pcn}_{kind}_{key}`. Nothing else puts ids together.
 */
import { createHash } from "node:crypto"
import { Schema } from "effect"
import { utf8Length, wellFormed } from "./Text.js"

/** A name under which CDF knows a resource; unique per kind of resource and project. */
export const ExternalId = Schema.NonEmptyString.pipe(Schema.brand("ExternalId"))
export type ExternalId = typeof ExternalId.Type

/** The same as `Schema.is(ExternalId)`, in a tenth of the time. */
export const isExternalId = (value: unknown): value is ExternalId => typeof value === "string" && value !== ""

/** CDF refuses longer ones; counted in bytes, which is safe whichever way CDF counts. */
const mostBytes = 255

/** The grouping assets of a facility, by the kind that stands in their external id. */
export type RootKind =
  | "facility"
  | "master_root"
  | "parts_library"
  | "operations_library"
  | "supply_items_library"
  | "resources_library"
  | "production_root"
  | "production_lines_root"
  | "workcenters_root"
  | "inventory_root"
  | "locations_root"
  | "containers_root"
  | "quality_root"
  | "specifications_root"
  | "control_plans_root"
  | "inspection_points_root"
  | "checksheets_root"

/** Kinds of object that an application makes beside those of this program: `PCN{pcn}_own_supplier_{key}`. */
export type OwnKind = `own_${string}`
/** With what the ids of all of them begin. */
export type OwnWord = "own"

/** The kinds of asset made from Plex records. */
export type AssetKind =
  | OwnKind
  | "building"
  | "part"
  | "operation"
  | "supply_item"
  | "equipment"
  | "production_line"
  | "workcenter"
  | "location"
  | "container"
  | "specification"
  | "control_plan"
  | "inspection_point"

/** The kinds of everything else that has an external id with a key. */
export type OtherKind =
  | OwnKind
  | "specification_key"
  | "routing"
  | "bom"
  | "job_routing"
  | "job"
  | "production_entry"
  | "scrap_entry"
  | "workcenter_status"
  | "movement"
  | "adjustment"
  | "checksheet"
  | "ncr"
  | "deviation"

/** What a time series measures. */
export type Metric =
  | "status"
  | "output"
  | "scrap"
  | "wip"
  | "inventory"
  | "ncr_count"
  | "oee"
  | "availability"
  | "performance"
  | "quality"
  | "live_performance"

/** Makes the external ids of one facility. */
export interface ExternalIds {
  readonly root: (kind: RootKind) => ExternalId
  readonly of: (kind: AssetKind | OtherKind, key: string) => ExternalId
  /** `PCN_ts_{metric}_{key}`, with `_{unit}` when the metric has one that is known. */
  readonly series: (metric: Metric, key: string, unit?: string) => ExternalId
  readonly label: (kind: "bom" | "routing") => ExternalId
  /** What every external id of a kind begins with; for lists by prefix. */
  readonly prefix: (kind: AssetKind | OtherKind | `ts_${Metric}` | OwnWord) => string
  /** What every external id of this facility begins with. */
  readonly facilityPrefix: string
}

/** An id that is too long keeps its head and ends in a digest of the whole, so that it stays one of a kind. */
const fit = (id: string): ExternalId => {
  const formed = wellFormed(id)
  if (formed.length * 3 <= mostBytes || utf8Length(formed) <= mostBytes) return ExternalId.make(formed)
  const digest = createHash("sha256").update(formed).digest("hex").slice(0, 12)
  let head = formed.slice(0, mostBytes)
  while (utf8Length(head) > mostBytes - digest.length - 1) head = head.slice(0, -1)
  return ExternalId.make(`${wellFormed(head)}_${digest}`)
}

/** `prefix` is `EXTERNAL_ID_PREFIX`: it goes before every id, so that a trial can run beside another system in one project. */
export const makeExternalIds = (pcn: string, prefix = ""): ExternalIds => {
  const facilityPrefix = `${prefix}PCN${pcn}_`
  return {
    facilityPrefix,
    root: (kind) => fit(`${facilityPrefix}${kind}_${pcn}`),
    of: (kind, key) => fit(`${facilityPrefix}${kind}_${key}`),
    series: (metric, key, unit) =>
      fit(`${facilityPrefix}ts_${metric}_${key}${unit === undefined || unit === "" ? "" : `_${unit}`}`),
    label: (kind) => fit(`${facilityPrefix}label_${kind}`),
    prefix: (kind) => `${facilityPrefix}${kind}_`
  }
}

/**
 * The id that an object has under another prefix; that of an object which is not of `from` stays. What was cut to fit cannot be told:
 * its digest is of the whole id.
 */
export const underPrefix =
  (from: ExternalIds, to: ExternalIds) =>
  (externalId: string): ExternalId =>
    externalId.startsWith(from.facilityPrefix)
      ? fit(to.facilityPrefix + externalId.slice(from.facilityPrefix.length))
      : ExternalId.make(externalId)
