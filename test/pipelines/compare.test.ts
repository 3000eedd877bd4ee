import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Schema } from "effect"
import type { Asset, Cell } from "../../src/domain/cdf/Resource.js"
import { ExternalId } from "../../src/domain/ExternalId.js"
import { CdfError } from "../../src/domain/Errors.js"
import { IdScheme } from "../../src/domain/IdScheme.js"
import { compare } from "../../src/pipelines/compare.js"
import { underOtherPrefix, underScheme } from "../../src/pipelines/counterparts.js"
import { Cdf } from "../../src/services/Cdf.js"
import { demoFacility } from "../support/DemoFacility.js"
import { makePlant } from "../support/PipelineHarness.js"

const facility = demoFacility()
const trial = demoFacility({ externalIdPrefix: "trial_" })
const ours = { pcn: "340884", source: "PlexMES" }

const asset = (externalId: string, over: Partial<Asset> = {}): Asset => ({
  externalId: ExternalId.make(externalId),
  name: "Part",
  dataSetId: 1,
  source: "Plex",
  metadata: ours,
  ...over
})

const refusal = new CdfError({
  operation: "rows",
  reason: "Refused",
  detail: "not these rows",
  status: 400,
  missing: [],
  duplicated: []
})

/** A sequence with its rows, from row 0. */
const sequence = (externalId: string, names: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<Cell>>) =>
  Effect.gen(function* () {
    const cdf = yield* Cdf
    const columns = names.map((name) => ({ externalId: name, valueType: "STRING" as const }))
    const id = ExternalId.make(externalId)
    yield* cdf.create("sequences", [{ externalId: id, name: "Steps", dataSetId: 1, metadata: ours, columns }])
    yield* cdf.insertRows([{ externalId: id, columns, rows: rows.map((values, rowNumber) => ({ rowNumber, values })) }])
  })

/** Two routings that are alike, and two that differ in their rows. */
const routings = (other: (key: string) => string, more: ReadonlyArray<string> = []) =>
  Effect.gen(function* () {
    const columns = ["code", "type"]
    const steps = [
      ["Cut", "a"],
      ["Weld", "b"],
      ["Paint", "c"]
    ]
    yield* sequence(facility.ids.of("routing", "1"), columns, steps)
    yield* sequence(
      other("1"),
      [...more, ...columns],
      steps.map((row) => [...more, ...row])
    )
    yield* sequence(facility.ids.of("routing", "2"), columns, steps)
    yield* sequence(
      other("2"),
      columns.toReversed(),
      [
        ["Cut", "x"],
        ["Saw", "y"]
      ].map((row) => row.toReversed())
    )
  })

const schemeOf = (scheme: unknown) =>
  Either.getOrThrow(underScheme(facility, Schema.decodeUnknownSync(IdScheme)(scheme)))

