import { labelKey } from "./Checks.js"
import type { Stored } from "./Collection.js"
import type { CdfContent } from "./Content.js"
import { asArray, asNumber, asObject, canonical } from "./Json.js"
import type { JsonObject } from "./Json.js"
import type { Resource } from "./Resource.js"

/** Objects by external id; those without one under the canonical text of what they say. */
export type SnapshotObjects = Readonly<Record<string, JsonObject>>

/**
 * The whole content in a form that two runs can be compared by: no internal ids, no server times; what refers to an
 * object by internal id refers to it by external id (a data set by its name; a deleted asset as `deleted:…`); lists
 * without an order are sorted, and so are keys.
 */
export interface Snapshot {
  readonly assets: SnapshotObjects
  readonly events: SnapshotObjects
  readonly timeSeries: SnapshotObjects
  readonly sequences: SnapshotObjects
  readonly relationships: SnapshotObjects
  readonly labels: SnapshotObjects
  readonly dataSets: SnapshotObjects
  readonly extractionPipelines: SnapshotObjects
}

const assigned = new Set([
  "id",
  "createdTime",
  "lastUpdatedTime",
  "rootId",
  "lastSeen",
  "lastSuccess",
  "lastFailure",
  "lastMessage"
])

const sortedByKey = <A>(pairs: ReadonlyArray<readonly [string, A]>): Record<string, A> =>
  Object.fromEntries(pairs.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))

export const snapshotOf = (content: CdfContent): Snapshot => {
  const nameOf = (resource: Resource, id: unknown): string => {
    const number = asNumber(id) ?? 0
    const stored = resource.collection.get(number)
    return stored === undefined
      ? `deleted:${resource.collection.formerExternalId(number) ?? "unknown"}`
      : (stored.externalId ?? `named:${String(stored.value["name"])}`)
  }

  const plain = ([name, value]: readonly [string, unknown]): ReadonlyArray<readonly [string, unknown]> => {
    switch (name) {
      case "parentId":
        return [["parent", nameOf(content.assets, value)]]
      case "assetId":
        return [["asset", nameOf(content.assets, value)]]
      case "assetIds":
        return [
          [
            "assets",
            asArray(value)
              .map((id) => nameOf(content.assets, id))
              .toSorted()
          ]
        ]
      case "dataSetId":
        return [["dataSet", content.dataSets.collection.get(asNumber(value) ?? 0)?.value["name"]]]
      case "labels":
        return [["labels", asArray(value).map(labelKey).toSorted()]]
      case "metadata":
        return [["metadata", sortedByKey(Object.entries(asObject(value)))]]
      case "columns":
        return [["columns", asArray(value).map((column) => normalised(asObject(column)))]]
      default:
        return assigned.has(name) ? [] : [[name, value]]
    }
  }

  const normalised = (value: JsonObject): JsonObject => sortedByKey(Object.entries(value).flatMap(plain))

  const objects = (resource: Resource, more: (stored: Stored) => JsonObject = () => ({})): SnapshotObjects =>
    sortedByKey(
      Array.from(resource.collection.all(), (stored) => {
        const value = { ...normalised(stored.value), ...more(stored) }
        return [stored.externalId ?? `#${canonical(value)}#${stored.order}`, value] as const
      })
    )

  return {
    assets: objects(content.assets),
    events: objects(content.events),
    timeSeries: objects(content.timeSeries, ({ id }) => ({
      points: content.datapoints
        .pointsOf(id)
        .map(({ timestamp, value, status }) => (status === undefined ? [timestamp, value] : [timestamp, value, status]))
    })),
    sequences: objects(content.sequences, ({ id }) => ({
      rows: content.rows.rowsOf(id).map(({ rowNumber, cells }) => [rowNumber, sortedByKey(Array.from(cells))])
    })),
    relationships: objects(content.relationships),
    labels: objects(content.labels),
    dataSets: objects(content.dataSets),
    extractionPipelines: objects(content.extractionPipelines)
  }
}
