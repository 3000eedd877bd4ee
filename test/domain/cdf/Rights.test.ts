import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { unmet } from "../../../src/domain/cdf/Rights.js"
import { inspected, rightsIn } from "../../../src/layers/cdf/Inspection.js"

const kinds = ["assetsAcl", "eventsAcl", "timeSeriesAcl", "sequencesAcl", "relationshipsAcl", "labelsAcl"]

const granted = (
  scope: object,
  actions = ["READ", "WRITE"],
  of: ReadonlyArray<string> = kinds,
  projectScope?: object
) =>
  of.map((kind) => ({
    [kind]: { version: 1, actions, scope },
    ...(projectScope === undefined ? {} : { projectScope })
  }))

const needs = [7, 8, 7].flatMap((dataSet) => kinds.map((acl) => ({ acl, action: "WRITE" as const, dataSet })))

/** What is missing in data sets 7 and 8 of project `plant`. */
const missing = (capabilities: ReadonlyArray<object>) =>
  unmet(rightsIn("plant", Either.getOrThrow(inspected({ subject: "s", projects: [], capabilities }))), needs)

describe("The rights of a client", () => {
  it("over everything are enough", () => {
    assert.deepStrictEqual(missing(granted({ all: {} })), [])
    assert.deepStrictEqual(missing(granted({ all: {} }, ["READ", "WRITE"], kinds, { projects: ["plant"] })), [])
    assert.deepStrictEqual(missing(granted({ all: {} }, ["READ", "WRITE"], kinds, { allProjects: {} })), [])
  })

  it("over the data sets are enough, as numbers and as texts, from several groups together", () => {
    assert.deepStrictEqual(missing(granted({ datasetScope: { ids: [7, "8"] } })), [])
    assert.deepStrictEqual(
      missing([...granted({ datasetScope: { ids: [7] } }), ...granted({ datasetScope: { ids: [8] } })]),
      []
    )
  })

  it("that are missing are named with their data set and kinds", () => {
    assert.deepStrictEqual(missing(granted({ datasetScope: { ids: [7] } })), [
      `WRITE of ${kinds.join(", ")} in data set 8`
    ])
    assert.deepStrictEqual(
      missing([...granted({ all: {} }, ["READ"]), ...granted({ all: {} }, ["READ", "WRITE"], kinds.slice(1))]),
      ["WRITE of assetsAcl in data set 7", "WRITE of assetsAcl in data set 8"]
    )
  })

  it("in another project are none here", () => {
    assert.strictEqual(missing(granted({ all: {} }, ["WRITE"], kinds, { projects: ["other"] })).length, 2)
  })

  it("over something that is no data set are none", () => {
    assert.strictEqual(missing(granted({ currentuserscope: {} })).length, 2)
  })
})
