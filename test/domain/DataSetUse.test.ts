import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import {
  dataSetVariable,
  enabledOf,
  neededDataSets,
  neededRights,
  writersOf,
  writtenKinds
} from "../../src/domain/DataSetUse.js"
import { type DataSetName, dataSetNames, type FacilityIdentity } from "../../src/domain/Facility.js"
import { type Extractor, extractors } from "../../src/domain/Flow.js"
import { labelDrafts, rootDrafts } from "../../src/domain/Tree.js"
import { demoFacility } from "../support/DemoFacility.js"

const all = new Set(extractors)
const none = new Set<Extractor>()
const everywhere = demoFacility().dataSets

/** `assets in master`, in order of the text. */
const told = (enabled: ReadonlySet<Extractor>, configured: FacilityIdentity["dataSets"] = everywhere) =>
  writtenKinds(enabled, configured)
    .map(({ dataSet, kind }) => `${kind} in ${dataSet}`)
    .sort()

const only = (...names: ReadonlyArray<DataSetName>): FacilityIdentity["dataSets"] =>
  Object.fromEntries(names.map((name, at) => [name, at + 1]))

const some = FastCheck.subarray([...extractors]).map((names) => new Set(names))
const configured = FastCheck.subarray([...dataSetNames]).map((names) => only(...names))

describe("The variable of a data set", () => {
  it("bears its name", () => {
    assert.deepStrictEqual(dataSetNames.map(dataSetVariable), [
      "CDF_DATASET_PLEXMASTER",
      "CDF_DATASET_PLEXPRODUCTION",
      "CDF_DATASET_PLEXSCHEDULING",
      "CDF_DATASET_PLEXQUALITY",
      "CDF_DATASET_PLEXINVENTORY",
      "CDF_DATASET_PLEXMAINTENANCE"
    ])
  })
})

describe("The extractors that are switched on", () => {
  it.prop("are those whose switch says so, in the order in which they run", [some], ([wanted]) => {
    const on = (name: Extractor) => ({ enabled: wanted.has(name) })
    const enabled = enabledOf({
      "master-data": on("master-data"),
      jobs: on("jobs"),
      production: on("production"),
      inventory: on("inventory"),
      quality: on("quality"),
      performance: on("performance")
    })
    assert.deepStrictEqual([...enabled], [...wanted])
  })
})

describe("The extractors that write to a data set", () => {
  it("are these", () => {
    assert.deepStrictEqual(Object.fromEntries(dataSetNames.map((name) => [name, writersOf(name)])), {
      master: ["master-data"],
      production: ["master-data", "production", "performance"],
      scheduling: ["jobs"],
      quality: ["quality"],
      inventory: ["inventory"],
      maintenance: ["master-data"]
    })
  })
})

describe("The data sets that are needed", () => {
  it("are master alone where no extractor is on, and all where all are", () => {
    assert.deepStrictEqual(neededDataSets(none), ["master"])
    assert.deepStrictEqual(neededDataSets(all), dataSetNames)
  })

  it.prop("are master and those that an extractor which is on writes to", [some], ([enabled]) => {
    const needed = neededDataSets(enabled)
    for (const name of dataSetNames) {
      const isWritten = writersOf(name).some((extractor) => enabled.has(extractor))
      assert.strictEqual(needed.includes(name), isWritten || name === "master", name)
    }
  })
})

describe("What is written", () => {
  it("by all extractors is this", () => {
    assert.deepStrictEqual(told(all), [
      "assets in inventory",
      "assets in maintenance",
      "assets in master",
      "assets in production",
      "assets in quality",
      "events in inventory",
      "events in production",
      "events in quality",
      "events in scheduling",
      "labels in master",
      "relationships in master",
      "sequences in master",
      "sequences in scheduling",
      "timeseries in inventory",
      "timeseries in production",
      "timeseries in quality"
    ])
  })

  const tree = [
    "assets in inventory",
    "assets in master",
    "assets in production",
    "assets in quality",
    "labels in master"
  ]
  const beyondTheTree: Readonly<Record<Extractor, ReadonlyArray<string>>> = {
    "master-data": ["assets in maintenance", "relationships in master", "sequences in master"],
    jobs: ["events in scheduling", "sequences in scheduling"],
    production: ["events in production", "timeseries in production"],
    inventory: ["events in inventory", "timeseries in inventory"],
    quality: ["events in quality", "timeseries in quality"],
    performance: ["timeseries in production"]
  }
  for (const extractor of extractors) {
    it(`by ${extractor} alone is the tree and what is its own`, () => {
      assert.deepStrictEqual(told(new Set([extractor])), [...tree, ...beyondTheTree[extractor]].sort())
    })
  }

  it("without any extractor is what the tree of the facility is made of", () => {
    const drafts = [...rootDrafts(demoFacility()), ...labelDrafts(demoFacility())]
    assert.deepStrictEqual(told(none), [...new Set(drafts.map(({ dataSet, kind }) => `${kind} in ${dataSet}`))].sort())
  })

  it.prop(
    "is each kind once, in data sets that are configured, and more with more extractors",
    [some, configured],
    ([enabled, dataSets]) => {
      const written = told(enabled, dataSets)
      assert.strictEqual(new Set(written).size, written.length)
      assert.deepStrictEqual(
        written,
        told(enabled).filter((one) => Object.keys(dataSets).some((name) => one.endsWith(` in ${name}`)))
      )
      assert.includeMembers(told(all, dataSets), written)
    }
  )
})

describe("The rights that are needed", () => {
  it("are each action over each kind in the data set that it is written to, by its number", () => {
    assert.deepStrictEqual(
      neededRights(new Set<Extractor>(["jobs"]), { scheduling: 30, maintenance: 60 }, ["READ", "WRITE"]),
      [
        { acl: "eventsAcl", action: "READ", dataSet: 30 },
        { acl: "eventsAcl", action: "WRITE", dataSet: 30 },
        { acl: "sequencesAcl", action: "READ", dataSet: 30 },
        { acl: "sequencesAcl", action: "WRITE", dataSet: 30 }
      ]
    )
    assert.deepStrictEqual(neededRights(none, { master: 10 }, ["WRITE"]), [
      { acl: "assetsAcl", action: "WRITE", dataSet: 10 },
      { acl: "labelsAcl", action: "WRITE", dataSet: 10 }
    ])
  })

  it.prop("are as many as kinds times actions", [some, configured], ([enabled, dataSets]) => {
    const written = writtenKinds(enabled, dataSets)
    assert.strictEqual(neededRights(enabled, dataSets, ["READ", "WRITE"]).length, 2 * written.length)
    assert.deepStrictEqual(neededRights(enabled, dataSets, []), [])
  })
})
