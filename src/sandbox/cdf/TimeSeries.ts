import * as checks from "./Checks.js"
import type { AssetTree } from "./AssetTree.js"
import type { Collection } from "./Collection.js"
import { badRequest } from "./Errors.js"
import type { Fields } from "./Fields.js"
import * as filters from "./Filters.js"
import { checkAssets } from "./Project.js"
import type { ReferenceTexts } from "./References.js"
import type { Resource } from "./Resource.js"

const fields: Fields = {
  externalId: { check: checks.externalId, update: "nullable" },
  name: { check: checks.text(0, 255), update: "nullable" },
  description: { check: checks.text(0, 1000), update: "nullable" },
  unit: { check: checks.text(0, 32), update: "nullable" },
  unitExternalId: { check: checks.text(0, 64), update: "nullable" },
  isString: { check: checks.flag, update: "never" },
  isStep: { check: checks.flag, update: "set" },
  assetId: { check: checks.id, update: "nullable" },
  dataSetId: { check: checks.id, update: "nullable" },
  securityCategories: { check: checks.distinct(checks.id, 100), update: "ids" },
  metadata: { check: checks.metadata({ pairs: 256, key: 128, value: 10_000, total: 10_000 }), update: "map" }
}

/** How every time series endpoint words its complaints about references. */
export const timeSeriesTexts: ReferenceTexts = {
  unknownId: "Time series not found",
  unknownExternalId: "Time series not found",
  duplicated: "Duplicate time series references",
  conflicting: "Conflicting time series references",
  duplicatedStatus: 422,
  duplicatesAmong: "references"
}

/** Time series: numeric or string for ever, at most one asset. Their points live in `Datapoints.ts`. */
export const makeTimeSeries = (
  series: Collection,
  assets: Collection,
  tree: AssetTree,
  dataSets: Collection
): Resource => ({
  path: "timeseries",
  collection: series,
  fields,
  numericIds: true,
  create: { status: 201, max: 1000 },
  canUpdate: true,
  delete: { status: 200, options: ["ignoreUnknownIds"] },
  byidsOptions: ["ignoreUnknownIds"],
  texts: timeSeriesTexts,
  unknownDataSets: (ids) => badRequest(`Datasets ids not found: ${ids.join(", ")}`),
  listOptions: ["sort"],
  filters: {
    ...filters.common,
    name: filters.same("name", checks.text(0, 255)),
    unit: filters.same("unit", checks.text(0, 32)),
    isString: filters.same("isString", checks.flag),
    isStep: filters.same("isStep", checks.flag),
    metadata: filters.metadataPairs,
    assetIds: filters.anyOf("assetId", checks.id),
    assetExternalIds: filters.byAssetExternalIds(assets, "assetId"),
    assetSubtreeIds: filters.inSubtrees(assets, tree.subtreeOf, "assetId"),
    dataSetIds: filters.dataSetIds(dataSets),
    externalIdPrefix: filters.externalIdPrefix
  },
  identicalUpdateBumps: true,
  settle: (drafts) => {
    checkAssets(assets, drafts, "assetId", (ids) => `Asset ids not found: ${ids.join(", ")}`)
    return drafts.map(({ next }) => ({
      isString: false,
      isStep: false,
      metadata: {},
      securityCategories: [],
      accessCategories: [],
      ...next,
      type: next["isString"] === true ? "string" : "numeric"
    }))
  }
})
