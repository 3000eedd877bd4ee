import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { Fit, metadataLimits } from "../../../src/domain/cdf/Limits.js"
import { type Change, type Patch, patchOf } from "../../../src/domain/cdf/Patch.js"
import type { Asset, Event } from "../../../src/domain/cdf/Resource.js"
import type { StoredAsset, StoredEvent } from "../../../src/domain/cdf/Stored.js"
import type { Wanted } from "../../../src/domain/cdf/Upsert.js"
import { ExternalId } from "../../../src/domain/ExternalId.js"
import { utf8Length } from "../../../src/domain/Text.js"

const id = ExternalId.make("event")
const owns = ["ours", "status", "gone"]

const wantedEvent = (event: Partial<Event>, heldLinks: ReadonlyArray<number> = []): Wanted<"events"> => ({
  resource: { externalId: id, type: "t", source: "Plex", dataSetId: 1, metadata: {}, ...event },
  exists: true,
  owns,
  heldLinks
})

const storedEvent = (event: Partial<StoredEvent>): StoredEvent => ({
  id: 1,
  externalId: id,
  dataSetId: 1,
  type: "t",
  source: "Plex",
  metadata: {},
  assetIds: [],
  ...event
})

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** What CDF does with a change of a field. */
const changed = (held: unknown, change: Change): unknown => {
  if ("set" in change) return change.set
  if ("setNull" in change) return undefined
  const { add, remove } = change
  if (Array.isArray(add)) {
    const list: ReadonlyArray<unknown> = Array.isArray(held) ? held : []
    return [...new Set([...list.filter((item) => !remove.includes(item)), ...add])]
  }
  const kept = Object.entries(isObject(held) ? held : {}).filter(([key]) => !remove.includes(key))
  return { ...Object.fromEntries(kept), ...(isObject(add) ? add : {}) }
}

const applied = <A extends object>(held: A, patch: Patch | undefined): A => ({
  ...held,
  ...Object.fromEntries(
    Object.entries(patch?.update ?? {}).map(([field, change]) => [field, changed(Reflect.get(held, field), change)])
  )
})

const anyMetadata = FastCheck.dictionary(
  FastCheck.constantFrom(...owns, "theirs", "other"),
  FastCheck.string({ maxLength: 3 })
)
const ourMetadata = FastCheck.dictionary(FastCheck.constantFrom(...owns), FastCheck.string({ maxLength: 3 }))
const anyIds = FastCheck.uniqueArray(FastCheck.integer({ min: 1, max: 8 }))
const anyTime = FastCheck.option(FastCheck.nat(3), { nil: undefined })
const anyText = FastCheck.option(FastCheck.constantFrom("a", "b"), { nil: undefined })

const some = <A>(key: string, value: A | undefined): Record<string, A> => (value === undefined ? {} : { [key]: value })

const anyWanted = FastCheck.record({
  metadata: ourMetadata,
  assetIds: anyIds,
  subtype: anyText,
  description: anyText,
  startTime: anyTime,
  endTime: anyTime
}).map(({ assetIds, description, endTime, metadata, startTime, subtype }) => ({
  metadata,
  assetIds,
  ...some("subtype", subtype),
  ...some("description", description),
  ...some("startTime", startTime),
  ...some("endTime", endTime)
}))

const anyHeld = FastCheck.record({
  metadata: anyMetadata,
  assetIds: anyIds,
  subtype: anyText,
  description: anyText,
  startTime: anyTime,
  endTime: anyTime
}).map(storedEvent)

const assetOf = (metadata: Readonly<Record<string, string>>): Asset => ({
  externalId: id,
  name: "n",
  source: "Plex",
  dataSetId: 1,
  metadata
})

const bytesOf = (metadata: Readonly<Record<string, string>>): number =>
  Object.entries(metadata).reduce((sum, [key, value]) => sum + utf8Length(key) + utf8Length(value), 0)

const anyLength = FastCheck.oneof(FastCheck.nat(200), FastCheck.nat(4_000))

/** What others could add to an object that held little of ours. */
const anyOfOthers = FastCheck.dictionary(
  FastCheck.constantFrom("theirs", "description", "other"),
  anyLength.map((length) => "é".repeat(length / 2)),
  { maxKeys: 2 }
)

const without = (metadata: Readonly<Record<string, string>>, keys: ReadonlyArray<string>) =>
  Object.fromEntries(Object.entries(metadata).filter(([key]) => !keys.includes(key)))

