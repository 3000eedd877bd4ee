/**
 * Which resources fit a filter of a list, for those that CDF does not hold itself.
 */
import type { StoredAsset, StoredResources } from "../../domain/cdf/Stored.js"
import type { ResourceKind } from "../../domain/cdf/Resource.js"
import type { CdfFilter } from "../../services/Cdf.js"

type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null

const asList = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

const fieldOf = (value: unknown, field: string): unknown => (isObject(value) ? value[field] : undefined)

const within = (value: unknown, range: unknown): boolean => {
  const min = fieldOf(range, "min")
  const max = fieldOf(range, "max")
  return (
    typeof value === "number" && (typeof min !== "number" || value >= min) && (typeof max !== "number" || value <= max)
  )
}

type Rule = (fields: Fields, argument: unknown, parentOf: ParentOf) => boolean

/** The asset above one, where it is known. */
export type ParentOf = (asset: Pick<StoredAsset, "parentExternalId">) => StoredAsset | undefined

const same =
  (field: string): Rule =>
  (fields, argument) =>
    fields[field] === argument

const rules: Readonly<Record<string, Rule>> = {
  name: same("name"),
  type: same("type"),
  subtype: same("subtype"),
  source: same("source"),
  externalIdPrefix: ({ externalId }, prefix) =>
    typeof externalId === "string" && typeof prefix === "string" && externalId.startsWith(prefix),
  dataSetIds: ({ dataSetId }, sets) => asList(sets).some((one) => fieldOf(one, "id") === dataSetId),
  metadata: ({ metadata }, pairs) =>
    isObject(pairs) && Object.entries(pairs).every(([key, value]) => fieldOf(metadata, key) === value),
  startTime: ({ startTime }, range) => within(startTime, range),
  endTime: ({ endTime }, range) => within(endTime, range),
  assetIds: ({ assetId, assetIds }, ids) =>
    asList(ids).some((id) => id === assetId || asList(assetIds).some((linked) => linked === id)),
  parentIds: ({ parentId }, ids) => asList(ids).includes(parentId),
  parentExternalIds: ({ parentExternalId }, ids) => asList(ids).includes(parentExternalId),
  sourceExternalIds: ({ sourceExternalId }, ids) => asList(ids).includes(sourceExternalId),
  targetExternalIds: ({ targetExternalId }, ids) => asList(ids).includes(targetExternalId),
  labels: ({ labels }, wanted) =>
    asList(fieldOf(wanted, "containsAny")).some((label) =>
      asList(labels).some((held) => fieldOf(held, "externalId") === fieldOf(label, "externalId"))
    ),
  assetSubtreeIds: ({ externalId, id, parentExternalId }, roots, parentOf) => {
    const names = new Set(asList(roots).map((root) => fieldOf(root, "externalId")))
    const numbers = new Set(asList(roots).map((root) => fieldOf(root, "id")))
    if (names.has(externalId) || numbers.has(id)) return true
    let above = typeof parentExternalId === "string" ? parentExternalId : undefined
    while (above !== undefined) {
      if (names.has(above)) return true
      const asset = parentOf({ parentExternalId: above })
      if (asset !== undefined && numbers.has(asset.id)) return true
      above = asset?.parentExternalId
    }
    return false
  }
}

/** The words of a filter that this page cannot judge, or that CDF does not know for the kind. */
export const unknownWords = (kind: ResourceKind, filter: CdfFilter): ReadonlyArray<string> =>
  Object.keys(filter).filter(
    (word) => rules[word] === undefined || (kind === "relationships" && word === "externalIdPrefix")
  )

/** Whether a resource fits all words of a filter; one that is not known fits nothing. */
export const matches = (filter: CdfFilter, resource: StoredResources[ResourceKind], parentOf: ParentOf): boolean => {
  const fields: Fields = { ...resource }
  return Object.entries(filter).every(
    ([word, argument]) => argument === undefined || rules[word]?.(fields, argument, parentOf) === true
  )
}
