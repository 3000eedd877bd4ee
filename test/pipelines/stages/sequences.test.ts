import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import type { SequenceDraft } from "../../../src/domain/cdf/Draft.js"
import { CdfError } from "../../../src/domain/Errors.js"
import { makeExternalIds } from "../../../src/domain/ExternalId.js"
import { toSequences } from "../../../src/pipelines/stages/sequences.js"
import { Ledger } from "../../../src/services/Ledger.js"
import { transient } from "../../support/CdfMemory.js"
import { deadLetters, inFlow, makePlant } from "../../support/PipelineHarness.js"

const ids = makeExternalIds("340884")
const badCell = new CdfError({
  operation: "rows",
  reason: "Refused",
  detail: "bad cell",
  status: 400,
  missing: [],
  duplicated: []
})
const columns = [{ externalId: "code", valueType: "STRING" }] as const

const bom = (key: string, ...codes: ReadonlyArray<string>): SequenceDraft => ({
  kind: "sequences",
  externalId: ids.of("bom", key),
  dataSet: "master",
  plexId: key,
  name: `${key} BOM`,
  metadata: {},
  owns: [],
  columns,
  rows: codes.map((code, rowNumber) => ({ rowNumber, values: [code] }))
})

const copy = (...drafts: ReadonlyArray<SequenceDraft>) =>
  inFlow(toSequences(Stream.fromIterable(drafts)), { flow: "boms" })

describe("sequences", () => {
  it.effect("are written with their rows, and not again while nothing changes", () => {
    const { cdf, layer } = makePlant()
    return Effect.gen(function* () {
      const first = yield* copy(bom("a", "x", "y"), bom("b"))
      assert.deepInclude(first.tally.counts, { created: 0, sequences: 2 })
      assert.deepStrictEqual(
        (yield* cdf.cdf.rows(ids.of("bom", "a"), columns)).map(({ values }) => values),
        [["x"], ["y"]]
      )
      cdf.calls.splice(0)
      const second = yield* copy(bom("a", "x", "y"), bom("b"))
      assert.strictEqual(second.tally.counts.sequences, 0)
      assert.deepStrictEqual(cdf.calls, [])
    }).pipe(Effect.provide(layer))
  })

  it.effect("are replaced as a whole: rows that are no more are deleted", () => {
    const { cdf, layer } = makePlant()
    return Effect.gen(function* () {
      yield* copy(bom("a", "x", "y", "z"), bom("b", "q"))
      yield* copy(bom("a", "y"))
      assert.deepStrictEqual(yield* cdf.cdf.rows(ids.of("bom", "a"), columns), [{ rowNumber: 0, values: ["y"] }])
      assert.deepStrictEqual(yield* cdf.cdf.rows(ids.of("bom", "b"), columns), [{ rowNumber: 0, values: ["q"] }])
    }).pipe(Effect.provide(layer))
  })

  it.effect("are compared with CDF where the ledger was lost: equal rows are not written", () => {
    const { cdf, layer } = makePlant()
    return Effect.gen(function* () {
      yield* copy(bom("a", "x"), bom("b", "y"))
      yield* Effect.flatMap(Ledger, ({ forget }) => forget("sequences", [ids.of("bom", "a"), ids.of("bom", "b")]))
      cdf.calls.splice(0)
      const { tally } = yield* copy(bom("a", "x"), bom("b", "changed"))
      assert.strictEqual(tally.counts.sequences, 1)
      assert.deepStrictEqual(
        cdf.writes().filter(({ operation }) => operation !== "create"),
        [{ operation: "insertRows", externalIds: [ids.of("bom", "b")] }]
      )
    }).pipe(Effect.provide(layer))
  })

  it.effect("whose rows were not written are no row of the ledger, and are mended by the next run", () => {
    const { cdf, layer } = makePlant()
    return Effect.gen(function* () {
      cdf.fail = ({ operation }) => (operation === "insertRows" ? transient("rows") : undefined)
      assert.strictEqual((yield* copy(bom("a", "x"))).exit._tag, "Failure")
      cdf.fail = () => undefined
      yield* copy(bom("a", "x"))
      assert.deepStrictEqual(yield* cdf.cdf.rows(ids.of("bom", "a"), columns), [{ rowNumber: 0, values: ["x"] }])
    }).pipe(Effect.provide(layer))
  })

  it.effect("whose rows CDF refuses become dead letters, and the others are written", () => {
    const { cdf, layer } = makePlant({
      over: (cdf) => ({
        insertRows: (sequences) =>
          sequences.some(({ rows }) => rows.some(({ values }) => values.includes("bad")))
            ? Effect.fail(badCell)
            : cdf.insertRows(sequences)
      })
    })
    return Effect.gen(function* () {
      const { exit, tally } = yield* copy(bom("a", "x"), bom("b", "bad"), bom("c", "z"))
      assert.strictEqual(exit._tag, "Success")
      assert.strictEqual(tally.counts.sequences, 2)
      assert.deepStrictEqual(
        (yield* deadLetters).map(({ key, reason }) => [key, reason]),
        [[ids.of("bom", "b"), "bad cell"]]
      )
      assert.deepStrictEqual(yield* cdf.cdf.rows(ids.of("bom", "c"), columns), [{ rowNumber: 0, values: ["z"] }])
      const rows = yield* Effect.flatMap(Ledger, ({ rowsOf }) => rowsOf("boms", "sequences"))
      assert.deepStrictEqual(
        rows.map(({ plexId }) => plexId),
        ["a", "c"]
      )
    }).pipe(Effect.provide(layer))
  })
})
