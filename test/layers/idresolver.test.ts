import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, TestClock } from "effect"
import { CdfError } from "../../src/domain/Errors.js"
import { ExternalId } from "../../src/domain/ExternalId.js"
import { operationCodeKey, partNumberKey, partRevisionKey } from "../../src/domain/NaturalKey.js"
import { makeCdfMemory, transient } from "../support/CdfMemory.js"
import { asked, keys, part, resolverOf, resolverOver, withParts } from "./idresolver/Resolvers.js"

describe("resolve", () => {
  it.effect("asks CDF once for all it does not know, then answers from memory", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(3)
      const resolver = resolverOf(memory)
      const first = yield* resolver.resolve([...keys(4), part(0)])
      assert.deepStrictEqual(
        [...first],
        [
          [part(0), 1_000_001],
          [part(1), 1_000_002],
          [part(2), 1_000_003]
        ]
      )
      assert.strictEqual((yield* resolver.resolve(keys(3))).size, 3)
      assert.deepStrictEqual(asked(memory), ["byids 4"])
      assert.deepStrictEqual(yield* resolver.hits, { memory: 3, ledger: 0, redis: 0, cdf: 4, misses: 1 })
    })
  )

  it.effect("shares one call between concurrent asks for the same key", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(3)
      const gate = yield* Deferred.make<void>()
      const byids = memory.cdf.byids
      const resolver = resolverOver({
        ...memory.cdf,
        byids: (kind, names) => Effect.zipRight(Deferred.await(gate), byids(kind, names))
      })
      const first = yield* Effect.fork(resolver.resolve(keys(2)))
      const second = yield* Effect.fork(resolver.resolve(keys(3)))
      yield* Effect.yieldNow()
      yield* Deferred.succeed(gate, undefined)
      assert.deepStrictEqual([(yield* Fiber.join(first)).size, (yield* Fiber.join(second)).size], [2, 3])
      assert.deepStrictEqual(asked(memory), ["byids 2", "byids 1"])
    })
  )

  it.effect("is not harmed when whoever asked first is interrupted", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(1)
      const gate = yield* Deferred.make<void>()
      let calls = 0
      const byids = memory.cdf.byids
      const resolver = resolverOver({
        ...memory.cdf,
        byids: (kind, names) =>
          calls++ === 0 ? Effect.zipRight(Deferred.await(gate), byids(kind, names)) : byids(kind, names)
      })
      const first = yield* Effect.fork(resolver.resolve(keys(1)))
      yield* Effect.yieldNow()
      const second = yield* Effect.fork(resolver.resolve(keys(1)))
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(first)
      assert.strictEqual((yield* Fiber.join(second)).size, 1)
    })
  )

  it.effect("fails where CDF does, and asks again the next time", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(1)
      memory.fail = ({ operation }) => transient(operation)
      const resolver = resolverOf(memory)
      assert.instanceOf(yield* Effect.flip(resolver.resolve(keys(1))), CdfError)
      memory.fail = () => undefined
      assert.strictEqual((yield* resolver.resolve(keys(1))).size, 1)
    })
  )

  it.effect("remembers misses for half a minute, and forgets them when the asset is told", () =>
    Effect.gen(function* () {
      const memory = makeCdfMemory()
      const resolver = resolverOf(memory)
      yield* resolver.resolve(keys(2))
      yield* resolver.resolve(keys(2))
      assert.deepStrictEqual(asked(memory), ["byids 2"])
      yield* resolver.remember([{ externalId: part(0), id: 7 }])
      assert.deepStrictEqual([...(yield* resolver.resolve(keys(2)))], [[part(0), 7]])
      assert.deepStrictEqual(asked(memory), ["byids 2"])
      yield* TestClock.adjust("31 seconds")
      yield* resolver.resolve(keys(2))
      assert.deepStrictEqual(asked(memory), ["byids 2", "byids 1"])
    })
  )

  it.effect("asks again when the time to live is over, or the asset was forgotten", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(2)
      const resolver = resolverOf(memory)
      yield* resolver.resolve(keys(2))
      yield* resolver.forget([part(0)])
      yield* resolver.forgetNumeric([1_000_002])
      yield* resolver.resolve(keys(2))
      yield* TestClock.adjust("61 seconds")
      yield* resolver.resolve(keys(2))
      assert.deepStrictEqual(asked(memory), ["byids 2", "byids 2", "byids 2"])
    })
  )

  it.effect("answers more keys than it may keep", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(50)
      const resolver = resolverOf(memory, { mostEntries: 10 })
      assert.strictEqual((yield* resolver.resolve(keys(50))).size, 50)
      assert.strictEqual((yield* resolver.resolve(keys(50))).size, 50)
      assert.strictEqual((yield* resolver.reverse([1_000_001])).get(1_000_001), part(0))
    })
  )

  it.effect("does not take an older answer for newer than what it was told", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const memory = makeCdfMemory()
      const resolver = resolverOver({ ...memory.cdf, byids: () => Effect.as(Deferred.await(gate), []) })
      const fiber = yield* Effect.fork(resolver.resolve(keys(1)))
      yield* Effect.yieldNow()
      yield* resolver.remember([{ externalId: part(0), id: 7 }])
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(fiber)
      assert.strictEqual((yield* resolver.resolve(keys(1))).get(part(0)), 7)
    })
  )
})

