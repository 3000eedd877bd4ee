import { assert, describe, it } from "@effect/vitest"
import { Effect, HashMap, Layer, Logger, Option, Stream } from "effect"
import { StateError } from "../../src/domain/Errors.js"
import type { FlowName } from "../../src/domain/Flow.js"
import { Drift } from "../../src/domain/Drift.js"
import { Part } from "../../src/domain/records/Part.js"
import { flow } from "../../src/pipelines/runFlow.js"
import { decode } from "../../src/pipelines/stages/decode.js"
import { keep, list } from "../../src/pipelines/stages/read.js"
import { tellDrift } from "../../src/pipelines/tellDrift.js"
import { Ledger } from "../../src/services/Ledger.js"
import { ProgramVersion } from "../../src/services/ProgramVersion.js"
import { deadLetters, extract, flowOf, makePlant, report } from "../support/PipelineHarness.js"
import { jobRow, lists, partRow, uuid } from "./Rows.js"

/** Keeps what the log tells of fields as `flow field: drift`. */
const listening = () => {
  const lines: Array<string> = []
  const all: Array<string> = []
  const logger = Logger.make(({ annotations, message }) => {
    const told = (name: string) => Option.getOrUndefined(HashMap.get(annotations, name))
    all.push(JSON.stringify([message, HashMap.toEntries(annotations)]))
    if (told("drift") !== undefined)
      lines.push(`${String(told("flow"))} ${String(told("field"))}: ${String(told("drift"))}`)
  })
  return { all, lines, layer: Logger.replace(Logger.defaultLogger, logger) }
}

const isToldOnce = (lines: ReadonlyArray<string>, expected: ReadonlyArray<string>): boolean =>
  JSON.stringify(lines.toSorted()) === JSON.stringify(expected.toSorted())

const parts = (over: Readonly<Record<string, unknown>>, count = 25) =>
  Array.from({ length: count }, (_, at) => partRow(at + 1, over))

const onlyParts = { sweep: false, names: new Set<FlowName>(["parts"]) }

const kinds = {
  "a new field": { over: { secretField: "a value" }, told: "parts secretField: new", landed: 25 },
  "a field that is gone": { over: { name: undefined }, told: "parts name: missing", landed: 25 },
  "a field that is null everywhere": { over: { name: null }, told: "parts name: missing", landed: 25 },
  "a field of a type that cannot be read": {
    over: { leadTimeDays: "soon" },
    told: "parts leadTimeDays: unreadable",
    landed: 0
  }
}

