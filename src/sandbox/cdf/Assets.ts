import * as checks from "./Checks.js"
import { pathOf, planted } from "./AssetTree.js"
import type { AssetTree } from "./AssetTree.js"
import type { Collection, Stored } from "./Collection.js"
import { badRequest } from "./Errors.js"
import type { Fields } from "./Fields.js"
import * as filters from "./Filters.js"
import { asArray, asNumber } from "./Json.js"
import type { JsonObject } from "./Json.js"
import { flagOf } from "./Project.js"
import type { Project } from "./Project.js"
import type { Resource } from "./Resource.js"

const fields: Fields = {
  externalId: { check: checks.externalId, update: "nullable" },
  name: { check: checks.text(1, 140), required: true, update: "set" },
  description: { check: checks.text(0, 500), update: "nullable" },
  source: { check: checks.text(0, 128), update: "nullable" },
  parentId: { check: checks.id, update: "set" },
  parentExternalId: { check: checks.externalId, update: "set" },
  dataSetId: { check: checks.id, update: "nullable" },
  labels: { check: checks.labels, update: "labels" },
  geoLocation: { check: checks.opaqueObject, update: "nullable" },
  metadata: { check: checks.metadata({ pairs: 256, key: 128, value: 10_240, total: 10_240 }), update: "map" }
}

const isRoot: filters.FilterRule = (argument, place) => {
  if (typeof argument !== "boolean") {
    throw badRequest(`Invalid value at ${place}: must be a boolean`)
  }
  return (value) => (value["parentId"] === undefined) === argument
}

const parentsByExternalId =
  (assets: Collection): filters.FilterRule =>
  (argument, place) =>
    filters.byAssetExternalIds(assets, "parentId")(argument, place)

/** The aggregates that a list or a byids asked for. */
const aggregates = (
  assets: Collection,
  tree: AssetTree,
  stored: Stored,
  wanted: ReadonlyArray<unknown>
): JsonObject => {
  const path = pathOf(assets, stored)
  return {
    ...(wanted.includes("childCount") ? { childCount: tree.childrenOf(stored.id).size } : {}),
    ...(wanted.includes("depth") ? { depth: path.length - 1 } : {}),
    ...(wanted.includes("path") ? { path: path.map((id) => ({ id })) } : {})
  }
}

/** Assets: one tree per root; parents by internal or external id; deleting a parent takes `recursive`. */
export const makeAssets = (project: Project, assets: Collection, tree: AssetTree, dataSets: Collection): Resource => ({
  path: "assets",
  collection: assets,
  fields,
  numericIds: true,
  create: { status: 201, max: 1000 },
  canUpdate: true,
  delete: { status: 200, options: ["ignoreUnknownIds", "recursive"] },
  byidsOptions: ["ignoreUnknownIds", "aggregatedProperties"],
  texts: {
    unknownId: "Asset id not found",
    unknownExternalId: "External id not found",
    duplicated: "Asset id duplicated",
    duplicatedStatus: 409,
    duplicatesAmong: "objects",
    missingShuffled: true
  },
  unknownDataSets: (ids) => badRequest(`Invalid dataSetIds: ${ids.join(", ")}`),
  listOptions: ["aggregatedProperties", "sort"],
  filters: {
    ...filters.common,
    name: filters.same("name", checks.text(1, 140)),
    parentIds: filters.anyOf("parentId", checks.id),
    parentExternalIds: parentsByExternalId(assets),
    assetSubtreeIds: filters.inSubtrees(assets, tree.subtreeOf, "id"),
    dataSetIds: filters.dataSetIds(dataSets),
    metadata: filters.metadataPairs,
    source: filters.same("source", checks.text(0, 128)),
    root: isRoot,
    externalIdPrefix: filters.externalIdPrefix,
    labels: filters.labelFilter
  },
  identicalUpdateBumps: true,
  settle: (drafts) =>
    planted(assets, drafts, project.knobs.now().unknownParentNamed).map((value) => ({ metadata: {}, ...value })),
  doomed: (objects, request) => {
    if (flagOf(request, "recursive")) {
      const ids = tree.subtreeOf(objects.map(({ id }) => id))
      return Array.from(ids).flatMap((id) => assets.get(id) ?? [])
    }
    const parents = objects.filter(({ id }) => tree.childrenOf(id).size > 0)
    if (parents.length > 0) {
      throw badRequest(`Asset has children and recursive is not set: ${parents.map(({ id }) => id).join(", ")}`)
    }
    return objects
  },
  show: (stored, request) => {
    const parent = assets.get(asNumber(stored.value["parentId"]) ?? 0)
    const wanted = asArray(request["aggregatedProperties"])
    if (parent?.externalId === undefined && wanted.length === 0) {
      return stored.value
    }
    return {
      ...stored.value,
      ...(parent?.externalId === undefined ? {} : { parentExternalId: parent.externalId }),
      ...(wanted.length === 0 ? {} : { aggregates: aggregates(assets, tree, stored, wanted) })
    }
  }
})
