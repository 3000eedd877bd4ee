import * as checks from "./Checks.js"
import type { Collection } from "./Collection.js"
import { badRequest } from "./Errors.js"
import * as filters from "./Filters.js"
import type { Resource } from "./Resource.js"

/** Labels: known by external id only; made and deleted, never changed. */
export const makeLabels = (labels: Collection, dataSets: Collection): Resource => ({
  path: "labels",
  collection: labels,
  fields: {
    externalId: { check: checks.externalId, required: true, update: "never" },
    name: { check: checks.text(1, 140), required: true, update: "never" },
    description: { check: checks.text(0, 500), update: "never" },
    dataSetId: { check: checks.id, update: "never" }
  },
  numericIds: false,
  create: { status: 201, max: 1000 },
  canUpdate: false,
  delete: { status: 200, options: [] },
  byidsOptions: ["ignoreUnknownIds"],
  texts: {
    unknownId: "Label ids not found",
    unknownExternalId: "Label ids not found",
    duplicated: "Label ids duplicated",
    duplicatedStatus: 409,
    duplicatesAmong: "references"
  },
  unknownDataSets: (ids) => badRequest(`Invalid dataSetIds: ${ids.join(", ")}`),
  listOptions: [],
  filters: {
    name: filters.same("name", checks.text(1, 140)),
    externalIdPrefix: filters.externalIdPrefix,
    dataSetIds: filters.dataSetIds(dataSets)
  },
  identicalUpdateBumps: true
})