describe("forget", () => {
  it.effect("holds against an answer that was on its way", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(1)
      const gate = yield* Deferred.make<void>()
      const byids = memory.cdf.byids
      const resolver = resolverOver({
        ...memory.cdf,
        byids: (kind, names) => Effect.zipLeft(byids(kind, names), Deferred.await(gate))
      })
      const fiber = yield* Effect.fork(resolver.resolve(keys(1)))
      yield* Effect.yieldNow()
      yield* memory.cdf.delete("assets", keys(1))
      yield* resolver.forget(keys(1))
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(fiber)
      assert.strictEqual((yield* resolver.resolve(keys(1))).size, 0)
    })
  )
})

describe("reverse and subtree", () => {
  it.effect("gives the external ids of numeric ids, from memory where they are known", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(3)
      const resolver = resolverOf(memory)
      yield* resolver.resolve([part(0)])
      assert.deepStrictEqual(
        [...(yield* resolver.reverse([1_000_001, 1_000_003, 5]))],
        [
          [1_000_001, part(0)],
          [1_000_003, part(2)]
        ]
      )
      assert.deepStrictEqual(asked(memory), ["byids 1", "assetsByNumericIds 2"])
    })
  )

  it.effect("gives everything below an asset, itself included", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(1)
      const below = { name: "x", dataSetId: 1, source: "Plex", metadata: {} }
      yield* memory.cdf.create("assets", [
        { ...below, externalId: part(8), parentExternalId: part(0) },
        { ...below, externalId: part(9), parentExternalId: part(8) },
        { ...below, externalId: part(10) }
      ])
      assert.deepStrictEqual(yield* resolverOf(memory).subtree(part(0)), [part(0), part(8), part(9)])
    })
  )
})

describe("find", () => {
  it.effect("reads the assets of a kind once and tells all that a key fits", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(4, (at) => (at < 2 ? { number: "same", revision: String(at) } : {}))
      const resolver = resolverOf(memory)
      const found = yield* resolver.find("part", [
        partNumberKey(" SAME "),
        partRevisionKey("same", "1"),
        partNumberKey("n3"),
        partNumberKey("nothing")
      ])
      assert.deepStrictEqual(
        [...found],
        [
          [partNumberKey("SAME"), [part(0), part(1)]],
          [partRevisionKey("same", "1"), [part(1)]],
          [partNumberKey("n3"), [part(3)]]
        ]
      )
      yield* resolver.find("part", [partNumberKey("n2")])
      yield* resolver.resolve(keys(4))
      assert.deepStrictEqual(asked(memory), ["list 1"])
    })
  )

  it.effect("takes the asset whose key is the same to the letter before those that differ in case", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(3, (at) => ({ number: ["Cut", "CUT", "wash"][at] ?? "", revision: "A" }))
      const found = yield* resolverOf(memory).find("part", ["Cut", "CUT", "cut", "WASH"].map(partNumberKey))
      assert.deepStrictEqual(
        [...found],
        [
          [partNumberKey("Cut"), [part(0)]],
          [partNumberKey("CUT"), [part(1)]],
          [partNumberKey("cut"), [part(0), part(1)]],
          [partNumberKey("WASH"), [part(2)]]
        ]
      )
    })
  )

  for (const order of ["before", "after"] as const) {
    it.effect(`believes what it was told ${order} the list more than the list`, () =>
      Effect.gen(function* () {
        const memory = yield* withParts(2)
        const resolver = resolverOf(memory)
        const tell = resolver.remember([
          { externalId: part(0), id: 1_000_001, naturalKeys: [partNumberKey("renamed")] },
          { externalId: part(7), id: 7, naturalKeys: [partNumberKey("n1")] }
        ])
        const read = resolver.find("part", [])
        yield* order === "before" ? Effect.zipRight(tell, read) : Effect.zipRight(read, tell)
        const wanted = [partNumberKey("n0"), partNumberKey("renamed"), partNumberKey("n1")]
        const found = yield* resolver.find("part", wanted)
        assert.deepStrictEqual(
          wanted.map((key) => [...(found.get(key) ?? [])].sort()),
          [[], [part(0)], [part(1), part(7)]]
        )
      })
    )
  }

  it.effect("leaves out what was forgotten, and keeps kinds apart", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(2)
      const resolver = resolverOf(memory)
      yield* resolver.find("part", [])
      yield* resolver.forget([part(0)])
      assert.strictEqual((yield* resolver.find("part", [partNumberKey("n0")])).size, 0)
      assert.strictEqual((yield* resolver.find("operation", [operationCodeKey("n1")])).size, 0)
      assert.deepStrictEqual(
        memory.calls.map(({ externalIds }) => externalIds[0]),
        ['{"externalIdPrefix":"PCN1_part_"}', '{"externalIdPrefix":"PCN1_operation_"}']
      )
    })
  )

  it.effect("reads again after a list that failed", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(1)
      const resolver = resolverOf(memory)
      memory.fail = ({ operation }) => transient(operation)
      yield* Effect.flip(resolver.find("part", []))
      memory.fail = () => undefined
      assert.strictEqual((yield* resolver.find("part", [partNumberKey("n0")])).size, 1)
    })
  )
})

describe("remember", () => {
  it.effect("makes a chunk known without a call", () =>
    Effect.gen(function* () {
      const memory = makeCdfMemory()
      const resolver = resolverOf(memory)
      yield* resolver.remember(keys(1000).map((externalId, at) => ({ externalId, id: at + 1 })))
      assert.strictEqual((yield* resolver.resolve(keys(1000))).get(ExternalId.make("PCN1_part_999")), 1000)
      assert.deepStrictEqual(memory.calls, [])
    })
  )
})
