import type { Reply } from "../Reply.js"
import { json } from "../Reply.js"
import * as checks from "./Checks.js"
import type { Collection } from "./Collection.js"
import { badRequest } from "./Errors.js"
import { checkedItem } from "./Fields.js"
import type { Fields } from "./Fields.js"
import * as filters from "./Filters.js"
import { asObject, asText } from "./Json.js"
import type { JsonObject } from "./Json.js"
import { limitOf } from "./Listing.js"
import { itemsOf, requestOf } from "./Project.js"
import type { Project } from "./Project.js"
import type { Resource } from "./Resource.js"

const fields: Fields = {
  externalId: { check: checks.externalId, required: true, update: "set" },
  name: { check: checks.text(1, 140), required: true, update: "set" },
  dataSetId: { check: checks.id, required: true, update: "set" },
  description: { check: checks.text(0, 500), update: "nullable" },
  rawTables: { check: checks.list(checks.opaqueObject, 1000), update: "set" },
  schedule: { check: checks.text(0, 1000), update: "nullable" },
  contacts: { check: checks.list(checks.opaqueObject, 100), update: "set" },
  metadata: { check: checks.metadata({ pairs: 256, key: 128, value: 10_240, total: 10_240 }), update: "map" },
  source: { check: checks.text(0, 255), update: "nullable" },
  documentation: { check: checks.text(0, 10_000), update: "nullable" },
  notificationConfig: { check: checks.opaqueObject, update: "nullable" },
  createdBy: { check: checks.text(0, 255), update: "nullable" }
}

const statuses = checks.oneOf("success", "failure", "seen")

const runFields: Fields = {
  externalId: { check: checks.externalId, required: true, update: "never" },
  status: { check: statuses, required: true, update: "never" },
  message: { check: checks.text(0, 1000), update: "never" },
  createdTime: { check: checks.time, update: "never" }
}

/** Extraction pipelines: what an extractor reports its runs to. */
export const makeExtractionPipelines = (pipelines: Collection): Resource => ({
  path: "extpipes",
  collection: pipelines,
  fields,
  numericIds: true,
  create: { status: 200, max: 1000 },
  canUpdate: true,
  delete: { status: 200, options: ["ignoreUnknownIds"] },
  byidsOptions: ["ignoreUnknownIds"],
  texts: {
    unknownId: "Extraction pipelines not found",
    unknownExternalId: "Extraction pipelines not found",
    duplicated: "Extraction pipelines duplicated",
    duplicatedStatus: 409,
    duplicatesAmong: "references"
  },
  unknownDataSets: (ids) => badRequest(`Invalid dataSetIds: ${ids.join(", ")}`),
  listOptions: [],
  filters: {
    ...filters.common,
    name: filters.same("name", checks.text(1, 140)),
    source: filters.same("source", checks.text(0, 255)),
    schedule: filters.same("schedule", checks.text(0, 1000)),
    externalIdPrefix: filters.externalIdPrefix,
    metadata: filters.metadataPairs
  },
  identicalUpdateBumps: true
})

/** The runs reported, oldest first. */
export class ExtractionRuns {
  private readonly runs: Array<JsonObject> = []

  constructor(
    private readonly project: Project,
    private readonly pipelines: Collection
  ) {}

  all(): ReadonlyArray<JsonObject> {
    return this.runs
  }

  /** `POST /extpipes/runs`: one run per request; marks its pipeline. */
  create(body: unknown): Reply {
    const [item] = itemsOf(body, 1)
    const run = checkedItem(runFields, item, "items[0]")
    const externalId = asText(run["externalId"]) ?? ""
    const pipeline = this.pipelines.find(externalId)
    if (pipeline === undefined) {
      throw badRequest("Extraction pipelines not found", [{ externalId }])
    }
    const at = this.project.now()
    const stored: JsonObject = { id: this.project.newId(), createdTime: at, ...run }
    this.runs.push(stored)
    const marks =
      run["status"] === "success"
        ? { lastSuccess: at, lastSeen: at }
        : run["status"] === "failure"
          ? { lastFailure: at, lastSeen: at, lastMessage: run["message"] ?? "" }
          : { lastSeen: at }
    this.pipelines.replace(pipeline, { ...pipeline, value: { ...pipeline.value, ...marks } })
    return json(200, { items: [stored] })
  }

  /** `POST /extpipes/runs/list`: newest first. */
  list(body: unknown): Reply {
    const request = requestOf(body, ["filter", "limit", "cursor"])
    const { externalId } = asObject(request["filter"])
    if (externalId === undefined) {
      throw badRequest("Missing required property at filter: externalId")
    }
    const rules: filters.Filters = {
      externalId: filters.same("externalId", checks.externalId),
      statuses: filters.anyOf("status", statuses),
      createdTime: filters.range("createdTime"),
      message: substring
    }
    const matches = filters.predicateOf(rules, request["filter"], "filter")
    const from = Number(Buffer.from(asText(request["cursor"]) ?? "", "base64url").toString() || 0)
    if (!Number.isInteger(from)) {
      throw badRequest("Invalid cursor")
    }
    const limit = limitOf(request, 1000, 100)
    const all = this.runs.filter(matches).toReversed()
    return json(200, {
      items: all.slice(from, from + limit),
      nextCursor: from + limit < all.length ? Buffer.from(`${from + limit}`).toString("base64url") : undefined
    })
  }
}

const substring: filters.FilterRule = (argument, place) => {
  const part = requestOf(argument, ["substring"])["substring"]
  if (typeof part !== "string") {
    throw badRequest(`Invalid value at ${place}: needs substring`)
  }
  return (value) => asText(value["message"])?.includes(part) === true
}
