/**
 * An object of CDF as fields that can be compared with those of its counterpart: what refers to an asset by its numeric id names it, and
 * what only CDF or a clock decides (ids, data set, when something was noticed) is left out.
 */
import type { ObjectFields, FieldValue } from "./FieldDifference.js"
import type { ResourceKind } from "./Resource.js"
import type { StoredResources } from "./Stored.js"

type Held = StoredResources[ResourceKind]

/** How the objects of one side are called where they are compared; nothing where there is no telling. */
export interface Called {
  readonly byId: (asset: number) => string | undefined
  readonly byName: (externalId: string) => string | undefined
}

/** The numeric ids of the assets that an object is linked to. */
export const linkedIds = (held: Held): ReadonlyArray<number> =>
  "assetIds" in held ? held.assetIds : "assetId" in held && held.assetId !== undefined ? [held.assetId] : []

/** The external ids of the assets and labels that an object names. */
export const namesIn = (held: Held): ReadonlyArray<string> => {
  if ("sourceExternalId" in held) {
    return [held.sourceExternalId, held.targetExternalId, ...held.labels.map(({ externalId }) => externalId)]
  }
  const parent = "parentExternalId" in held ? held.parentExternalId : undefined
  return parent === undefined || parent === "" ? [] : [parent]
}

/** Two runs notice at two instants that something is gone. */
const momentary: ReadonlySet<string> = new Set(["retired_at"])

const plain = ["name", "description", "type", "subtype", "startTime", "endTime", "source", "isString", "isStep", "unit"]

const isPlain = (value: unknown): value is string | number | boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean"

const sorted = (texts: ReadonlyArray<string | undefined>): ReadonlyArray<string> =>
  texts.flatMap((text) => text ?? []).sort()

export const comparable = (held: Held, called: Called): ObjectFields => {
  const fields = new Map<string, FieldValue>()
  const put = (field: string, value: FieldValue | undefined): void => {
    if (value !== undefined) fields.set(field, value)
  }
  for (const field of plain) {
    const value: unknown = Reflect.get(held, field)
    if (isPlain(value)) fields.set(field, value)
  }
  if ("parentExternalId" in held && held.parentExternalId !== undefined) {
    put("parent", called.byName(held.parentExternalId))
  }
  if ("assetIds" in held && held.assetIds.length > 0) put("links", sorted(held.assetIds.map(called.byId)))
  if ("assetId" in held && held.assetId !== undefined) put("asset", called.byId(held.assetId))
  if ("sourceExternalId" in held) {
    put("from", called.byName(held.sourceExternalId))
    put("to", called.byName(held.targetExternalId))
    put("labels", sorted(held.labels.map(({ externalId }) => called.byName(externalId))))
  }
  if ("columns" in held) {
    put(
      "columns",
      held.columns.map(({ externalId = "", valueType = "" }) => `${externalId} ${valueType}`)
    )
  }
  for (const [key, value] of Object.entries("metadata" in held ? held.metadata : {})) {
    put(`metadata.${key}`, momentary.has(key) ? "set" : value)
  }
  return fields
}
