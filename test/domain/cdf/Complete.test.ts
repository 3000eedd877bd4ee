import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { complete, references } from "../../../src/domain/cdf/Complete.js"
import type { AssetDraft, EventDraft, SequenceDraft } from "../../../src/domain/cdf/Draft.js"
import { ExternalId } from "../../../src/domain/ExternalId.js"
import { refusals } from "../../support/CdfRules.js"

const id = (text: string) => ExternalId.make(text)
const base = { dataSet: "master", plexId: "1", metadata: { pcn: "340884" }, owns: [] } as const

const event: EventDraft = {
  ...base,
  kind: "events",
  externalId: id("event"),
  type: "production_job",
  links: [id("b"), id("a"), id("missing")]
}

const asset: AssetDraft = {
  ...base,
  kind: "assets",
  externalId: id("asset"),
  name: "Asset",
  parent: id("line"),
  waitsUnder: id("root")
}

const sequence: SequenceDraft = {
  ...base,
  kind: "sequences",
  externalId: id("sequence"),
  name: "A BOM",
  columns: [{ externalId: "quantity", valueType: "DOUBLE" }],
  rows: [{ rowNumber: 0, values: [1] }]
}

const known = (...pairs: ReadonlyArray<readonly [string, number]>) => ({
  dataSetId: 7,
  numericIds: new Map(pairs.map(([text, number]) => [id(text), number]))
})

describe("complete", () => {
  it("writes links as numbers in order, and keeps those that are pending", () => {
    const { links, pending, resource } = complete("events", event, known(["a", 9], ["b", 3]))
    assert.deepStrictEqual(resource.assetIds, [3, 9])
    assert.deepStrictEqual(links as ReadonlyArray<string>, ["b", "a"])
    assert.deepStrictEqual(pending as ReadonlyArray<string>, ["missing"])
    assert.strictEqual(resource.source, "Plex")
    assert.strictEqual(resource.dataSetId, 7)
  })

  it("links an asset once, also where two external ids stand for it", () => {
    assert.deepStrictEqual(complete("events", event, known(["a", 3], ["b", 3])).resource.assetIds, [3])
  })

  it("has no empty list of links", () => {
    assert.notProperty(complete("events", event, known()).resource, "assetIds")
  })

  it("gives the same hash whatever the order of the links, and another for another link, data set or text", () => {
    const hash = (draft: EventDraft, surroundings = known(["a", 9], ["b", 3])) =>
      complete("events", draft, surroundings).hash
    assert.strictEqual(hash({ ...event, links: event.links.toReversed() }), hash(event))
    const others = [
      hash(event, known(["a", 9])),
      hash(event, { ...known(["a", 9], ["b", 3]), dataSetId: 8 }),
      hash({ ...event, metadata: { pcn: "1" } }),
      hash({ ...event, endTime: 5 }),
      hash({ ...event, subtype: "x" })
    ]
    assert.strictEqual(new Set([...others, hash(event)]).size, others.length + 1)
  })

  it("lets an asset wait until its parent exists", () => {
    const waiting = complete("assets", asset, known())
    const placed = complete("assets", asset, known(["line", 4]))
    assert.strictEqual(waiting.resource.parentExternalId as string, "root")
    assert.strictEqual(placed.resource.parentExternalId as string, "line")
    assert.notStrictEqual(waiting.hash, placed.hash)
    assert.deepStrictEqual(references(asset) as ReadonlyArray<string>, ["line"])
  })

  it("hashes the rows of a sequence too", () => {
    const hash = (value: number) =>
      complete("sequences", { ...sequence, rows: [{ rowNumber: 0, values: [value] }] }, known()).hash
    assert.notStrictEqual(hash(1), hash(2))
    assert.strictEqual(hash(1), complete("sequences", sequence, known()).hash)
  })

  it.prop(
    "makes any texts fit, and counts what it cut",
    [FastCheck.string({ unit: "binary", minLength: 1, maxLength: 900 }), FastCheck.integer({ min: 1, max: 4 })],
    ([piece, times]) => {
      const long = piece.repeat(times)
      const metadata = { note: long.repeat(20) }
      const made = complete("assets", { ...asset, name: long, description: long, metadata }, known())
      assert.deepStrictEqual(refusals("assets", made.resource), [])
      assert.strictEqual(made.cuts >= 1, long.length > 140 || Buffer.byteLength(long) * 20 + 4 > 10_240)
      const happened = complete("events", { ...event, subtype: long, description: long, metadata }, known())
      assert.deepStrictEqual(refusals("events", happened.resource), [])
    }
  )
})
