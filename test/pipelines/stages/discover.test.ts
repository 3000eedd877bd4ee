import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck } from "effect"
import { ExternalId } from "../../../src/domain/ExternalId.js"
import { noteFresh } from "../../../src/pipelines/cdfIsFresh.js"
import { Ledger } from "../../../src/services/Ledger.js"
import { demoFacility } from "../../support/DemoFacility.js"
import { extract, flowOf, makePlant, type PipelinePlant, unbalanced } from "../../support/PipelineHarness.js"
import { plexExamples } from "../../support/PlexExamples.js"
import { type ListScript, plexError } from "../../support/PlexScripted.js"
import { lists, partRow, uuid } from "../Rows.js"

const { ids } = demoFacility()
const part = (at: number) => ids.of("part", uuid(at))
const parts = (...numbers: ReadonlyArray<number>) => numbers.map((at) => partRow(at))
const step = (at: number, of: number) => ({
  ...plexExamples.partOperation,
  id: uuid(100 + at),
  partId: uuid(of),
  operationNumber: at
})
const run = extract("master-data", { sweep: false })

/** The same CDF with a state that was deleted. */
const afterwards = (before: PipelinePlant, script: Record<string, ListScript>) =>
  makePlant({ plex: { now: before.plex.now + 60_000, lists: script }, over: () => before.cdf.cdf })

const isMarked = ({ cdf }: PipelinePlant, at: number) => cdf.held.assets.get(part(at))?.metadata["active"] === "false"

const askedOfCdf = ({ cdf }: PipelinePlant) => cdf.calls.filter(({ operation }) => operation === "list")