describe("compare", () => {
  it.effect("takes links to assets that are gone for the same, and names the assets of all others", () => {
    const plant = makePlant()
    return Effect.gen(function* () {
      const cdf = yield* Cdf
      const assets = yield* cdf.create("assets", [
        asset(facility.ids.of("part", "1")),
        asset(trial.ids.of("part", "1")),
        asset("theirs"),
        asset(facility.ids.of("part", "2")),
        asset(trial.ids.of("part", "2"))
      ])
      const [one, trialOne, theirs, gone, trialGone] = assets.map(({ id }) => id)
      const event = (externalId: ExternalId, assetIds: ReadonlyArray<number | undefined>) => ({
        externalId,
        type: "t",
        dataSetId: 2,
        source: "Plex",
        metadata: ours,
        assetIds: assetIds.flatMap((id) => id ?? [])
      })
      yield* cdf.create("events", [
        event(facility.ids.of("job", "1"), [one, theirs, gone]),
        event(trial.ids.of("job", "1"), [trialGone, theirs, trialOne]),
        event(facility.ids.of("job", "2"), [one]),
        event(trial.ids.of("job", "2"), [one])
      ])
      yield* cdf.delete("assets", [facility.ids.of("part", "2"), trial.ids.of("part", "2")])
      const { kinds } = yield* compare(facility, underOtherPrefix(facility, "trial_"), 5)
      const events = kinds.find(({ kind }) => kind === "events")
      assert.deepInclude(events, { alike: 1, different: 1, fields: { links: 1 } })
      assert.deepStrictEqual(events?.samples.different[0]?.differences, [
        { field: "links", before: [trial.ids.of("part", "1")], after: [facility.ids.of("part", "1")] }
      ])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("holds the rows of sequences against each other, and names the first cell of each column", () => {
    const plant = makePlant()
    return Effect.gen(function* () {
      yield* routings((key) => trial.ids.of("routing", key))
      const { kinds } = yield* compare(facility, underOtherPrefix(facility, "trial_"), 5)
      assert.deepInclude(kinds[0], { kind: "sequences", alike: 1, different: 1 })
      assert.deepStrictEqual(kinds[0]?.fields, { columns: 1, rows: 1, "rows.code": 1, "rows.type": 1 })
      const [, ...ofRows] = kinds[0]?.samples.different[0]?.differences ?? []
      assert.deepStrictEqual(ofRows, [
        { field: "rows", before: 3, after: 2 },
        { field: "rows.code", cell: { row: 1, more: 0 }, before: "Weld", after: "Saw" },
        { field: "rows.type", cell: { row: 0, more: 1 }, before: "a", after: "x" }
      ])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("reads no rows where a scheme ignores them, and leaves out the columns that it ignores", () => {
    const plant = makePlant()
    return Effect.gen(function* () {
      yield* routings((key) => `R_${key}`, ["theirs"])
      const rules = [{ kind: "routing", as: "sequences", match: "R_{key}" }]
      const some = yield* compare(facility, schemeOf({ rules, ignore: ["columns", "rows.type"] }), 5)
      // A column that only the other side has is told by the columns.
      assert.deepStrictEqual(some.kinds[0]?.fields, { rows: 1, "rows.code": 1 })
      plant.cdf.calls.splice(0)
      const none = yield* compare(facility, schemeOf({ rules, ignore: ["columns", "rows"] }), 5)
      assert.deepInclude(none.kinds[0], { alike: 2, different: 0 })
      assert.isFalse(plant.cdf.calls.some(({ operation }) => operation === "rows"))
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("goes on where a sequence is deleted while its rows are read, and not where CDF refuses them", () => {
    const plant = makePlant()
    return Effect.gen(function* () {
      yield* routings((key) => trial.ids.of("routing", key))
      const comparing = compare(facility, underOtherPrefix(facility, "trial_"), 5)
      const gone = trial.ids.of("routing", "1")
      plant.cdf.fail = ({ externalIds, operation }) =>
        operation === "rows" && externalIds.includes(gone) ? refusal : undefined
      assert.strictEqual((yield* Effect.flip(comparing)).detail, refusal.detail)
      const { cdf } = plant.cdf
      const deleting = {
        ...cdf,
        rows: (...[externalId, columns]: Parameters<typeof cdf.rows>) =>
          Effect.zipRight(
            externalId === gone ? cdf.delete("sequences", [gone]) : Effect.void,
            cdf.rows(externalId, columns)
          )
      }
      const { kinds } = yield* Effect.provideService(comparing, Cdf, deleting)
      assert.deepInclude(kinds[0]?.samples.different.find(({ counterpart }) => counterpart === gone)?.differences[0], {
        field: "rows",
        before: 3,
        after: 0
      })
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("counts objects whose counterpart is another one's as well, and those that no rule is for", () => {
    const plant = makePlant()
    return Effect.gen(function* () {
      const numbered = (number: string) => ({ metadata: { ...ours, number } })
      yield* (yield* Cdf).create("assets", [
        asset(facility.ids.of("part", "1"), numbered("A")),
        asset(facility.ids.of("part", "2"), numbered("A")),
        asset(facility.ids.of("part", "3")),
        asset(facility.ids.of("building", "1")),
        asset("P_A"),
        asset("P_B"),
        // A pattern that fits our own ids finds nothing of others there.
        asset("PCN340884_part_P")
      ])
      const scheme = { rules: [{ kind: "part", match: "P{sep}{number}" }], ignore: ["metadata.*"] }
      const report = yield* compare(
        facility,
        schemeOf({ ...scheme, rules: [{ kind: "part", match: "P_{number}" }] }),
        5
      )
      assert.deepInclude(report.kinds[0], { alike: 2, contested: 1, onlyHere: 2, onlyThere: 1, different: 0 })
      assert.deepStrictEqual(report.uncovered, [{ kind: "assets", word: "building", objects: 1 }])
      const wide = yield* compare(facility, schemeOf(scheme), 5)
      assert.deepStrictEqual(wide.kinds[0]?.samples.onlyThere, ["P_A", "P_B"])
    }).pipe(Effect.provide(plant.layer))
  })
})
