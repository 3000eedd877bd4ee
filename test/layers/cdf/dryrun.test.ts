import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import type { Cdf } from "../../../src/services/Cdf.js"
import { makeCdfMemory } from "../../support/CdfMemory.js"
import { base, columns, id, over, sequence, series, wanted } from "./DryRun.js"

const asset = (name: string, parent?: string) => ({
  ...base,
  externalId: id(name),
  name,
  ...(parent === undefined ? {} : { parentExternalId: id(parent) })
})

/** A CDF with a bit in it. */
const held = Effect.gen(function* () {
  const memory = makeCdfMemory()
  yield* memory.cdf.create("assets", [asset("root"), { ...asset("a", "root"), metadata: { old: "1", theirs: "2" } }])
  yield* memory.cdf.create("timeseries", [series])
  yield* memory.cdf.create("sequences", [sequence])
  yield* memory.cdf.insertPoints([{ externalId: id("ts"), points: [1, 2, 3].map((n) => ({ timestamp: n, value: n })) }])
  yield* memory.cdf.insertRows([
    { externalId: id("seq"), columns, rows: [0, 1].map((n) => ({ rowNumber: n, values: [`r${n}`] })) }
  ])
  memory.calls.splice(0)
  return memory
})

/** What a pass could do, in little; gives what it can see and count. */
const pass = (cdf: typeof Cdf.Service) =>
  Effect.gen(function* () {
    const assets = yield* cdf.upsert("assets", [
      wanted<"assets">(asset("root")),
      wanted<"assets">({ ...asset("a", "root"), name: "better" }, true),
      wanted<"assets">(asset("b", "a")),
      wanted<"assets">(asset("orphan", "nowhere"))
    ])
    const found = yield* cdf.byids("assets", [id("a"), id("b"), id("orphan")])
    const b = assets.created[0]?.id ?? 0
    const event = { ...base, externalId: id("e"), type: "job", assetIds: [b] }
    const events = yield* cdf.upsert("events", [wanted<"events">(event), wanted<"events">(event)])
    yield* cdf.insertPoints([
      {
        externalId: id("ts"),
        points: [
          { timestamp: 2, value: 20 },
          { timestamp: 5, value: 50 }
        ]
      }
    ])
    yield* cdf.deletePoints([{ externalId: id("ts"), begin: 3, end: 4 }])
    yield* cdf.insertRows([{ externalId: id("seq"), columns, rows: [{ rowNumber: 1, values: ["new"] }] }])
    yield* cdf.deleteRows([{ externalId: id("seq"), rowNumbers: [0] }])
    const missing = yield* Effect.flip(
      cdf.insertPoints([{ externalId: id("no"), points: [{ timestamp: 1, value: 1 }] }])
    )
    const listed = yield* Stream.runCollect(cdf.list("assets", { assetSubtreeIds: [{ externalId: "root" }] }))
    yield* cdf.delete("assets", [id("b")])
    return {
      counts: [assets, events].map((one) => [
        one.created.length,
        one.updated.length,
        one.unchanged.length,
        one.refused.map(({ externalId, reason }) => [externalId, reason])
      ]),
      found: found.map(({ externalId, metadata, name }) => [String(externalId), name, metadata]),
      linked: (yield* cdf.byids("events", [id("e")])).map(({ assetIds }) => assetIds.length),
      reverse: (yield* cdf.assetsByNumericIds([b])).length,
      points: (yield* cdf.points([id("ts")], { begin: 0, end: 9 })).get(id("ts")),
      latest: (yield* cdf.latestPoints([id("ts")])).get(id("ts")),
      rows: yield* cdf.rows(id("seq"), columns),
      missing: missing.missing,
      listed: Array.from(listed, ({ externalId }) => String(externalId)).sort(),
      after: (yield* cdf.byids("assets", [id("b")])).length
    }
  })

describe("the dry run", () => {
  it.scoped("writes nothing, and sees and counts the same as a real run", () =>
    Effect.gen(function* () {
      const memory = yield* held
      const dry = yield* pass(yield* over(memory))
      assert.deepStrictEqual(memory.writes(), [])
      const real = yield* pass(memory.cdf)
      assert.deepStrictEqual(dry, real)
      assert.deepStrictEqual(real, {
        counts: [
          [1, 1, 1, [["orphan", "Reference to unknown parent with externalId nowhere"]]],
          [1, 0, 0, []]
        ],
        found: [
          ["a", "better", { theirs: "2" }],
          ["b", "b", {}]
        ],
        linked: [1],
        reverse: 0,
        points: [
          { timestamp: 1, value: 1 },
          { timestamp: 2, value: 20 },
          { timestamp: 5, value: 50 }
        ],
        latest: { timestamp: 5, value: 50 },
        rows: [{ rowNumber: 1, values: ["new"] }],
        missing: [{ externalId: "no" }],
        listed: ["a", "b", "root"],
        after: 0
      })
      assert.isAbove(memory.writes().length, 0)
    })
  )

  it.scoped("gives what it creates ids that CDF never gives", () =>
    Effect.gen(function* () {
      const cdf = yield* over(yield* held)
      const [created] = yield* cdf.create("assets", [asset("new")])
      assert.isBelow(created?.id ?? 0, 0)
    })
  )

  it.scoped("gives a series that was deleted and made anew no points of before", () =>
    Effect.gen(function* () {
      const cdf = yield* over(yield* held)
      yield* cdf.delete("timeseries", [id("ts")])
      yield* cdf.delete("sequences", [id("seq")])
      yield* cdf.create("timeseries", [series])
      yield* cdf.create("sequences", [sequence])
      assert.deepStrictEqual((yield* cdf.points([id("ts")], { begin: 0, end: 9 })).get(id("ts")), [])
      assert.deepStrictEqual(yield* cdf.rows(id("seq"), columns), [])
    })
  )

  it.scoped("asks only for the columns that are there, and gives those made here as empty until they are written", () =>
    Effect.gen(function* () {
      const memory = yield* held
      const asked: Array<ReadonlyArray<string>> = []
      const cdf = yield* over({
        ...memory,
        cdf: {
          ...memory.cdf,
          rows: (sequence, wanted) => {
            asked.push(wanted.map(({ externalId }) => externalId))
            return memory.cdf.rows(sequence, wanted)
          }
        }
      })
      const both = [{ externalId: "new", valueType: "LONG" as const }, ...columns]
      const add = both.slice(0, 1)
      yield* cdf.update("sequences", [{ externalId: id("seq"), update: { columns: { add, remove: [] } } }])
      assert.deepStrictEqual(yield* cdf.rows(id("seq"), both), [
        { rowNumber: 0, values: [null, "r0"] },
        { rowNumber: 1, values: [null, "r1"] }
      ])
      assert.deepStrictEqual(yield* cdf.rows(id("seq"), add), [])
      assert.deepStrictEqual(asked, [["c"]])
      yield* cdf.insertRows([{ externalId: id("seq"), columns: add, rows: [{ rowNumber: 1, values: [7] }] }])
      assert.deepStrictEqual((yield* cdf.rows(id("seq"), both))[1], { rowNumber: 1, values: [7, "r1"] })
    })
  )
})
