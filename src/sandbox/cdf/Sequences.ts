import * as checks from "./Checks.js"
import type { AssetTree } from "./AssetTree.js"
import type { Collection } from "./Collection.js"
import { badRequest } from "./Errors.js"
import { changesOf, checkedItem } from "./Fields.js"
import type { Fields, OwnUpdate } from "./Fields.js"
import * as filters from "./Filters.js"
import { asArray, asObject, asText } from "./Json.js"
import type { JsonObject } from "./Json.js"
import { checkAssets, requestOf } from "./Project.js"
import type { Project } from "./Project.js"
import type { ReferenceTexts } from "./References.js"
import type { Resource } from "./Resource.js"

const metadata = checks.metadata({ pairs: 256, key: 128, value: 10_240, total: 10_240 })

const columnFields: Fields = {
  externalId: { check: checks.externalId, required: true, update: "set" },
  name: { check: checks.text(0, 64), update: "nullable" },
  description: { check: checks.text(0, 1000), update: "nullable" },
  valueType: { check: checks.oneOf("STRING", "DOUBLE", "LONG"), update: "never" },
  metadata: { check: metadata, update: "map" }
}

const fields: Fields = {
  externalId: { check: checks.externalId, update: "nullable" },
  name: { check: checks.text(0, 255), update: "nullable" },
  description: { check: checks.text(0, 1000), update: "nullable" },
  assetId: { check: checks.id, update: "nullable" },
  dataSetId: { check: checks.id, update: "nullable" },
  metadata: { check: metadata, update: "map" },
  columns: {
    check: (value) => (Array.isArray(value) && value.length > 0 ? undefined : "must have at least 1 column"),
    required: true,
    update: "own"
  }
}

/** How every sequence endpoint words its complaints about references. */
export const sequenceTexts: ReferenceTexts = {
  unknownId: "Sequence ids not found",
  unknownExternalId: "Sequence ids not found",
  duplicated: "Sequence ids duplicated",
  duplicatedStatus: 409,
  duplicatesAmong: "references"
}

/** The external id of a column. */
export const columnKey = (column: unknown): string => asText(asObject(column)["externalId"]) ?? ""

const checkedColumns = (columns: ReadonlyArray<unknown>, place: string, at: number): ReadonlyArray<JsonObject> =>
  columns.map((column, index) => ({
    valueType: "DOUBLE",
    metadata: {},
    ...checkedItem(columnFields, column, `${place}[${index}]`),
    createdTime: at,
    lastUpdatedTime: at
  }))

const refuseExcess = (columns: ReadonlyArray<JsonObject>, place: string): ReadonlyArray<JsonObject> => {
  const texts = columns.filter((column) => column["valueType"] === "STRING").length
  if (columns.length < 1 || columns.length > 400 || texts > 200) {
    throw badRequest(`Invalid value at ${place}: 1 to 400 columns, at most 200 of them STRING`)
  }
  if (new Set(columns.map(columnKey)).size < columns.length) {
    throw badRequest(`Invalid value at ${place}: externalId of columns must be unique`)
  }
  return columns
}

const modified = (
  columns: ReadonlyArray<JsonObject>,
  change: unknown,
  place: string,
  at: number
): ReadonlyArray<JsonObject> => {
  const { externalId, update } = requestOf(change, ["externalId", "update"])
  if (!columns.some((column) => columnKey(column) === externalId)) {
    throw badRequest(`Invalid value at ${place}: no column ${String(externalId)}`)
  }
  return columns.map((column) =>
    columnKey(column) === externalId
      ? {
          ...column,
          ...changesOf(columnFields, column, asObject(update), `${place}.update`, () => undefined),
          lastUpdatedTime: at
        }
      : column
  )
}

/** `{add: […], remove: [{externalId}], modify: [{externalId, update}]}`. */
const updateColumns =
  (project: Project): OwnUpdate =>
  (_name, current, change, place) => {
    const { add, remove, modify } = requestOf(change, ["add", "remove", "modify"])
    const at = project.now()
    const before = asArray(current["columns"]).map(asObject)
    const removed = new Set(asArray(remove).map(columnKey))
    const unknown = Array.from(removed).find((key) => !before.some((column) => columnKey(column) === key))
    if (unknown !== undefined) {
      throw badRequest(`Invalid value at ${place}.remove: no column ${unknown}`)
    }
    const left = before.filter((column) => !removed.has(columnKey(column)))
    const adjusted = asArray(modify).reduce<ReadonlyArray<JsonObject>>(
      (columns, each, index) => modified(columns, each, `${place}.modify[${index}]`, at),
      left
    )
    return refuseExcess([...adjusted, ...checkedColumns(asArray(add), `${place}.add`, at)], place)
  }

/** Sequences: tables with typed columns. Their rows live in `SequenceRows.ts`. */
export const makeSequences = (
  project: Project,
  sequences: Collection,
  assets: Collection,
  tree: AssetTree,
  dataSets: Collection
): Resource => ({
  path: "sequences",
  collection: sequences,
  fields,
  numericIds: true,
  create: { status: 201, max: 1000 },
  canUpdate: true,
  delete: { status: 200, options: ["ignoreUnknownIds"] },
  byidsOptions: ["ignoreUnknownIds"],
  texts: sequenceTexts,
  unknownDataSets: (ids) => badRequest(`Invalid dataSetIds: ${ids.join(", ")}`),
  listOptions: ["sort"],
  filters: {
    ...filters.common,
    name: filters.same("name", checks.text(0, 255)),
    externalIdPrefix: filters.externalIdPrefix,
    metadata: filters.metadataPairs,
    assetIds: filters.anyOf("assetId", checks.id),
    assetSubtreeIds: filters.inSubtrees(assets, tree.subtreeOf, "assetId"),
    dataSetIds: filters.dataSetIds(dataSets)
  },
  identicalUpdateBumps: true,
  ownUpdate: updateColumns(project),
  settle: (drafts) => {
    checkAssets(assets, drafts, "assetId", (ids) => `Asset ids not found: ${ids.join(", ")}`)
    const at = project.now()
    return drafts.map(({ next, previous }, index) => {
      const place = `items[${index}].columns`
      const columns = asArray(next["columns"])
      return {
        metadata: {},
        ...next,
        columns: previous === undefined ? refuseExcess(checkedColumns(columns, place, at), place) : columns
      }
    })
  }
})
