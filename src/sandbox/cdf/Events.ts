import * as checks from "./Checks.js"
import type { AssetTree } from "./AssetTree.js"
import type { Collection } from "./Collection.js"
import { badRequest } from "./Errors.js"
import type { Fields } from "./Fields.js"
import * as filters from "./Filters.js"
import { asNumber, asObject } from "./Json.js"
import type { JsonObject } from "./Json.js"
import { checkAssets } from "./Project.js"
import type { Resource } from "./Resource.js"

const fields: Fields = {
  externalId: { check: checks.externalId, update: "nullable" },
  dataSetId: { check: checks.id, update: "nullable" },
  startTime: { check: checks.time, update: "nullable" },
  endTime: { check: checks.time, update: "nullable" },
  type: { check: checks.text(0, 64), update: "nullable" },
  subtype: { check: checks.text(0, 64), update: "nullable" },
  description: { check: checks.text(0, 500), update: "nullable" },
  source: { check: checks.text(0, 128), update: "nullable" },
  assetIds: { check: checks.distinct(checks.id, 10_000), update: "ids" },
  metadata: { check: checks.metadata({ pairs: 256, key: 128, value: 128_000, total: 200_000 }), update: "map" }
}

/** Events do not show metadata, nor a list of assets, that is empty. */
const withoutEmpty = (value: JsonObject): JsonObject => {
  const assetIds = value["assetIds"]
  return {
    ...value,
    metadata: Object.keys(asObject(value["metadata"])).length === 0 ? undefined : value["metadata"],
    assetIds: Array.isArray(assetIds) && assetIds.length === 0 ? undefined : assetIds
  }
}

/** Events: they point at assets by internal id only, and end no earlier than they start. */
export const makeEvents = (
  events: Collection,
  assets: Collection,
  tree: AssetTree,
  dataSets: Collection
): Resource => ({
  path: "events",
  collection: events,
  fields,
  numericIds: true,
  create: { status: 201, max: 1000 },
  canUpdate: true,
  delete: { status: 200, options: ["ignoreUnknownIds"] },
  byidsOptions: ["ignoreUnknownIds"],
  texts: {
    unknownId: "Event id not found",
    unknownExternalId: "Event id not found",
    duplicated: "Event id duplicated",
    duplicatedStatus: 409,
    duplicatesAmong: "references"
  },
  unknownDataSets: (ids) => badRequest(`Invalid dataSetIds: ${ids.join(", ")}`),
  listOptions: ["sort"],
  filters: {
    ...filters.common,
    startTime: filters.range("startTime", true),
    endTime: filters.range("endTime", true),
    activeAtTime: filters.activeAtTime,
    metadata: filters.metadataPairs,
    assetIds: filters.sharing("assetIds", checks.id),
    assetExternalIds: filters.byAssetExternalIds(assets, "assetIds"),
    assetSubtreeIds: filters.inSubtrees(assets, tree.subtreeOf, "assetIds"),
    dataSetIds: filters.dataSetIds(dataSets),
    source: filters.same("source", checks.text(0, 128)),
    type: filters.same("type", checks.text(0, 64)),
    subtype: filters.same("subtype", checks.text(0, 64)),
    externalIdPrefix: filters.externalIdPrefix
  },
  identicalUpdateBumps: false,
  settle: (drafts) => {
    for (const [index, { next }] of drafts.entries()) {
      const start = asNumber(next["startTime"])
      const end = asNumber(next["endTime"])
      if (start !== undefined && end !== undefined && end < start) {
        throw badRequest(`Invalid value at items[${index}].endTime: must not be before startTime`)
      }
    }
    checkAssets(assets, drafts, "assetIds", () => "Asset ids not found")
    return drafts.map(({ next }) => withoutEmpty(next))
  }
})
