import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { patchOf } from "../../../src/domain/cdf/Patch.js"
import { type PatchedField, patchedFields } from "../../../src/domain/cdf/PatchedFields.js"
import type { StoredEvent } from "../../../src/domain/cdf/Stored.js"
import type { Wanted } from "../../../src/domain/cdf/Upsert.js"
import { ExternalId } from "../../../src/domain/ExternalId.js"

const externalId = ExternalId.make("event")
const owns = ["ours", "gone", "status"]

const stored = (over: Partial<StoredEvent>): StoredEvent => ({
  id: 1,
  externalId,
  dataSetId: 1,
  type: "t",
  source: "Plex",
  metadata: {},
  assetIds: [],
  ...over
})

const asMade = ({ assetIds, description, metadata, startTime }: StoredEvent): Wanted<"events"> => ({
  resource: {
    externalId,
    type: "t",
    source: "Plex",
    dataSetId: 1,
    metadata,
    assetIds,
    ...(description === undefined ? {} : { description }),
    ...(startTime === undefined ? {} : { startTime })
  },
  exists: true,
  owns,
  heldLinks: [1, 2, 3, 4, 5]
})

const anyEvent = FastCheck.record({
  description: FastCheck.constantFrom(undefined, "a", "b"),
  startTime: FastCheck.constantFrom(undefined, 0, 1),
  metadata: FastCheck.dictionary(FastCheck.constantFrom(...owns), FastCheck.constantFrom("", "a", "b")),
  assetIds: FastCheck.uniqueArray(FastCheck.integer({ min: 1, max: 5 }))
}).map(stored)

/** What somebody has who puts the fields right by hand. */
const mended = (held: StoredEvent, differences: ReadonlyArray<PatchedField>) => {
  const fields = new Map<string, unknown>([
    ...Object.entries(held),
    ...Object.entries(held.metadata).map(([key, value]) => [`metadata.${key}`, value] as const)
  ])
  const links = new Set<unknown>(held.assetIds)
  for (const { cdf, field, plex } of differences) {
    if (field === "assetIds") {
      if (cdf === undefined) links.add(plex)
      else links.delete(cdf)
      continue
    }
    assert.strictEqual(fields.get(field), cdf, field)
    if (plex === undefined) fields.delete(field)
    else fields.set(field, plex)
  }
  return comparable(fields, links)
}

const comparable = (fields: ReadonlyMap<string, unknown>, links: ReadonlySet<unknown>) => ({
  fields: [...fields]
    .filter(([field, value]) => value !== undefined && !["assetIds", "metadata"].includes(field))
    .sort(),
  links: [...links].sort()
})

describe("The fields that a patch changes", () => {
  it.prop("are, put right by hand, all that it takes", { held: anyEvent, made: anyEvent }, ({ held, made }) => {
    const patch = patchOf("events", asMade(made), held)
    const differences = patch === undefined ? [] : patchedFields(patch, held)
    assert.strictEqual(differences.length === 0, patch === undefined)
    assert.deepStrictEqual(mended(held, differences), mended(made, []))
    for (const { cdf, plex } of differences) assert.notStrictEqual(cdf, plex)
  })

  it("have what CDF holds before what the mapping makes", () => {
    const held = stored({ description: "old", endTime: 5, metadata: { status: "New", gone: "1", theirs: "x" } })
    const update = {
      description: { set: "new" },
      endTime: { setNull: true as const },
      metadata: { add: { status: "Done", fresh: "2" }, remove: ["gone"] }
    }
    assert.deepStrictEqual(patchedFields({ externalId, update }, held), [
      { field: "description", cdf: "old", plex: "new" },
      { field: "endTime", cdf: 5, plex: undefined },
      { field: "metadata.status", cdf: "New", plex: "Done" },
      { field: "metadata.fresh", cdf: undefined, plex: "2" },
      { field: "metadata.gone", cdf: "1", plex: undefined }
    ])
  })

  it("hold nothing of CDF for a key that it lacks, also where every object has one of that name", () => {
    const update = { metadata: { add: { constructor: "C" }, remove: [] } }
    assert.deepStrictEqual(patchedFields({ externalId, update }, stored({})), [
      { field: "metadata.constructor", cdf: undefined, plex: "C" }
    ])
  })

  it("name linked assets by their external ids where these are known", () => {
    const update = { assetIds: { add: [1, 2], remove: [3, 4] } }
    const names = new Map([
      [1, ExternalId.make("one")],
      [3, ExternalId.make("three")]
    ])
    assert.deepStrictEqual(patchedFields({ externalId, update }, stored({ assetIds: [3, 4] }), names), [
      { field: "assetIds", cdf: undefined, plex: "one" },
      { field: "assetIds", cdf: undefined, plex: 2 },
      { field: "assetIds", cdf: "three", plex: undefined },
      { field: "assetIds", cdf: 4, plex: undefined }
    ])
  })

  it("tell of columns and labels those that are added", () => {
    const column = { externalId: "b", valueType: "STRING" }
    const held = { id: 1, externalId, metadata: {}, columns: [{ externalId: "a", valueType: "STRING" }] }
    assert.deepStrictEqual(
      patchedFields<"sequences">({ externalId, update: { columns: { add: [column], remove: [] } } }, held),
      [{ field: "columns", cdf: undefined, plex: column }]
    )
  })
})
