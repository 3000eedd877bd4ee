import type { Stored } from "./Collection.js"
import type { CdfContent } from "./Content.js"
import type { Point } from "./Datapoints.js"
import type { JsonObject } from "./Json.js"
import type { Resource } from "./Resource.js"
import type { Row } from "./SequenceRows.js"

/** The objects of one resource as a byids would show them. */
export interface StoredObjects {
  readonly size: () => number
  readonly get: (externalId: string) => JsonObject | undefined
  readonly all: () => ReadonlyArray<JsonObject>
}

/** What the CDF holds right now, read past HTTP, the journal and the faults. */
export interface CdfState {
  readonly assets: StoredObjects
  readonly events: StoredObjects
  readonly timeSeries: StoredObjects
  readonly sequences: StoredObjects
  readonly relationships: StoredObjects
  readonly labels: StoredObjects
  readonly dataSets: StoredObjects
  readonly extractionPipelines: StoredObjects
  /** The points of a series in order of time; none for an unknown one. */
  readonly points: (externalId: string) => ReadonlyArray<Point>
  /** The rows of a sequence by row number; none for an unknown one. */
  readonly rows: (externalId: string) => ReadonlyArray<Row>
  /** Extraction pipeline runs, oldest first. */
  readonly runs: () => ReadonlyArray<JsonObject>
}

const objectsOf = (resource: Resource): StoredObjects => {
  const shown = (stored: Stored): JsonObject => resource.show?.(stored, {}) ?? stored.value
  return {
    size: () => resource.collection.size,
    get: (externalId) => {
      const stored = resource.collection.find(externalId)
      return stored === undefined ? undefined : shown(stored)
    },
    all: () => Array.from(resource.collection.all(), shown)
  }
}

export const stateOf = (content: CdfContent): CdfState => ({
  assets: objectsOf(content.assets),
  events: objectsOf(content.events),
  timeSeries: objectsOf(content.timeSeries),
  sequences: objectsOf(content.sequences),
  relationships: objectsOf(content.relationships),
  labels: objectsOf(content.labels),
  dataSets: objectsOf(content.dataSets),
  extractionPipelines: objectsOf(content.extractionPipelines),
  points: (externalId) => content.datapoints.pointsOf(content.timeSeries.collection.find(externalId)?.id ?? 0),
  rows: (externalId) => content.rows.rowsOf(content.sequences.collection.find(externalId)?.id ?? 0),
  runs: () => content.runs.all()
})
