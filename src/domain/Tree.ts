/**
 * The tree of a facility: its root assets, and the labels of its relationships. They exist before anything else is written.
 */
import type { AssetDraft, LabelDraft } from "./cdf/Draft.js"
import type { AssetKind, ExternalId, ExternalIds, RootKind } from "./ExternalId.js"
import type { DataSetName, Facility } from "./Facility.js"
import { withoutDescription } from "./Mapping.js"
import { metadataFields, tags } from "./Metadata.js"

interface Root {
  readonly kind: RootKind
  readonly title: string
  readonly under: RootKind
  readonly dataSet: DataSetName
}

const root = (dataSet: DataSetName, under: RootKind, kind: RootKind, title: string): Root => ({
  kind,
  title,
  under,
  dataSet
})

/** Parents before children. */
const roots: ReadonlyArray<Root> = [
  root("master", "facility", "master_root", "Master Data"),
  root("master", "master_root", "parts_library", "Parts Library"),
  root("master", "master_root", "operations_library", "Operations Library"),
  root("master", "master_root", "supply_items_library", "Supply Items Library"),
  root("master", "master_root", "resources_library", "Resources Library"),
  root("production", "facility", "production_root", "Production"),
  root("production", "production_root", "production_lines_root", "Production Lines"),
  root("production", "production_root", "workcenters_root", "Workcenters"),
  root("inventory", "facility", "inventory_root", "Inventory"),
  root("inventory", "inventory_root", "locations_root", "Locations"),
  root("inventory", "inventory_root", "containers_root", "Containers"),
  root("quality", "facility", "quality_root", "Quality"),
  root("quality", "quality_root", "specifications_root", "Specifications"),
  root("quality", "quality_root", "control_plans_root", "Control Plans"),
  root("quality", "quality_root", "inspection_points_root", "Inspection Points"),
  root("quality", "quality_root", "checksheets_root", "Checksheets")
]

const rootFields = metadataFields({})
const facilityFields = metadataFields({}, ["type"])

const facilityDraft = (facility: Facility): AssetDraft => ({
  kind: "assets",
  externalId: facility.ids.root("facility"),
  dataSet: "master",
  plexId: facility.pcn,
  name: `${facility.name} - Facility`,
  description: `Facility for PCN ${facility.pcn}`,
  metadata: { ...tags(facility, facility.pcn), asset_type: "facility", type: "facility" },
  owns: facilityFields.keys
})

/** The facility and its roots, parents before children; only those whose data set is configured. */
export const rootDrafts = (facility: Facility): ReadonlyArray<AssetDraft> => [
  facilityDraft(facility),
  ...roots
    .filter(({ dataSet }) => facility.dataSets[dataSet] !== undefined)
    .map(
      ({ dataSet, kind, title, under }): AssetDraft => ({
        kind: "assets",
        externalId: facility.ids.root(kind),
        dataSet,
        plexId: facility.pcn,
        name: `${facility.name} - ${title}`,
        parent: facility.ids.root(under),
        waitsUnder: facility.ids.root(under),
        metadata: { ...tags(facility, facility.pcn), asset_type: kind },
        owns: rootFields.keys,
        untouched: withoutDescription
      })
    )
]

const levelOf = (kind: RootKind): number => {
  const one = roots.find((root) => root.kind === kind)
  return one === undefined ? 0 : levelOf(one.under) + 1
}

/** The external ids of the facility and all roots that there may be, level by level from the bottom up. */
export const rootLevels = (ids: ExternalIds): ReadonlyArray<ReadonlyArray<ExternalId>> => {
  const levels: Array<Array<ExternalId>> = []
  for (const kind of ["facility" as const, ...roots.map(({ kind }) => kind)]) {
    const level = levelOf(kind)
    levels[level] = [...(levels[level] ?? []), ids.root(kind)]
  }
  return levels.reverse()
}

/** The labels that relationships carry. */
export const labelDrafts = (facility: Facility): ReadonlyArray<LabelDraft> => [
  { kind: "labels", externalId: facility.ids.label("bom"), dataSet: "master", plexId: "bom", name: "BOM" },
  { kind: "labels", externalId: facility.ids.label("routing"), dataSet: "master", plexId: "routing", name: "Routing" }
]

/** The kinds of asset that stand under others of ours, and the root under which they wait while those are missing. */
export const households = [
  { parent: "production_line", child: "workcenter", waitsUnder: "workcenters_root" },
  { parent: "location", child: "container", waitsUnder: "containers_root" }
] as const satisfies ReadonlyArray<{
  readonly parent: AssetKind
  readonly child: AssetKind
  readonly waitsUnder: RootKind
}>
