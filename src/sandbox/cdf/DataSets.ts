import * as checks from "./Checks.js"
import type { Collection } from "./Collection.js"
import { badRequest } from "./Errors.js"
import * as filters from "./Filters.js"
import type { Resource } from "./Resource.js"

/** Data sets: ten at a time, and for ever. */
export const makeDataSets = (dataSets: Collection): Resource => ({
  path: "datasets",
  collection: dataSets,
  fields: {
    externalId: { check: checks.externalId, update: "nullable" },
    name: { check: checks.text(1, 50), update: "nullable" },
    description: { check: checks.text(1, 500), update: "nullable" },
    writeProtected: { check: checks.flag, update: "set" },
    metadata: { check: checks.metadata({ pairs: 256, key: 128, value: 10_240, total: 10_240 }), update: "map" }
  },
  numericIds: true,
  create: { status: 200, max: 10 },
  canUpdate: true,
  delete: undefined,
  byidsOptions: ["ignoreUnknownIds"],
  texts: {
    unknownId: "Data set ids not found",
    unknownExternalId: "Data set ids not found",
    duplicated: "Data set ids duplicated",
    duplicatedStatus: 409,
    duplicatesAmong: "references"
  },
  unknownDataSets: (ids) => badRequest(`Invalid dataSetIds: ${ids.join(", ")}`),
  listOptions: [],
  filters: {
    ...filters.common,
    metadata: filters.metadataPairs,
    externalIdPrefix: filters.externalIdPrefix,
    writeProtected: filters.same("writeProtected", checks.flag)
  },
  identicalUpdateBumps: true,
  settle: (drafts) => drafts.map(({ next }) => ({ writeProtected: false, metadata: {}, ...next }))
})
