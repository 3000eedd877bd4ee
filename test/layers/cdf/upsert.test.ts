import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Asset, Event } from "../../../src/domain/cdf/Resource.js"
import type { Upserted, Wanted } from "../../../src/domain/cdf/Upsert.js"
import { CdfError } from "../../../src/domain/Errors.js"
import { ExternalId } from "../../../src/domain/ExternalId.js"
import { makeUpsert } from "../../../src/layers/cdf/Upsert.js"
import { type CdfMemory, makeCdfMemory, transient } from "../../support/CdfMemory.js"

const id = (name: string) => ExternalId.make(name)

const asset = (name: string, over: Partial<Asset> = {}): Asset => ({
  externalId: id(name),
  name,
  dataSetId: 1,
  source: "Plex",
  metadata: {},
  ...over
})

const event = (name: string, over: Partial<Event> = {}): Event => ({
  externalId: id(name),
  type: "job",
  dataSetId: 1,
  source: "Plex",
  metadata: {},
  ...over
})

const assets = (resource: Asset, exists = false): Wanted<"assets"> => ({ resource, exists, owns: [], heldLinks: [] })
const events = (resource: Event, exists = false): Wanted<"events"> => ({ resource, exists, owns: [], heldLinks: [] })

const many = (n: number, exists = false) => Array.from({ length: n }, (_, at) => assets(asset(`a${at}`), exists))

const ids = (list: ReadonlyArray<{ readonly externalId: string }>) => list.map(({ externalId }) => externalId)

const counts = ({ created, refused, unchanged, updated }: Upserted) => ({
  created: created.length,
  updated: updated.length,
  unchanged: unchanged.length,
  refused: refused.length
})

const operations = (memory: CdfMemory) =>
  memory.calls.map(({ externalIds, operation }) => `${operation} ${externalIds.length}`)

/** Creates assets and forgets that this was asked. */
const given = (memory: CdfMemory, resources: ReadonlyArray<Asset>) =>
  Effect.tap(memory.cdf.create("assets", resources), () => Effect.sync(() => memory.calls.splice(0)))

