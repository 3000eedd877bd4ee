/**
 * Records that are as they were are not mapped again, and whatever else a draft depends on is noticed all the same.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import type { FlowError } from "../../../src/domain/Errors.js"
import type { FacilityIdentity } from "../../../src/domain/Facility.js"
import { Part, partAsset } from "../../../src/domain/records/Part.js"
import { decode } from "../../../src/pipelines/stages/decode.js"
import { map } from "../../../src/pipelines/stages/map.js"
import { list } from "../../../src/pipelines/stages/read.js"
import { wholeList } from "../../../src/pipelines/stages/wholeList.js"
import { toCdf } from "../../../src/pipelines/stages/write.js"
import { AppConfig } from "../../../src/services/AppConfig.js"
import { Ledger } from "../../../src/services/Ledger.js"
import { ProgramVersion } from "../../../src/services/ProgramVersion.js"
import { extract, inFlow, makePlant, type PlantOptions } from "../../support/PipelineHarness.js"
import { lists, partRow, uuid } from "../Rows.js"

const idOf = (at: number): string => `PCN340884_part_${uuid(at)}`

/** A plant whose parts can be changed, and the flow over them, which counts what it maps. */
const watched = (rows: ReadonlyArray<unknown>, options: Omit<PlantOptions, "plex"> = {}) => {
  const shown = { rows }
  const plant = makePlant({ ...options, plex: { lists: { [lists.parts]: () => shown.rows } } })
  let mapped = 0
  const counting = Object.assign(
    (facility: Parameters<typeof partAsset>[0]) => {
      const draftOf = partAsset(facility)
      return (part: Part) => {
        mapped += 1
        return draftOf(part)
      }
    },
    { outline: partAsset.outline }
  )
  /** The tree, in which parts have their place. */
  const tree = extract("master-data", { names: new Set(["hierarchy"]), sweep: false })
  const parts = <E extends FlowError, R>(records: Stream.Stream<unknown, E, R>) =>
    Effect.suspend(() => {
      mapped = 0
      plant.cdf.calls.splice(0)
      return inFlow(records.pipe(decode(Part), map(counting), toCdf("assets"), wholeList({ assets: "part" }))).pipe(
        Effect.map(({ exit, tally }) => ({ exit, counts: tally.counts, mapped: () => mapped }))
      )
    })
  const pass = Effect.zipRight(tree, parts(list(lists.parts)))
  /** A list of these rows, each of which comes in a chunk of its own. */
  const apart = (...rows: ReadonlyArray<unknown>) => parts(Stream.fromIterable(rows).pipe(Stream.rechunk(1)))
  return { apart, plant, pass, show: (now: ReadonlyArray<unknown>) => (shown.rows = now) }
}

const three = [1, 2, 3].map((at) => partRow(at))

describe("A record that is as it was", () => {
  it.effect("is not mapped, counts as unchanged, and stays where others have gone", () => {
    const { pass, plant, show } = watched(three)
    return Effect.gen(function* () {
      assert.strictEqual((yield* pass).mapped(), 3)
      const second = yield* pass
      assert.strictEqual(second.mapped(), 0)
      assert.strictEqual(second.counts.unchanged, 3)
      assert.strictEqual(second.counts.read, 3)
      assert.deepStrictEqual(plant.cdf.writes(), [])
      show(three.slice(0, 2))
      const third = yield* pass
      assert.strictEqual(third.counts.retired, 1)
      assert.strictEqual(plant.cdf.held.assets.get(idOf(1))?.metadata["active"], undefined)
      assert.strictEqual(plant.cdf.held.assets.get(idOf(3))?.metadata["active"], "false")
      show(three)
      const back = yield* pass
      assert.strictEqual(back.mapped(), 1)
      assert.strictEqual(plant.cdf.held.assets.get(idOf(3))?.metadata["active"], undefined)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("does not keep one beside it that changed from being written", () => {
    const { pass, plant, show } = watched(three)
    return Effect.gen(function* () {
      yield* pass
      show([three[0], { ...partRow(2), name: "Another" }, three[2]])
      const second = yield* pass
      assert.strictEqual(second.mapped(), 1)
      assert.strictEqual(second.counts.updated, 1)
      assert.strictEqual(second.counts.unchanged, 2)
      assert.include(plant.cdf.held.assets.get(idOf(2))?.name, "Another")
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("is mapped all the same where the list shows another state of it before, as the last is to win", () => {
    const { pass, plant, show } = watched(three)
    return Effect.gen(function* () {
      yield* pass
      show([{ ...partRow(1), name: "Earlier" }, ...three])
      const second = yield* pass
      assert.strictEqual(second.mapped(), 2)
      assert.strictEqual(second.counts.duplicates, 1)
      assert.notInclude(plant.cdf.held.assets.get(idOf(1))?.name, "Earlier")
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("is mapped all the same where an earlier chunk of the list shows another state of it", () => {
    const { apart, pass, plant } = watched(three)
    return Effect.gen(function* () {
      yield* pass
      const second = yield* apart({ ...partRow(1), name: "Earlier" }, ...three)
      assert.strictEqual(second.mapped(), 2)
      assert.deepInclude(second.counts, { unchanged: 3, duplicates: 1 })
      assert.notInclude(plant.cdf.held.assets.get(idOf(1))?.name, "Earlier")
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("is compared with CDF again where the ledger is not to be trusted", () => {
    const { pass, plant } = watched(three)
    return Effect.gen(function* () {
      yield* pass
      yield* (yield* Ledger).distrust
      const again = yield* pass
      assert.strictEqual(again.mapped(), 3)
      assert.isTrue(plant.cdf.calls.some(({ operation }) => operation === "byids"))
      assert.strictEqual((yield* pass).mapped(), 0)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect(
    "is mapped once more by another version of the program, and written only where that makes a difference",
    () => {
      const { pass, plant } = watched(three)
      return Effect.gen(function* () {
        yield* pass
        const newer = Effect.provideService(pass, ProgramVersion, "another")
        assert.strictEqual((yield* newer).mapped(), 3)
        assert.deepStrictEqual(plant.cdf.calls, [])
        assert.strictEqual((yield* newer).mapped(), 0)
      }).pipe(Effect.provide(plant.layer))
    }
  )

  const others: ReadonlyArray<Partial<FacilityIdentity>> = [
    { name: "Renamed" },
    { code: "OTHER" },
    { timezone: "Europe/Oslo" },
    { country: "NO" }
  ]
  for (const facility of others) {
    it.effect(`is written again under another ${Object.keys(facility).join()} of the facility`, () => {
      const before = watched(three)
      return Effect.gen(function* () {
        yield* before.pass
        const after = makePlant({ facility })
        const pass = Effect.provideService(before.pass, AppConfig, after.settings)
        const second = yield* pass
        assert.strictEqual(second.mapped(), 3)
        assert.strictEqual(second.counts.updated, 3)
        assert.strictEqual((yield* pass).mapped(), 0)
      }).pipe(Effect.provide(before.plant.layer))
    })
  }
})
