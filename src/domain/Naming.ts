/**
 * How events of history name the assets that they link to: by their metadata, as their records are mapped.
 */
import type { AssetDraft } from "./cdf/Draft.js"
import type { LinkTarget } from "./cdf/Complete.js"
import type { KnownFlow } from "./Flow.js"
import type { Metadata } from "./Metadata.js"
import { keyParts, type NaturalReference, naturalKeyKind, naturalKeys, operationCodeKey } from "./NaturalKey.js"
import { present } from "./Text.js"

/** One way in which events of some flows name an asset. */
export interface Naming {
  readonly flows: ReadonlyArray<KnownFlow>
  /** Which these events all have. */
  readonly metadata: Metadata
  /** To what an event with such metadata is linked. */
  readonly target: (metadata: Metadata) => LinkTarget
}

type Field = readonly [key: string, flows: ReadonlyArray<KnownFlow>]

const entries: ReadonlyArray<KnownFlow> = ["production-entries", "scrap-entries"]
const moves: ReadonlyArray<KnownFlow> = ["movements", "adjustments"]

/** The metadata that hold the Plex key of an asset, by its kind. */
const keyFields: ReadonlyMap<string, ReadonlyArray<Field>> = new Map<string, ReadonlyArray<Field>>([
  ["workcenter", [["workcenter_id", [...entries, "status-entries"]]]],
  ["part", [["part_id", [...entries, "status-entries", ...moves]]]],
  ["container", [["serial_no", [...entries, ...moves]]]],
  [
    "location",
    [
      ["location_id", moves],
      ["moved_from_location_id", ["movements"]]
    ]
  ]
])

/**
 * How events name what a human key stands for. Checksheets that tell no revision are left out: their metadata do not say whether they
 * name the part by its number alone or by its number and an empty revision.
 */
export const namingsByKey = (reference: NaturalReference): ReadonlyArray<Naming> => {
  const target = () => reference
  const [first = "", revision] = keyParts(reference.key)
  switch (reference.kind) {
    case "part":
      if (revision === undefined) return [{ flows: ["problems"], metadata: { part_no: first }, target }]
      return revision === "" ? [] : [{ flows: ["checksheets"], metadata: { part_no: first, revision }, target }]
    case "operation":
      return [{ flows: entries, metadata: { operation_code: first }, target: operationOf }]
    case "workcenter":
      return [{ flows: ["checksheets", "problems"], metadata: { workcenter_code: first }, target }]
    case "inspection_point":
      return [{ flows: ["checksheets"], metadata: { inspection_point: first }, target }]
  }
}

/** As `operationsOf` awaits it. */
const operationOf = (metadata: Metadata): LinkTarget => {
  const code = operationCodeKey(metadata["operation_code"] ?? "")
  const partOperation = present(metadata["part_operation_id"])
  return partOperation === undefined ? { kind: "operation", key: code } : { kind: "routing", key: partOperation, code }
}

/** How events name an asset, by its Plex key and by its human keys. */
export const namingsOf = ({
  externalId,
  metadata,
  plexId
}: Pick<AssetDraft, "externalId" | "metadata" | "plexId">): ReadonlyArray<Naming> => {
  const byPlexKey = keyFields.get(metadata["asset_type"] ?? "") ?? []
  const kind = naturalKeyKind(metadata)
  return [
    ...byPlexKey.map(([key, flows]) => ({ flows, metadata: { [key]: plexId }, target: () => externalId })),
    ...(kind === undefined ? [] : naturalKeys(metadata).flatMap((key) => namingsByKey({ kind, key })))
  ]
}
