import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import type { StoredAsset, StoredEvent } from "../../src/domain/cdf/Stored.js"
import { Census, type CensusOptions } from "../../src/domain/Census.js"
import { type AssetKind, ExternalId } from "../../src/domain/ExternalId.js"
import { marksOf } from "../../src/domain/Marks.js"
import { demoFacility } from "../support/DemoFacility.js"

const facility = demoFacility()
const { ids } = facility
const nothing: CensusOptions = { pending: new Set(), kept: new Map() }

const censusOf = (options: Partial<CensusOptions> = {}) => new Census(facility, { ...nothing, ...options })

const assetOf = (kind: AssetKind, key: string, over: Partial<StoredAsset> = {}): StoredAsset => ({
  id: 1,
  externalId: ids.of(kind, key),
  name: key,
  dataSetId: 1,
  ...over,
  metadata: { asset_type: kind, ...over.metadata }
})

const eventOf = (key: string, over: Partial<StoredEvent> = {}): StoredEvent => ({
  id: 1,
  externalId: ids.of("job", key),
  type: "job",
  dataSetId: 3,
  metadata: {},
  assetIds: [],
  ...over
})

describe("A census", () => {
  it("counts by kind, type and flow, with data sets by name where they are the facility's", () => {
    const census = censusOf()
    census.add("assets", assetOf("part", "1"))
    census.add("assets", assetOf("part", "2", { dataSetId: 77 }))
    census.add("assets", assetOf("part", "3", { dataSetId: undefined, metadata: marksOf(0) }))
    census.add("assets", assetOf("part", "4", { metadata: { active: "false" } }))
    census.add("assets", { id: 1, externalId: ids.root("facility"), name: "F", metadata: { asset_type: "facility" } })
    census.add("assets", {
      id: 1,
      externalId: ExternalId.make(`${ids.facilityPrefix}thing_1`),
      name: "T",
      metadata: {}
    })
    census.add("timeseries", { id: 1, externalId: ids.series("wip", "1"), dataSetId: 5, metadata: {} })
    census.add("sequences", { id: 1, externalId: ids.of("job_routing", "1"), dataSetId: 3, metadata: {}, columns: [] })
    census.add("labels", { externalId: ids.label("bom"), dataSetId: 1 })
    census.add("relationships", {
      externalId: ids.of("bom", "1"),
      sourceExternalId: ids.of("part", "1"),
      targetExternalId: ids.of("part", "2"),
      labels: [{ externalId: "a" }, { externalId: "b" }]
    })
    assert.deepStrictEqual(
      census.types.map(({ count, flow, kind, retired, type }) => [kind, type, flow, count, retired]),
      [
        ["assets", "", undefined, 1, 0],
        ["assets", "facility", "hierarchy", 1, 0],
        ["assets", "part", "parts", 4, 1],
        ["labels", "label", "hierarchy", 1, 0],
        ["relationships", "a b", "boms", 1, 0],
        ["sequences", "job_routing", "job-operations", 1, 0],
        ["timeseries", "wip", "wip", 1, 0]
      ]
    )
    const parts = census.types.find(({ type }) => type === "part")
    assert.deepStrictEqual(
      [...(parts?.dataSets ?? [])],
      [
        ["master", 2],
        ["77", 1],
        ["", 1]
      ]
    )
    assert.deepStrictEqual(census.series, [ids.series("wip", "1")])
  })

  it("leaves out what has another facility's id, another prefix's, or none", () => {
    const census = censusOf()
    for (const externalId of [
      undefined,
      ...["PCN3408841_part_1", "trial_PCN340884_part_1"].map((id) => ExternalId.make(id))
    ])
      census.add("assets", assetOf("part", "1", { externalId }))
    assert.deepStrictEqual(census.types, [])
  })

  it("counts events by subtype, and those that are as new as what the ledger keeps", () => {
    const census = censusOf({ kept: new Map([["jobs", 1000]]) })
    census.add("events", eventOf("1", { subtype: "open", startTime: 999 }))
    census.add("events", eventOf("2", { subtype: "open", startTime: 1000 }))
    census.add("events", eventOf("3", { subtype: "closed", startTime: 1001 }))
    census.add("events", eventOf("4"))
    const [jobs] = census.types
    assert.deepInclude(jobs, { count: 4, recent: 2 })
    assert.deepStrictEqual(
      [...(jobs?.subtypes ?? [])],
      [
        ["open", 2],
        ["closed", 1]
      ]
    )
    const unkept = censusOf()
    unkept.add("events", eventOf("1", { startTime: 1001 }))
    assert.strictEqual(unkept.types[0]?.recent, 0)
  })

  it("tells of assets that wait under the root of their kind whether their parent is there by now", () => {
    const census = censusOf()
    const waiting = (key: string, location: string | undefined, under = ids.root("containers_root")) =>
      assetOf("container", key, {
        parentExternalId: under,
        metadata: location === undefined ? {} : { location_id: location }
      })
    census.add("assets", waiting("1", "here"))
    census.add("assets", waiting("2", "nowhere"))
    census.add("assets", waiting("3", undefined))
    census.add("assets", waiting("4", "here", ids.of("location", "here")))
    // Only containers stand under locations, whatever else names one.
    census.add(
      "assets",
      assetOf("part", "5", { parentExternalId: ids.root("containers_root"), metadata: { location_id: "here" } })
    )
    census.add(
      "assets",
      assetOf("workcenter", "6", {
        parentExternalId: ids.root("workcenters_root"),
        metadata: { production_line_id: "9" }
      })
    )
    // Its parent comes after it.
    census.add("assets", assetOf("location", "here"))
    assert.deepStrictEqual(census.orphans, [
      { externalId: ids.of("container", "1"), parent: ids.of("location", "here"), parentExists: true },
      { externalId: ids.of("container", "2"), parent: ids.of("location", "nowhere"), parentExists: false },
      { externalId: ids.of("workcenter", "6"), parent: ids.of("production_line", "9"), parentExists: false }
    ])
  })

  it("tells of events that are linked to nothing which wait, and which name an asset that is there", () => {
    const census = censusOf({ pending: new Set([ids.of("job", "waits")]) })
    census.add("assets", assetOf("part", "1"))
    census.add("assets", assetOf("container", "S1", { parentExternalId: ids.root("containers_root") }))
    census.add("events", eventOf("linked", { assetIds: [1], metadata: { part_id: "1" } }))
    census.add("events", eventOf("waits", { metadata: { part_id: "1" } }))
    census.add("events", eventOf("names", { metadata: { part_id: "1" } }))
    census.add("events", eventOf("boxed", { metadata: { workcenter_id: "1", serial_no: "S1" } }))
    census.add("events", eventOf("names what is not there", { metadata: { part_id: "2" } }))
    census.add("events", eventOf("other", { type: "checksheet" }))
    assert.deepStrictEqual(census.unlinked, [
      { type: "job", count: 4, waiting: 1, unexplained: [ids.of("job", "names"), ids.of("job", "boxed")] },
      { type: "checksheet", count: 1, waiting: 0, unexplained: [] }
    ])
  })

  const anyEvent = FastCheck.record({
    key: FastCheck.constantFrom("1", "2", "3"),
    type: FastCheck.constantFrom(undefined, "job", "checksheet"),
    subtype: FastCheck.constantFrom(undefined, "open", "closed"),
    assetIds: FastCheck.constantFrom([], [1]),
    dataSetId: FastCheck.constantFrom(undefined, 1, 3, 99),
    startTime: FastCheck.constantFrom(undefined, 1, 3),
    metadata: FastCheck.constantFrom<Readonly<Record<string, string>>>({}, { part_id: "1" }, marksOf(0))
  }).map(({ key, ...over }) => eventOf(key, over))

  it.prop(
    "counts each object once, in whatever order they come",
    { events: FastCheck.array(anyEvent) },
    ({ events }) => {
      const counted = (all: ReadonlyArray<StoredEvent>) => {
        const census = censusOf({ pending: new Set([ids.of("job", "1")]), kept: new Map([["jobs", 2]]) })
        census.add("assets", assetOf("part", "1"))
        for (const event of all) census.add("events", event)
        return census
      }
      const census = counted(events)
      const types = census.types.filter(({ kind }) => kind === "events")
      const total = (of: (type: (typeof types)[number]) => number) => types.reduce((sum, type) => sum + of(type), 0)
      const sumOf = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((sum, one) => sum + one, 0)
      assert.strictEqual(
        total(({ count }) => count),
        events.length
      )
      assert.strictEqual(
        total(({ dataSets }) => sumOf(dataSets)),
        events.length
      )
      assert.strictEqual(
        total(({ recent }) => recent),
        events.filter(({ startTime }) => startTime === 3).length
      )
      const linkedToNothing = census.unlinked.reduce((sum, { count }) => sum + count, 0)
      assert.strictEqual(linkedToNothing, events.filter(({ assetIds }) => assetIds.length === 0).length)
      for (const { count, unexplained, waiting } of census.unlinked) {
        assert.isAtMost(waiting + unexplained.length, count)
      }
      const plain = ({ types }: Census) => types.map((type) => ({ ...type, dataSets: 0, subtypes: 0 }))
      assert.deepStrictEqual(plain(counted(events.toReversed())), plain(census))
    }
  )
})
