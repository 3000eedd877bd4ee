import { assert, describe, it } from "@effect/vitest"
import { patchOf } from "../../../src/domain/cdf/Patch.js"
import type { StoredEvent } from "../../../src/domain/cdf/Stored.js"
import type { Wanted } from "../../../src/domain/cdf/Upsert.js"
import { ExternalId } from "../../../src/domain/ExternalId.js"

const externalId = ExternalId.make("PCN1_job_J1")

const heldOf = (plexId: string): StoredEvent => ({
  id: 1,
  externalId,
  dataSetId: 7,
  type: "production_job",
  startTime: 1000,
  source: "Plex",
  metadata: { plex_id: plexId },
  assetIds: [11, 12]
})

const wanted: Wanted<"events"> = {
  resource: {
    externalId,
    type: "production_job",
    startTime: 5000,
    source: "Plex",
    dataSetId: 7,
    metadata: { plex_id: "b" },
    assetIds: [13]
  },
  exists: true,
  owns: ["plex_id"],
  heldLinks: [11],
  over: ({ startTime }) => ({ description: undefined, startTime })
}

describe("A job whose operations are not known", () => {
  it("keeps the start and the links that its event has", () => {
    assert.deepStrictEqual(patchOf("events", wanted, heldOf("b"))?.update, { assetIds: { add: [13], remove: [] } })
  })

  it("keeps of the links that it had only those that are not known", () => {
    const update = patchOf("events", { ...wanted, heldLinks: [11, 12], leftLinks: [12] }, heldOf("b"))?.update
    assert.deepStrictEqual(update, { assetIds: { add: [13], remove: [11] } })
  })

  it("keeps nothing of another job that had its number", () => {
    assert.deepStrictEqual(patchOf("events", wanted, heldOf("a"))?.update, {
      startTime: { set: 5000 },
      metadata: { add: { plex_id: "b" }, remove: [] },
      assetIds: { add: [13], remove: [11] }
    })
  })
})