describe("upsert", () => {
  it.effect("creates what is new in one call per chunk, with numeric ids", () =>
    Effect.gen(function* () {
      const memory = makeCdfMemory()
      const result = yield* memory.cdf.upsert("assets", many(2500))
      assert.deepStrictEqual(counts(result), { created: 2500, updated: 0, unchanged: 0, refused: 0 })
      assert.deepStrictEqual(operations(memory), ["create 1000", "create 1000", "create 500"])
      assert.strictEqual(result.created[0]?.id, 1_000_001)
    })
  )

  it.effect("makes no call for an empty list", () =>
    Effect.gen(function* () {
      const memory = makeCdfMemory()
      yield* memory.cdf.upsert("events", [])
      assert.deepStrictEqual(memory.calls, [])
    })
  )

  it.effect("leaves alone what is there already, updates what differs", () =>
    Effect.gen(function* () {
      const memory = makeCdfMemory()
      yield* given(memory, [asset("a"), asset("b")])
      const result = yield* memory.cdf.upsert("assets", [
        assets(asset("a"), true),
        assets(asset("b", { name: "better" }), true)
      ])
      assert.deepStrictEqual([ids(result.unchanged), ids(result.updated)], [["a"], ["b"]])
      assert.strictEqual(result.updated[0]?.id, 1_000_002)
      assert.deepStrictEqual(operations(memory), ["byids 2", "update 1"])
      assert.strictEqual(memory.held.assets.get("b")?.name, "better")
    })
  )

  it.effect("takes the last of several with one external id", () =>
    Effect.gen(function* () {
      const memory = makeCdfMemory()
      const result = yield* memory.cdf.upsert("assets", [assets(asset("a")), assets(asset("a", { name: "last" }))])
      assert.deepStrictEqual(counts(result), { created: 1, updated: 0, unchanged: 0, refused: 0 })
      assert.strictEqual(memory.held.assets.get("a")?.name, "last")
    })
  )

  it.effect("splits off what turns out to exist", () =>
    Effect.gen(function* () {
      const memory = makeCdfMemory()
      yield* given(memory, [asset("a1"), asset("a3", { name: "old" })])
      const result = yield* memory.cdf.upsert("assets", many(5))
      assert.deepStrictEqual(
        [ids(result.created), ids(result.unchanged), ids(result.updated)],
        [["a0", "a2", "a4"], ["a1"], ["a3"]]
      )
      assert.deepStrictEqual(operations(memory), ["create 5", "create 3", "byids 2", "update 1"])
    })
  )

  for (const naming of ["none", "only a part"] as const) {
    it.effect(`asks what exists where CDF names ${naming}`, () =>
      Effect.gen(function* () {
        const memory = makeCdfMemory()
        yield* given(memory, [asset("a1"), asset("a3"), asset("a4")])
        const { cdf } = memory
        const upsert = makeUpsert({
          ...cdf,
          create: (kind, resources) =>
            Effect.mapError(
              cdf.create(kind, resources),
              (error) => new CdfError({ ...error, duplicated: naming === "none" ? [] : error.duplicated.slice(0, 1) })
            )
        })
        const result = yield* upsert("assets", many(5))
        assert.deepStrictEqual(
          [ids(result.created), ids(result.unchanged)],
          [
            ["a0", "a2"],
            ["a1", "a3", "a4"]
          ]
        )
        assert.deepStrictEqual(
          operations(memory),
          naming === "none"
            ? ["create 5", "byids 5", "create 2"]
            : ["create 5", "create 4", "byids 4", "create 2", "byids 1"]
        )
      })
    )
  }

  it.effect("creates what turns out to be gone, in one call with the others and before its children", () =>
    Effect.gen(function* () {
      const memory = makeCdfMemory()
      const result = yield* memory.cdf.upsert("assets", [
        assets(asset("parent"), true),
        assets(asset("child", { parentExternalId: id("parent") }))
      ])
      assert.deepStrictEqual(ids(result.created), ["parent", "child"])
      assert.deepStrictEqual(operations(memory), ["byids 1", "create 2"])
    })
  )

  it.effect("creates what vanishes between look and update", () =>
    Effect.gen(function* () {
      const memory = makeCdfMemory()
      yield* given(memory, [asset("a0", { name: "x" }), asset("a1", { name: "y" })])
      let once = true
      memory.refuse = (_, externalId) => {
        if (memory.calls.at(-1)?.operation !== "update" || externalId !== "a0" || !once) return undefined
        once = false
        return { message: "gone", missing: [{ externalId: "a0" }] }
      }
      const deleting = memory.cdf.delete("assets", [id("a0")])
      const fail = memory.fail
      memory.fail = (call) => {
        if (call.operation === "update" && once) Effect.runSync(deleting)
        return fail(call)
      }
      const result = yield* memory.cdf.upsert("assets", many(2, true))
      assert.deepStrictEqual([ids(result.created), ids(result.updated)], [["a0"], ["a1"]])
    })
  )

  it.effect("moves an asset under a parent that has to be created again first", () =>
    Effect.gen(function* () {
      const memory = makeCdfMemory()
      yield* given(memory, [asset("p", { name: "old" }), asset("c")])
      const vanish = memory.cdf.delete("assets", [id("p")])
      let there = true
      memory.fail = ({ operation }) => {
        if (operation === "update" && there) {
          there = false
          Effect.runSync(vanish)
        }
        return undefined
      }
      const result = yield* memory.cdf.upsert("assets", [
        assets(asset("p"), true),
        assets(asset("c", { parentExternalId: id("p") }), true)
      ])
      assert.deepStrictEqual([ids(result.created), ids(result.updated), ids(result.refused)], [["p"], ["c"], []])
      assert.strictEqual(memory.held.assets.get("c")?.parentId, memory.held.assets.get("p")?.id)
      assert.deepStrictEqual(operations(memory), ["byids 2", "update 2", "delete 1", "create 1", "update 1"])
    })
  )

  it.effect("ends as unchanged when the answer to a creation was lost", () =>
    Effect.gen(function* () {
      const memory = makeCdfMemory()
      yield* given(
        memory,
        many(3).map(({ resource }) => resource)
      )
      const result = yield* memory.cdf.upsert("assets", many(3))
      assert.deepStrictEqual(counts(result), { created: 0, updated: 0, unchanged: 3, refused: 0 })
      assert.deepStrictEqual(operations(memory), ["create 3", "byids 3"])
    })
  )

  it.effect("refuses what CDF says exists but does not show, and does not go on for ever", () =>
    Effect.gen(function* () {
      const memory = makeCdfMemory()
      memory.refuse = (_, externalId) => (externalId === "a1" ? { message: "id duplicated", status: 409 } : undefined)
      const result = yield* memory.cdf.upsert("assets", many(3))
      assert.deepStrictEqual([ids(result.created), ids(result.refused)], [["a0", "a2"], ["a1"]])
      assert.strictEqual(result.refused[0]?.reason, "id duplicated")
      assert.strictEqual(memory.calls.length, 12)
    })
  )
})