describe("A ledger that was deleted", () => {
  it.effect("costs calls only: nothing is doubled or written, and what vanished meanwhile is retired", () => {
    const before = makePlant({
      plex: { lists: { [lists.parts]: parts(1, 2, 3), [lists.routings]: [step(1, 1), step(2, 2), step(3, 3)] } }
    })
    const after = afterwards(before, { [lists.parts]: parts(1, 3), [lists.routings]: [step(1, 1), step(3, 3)] })
    return Effect.gen(function* () {
      yield* Effect.provide(run, before.layer)
      before.cdf.calls.splice(0)
      const found = yield* Effect.provide(run, after.layer)
      assert.deepStrictEqual(unbalanced(found), [])
      assert.deepInclude(flowOf(found, "parts").counts, { read: 2, unchanged: 2, created: 0, updated: 0, retired: 1 })
      assert.deepInclude(flowOf(found, "routings").counts, { read: 2, unchanged: 2, retired: 2 })
      assert.isTrue(isMarked(before, 2))
      assert.isUndefined(before.cdf.held.relationships.get(ids.of("routing", uuid(102))))
      assert.deepStrictEqual(
        // The tree and the labels are tried first, and are there.
        before.cdf
          .writes()
          .filter(({ operation }) => operation !== "create")
          .map(({ externalIds, operation }) => [operation, ...externalIds]),
        [
          ["update", part(2)],
          ["delete", ids.of("routing", uuid(102))],
          ["deleteRows", ids.of("routing", uuid(2))],
          ["update", ids.of("routing", uuid(2))]
        ]
      )
    })
  })

  it.effect(
    "knows by the marks what was retired before it was deleted: not retired again, and revived to the byte",
    () => {
      const before = makePlant({ plex: { lists: { [lists.parts]: parts(1, 2, 3) } } })
      const after = afterwards(before, { [lists.parts]: parts(1, 3) })
      return Effect.gen(function* () {
        yield* Effect.provide(run, before.layer)
        const original = before.cdf.held.assets.get(part(2))
        before.plex.lists[lists.parts] = parts(1, 3)
        const again = Effect.gen(function* () {
          assert.strictEqual(flowOf(yield* run, "parts").counts.retired, 0)
          after.plex.lists[lists.parts] = parts(1, 2, 3)
          assert.strictEqual(flowOf(yield* run, "parts").counts.updated, 1)
        })
        yield* Effect.provide(run, makePlantOver(before).layer)
        assert.isTrue(isMarked(before, 2))
        yield* Effect.provide(again, after.layer)
        assert.deepStrictEqual(before.cdf.held.assets.get(part(2)), original)
      })
    }
  )

  it.effect("asks CDF once, and again only after a process that did not come to its end", () => {
    const plant = makePlant({ plex: { lists: { [lists.parts]: parts(1, 2) } } })
    return Effect.gen(function* () {
      yield* run
      assert.isAbove(askedOfCdf(plant).length, 0)
      plant.cdf.calls.splice(0)
      plant.plex.lists[lists.parts] = plexError("Unavailable")
      yield* run
      yield* run
      assert.deepStrictEqual(askedOfCdf(plant), [])
      // As a process leaves it that is killed while the list is read.
      const ledger = yield* Ledger
      yield* ledger.keepFacts("hierarchy", new Map([["list of parts", "begun"]]))
      yield* run
      assert.strictEqual(askedOfCdf(plant).length, 1)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("asks nothing of a CDF that was empty when it began", () => {
    const plant = makePlant({ plex: { lists: { [lists.parts]: parts(1, 2) } } })
    return Effect.gen(function* () {
      yield* noteFresh
      yield* run
      assert.deepStrictEqual(askedOfCdf(plant), [])
    }).pipe(Effect.provide(plant.layer))
  })
})

/** Another state over the same CDF and the same Plex. */
const makePlantOver = ({ cdf, plex }: PipelinePlant) =>
  makePlant({ plex: { now: plex.now, lists: plex.lists }, over: () => cdf.cdf })

/** Objects in CDF that are not this facility's, each not by another reason. */
const foreign = FastCheck.record({
  id: FastCheck.oneof(
    FastCheck.record({
      externalId: FastCheck.constantFrom(
        "trial_PCN340884_part_x",
        "PCN3408840_part_x",
        "PCN34088_part_x",
        "pcn340884_part_x",
        "PCN340884_parts_x",
        "other"
      ),
      pcn: FastCheck.constant("340884"),
      dataSetId: FastCheck.constantFrom(1, 2)
    }),
    FastCheck.record({
      externalId: FastCheck.constant("PCN340884_part_x"),
      pcn: FastCheck.constantFrom("340885", "", undefined),
      dataSetId: FastCheck.constantFrom(1, 2)
    }),
    FastCheck.record({
      externalId: FastCheck.constant("PCN340884_part_x"),
      pcn: FastCheck.constant("340884"),
      dataSetId: FastCheck.constant(77)
    })
  ),
  cold: FastCheck.boolean()
})

describe("An object that is not this facility's", () => {
  for (const policy of ["mark", "delete"] as const) {
    it.effect(`is never touched, whatever the list and the state, under the policy ${policy}`, () =>
      Effect.forEach(
        FastCheck.sample(foreign, { numRuns: 12, seed: 11 }),
        ({ cold, id: { dataSetId, externalId, pcn } }) => {
          const before = makePlant({ plex: { lists: { [lists.parts]: parts(1, 2, 3) } } })
          const settings = { removed: { policy, containerRetentionDays: 90, retentionDays: 1 } }
          const after = makePlant({
            plex: { now: before.plex.now, lists: { [lists.parts]: parts(1, 3) } },
            over: () => before.cdf.cdf,
            settings
          })
          const theirs = ExternalId.make(externalId)
          return Effect.gen(function* () {
            yield* Effect.provide(run, before.layer)
            yield* before.cdf.cdf.create("assets", [
              {
                externalId: theirs,
                name: "theirs",
                dataSetId,
                source: "Plex",
                metadata: pcn === undefined ? {} : { pcn, plex_id: "x" }
              }
            ])
            const asset = before.cdf.held.assets.get(theirs)
            before.cdf.calls.splice(0)
            yield* Effect.gen(function* () {
              if (!cold) yield* noteFresh
              yield* run
              after.plex.now += 400 * 86_400_000
              yield* run
            }).pipe(Effect.provide(after.layer))
            assert.deepStrictEqual(before.cdf.held.assets.get(theirs), asset)
            const touched = before.cdf.writes().flatMap(({ externalIds }) => externalIds)
            assert.notInclude(touched, externalId)
            if (cold) assert.include(touched, part(2))
          })
        },
        { discard: true }
      )
    )
  }

  it.effect("stays as it is also where it was ours and somebody moved it to a data set of theirs", () => {
    const plant = makePlant({ plex: { lists: { [lists.parts]: parts(1, 2, 3) } } })
    return Effect.gen(function* () {
      yield* run
      yield* plant.cdf.cdf.update("assets", [{ externalId: part(2), update: { dataSetId: { set: 77 } } }])
      const asset = plant.cdf.held.assets.get(part(2))
      plant.plex.lists[lists.parts] = parts(1, 3)
      yield* run
      assert.deepStrictEqual(plant.cdf.held.assets.get(part(2)), asset)
    }).pipe(Effect.provide(plant.layer))
  })
})
