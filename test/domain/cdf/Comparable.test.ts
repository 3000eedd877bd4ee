import { assert, describe, it } from "@effect/vitest"
import { FastCheck, Schema } from "effect"
import { type Called, comparable, linkedIds, namesIn } from "../../../src/domain/cdf/Comparable.js"
import { differenceOf } from "../../../src/domain/cdf/FieldDifference.js"
import {
  StoredAsset,
  StoredEvent,
  StoredLabel,
  StoredRelationship,
  StoredSequence,
  StoredTimeSeries
} from "../../../src/domain/cdf/Stored.js"

const asset = Schema.decodeUnknownSync(StoredAsset)({
  id: 11,
  externalId: "PCN1_part_1",
  dataSetId: 1,
  name: "Part 1",
  parentId: 10,
  parentExternalId: "PCN1_parts_library_1",
  description: "a part",
  source: "PlexMES",
  metadata: { pcn: "1", retired_at: "2026-06-11T00:00:00Z" }
})
const event = Schema.decodeUnknownSync(StoredEvent)({
  id: 12,
  externalId: "PCN1_job_1",
  type: "production_job",
  subtype: "open",
  description: "a job",
  startTime: 0,
  endTime: 1,
  source: "PlexMES",
  metadata: { priority: "High" },
  assetIds: [3, 2, 9]
})
const series = Schema.decodeUnknownSync(StoredTimeSeries)({
  id: 13,
  externalId: "PCN1_ts_output_1",
  name: "W1 Output",
  isString: false,
  isStep: true,
  unit: "kg",
  assetId: 2
})
const sequence = Schema.decodeUnknownSync(StoredSequence)({
  id: 14,
  externalId: "PCN1_routing_1",
  name: "Routing",
  assetId: 9,
  columns: [{ externalId: "b", valueType: "STRING" }, { externalId: "a", valueType: "LONG" }, {}]
})
const relationship = Schema.decodeUnknownSync(StoredRelationship)({
  externalId: "PCN1_bom_1_2",
  dataSetId: 1,
  sourceExternalId: "PCN1_part_1",
  targetExternalId: "PCN1_part_2",
  labels: [{ externalId: "PCN1_label_routing" }, { externalId: "PCN1_label_bom" }]
})
const label = Schema.decodeUnknownSync(StoredLabel)({ externalId: "PCN1_label_bom", name: "BOM", dataSetId: 1 })

/** Asset 9 is one that nothing is known of. */
const called: Called = {
  byId: (id) => (id === 9 ? undefined : `asset ${id}`),
  byName: (name) => (name.startsWith("PCN1_") ? name.slice("PCN1_".length) : undefined)
}
const fieldsOf = (held: Parameters<typeof comparable>[0]) => Object.fromEntries(comparable(held, called))

describe("What is compared", () => {
  it("of an asset is what it says, its parent by name, and that it was retired but not when", () => {
    assert.deepStrictEqual(fieldsOf(asset), {
      name: "Part 1",
      description: "a part",
      source: "PlexMES",
      parent: "parts_library_1",
      "metadata.pcn": "1",
      "metadata.retired_at": "set"
    })
  })

  it("of an event is also its times, 0 among them, and the assets by name in order of that", () => {
    assert.deepStrictEqual(fieldsOf(event), {
      description: "a job",
      type: "production_job",
      subtype: "open",
      startTime: 0,
      endTime: 1,
      source: "PlexMES",
      links: ["asset 2", "asset 3"],
      "metadata.priority": "High"
    })
  })

  it("of a time series is also what its values are, and its asset by name", () => {
    assert.deepStrictEqual(fieldsOf(series), {
      name: "W1 Output",
      isString: false,
      isStep: true,
      unit: "kg",
      asset: "asset 2"
    })
  })

  it("of a sequence is also its columns, in their order", () => {
    assert.deepStrictEqual(fieldsOf(sequence), { name: "Routing", columns: ["b STRING", "a LONG", " "] })
  })

  it("of a relationship is its ends and labels by name, the labels in order of that", () => {
    assert.deepStrictEqual(fieldsOf(relationship), {
      from: "part_1",
      to: "part_2",
      labels: ["label_bom", "label_routing"]
    })
  })

  it("of a label is its name", () => {
    assert.deepStrictEqual(fieldsOf(label), { name: "BOM" })
  })

  it("is nothing of what is absent or cannot be called by a name", () => {
    const bare = { id: 1, metadata: {} }
    assert.deepStrictEqual(fieldsOf({ ...bare, name: "root" }), { name: "root" })
    assert.deepStrictEqual(fieldsOf({ ...bare, name: "root", parentExternalId: "elsewhere" }), { name: "root" })
    assert.deepStrictEqual(fieldsOf({ ...bare, assetIds: [] }), {})
    assert.deepStrictEqual(fieldsOf({ ...bare, assetIds: [9] }), { links: [] })
  })

  it.prop(
    "is the same for two objects that differ in numbers and data sets only, and in the order of their links",
    [FastCheck.uniqueArray(FastCheck.nat(), { maxLength: 8 }), FastCheck.integer({ min: 1, max: 1000 })],
    ([ids, shift]) => {
      const ours = { ...event, assetIds: ids }
      const theirs = {
        ...event,
        id: event.id + shift,
        dataSetId: shift,
        assetIds: ids.map((id) => id + shift).reverse()
      }
      assert.deepStrictEqual(
        differenceOf(
          comparable(ours, { ...called, byId: (id) => `asset ${id}` }),
          comparable(theirs, { ...called, byId: (id) => `asset ${id - shift}` })
        ),
        []
      )
    }
  )
})

describe("The assets that an object is linked to", () => {
  it("are those of an event, and the one of a time series or sequence", () => {
    assert.deepStrictEqual(linkedIds(event), [3, 2, 9])
    assert.deepStrictEqual(linkedIds(series), [2])
    assert.deepStrictEqual(linkedIds(sequence), [9])
  })

  it("are none of a series without one, nor of what has its assets by name", () => {
    assert.deepStrictEqual(linkedIds({ ...series, assetId: undefined }), [])
    for (const held of [asset, relationship, label]) assert.deepStrictEqual(linkedIds(held), [])
  })
})

describe("The names in an object", () => {
  it("are the ends and labels of a relationship, and the parent of an asset", () => {
    assert.deepStrictEqual(namesIn(relationship), [
      "PCN1_part_1",
      "PCN1_part_2",
      "PCN1_label_routing",
      "PCN1_label_bom"
    ])
    assert.deepStrictEqual(namesIn(asset), ["PCN1_parts_library_1"])
  })

  it("are none of a root, nor of what has its assets by number", () => {
    assert.deepStrictEqual(namesIn({ ...asset, parentExternalId: undefined }), [])
    assert.deepStrictEqual(namesIn({ ...asset, parentExternalId: "" }), [])
    for (const held of [event, series, sequence, label]) assert.deepStrictEqual(namesIn(held), [])
  })
})