describe("one bad item in a chunk", () => {
  for (const bad of [0, 1, 499, 500, 731, 999]) {
    it.effect(`is found by halving at place ${bad} of 1,000, and 999 land`, () =>
      Effect.gen(function* () {
        const memory = makeCdfMemory()
        memory.refuse = (_, externalId) => (externalId === `a${bad}` ? { message: "name is odd" } : undefined)
        const result = yield* memory.cdf.upsert("assets", many(1000))
        assert.strictEqual(result.created.length, 999)
        assert.deepStrictEqual(result.refused, [{ externalId: id(`a${bad}`), reason: "name is odd", missing: [] }])
        assert.isAtMost(memory.calls.length - 1, 12)
      })
    )
  }

  it.effect("costs one further call when CDF names what it refers to", () =>
    Effect.gen(function* () {
      const memory = makeCdfMemory()
      const wanted = many(1000).map((item, at) =>
        at === 400 ? assets(asset("lost", { parentExternalId: id("nowhere") })) : item
      )
      const result = yield* memory.cdf.upsert("assets", wanted)
      assert.strictEqual(result.created.length, 999)
      assert.deepStrictEqual(result.refused, [
        {
          externalId: id("lost"),
          reason: "Reference to unknown parent with externalId nowhere",
          missing: [{ externalId: "nowhere" }]
        }
      ])
      assert.deepStrictEqual(operations(memory), ["create 1000", "create 999"])
    })
  )

  it.effect("is refused with the numeric asset id that is gone", () =>
    Effect.gen(function* () {
      const memory = makeCdfMemory()
      const result = yield* memory.cdf.upsert("events", [
        events(event("e1")),
        events(event("e2", { assetIds: [77] })),
        events(event("e3", { assetIds: [77, 78] }))
      ])
      assert.deepStrictEqual(ids(result.created), ["e1"])
      assert.deepStrictEqual(
        result.refused.map(({ missing }) => missing),
        [[{ id: 77 }], [{ id: 77 }, { id: 78 }]]
      )
    })
  )

  it.effect("is found in updates as well", () =>
    Effect.gen(function* () {
      const memory = makeCdfMemory()
      yield* given(
        memory,
        many(64).map(({ resource }) => ({ ...resource, name: "old" }))
      )
      memory.refuse = (_, externalId) => (externalId === "a40" ? { message: "no" } : undefined)
      const result = yield* memory.cdf.upsert("assets", many(64, true))
      assert.deepStrictEqual(counts(result), { created: 0, updated: 63, unchanged: 0, refused: 1 })
    })
  )

  it.effect("takes its children with it, and nobody else", () =>
    Effect.gen(function* () {
      const memory = makeCdfMemory()
      memory.refuse = (_, externalId) => (externalId === "bad" ? { message: "no" } : undefined)
      const result = yield* memory.cdf.upsert("assets", [
        assets(asset("good")),
        assets(asset("bad")),
        assets(asset("child", { parentExternalId: id("bad") })),
        assets(asset("other", { parentExternalId: id("good") }))
      ])
      assert.deepStrictEqual(
        [ids(result.created), ids(result.refused)],
        [
          ["good", "other"],
          ["bad", "child"]
        ]
      )
    })
  )

  it.effect("is sent alone before it is refused: a call that was only too large loses nothing", () =>
    Effect.gen(function* () {
      const memory = makeCdfMemory()
      memory.refuse = () =>
        (memory.calls.at(-1)?.externalIds.length ?? 0) > 300 ? { message: "large", status: 413 } : undefined
      const result = yield* memory.cdf.upsert("assets", many(1000))
      assert.deepStrictEqual(counts(result), { created: 1000, updated: 0, unchanged: 0, refused: 0 })
    })
  )
})

describe("several bad items in a chunk", () => {
  it.effect("are all found, the others land", () =>
    Effect.gen(function* () {
      const memory = makeCdfMemory()
      const bad = new Set(["a3", "a4", "a500", "a998"])
      memory.refuse = (_, externalId) => (bad.has(externalId) ? { message: `no ${externalId}` } : undefined)
      const result = yield* memory.cdf.upsert("assets", many(1000))
      assert.strictEqual(result.created.length, 996)
      assert.deepStrictEqual(
        result.refused.map(({ reason }) => reason),
        ["no a3", "no a4", "no a500", "no a998"]
      )
    })
  )

  it.effect("cost about two calls an item even when all are bad", () =>
    Effect.gen(function* () {
      const memory = makeCdfMemory()
      memory.refuse = () => ({ message: "no" })
      const result = yield* memory.cdf.upsert("assets", many(256))
      assert.strictEqual(result.refused.length, 256)
      assert.isAtMost(memory.calls.length, 2 * 256 + 20)
    })
  )
})

describe("a failure that is not about items", () => {
  it.effect("fails the whole upsert and is not halved", () =>
    Effect.gen(function* () {
      const memory = makeCdfMemory()
      memory.fail = ({ operation }) => transient(operation)
      const error = yield* Effect.flip(memory.cdf.upsert("assets", many(10)))
      assert.deepStrictEqual([error.category, memory.calls.length], ["transient", 1])
    })
  )
})