describe("drift of Plex's fields", () => {
  for (const [kind, { landed, over, told }] of Object.entries(kinds)) {
    it.effect(`of ${kind} is counted in each run, told once, and no record that can be read is lost`, () => {
      const plant = makePlant({ plex: { lists: { [lists.parts]: parts({}) } } })
      const { all, layer, lines } = listening()
      return Effect.gen(function* () {
        yield* extract("master-data", onlyParts)
        assert.deepStrictEqual(lines, [])
        plant.plex.lists[lists.parts] = parts(over)
        for (let run = 0; run < 3; run++) {
          const { counts, status } = flowOf(yield* extract("master-data", onlyParts), "parts")
          assert.deepInclude(counts, { read: 25, drifted: 1, deadLettered: 25 - landed })
          assert.strictEqual(status, "ok")
        }
        assert.isTrue(isToldOnce(lines, [told]))
        assert.isFalse(all.some((line) => line.includes("a value")))
        assert.strictEqual((yield* deadLetters).length, 25 - landed)

        plant.plex.lists[lists.parts] = parts({})
        assert.strictEqual(flowOf(yield* extract("master-data", onlyParts), "parts").counts.drifted, 0)
        plant.plex.lists[lists.parts] = parts(over)
        yield* extract("master-data", onlyParts)
        assert.isTrue(isToldOnce(lines, [told, told]))
        yield* extract("master-data", onlyParts).pipe(Effect.provideService(ProgramVersion, "another"))
        assert.isTrue(isToldOnce(lines, [told, told, told]))
      }).pipe(Effect.provide(Layer.merge(plant.layer, layer)))
    })
  }

  it.effect("is told for each flow, sweeps too", () => {
    const component = (at: number) => ({ id: uuid(100 + at), partId: uuid(1), colour: "red" })
    const plant = makePlant({
      plex: { lists: { [lists.parts]: [partRow(1, { colour: "red" })], [lists.boms]: [component(1), component(2)] } }
    })
    const { layer, lines } = listening()
    return Effect.gen(function* () {
      for (let run = 0; run < 2; run++) yield* extract("master-data")
      assert.isTrue(isToldOnce(lines, ["parts colour: new", "boms colour: new"]), lines.join())
    }).pipe(Effect.provide(Layer.merge(plant.layer, layer)))
  })

  it.effect("is not seen in what only some jobs have, where only those in some states were asked for", () => {
    const done = Array.from({ length: 100 }, (_, at) =>
      jobRow(at + 1, { jobStatus: "Completed", completedDate: "2026-06-11T08:00:00Z" })
    )
    const open = Array.from({ length: 60 }, (_, at) => jobRow(at + 201))
    const plant = makePlant({
      plex: {
        lists: {
          [lists.jobs]: ({ query }) =>
            query?.["jobStatuses"] !== undefined ? open : query === undefined ? [...done, ...open] : []
        }
      }
    })
    const { layer, lines } = listening()
    return Effect.gen(function* () {
      for (let run = 0; run < 3; run++) yield* extract("jobs", { sweep: false, flows: { once: false } })
      assert.isAbove(plant.plex.calls.filter(({ query }) => query?.["jobStatuses"] !== undefined).length, 0)
      assert.deepStrictEqual(lines, [])
    }).pipe(Effect.provide(Layer.merge(plant.layer, layer)))
  })

  it.effect("fails no flow and is not told again and again while the state fails", () => {
    const plant = makePlant({ plex: { lists: { [lists.parts]: parts({ colour: "red" }) } } })
    const { layer, lines } = listening()
    return Effect.gen(function* () {
      const ledger = yield* Ledger
      const failing = Ledger.of({
        ...ledger,
        keepFacts: () => Effect.fail(new StateError({ operation: "keep facts", detail: "disk is full" }))
      })
      const { counts, status } = yield* report(readParts).pipe(Effect.provideService(Ledger, failing))
      assert.strictEqual(status, "ok")
      assert.strictEqual(counts.drifted, 1)
      assert.deepStrictEqual(lines, [])
      yield* report(readParts)
      assert.deepStrictEqual(lines, ["parts colour: new"])
    }).pipe(Effect.provide(Layer.merge(plant.layer, layer)))
  })

  it.effect("would be noticed to be told per record, or in each run", () => {
    const plant = makePlant({ plex: { lists: { [lists.parts]: parts({ colour: "red" }) } } })
    const { layer, lines } = listening()
    const twice = (perRecord: boolean) =>
      Effect.gen(function* () {
        lines.length = 0
        for (let run = 0; run < 2; run++) yield* report(perRecord ? tellingEach : readParts)
        return isToldOnce(lines, ["parts colour: new"])
      })
    return Effect.gen(function* () {
      const ledger = yield* Ledger
      const forgetful = Ledger.of({ ...ledger, keepFacts: () => Effect.void })
      assert.isFalse(yield* Effect.provideService(twice(false), Ledger, forgetful))
      assert.isFalse(yield* Effect.provideService(twice(true), Ledger, forgetful))
      assert.isAbove(lines.length, 25)
      assert.isTrue(yield* twice(false))
    }).pipe(Effect.provide(Layer.merge(plant.layer, layer)))
  })
})

const filtering = <E, R>(records: Stream.Stream<Part, E, R>) =>
  records.pipe(
    keep(() => false),
    Stream.runDrain
  )

/** Reads parts and does nothing with them. */
const readParts = flow("parts", list(lists.parts).pipe(decode(Part), filtering))

/** Tells the drift of each record for itself. */
const tellingEach = flow(
  "parts",
  list(lists.parts).pipe(
    Stream.rechunk(1),
    Stream.tap((record) => {
      const drift = new Drift()
      drift.of(Part).see([record])
      return tellDrift("parts", drift, true)
    }),
    decode(Part),
    filtering
  )
)
