import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { claim, unclearLinks } from "../../../src/domain/cdf/ClaimedLinks.js"
import { patchOf } from "../../../src/domain/cdf/Patch.js"
import type { Event } from "../../../src/domain/cdf/Resource.js"
import type { StoredEvent } from "../../../src/domain/cdf/Stored.js"
import type { Wanted } from "../../../src/domain/cdf/Upsert.js"
import { ExternalId } from "../../../src/domain/ExternalId.js"

const id = ExternalId.make("PCN1_job_1")

/** 1 to 4 are ours, of which 3 and 4 are workcenters; 5 and 6 are of others, and 7 and 8 have no external id. */
const names = new Map(
  ["PCN1_part_1", "PCN1_part_2", "PCN1_workcenter_3", "PCN1_workcenter_4", "PCN2_part_5", "sap_6"].map((name, at) => [
    at + 1,
    ExternalId.make(name)
  ])
)
const claims: NonNullable<Wanted<"events">["claims"]> = {
  isOurs: (asset) => asset.startsWith("PCN1_"),
  leaves: (asset) => asset.startsWith("PCN1_workcenter_")
}
const over = (): Pick<Event, "description" | "startTime"> => ({})

/** As a resource has them: none are not told. */
const linkedTo = (assetIds: ReadonlyArray<number>): Pick<Event, "assetIds"> =>
  assetIds.length === 0 ? {} : { assetIds }

const wanted = (assetIds: ReadonlyArray<number>, more: Partial<Wanted<"events">> = {}): Wanted<"events"> => ({
  resource: {
    externalId: id,
    type: "t",
    source: "Plex",
    dataSetId: 1,
    metadata: { plex_id: "1" },
    ...linkedTo(assetIds)
  },
  exists: true,
  owns: [],
  heldLinks: [],
  leftLinks: [],
  claims,
  ...more
})

const held = (assetIds: ReadonlyArray<number>, plexId = "1"): StoredEvent => ({
  id: 1,
  externalId: id,
  dataSetId: 1,
  type: "t",
  source: "Plex",
  metadata: { plex_id: plexId },
  assetIds
})

/** The links that the event has after the update, and those that are said to be left. */
const after = (want: Wanted<"events">, have: StoredEvent) => {
  const claimed = claim(want, have, names)
  const change = patchOf("events", claimed.wanted, have)?.update["assetIds"]
  const remove = change !== undefined && "remove" in change ? change.remove : []
  const add = change !== undefined && "add" in change && Array.isArray(change.add) ? change.add : []
  return {
    links: [...have.assetIds.filter((asset) => !remove.includes(asset)), ...add].sort(),
    left: claimed.left
  }
}

const anyLinks = FastCheck.uniqueArray(FastCheck.integer({ min: 1, max: 8 }))

describe("Links of an event of which it is not known whether we made them", () => {
  it("are those that are not wanted, and none where it is known", () => {
    assert.deepStrictEqual(unclearLinks(wanted([1]), held([1, 2, 5])), [2, 5])
    assert.deepStrictEqual(unclearLinks(wanted([1], { claims: undefined }), held([1, 2, 5])), [])
  })

  it("go where they are to assets of ours, and stay where they are to others", () => {
    FastCheck.assert(
      FastCheck.property(anyLinks, anyLinks, (want, have) => {
        const { left, links } = after(wanted(want), held(have))
        const theirs = have.filter((asset) => asset > 4)
        assert.deepStrictEqual(links, [...new Set([...want, ...theirs])].sort())
        assert.deepStrictEqual(left, [])
      })
    )
  })

  it("stay where the record does not know of them, and are told, so that they are ours to remove later", () => {
    assert.deepStrictEqual(after(wanted([2], { over }), held([1, 3, 5])), {
      links: [2, 3, 5],
      left: [ExternalId.make("PCN1_workcenter_3")]
    })
  })

  it("do not stay where the id has passed from another record", () => {
    assert.deepStrictEqual(after(wanted([2], { over }), held([1, 3, 5], "2")), { links: [2, 5], left: [] })
  })
})