describe("patchOf", () => {
  it.prop(
    "makes what is held into what is wanted, and leaves what others added",
    [anyWanted, anyHeld, anyIds],
    ([wanted, held, ours]) => {
      const item = wantedEvent(wanted, ours)
      const after = applied(held, patchOf("events", item, held))
      for (const field of ["subtype", "description", "startTime", "endTime"] as const) {
        assert.strictEqual(after[field], item.resource[field], field)
      }
      assert.deepStrictEqual(after.metadata, { ...without(held.metadata, owns), ...item.resource.metadata })
      const theirs = held.assetIds.filter((link) => !ours.includes(link))
      assert.sameMembers([...after.assetIds], [...new Set([...theirs, ...wanted.assetIds])])
      assert.isUndefined(patchOf("events", item, after), "a second time there is nothing to do")
    }
  )

  it.prop(
    "takes no link away from an event that depends on what is not known now",
    [anyWanted, anyHeld, anyIds],
    ([wanted, held, ours]) => {
      const over = (stored: StoredEvent) => ({ startTime: stored.startTime, description: stored.description })
      const after = applied(held, patchOf("events", { ...wantedEvent(wanted, ours), over }, held))
      assert.includeMembers([...after.assetIds], [...held.assetIds])
      assert.strictEqual(after.startTime, held.startTime)
      assert.strictEqual(after.description, held.description)
    }
  )

  it.prop(
    "finds room for what is wanted beside what others added: a long text of ours gives way, and nothing of theirs",
    [anyOfOthers, anyLength, FastCheck.nat(9_000)],
    ([theirs, before, now]) => {
      const held: StoredAsset = { ...assetOf({ ...theirs, code: "A", note: "n".repeat(before) }), id: 1 }
      const resource = assetOf({ code: "B", note: "m".repeat(now) })
      const wanted: Wanted<"assets"> = { resource, exists: true, owns: ["code", "note", "gone"], heldLinks: [] }
      const fit = new Fit()
      const after = applied(held, patchOf("assets", wanted, held, fit))
      assert.deepInclude(after.metadata, { ...theirs, code: "B" })
      assert.isAtMost(bytesOf(after.metadata), metadataLimits.assets.total)
      const isThereRoom = bytesOf({ ...theirs, ...resource.metadata }) <= metadataLimits.assets.total
      assert.strictEqual(after.metadata["note"] === resource.metadata["note"], isThereRoom)
      assert.strictEqual(fit.cuts, isThereRoom ? 0 : 1)
      assert.isUndefined(patchOf("assets", wanted, after), "a second time there is nothing to do")
    }
  )

  it("drops keys of ours where others have added so many that CDF would not take all", () => {
    const theirs = Object.fromEntries(Array.from({ length: 254 }, (_, at) => [`theirs${at}`, "x"]))
    const held: StoredAsset = { ...assetOf({ ...theirs, ours: "1", status: "a" }), id: 1 }
    const resource = assetOf({ ours: "1", status: "b", gone: "c" })
    const wanted: Wanted<"assets"> = { resource, exists: true, owns, heldLinks: [] }
    const fit = new Fit()
    const after = applied(held, patchOf("assets", wanted, held, fit))
    assert.deepStrictEqual(after.metadata, { ...theirs, ours: "1", status: "b" })
    assert.strictEqual(fit.cuts, 1)
    assert.isUndefined(patchOf("assets", wanted, after))
  })

  it.prop(
    "takes a field away where the mapping could write it and does not now, and leaves it to others where it never does",
    [anyText, anyText, FastCheck.subarray(["description", "subtype"] as const)],
    ([description, subtype, untouched]) => {
      const held = storedEvent({ description, subtype })
      const after = applied(held, patchOf("events", { ...wantedEvent({}), untouched }, held))
      assert.strictEqual(after.description, untouched.includes("description") ? description : undefined)
      assert.strictEqual(after.subtype, untouched.includes("subtype") ? subtype : undefined)
    }
  )

  it("is nothing where nothing differs, whatever else is held", () => {
    const held = storedEvent({ metadata: { ours: "1", theirs: "2" }, assetIds: [4, 5], subtype: "s" })
    const wanted = wantedEvent({ metadata: { ours: "1" }, assetIds: [4], subtype: "s" }, [4])
    assert.isUndefined(patchOf("events", wanted, held))
  })

  it("removes only keys that are ours", () => {
    const held = storedEvent({ metadata: { ours: "1", theirs: "2", active: "false" } })
    assert.deepStrictEqual(patchOf("events", wantedEvent({}), held)?.update, {
      metadata: { add: {}, remove: ["ours"] }
    })
  })

  it("moves an asset whose parent is another, and only then", () => {
    const resource: Asset = {
      externalId: id,
      name: "n",
      parentExternalId: ExternalId.make("line"),
      source: "Plex",
      dataSetId: 1,
      metadata: {}
    }
    const held: StoredAsset = {
      id: 1,
      externalId: id,
      name: "n",
      source: "Plex",
      dataSetId: 1,
      metadata: {},
      parentId: 5
    }
    const wanted: Wanted<"assets"> = { resource, exists: true, owns, heldLinks: [] }
    assert.deepStrictEqual(patchOf("assets", { ...wanted, parentId: 6 }, held)?.update, {
      parentExternalId: { set: "line" }
    })
    assert.isUndefined(patchOf("assets", { ...wanted, parentId: 5 }, held))
    assert.isUndefined(patchOf("assets", wanted, { ...held, parentExternalId: "line" }))
  })

  it("adds labels and columns, and takes none away", () => {
    const label = { externalId: ExternalId.make("ours") }
    const relationship = {
      externalId: id,
      sourceExternalId: ExternalId.make("a"),
      sourceType: "asset",
      targetExternalId: ExternalId.make("b"),
      targetType: "asset",
      dataSetId: 1,
      labels: [label]
    } as const
    const held = { ...relationship, labels: [{ externalId: "theirs" }] }
    assert.deepStrictEqual(
      patchOf("relationships", { resource: relationship, exists: true, owns: [], heldLinks: [] }, held)?.update,
      { labels: { add: [label], remove: [] } }
    )
    const column = { externalId: "new", valueType: "STRING" } as const
    const sequence = { externalId: id, name: "n", dataSetId: 1, metadata: {}, columns: [column] }
    const stored = { ...sequence, id: 1, columns: [{ externalId: "theirs", valueType: "LONG" }] }
    assert.deepStrictEqual(
      patchOf("sequences", { resource: sequence, exists: true, owns: [], heldLinks: [] }, stored)?.update,
      { columns: { add: [column], remove: [] } }
    )
  })
})
