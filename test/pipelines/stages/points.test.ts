import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { TimeSeriesDraft } from "../../../src/domain/cdf/Draft.js"
import type { Point } from "../../../src/domain/cdf/Resource.js"
import { makeExternalIds } from "../../../src/domain/ExternalId.js"
import { learnPoints, type Measured, writeLivePoints, writePoints } from "../../../src/pipelines/stages/points.js"
import { Ledger } from "../../../src/services/Ledger.js"
import { type CdfMemory, transient } from "../../support/CdfMemory.js"
import { deadLetters, inFlow as run, makePlant } from "../../support/PipelineHarness.js"

const ids = makeExternalIds("340884")
const day = { begin: Date.UTC(2026, 5, 11), end: Date.UTC(2026, 5, 12) }
const at = (minute: number, value: number): Point => ({ timestamp: day.begin + minute * 60_000, value })

const series = (key: string): TimeSeriesDraft => ({
  kind: "timeseries",
  externalId: ids.series("scrap", key),
  dataSet: "production",
  plexId: key,
  name: key,
  isString: false,
  isStep: false,
  metadata: {},
  owns: []
})
const measured = (key: string, ...points: ReadonlyArray<Point>): Measured => ({ series: series(key), points })

const inFlow = <A, E, R>(effect: Effect.Effect<A, E, R>) => run(effect, { extractor: "production", flow: "output" })

const held = (memory: CdfMemory, key: string) =>
  Effect.map(memory.cdf.points([ids.series("scrap", key)], { begin: 0, end: 4e12 }), (points) =>
    (points.get(ids.series("scrap", key)) ?? []).map(({ value }) => value)
  )

const inserted = (memory: CdfMemory) => memory.calls.filter(({ operation }) => operation === "insertPoints").length

/** A series as CDF holds it from before. */
const stored = (memory: CdfMemory, key: string, ...points: ReadonlyArray<Point>) =>
  Effect.gen(function* () {
    const externalId = ids.series("scrap", key)
    yield* memory.cdf.create("timeseries", [
      { externalId, name: key, isString: false, isStep: false, dataSetId: 2, metadata: {} }
    ])
    yield* memory.cdf.insertPoints([{ externalId, points }])
    memory.calls.splice(0)
  })

