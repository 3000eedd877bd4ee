import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import type { ResourceKind } from "../../src/domain/cdf/Resource.js"
import type { StoredAsset } from "../../src/domain/cdf/Stored.js"
import { makeExternalIds } from "../../src/domain/ExternalId.js"
import { keyedWords, kindReader, kindsOfWord } from "../../src/domain/KindWord.js"
import { ownership } from "../../src/domain/Ownership.js"
import { rootDrafts, rootLevels } from "../../src/domain/Tree.js"
import { demoFacility } from "../support/DemoFacility.js"

const facility = demoFacility()
const { ids } = facility
const every: ReadonlyArray<ResourceKind> = ["assets", "events", "timeseries", "sequences", "relationships", "labels"]

const key = FastCheck.string({ minLength: 1, maxLength: 300 })
const word = FastCheck.constantFrom(...keyedWords)
const prefix = FastCheck.constantFrom("", "trial_", "PCN340884_")

describe("The words in external ids", () => {
  it("tell of each id by which word it is made, for the kinds that the word stands for", () => {
    FastCheck.assert(
      FastCheck.property(word, key, prefix, (one, text, before) => {
        const made = makeExternalIds("340884", before)
        const id = `${made.prefix(one)}${text}`
        const read = kindReader(made)
        for (const kind of every) {
          const is = read(kind, id)?.word
          // A key may go on as a longer word does: `specification_` and `key_1`.
          if (kindsOfWord(one).includes(kind)) assert.isTrue(is !== undefined && is.startsWith(one))
          // Words of other kinds that begin so: a status of a workcenter is no workcenter.
          else assert.isTrue(is === undefined || one.startsWith(`${is}_`))
        }
      })
    )
  })

  it("tell nothing of ids of another prefix, another PCN, or of a root that only begins like ours", () => {
    const read = kindReader(ids)
    for (const id of ["trial_PCN340884_part_1", "PCN3408841_part_1", "PCN34088_part_1", "PCN340884_facility_3408841"])
      assert.isUndefined(read("assets", id), id)
    assert.deepStrictEqual(read("assets", ids.root("parts_library")), { word: "parts_library", key: "" })
    assert.deepStrictEqual(read("labels", ids.label("bom")), { word: "label_bom", key: "" })
    assert.deepStrictEqual(read("assets", ids.of("container", "S_1")), { word: "container", key: "S_1" })
    assert.deepStrictEqual(read("assets", ids.of("specification_key", "5")), { word: "specification_key", key: "5" })
    assert.deepStrictEqual(read("events", ids.of("own_visit", "5")), { word: "own", key: "visit_5" })
    assert.isUndefined(read("labels", ids.of("own_visit", "5")))
    assert.isUndefined(read("assets", `${ids.facilityPrefix}own_`))
  })
})

describe("An object of CDF", () => {
  const asset: StoredAsset = {
    id: 1,
    externalId: ids.of("part", "1"),
    name: "Part",
    dataSetId: 1,
    source: "Plex",
    metadata: { pcn: "340884", source: "PlexMES" }
  }
  const alienBy = ownership(facility)

  it("is the facility's where all of id, PCN, source and data set say so; else one of them tells that it is not", () => {
    assert.isUndefined(alienBy("assets", asset))
    assert.strictEqual(alienBy("assets", { ...asset, externalId: ids.of("job", "1") }), "id")
    assert.strictEqual(alienBy("assets", { ...asset, externalId: undefined }), "id")
    assert.strictEqual(alienBy("assets", { ...asset, metadata: { source: "PlexMES" } }), "pcn")
    assert.strictEqual(alienBy("assets", { ...asset, metadata: { pcn: "1", source: "PlexMES" } }), "pcn")
    assert.strictEqual(alienBy("assets", { ...asset, metadata: { pcn: "340884" } }), "source")
    assert.strictEqual(alienBy("assets", { ...asset, source: "SAP" }), "source")
    assert.strictEqual(alienBy("assets", { ...asset, dataSetId: 7 }), "data set")
    assert.strictEqual(alienBy("assets", { ...asset, dataSetId: undefined }), "data set")
    const series = { id: 1, externalId: ids.series("wip", "1"), dataSetId: 5, metadata: asset.metadata }
    assert.isUndefined(alienBy("timeseries", series))
  })
})

describe("The levels of the roots", () => {
  it("hold each root once, and each below its parent", () => {
    const levels = rootLevels(ids)
    const levelOf = new Map(levels.flatMap((level, at) => level.map((id) => [id, at] as const)))
    const drafts = rootDrafts(facility)
    assert.sameMembers(levels.flat(), [...new Set(drafts.map(({ externalId }) => externalId))])
    for (const { externalId, parent } of drafts) {
      if (parent !== undefined) assert.isBelow(levelOf.get(externalId) ?? NaN, levelOf.get(parent) ?? NaN)
    }
  })
})
