import * as checks from "./Checks.js"
import type { Collection } from "./Collection.js"
import { badRequest } from "./Errors.js"
import type { Fields } from "./Fields.js"
import * as filters from "./Filters.js"
import type { Resource } from "./Resource.js"

const kind = checks.oneOf("asset", "timeSeries", "file", "event", "sequence")
const confidence = checks.decimal(0, 1)

const fields: Fields = {
  externalId: { check: checks.externalId, required: true, update: "never" },
  sourceExternalId: { check: checks.externalId, required: true, update: "set" },
  sourceType: { check: kind, required: true, update: "set" },
  targetExternalId: { check: checks.externalId, required: true, update: "set" },
  targetType: { check: kind, required: true, update: "set" },
  startTime: { check: checks.time, update: "nullable" },
  endTime: { check: checks.time, update: "nullable" },
  confidence: { check: confidence, update: "nullable" },
  dataSetId: { check: checks.id, update: "nullable" },
  labels: { check: checks.labels, update: "labels" }
}

/** Relationships: known by external id only; neither end needs to exist. */
export const makeRelationships = (relationships: Collection, dataSets: Collection): Resource => ({
  path: "relationships",
  collection: relationships,
  fields,
  numericIds: false,
  create: { status: 201, max: 1000 },
  canUpdate: true,
  delete: { status: 202, options: ["ignoreUnknownIds"] },
  byidsOptions: ["ignoreUnknownIds", "fetchResources"],
  texts: {
    unknownId: "Relationship ids not found",
    unknownExternalId: "Relationship ids not found",
    duplicated: "Relationship ids duplicated",
    duplicatedStatus: 409,
    duplicatesAmong: "references"
  },
  unknownDataSets: (ids) => badRequest(`Invalid dataSetIds: ${ids.join(", ")}`),
  listOptions: ["fetchResources"],
  filters: {
    ...filters.common,
    sourceExternalIds: filters.anyOf("sourceExternalId", checks.externalId, 1000),
    sourceTypes: filters.anyOf("sourceType", kind),
    targetExternalIds: filters.anyOf("targetExternalId", checks.externalId, 1000),
    targetTypes: filters.anyOf("targetType", kind),
    dataSetIds: filters.dataSetIds(dataSets),
    startTime: filters.range("startTime"),
    endTime: filters.range("endTime"),
    confidence: filters.range("confidence", false, confidence),
    activeAtTime: filters.activeAtTime,
    labels: filters.labelFilter
  },
  identicalUpdateBumps: true
})