describe("points of the past", () => {
  it.effect("are written once, and then only where they differ", () => {
    const { cdf, layer } = makePlant()
    return Effect.gen(function* () {
      const first = yield* inFlow(writePoints([measured("a", at(1, 10), at(2, 20))], { slice: day }))
      assert.deepStrictEqual([...(yield* first.exit)], [ids.series("scrap", "a")])
      assert.strictEqual(first.tally.counts.points, 2)
      const second = yield* inFlow(writePoints([measured("a", at(1, 10), at(2, 21))], { slice: day }))
      assert.strictEqual(second.tally.counts.points, 1)
      assert.deepStrictEqual(yield* held(cdf, "a"), [10, 21])
      cdf.calls.splice(0)
      const third = yield* inFlow(writePoints([measured("a", at(1, 10), at(2, 21))], { slice: day }))
      assert.strictEqual((yield* third.exit).size, 0)
      assert.deepStrictEqual(cdf.writes(), [])
    }).pipe(Effect.provide(layer))
  })

  it.effect("are compared with CDF once that is learned, in this slice and the later ones", () => {
    const { cdf, layer } = makePlant()
    const next = { begin: day.end, end: day.end + 86_400_000 }
    return Effect.gen(function* () {
      yield* stored(cdf, "a", at(1, 10), at(2, 20), at(1441, 30))
      yield* inFlow(learnPoints("output", ["scrap"])({ begin: day.begin, end: Infinity }))
      const first = yield* inFlow(writePoints([measured("a", at(1, 10), at(2, 22))], { slice: day }))
      assert.strictEqual(first.tally.counts.points, 1)
      const second = yield* inFlow(writePoints([measured("a", at(1441, 30))], { slice: next }))
      assert.strictEqual(second.tally.counts.points, 0)
      assert.deepStrictEqual(yield* held(cdf, "a"), [10, 22, 30])
    }).pipe(Effect.provide(layer))
  })

  it.effect("of an older slice than any before are compared with CDF too", () => {
    const { cdf, layer } = makePlant()
    const before = { begin: day.begin - 86_400_000, end: day.begin }
    return Effect.gen(function* () {
      yield* stored(cdf, "a", at(-5, 10))
      yield* inFlow(writePoints([measured("a", at(1, 1))], { slice: day }))
      yield* inFlow(learnPoints("output", ["scrap"])(before))
      const { tally } = yield* inFlow(writePoints([measured("a", at(-5, 10))], { slice: before }))
      assert.strictEqual(tally.counts.points, 0)
    }).pipe(Effect.provide(layer))
  })

  it.effect("are written again after a call that failed", () => {
    const { cdf, layer } = makePlant()
    return Effect.gen(function* () {
      let once = true
      cdf.fail = ({ operation }) => {
        if (operation !== "insertPoints" || !once) return undefined
        once = false
        return transient("points")
      }
      assert.strictEqual((yield* inFlow(writePoints([measured("a", at(1, 10))], { slice: day }))).exit._tag, "Failure")
      const { tally } = yield* inFlow(writePoints([measured("a", at(1, 10))], { slice: day }))
      assert.strictEqual(tally.counts.points, 1)
      assert.deepStrictEqual(yield* held(cdf, "a"), [10])
    }).pipe(Effect.provide(layer))
  })

  it.effect("of a series that CDF refuses do not keep the others out", () => {
    const { cdf, layer } = makePlant()
    return Effect.gen(function* () {
      cdf.refuse = (_, externalId) => (externalId === ids.series("scrap", "b") ? { message: "no" } : undefined)
      const { exit, tally } = yield* inFlow(
        writePoints([measured("a", at(1, 1)), measured("b", at(1, 2))], { slice: day })
      )
      assert.deepStrictEqual([...(yield* exit)], [ids.series("scrap", "a")])
      assert.deepStrictEqual(yield* held(cdf, "a"), [1])
      assert.strictEqual((yield* deadLetters)[0]?.key, ids.series("scrap", "b"))
      // No record was read, so none is counted; that something is missing is said all the same.
      assert.deepInclude(tally.counts, { deadLettered: 0, points: 1 })
      assert.deepStrictEqual(tally.notices, ["1 dead letters beside its records"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("that CDF refuses are found among those of other series, and told", () => {
    const { cdf, layer } = makePlant()
    const text = { timestamp: day.begin, value: "not a number" }
    return Effect.gen(function* () {
      const { tally } = yield* inFlow(
        writePoints([measured("a", at(1, 1)), measured("b", text), measured("c", at(1, 3))], { slice: day })
      )
      assert.deepStrictEqual(yield* held(cdf, "a"), [1])
      assert.deepStrictEqual(yield* held(cdf, "c"), [3])
      assert.match(tally.notices.join(), /refuses points of 1 series, for example PCN340884_ts_scrap_b/)
      // Not remembered as written.
      const again = yield* inFlow(writePoints([measured("b", { ...text, value: 2 })], { slice: day }))
      assert.strictEqual(again.tally.counts.points, 1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("bring back a series that was deleted in CDF", () => {
    const { cdf, layer } = makePlant()
    return Effect.gen(function* () {
      yield* inFlow(writePoints([measured("a", at(1, 1)), measured("b", at(1, 1))], { slice: day }))
      yield* cdf.cdf.delete("timeseries", [ids.series("scrap", "a")])
      const { exit, tally } = yield* inFlow(
        writePoints([measured("a", at(2, 2)), measured("b", at(2, 2))], { slice: day })
      )
      assert.strictEqual((yield* exit).size, 2)
      assert.deepStrictEqual(yield* held(cdf, "a"), [2])
      assert.deepStrictEqual(yield* held(cdf, "b"), [1, 2])
      assert.strictEqual(tally.counts.points, 2)
      assert.deepStrictEqual(tally.notices, [])
    }).pipe(Effect.provide(layer))
  })
})

describe("points of a slice that was read whole", () => {
  const whole = { slice: day, whole: ["scrap"] } as const

  it.effect("are deleted where nothing is measured for them any more, of that slice and metric only", () => {
    const { cdf, layer } = makePlant()
    return Effect.gen(function* () {
      yield* inFlow(writePoints([measured("a", at(1, 1), at(2, 2), at(1500, 3)), measured("b", at(1, 4))], whole))
      const { exit } = yield* inFlow(writePoints([measured("a", at(2, 2))], { slice: day, whole: ["output"] }))
      assert.strictEqual(exit._tag, "Success")
      assert.deepStrictEqual(yield* held(cdf, "a"), [1, 2, 3])
      yield* inFlow(writePoints([measured("a", at(2, 2))], whole))
      assert.deepStrictEqual(yield* held(cdf, "a"), [2, 3])
      assert.deepStrictEqual(yield* held(cdf, "b"), [])
      cdf.calls.splice(0)
      yield* inFlow(writePoints([measured("a", at(2, 2))], whole))
      assert.deepStrictEqual(cdf.writes(), [])
    }).pipe(Effect.provide(layer))
  })

  it.effect("stay as they are at instants that are kept", () => {
    const { cdf, layer } = makePlant()
    return Effect.gen(function* () {
      yield* inFlow(writePoints([measured("a", at(1, 1), at(2, 2), at(3, 3))], whole))
      const kept = new Set([at(1, 0).timestamp, at(2, 0).timestamp])
      yield* inFlow(
        writePoints([measured("a", at(2, 20))], { ...whole, keeps: ({ timestamp }) => kept.has(timestamp) })
      )
      assert.deepStrictEqual(yield* held(cdf, "a"), [1, 2])
    }).pipe(Effect.provide(layer))
  })

  it.effect("are remembered as deleted only after CDF said yes", () => {
    const { cdf, layer } = makePlant()
    return Effect.gen(function* () {
      yield* inFlow(writePoints([measured("a", at(1, 1))], whole))
      cdf.fail = ({ operation }) => (operation === "deletePoints" ? transient("points") : undefined)
      assert.strictEqual((yield* inFlow(writePoints([], whole))).exit._tag, "Failure")
      cdf.fail = () => undefined
      yield* inFlow(writePoints([], whole))
      assert.deepStrictEqual(yield* held(cdf, "a"), [])
    }).pipe(Effect.provide(layer))
  })
})

describe("points of now", () => {
  it.effect("are written only where the value changes", () => {
    const { cdf, layer } = makePlant()
    return Effect.gen(function* () {
      for (const [minute, value] of [
        [1, 5],
        [2, 5],
        [3, 6],
        [4, 6],
        [5, 5]
      ] as const) {
        yield* inFlow(writeLivePoints([measured("a", at(minute, value))]))
      }
      assert.deepStrictEqual(yield* held(cdf, "a"), [5, 6, 5])
    }).pipe(Effect.provide(layer))
  })

  it.effect("are compared with the newest point of CDF where the ledger was lost", () => {
    const { cdf, layer } = makePlant()
    return Effect.gen(function* () {
      yield* stored(cdf, "a", at(1, 4), at(2, 5))
      yield* inFlow(writeLivePoints([measured("a", at(3, 5))]))
      assert.strictEqual(inserted(cdf), 0)
      yield* inFlow(writeLivePoints([measured("a", at(4, 4))]))
      assert.deepStrictEqual(yield* held(cdf, "a"), [4, 5, 4])
    }).pipe(Effect.provide(layer))
  })

  it.effect("are right also after one that CDF took without its answer coming through", () => {
    let lost = false
    const { cdf, layer } = makePlant({
      over: ({ insertPoints }) => ({
        insertPoints: (points) =>
          lost ? Effect.zipRight(insertPoints(points), Effect.fail(transient("lost"))) : insertPoints(points)
      })
    })
    return Effect.gen(function* () {
      yield* inFlow(writeLivePoints([measured("a", at(1, 5)), measured("b", at(1, 5))]))
      lost = true
      const { exit } = yield* inFlow(writeLivePoints([measured("a", at(2, 7)), measured("b", at(2, 7))]))
      assert.strictEqual(exit._tag, "Failure")
      lost = false
      yield* inFlow(writeLivePoints([measured("a", at(3, 5)), measured("b", at(3, 7))]))
      assert.deepStrictEqual(yield* held(cdf, "a"), [5, 7, 5])
      assert.deepStrictEqual(yield* held(cdf, "b"), [5, 7])
    }).pipe(Effect.provide(layer))
  })

  it.effect("are 0, once, for a series that has emptied", () => {
    const { cdf, layer } = makePlant()
    const emptied = { series: [ids.series("scrap", "a")], now: day.begin + 120_000 }
    return Effect.gen(function* () {
      yield* inFlow(writeLivePoints([measured("a", at(1, 5))]))
      yield* inFlow(writeLivePoints([], emptied))
      yield* inFlow(writeLivePoints([], { ...emptied, now: emptied.now + 60_000 }))
      assert.deepStrictEqual(yield* held(cdf, "a"), [5, 0])
      yield* inFlow(writeLivePoints([measured("a", at(9, 7))]))
      assert.deepStrictEqual(yield* held(cdf, "a"), [5, 0, 7])
    }).pipe(Effect.provide(layer))
  })

  it.effect("leave an emptied series alone that is gone from CDF", () => {
    const { cdf, layer } = makePlant()
    return Effect.gen(function* () {
      yield* inFlow(writeLivePoints([measured("a", at(1, 5)), measured("b", at(1, 5))]))
      yield* cdf.cdf.delete("timeseries", [ids.series("scrap", "a")])
      const { exit, tally } = yield* inFlow(
        writeLivePoints([measured("b", at(2, 6))], { series: [ids.series("scrap", "a")], now: day.begin + 120_000 })
      )
      assert.deepStrictEqual([...(yield* exit)], [ids.series("scrap", "b")])
      assert.deepStrictEqual(tally.notices, [])
      assert.isUndefined(cdf.held.timeseries.get(ids.series("scrap", "a")))
      const known = yield* Effect.flatMap(Ledger, (ledger) => ledger.facts("output"))
      assert.deepStrictEqual([...known.keys()], [ids.series("scrap", "b")], "it is not tried again and again")
    }).pipe(Effect.provide(layer))
  })
})
