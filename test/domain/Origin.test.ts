import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { ExternalId, type Metric } from "../../src/domain/ExternalId.js"
import { keyedWords, kindReader, kindsOfWord } from "../../src/domain/KindWord.js"
import { metricIn, type Origin, originsOf } from "../../src/domain/Origin.js"
import { rootDrafts } from "../../src/domain/Tree.js"
import { demoFacility } from "../support/DemoFacility.js"

const facility = demoFacility()
const { ids } = facility
const roots = new Set(rootDrafts(facility).map(({ externalId }) => externalId))

const origins = (externalId: string): ReadonlyArray<Origin> => originsOf(ids, roots, ExternalId.make(externalId))
const told = (externalId: string) => origins(externalId).map(({ flow, key, kind }) => [kind, flow, key])

const key = FastCheck.string({ minLength: 1, maxLength: 40 })
const word = FastCheck.constantFrom(...keyedWords)
const metric = FastCheck.constantFrom<Metric>(
  "status",
  "output",
  "scrap",
  "wip",
  "inventory",
  "ncr_count",
  "oee",
  "availability",
  "performance",
  "quality",
  "live_performance"
)

describe("What an external id says of where its object comes from", () => {
  it.prop("names each kind that its word stands for, with the key", { of: word, key }, ({ key, of }) => {
    const found = origins(`${ids.prefix(of)}${key}`)
    for (const kind of kindsOfWord(of)) {
      assert.isTrue(
        found.some((one) => one.kind === kind && one.of === of && one.key === key),
        `${kind} ${of}`
      )
    }
  })

  it.prop("has the likeliest first: the one of the longest word that the id begins with", { of: word, key }, (made) => {
    const externalId = `${ids.prefix(made.of)}${made.key}`
    const lengths = origins(externalId).map(({ of }) => of.length)
    assert.deepStrictEqual(
      lengths,
      lengths.toSorted((one, other) => other - one)
    )
    // Each of them makes the id again out of its word and its key.
    for (const { key: rest, of } of origins(externalId)) {
      assert.strictEqual(`${ids.facilityPrefix}${of}_${rest}`, externalId)
    }
  })

  it.prop("agrees with what the words of external ids say", { of: word, key }, ({ key, of }) => {
    const externalId = `${ids.prefix(of)}${key}`
    const read = kindReader(ids)
    for (const kind of ["assets", "events", "timeseries", "sequences", "relationships"] as const) {
      const likeliest = origins(externalId).find((one) => one.kind === kind)
      assert.strictEqual(likeliest?.of, read(kind, externalId)?.word)
      assert.strictEqual(likeliest?.key, read(kind, externalId)?.key)
    }
  })

  it("tells kinds apart whose names begin alike", () => {
    assert.deepStrictEqual(told(ids.of("workcenter_status", "7")), [
      ["events", "status-entries", "7"],
      ["assets", "workcenters", "status_7"]
    ])
    assert.deepStrictEqual(told(ids.of("job_routing", "7")), [
      ["sequences", "job-operations", "7"],
      ["events", "jobs", "routing_7"]
    ])
    assert.deepStrictEqual(told(ids.of("specification_key", "7")), [
      ["assets", "specifications", "7"],
      ["assets", "specifications", "key_7"]
    ])
    assert.deepStrictEqual(told(ids.of("bom", "7")), [
      ["relationships", "boms", "7"],
      ["sequences", "boms", "7"]
    ])
  })

  it("takes the assets of the tree and the labels for what the hierarchy makes", () => {
    assert.deepStrictEqual(told(ids.root("facility")), [["assets", "hierarchy", ""]])
    assert.strictEqual(origins(ids.root("parts_library"))[0]?.of, "parts_library")
    assert.deepStrictEqual(told(ids.label("bom")), [["labels", "hierarchy", "bom"]])
    // Without that data set there is no such root, and no kind is called so.
    assert.deepStrictEqual(originsOf(ids, new Set(), ids.root("parts_library")), [])
  })

  it("is nothing where the id is another facility's, another prefix's, no word's, or lacks its key", () => {
    for (const id of ["PCN3408841_part_1", "trial_PCN340884_part_1", "part_1", `${ids.facilityPrefix}own_supplier_1`])
      assert.deepStrictEqual(origins(id), [], id)
    assert.deepStrictEqual(origins(ids.prefix("part")), [])
    assert.deepStrictEqual(origins(`${ids.facilityPrefix}part`), [])
  })
})

describe("What a series measures", () => {
  it.prop("is what its external id is made of, whatever its key", { metric, key }, ({ key, metric }) => {
    assert.strictEqual(metricIn(ids, ids.series(metric, key, "pcs")), metric)
    assert.deepStrictEqual(
      origins(ids.series(metric, key)).map(({ kind, of }) => [kind, of]),
      [["timeseries", `ts_${metric}`]]
    )
  })

  it("is nothing where the id is of no series of the facility", () => {
    for (const id of [ids.of("part", "1"), `${ids.facilityPrefix}ts_energy_1`, "trial_PCN340884_ts_wip_1", "ts_wip_1"])
      assert.isUndefined(metricIn(ids, id), id)
  })
})
