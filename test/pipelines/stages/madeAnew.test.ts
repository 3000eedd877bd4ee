import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import type { AssetDraft, EventDraft } from "../../../src/domain/cdf/Draft.js"
import { StateError } from "../../../src/domain/Errors.js"
import type { ExternalId } from "../../../src/domain/ExternalId.js"
import { formerNumbersFact } from "../../../src/domain/FormerNumbers.js"
import { layerStateMemory } from "../../../src/layers/state/StateMemory.js"
import { relink } from "../../../src/pipelines/relink.js"
import { toCdf } from "../../../src/pipelines/stages/write.js"
import { hierarchy } from "../../../src/pipelines/tree.js"
import { factsOfFacility, Ledger } from "../../../src/services/Ledger.js"
import { demoFacility } from "../../support/DemoFacility.js"
import { extract, flowOf, inFlow, makePlant, type PipelinePlant, report } from "../../support/PipelineHarness.js"
import { lists, partRow, uuid } from "../Rows.js"

const { ids } = demoFacility()
const part = ids.of("part", uuid(1))

const moment: EventDraft = {
  kind: "events",
  externalId: ids.of("movement", "m"),
  dataSet: "inventory",
  plexId: "m",
  type: "inventory_movement",
  startTime: 1,
  endTime: 1,
  links: [part],
  metadata: {},
  owns: []
}
const asset: AssetDraft = {
  kind: "assets",
  externalId: part,
  dataSet: "master",
  plexId: uuid(1),
  name: "part",
  parent: ids.root("parts_library"),
  waitsUnder: ids.root("parts_library"),
  metadata: { pcn: "340884" },
  owns: []
}

const write = (draft: EventDraft) => inFlow(toCdf("events")(Stream.make(draft)), { flow: "movements" })
const assetIds = ({ cdf }: PipelinePlant) => cdf.held.events.get(moment.externalId)?.assetIds
const numberOf = ({ cdf }: PipelinePlant) => cdf.held.assets.get(part)?.id
const run = extract("master-data", { sweep: false })

describe("An asset that was deleted in CDF and is made anew", () => {
  it.effect("is linked again in the same pass by what is not read any more", () => {
    const plant = makePlant({ plex: { lists: { [lists.parts]: [partRow(1), partRow(2)] } } })
    return Effect.gen(function* () {
      yield* run
      yield* write(moment)
      const before = numberOf(plant)
      assert.deepStrictEqual(assetIds(plant), [before ?? 0])
      yield* plant.cdf.cdf.delete("assets", [part])
      // Its record changes, so that the list writes it.
      plant.plex.lists[lists.parts] = [partRow(1, { name: "other" }), partRow(2)]
      assert.strictEqual(flowOf(yield* run, "parts").counts.created, 1)
      assert.notStrictEqual(numberOf(plant), before)
      assert.strictEqual(yield* relink, 1)
      assert.deepStrictEqual(assetIds(plant), [numberOf(plant) ?? 0])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("is noticed where somebody else made it", () => {
    const plant = makePlant({ plex: { lists: { [lists.parts]: [partRow(1), partRow(2)] } } })
    return Effect.gen(function* () {
      yield* run
      yield* write(moment)
      yield* plant.cdf.cdf.delete("assets", [part])
      yield* plant.cdf.cdf.create("assets", [
        { externalId: part, name: "theirs", dataSetId: 1, source: "Plex", metadata: {} }
      ])
      plant.plex.lists[lists.parts] = [partRow(1, { name: "other" }), partRow(2)]
      yield* run
      yield* relink
      assert.deepStrictEqual(assetIds(plant), [numberOf(plant) ?? 0])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("is made by the next list though its record did not change, once CDF has said that it is gone", () => {
    const plant = makePlant({ plex: { lists: { [lists.parts]: [partRow(1), partRow(2)] } } })
    return Effect.gen(function* () {
      yield* run
      yield* write(moment)
      yield* plant.cdf.cdf.delete("assets", [part])
      const other = { ...moment, externalId: ids.of("movement", "n"), plexId: "n" }
      const { tally } = yield* write(other)
      assert.deepInclude(tally.counts, { created: 1, pendingLinks: 1, deadLettered: 0 })
      assert.strictEqual(flowOf(yield* run, "parts").counts.created, 1)
      assert.strictEqual(yield* relink, 2)
      assert.deepStrictEqual(plant.cdf.held.events.get(other.externalId)?.assetIds, [numberOf(plant) ?? 0])
      assert.deepStrictEqual(assetIds(plant), [numberOf(plant) ?? 0])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("comes back with its links also where it was deleted by the policy for removed records", () => {
    const plant = makePlant({
      plex: { lists: { [lists.parts]: [partRow(1), partRow(2)] } },
      settings: { removed: { policy: "delete", containerRetentionDays: 90, retentionDays: undefined } }
    })
    return Effect.gen(function* () {
      yield* run
      yield* write(moment)
      plant.plex.lists[lists.parts] = [partRow(2)]
      assert.strictEqual(flowOf(yield* run, "parts").counts.retired, 1)
      assert.isUndefined(numberOf(plant))
      plant.plex.lists[lists.parts] = [partRow(1), partRow(2)]
      assert.strictEqual(flowOf(yield* run, "parts").counts.created, 1)
      yield* relink
      assert.deepStrictEqual(assetIds(plant), [numberOf(plant) ?? 0])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("is linked again also where the process was cut off when it had just been made", () => {
    let cut = false
    const mortal = Layer.effect(
      Ledger,
      Effect.map(Ledger, (ledger) => ({
        ...ledger,
        linkedTo: (assets: ReadonlyArray<ExternalId>) =>
          cut ? Effect.fail(new StateError({ operation: "read", detail: "cut off" })) : ledger.linkedTo(assets)
      }))
    )
    const plant = makePlant({
      plex: { lists: { [lists.parts]: [partRow(1), partRow(2)] } },
      state: Layer.provideMerge(mortal, layerStateMemory)
    })
    return Effect.gen(function* () {
      yield* run
      yield* write(moment)
      yield* plant.cdf.cdf.delete("assets", [part])
      plant.plex.lists[lists.parts] = [partRow(1, { name: "other" }), partRow(2)]
      cut = true
      assert.isFalse(flowOf(yield* run, "parts").finished)
      assert.isDefined(numberOf(plant), "CDF holds it already")
      cut = false
      yield* run
      yield* relink
      assert.deepStrictEqual(assetIds(plant), [numberOf(plant) ?? 0])
    }).pipe(Effect.provide(plant.layer))
  })

  describe("under the policy delete", () => {
    const names = [1, 2].map((at) => ids.of("part", uuid(at)))
    const both: EventDraft = { ...moment, links: names }
    const deleting = () =>
      makePlant({
        plex: { lists: { [lists.parts]: [partRow(1), partRow(2), partRow(3)] } },
        settings: { removed: { policy: "delete", containerRetentionDays: 90, retentionDays: undefined } }
      })
    const numbersOf = ({ cdf }: PipelinePlant) => names.map((name) => cdf.held.assets.get(name)?.id ?? 0)
    /** Takes the first part away and gives it back; `between` is done while it is gone. */
    const goneAndBack = <E, R>(plant: PipelinePlant, between: Effect.Effect<unknown, E, R>) =>
      Effect.gen(function* () {
        plant.plex.lists[lists.parts] = [partRow(2), partRow(3)]
        yield* run
        assert.isUndefined(numberOf(plant))
        yield* between
        plant.plex.lists[lists.parts] = [partRow(1), partRow(2), partRow(3)]
        yield* run
      })

    for (const { between, name } of [
      { name: "nothing else happens", between: Effect.void },
      { name: "what links to it is read again while it is gone", between: write(both) }
    ]) {
      it.effect(`takes the place of its dead number where ${name}; what others linked stays`, () => {
        const plant = deleting()
        return Effect.gen(function* () {
          yield* run
          yield* write(both)
          const theirs = plant.cdf.held.assets.get(ids.of("part", uuid(3)))?.id ?? 0
          yield* plant.cdf.cdf.update("events", [
            { externalId: both.externalId, update: { assetIds: { add: [theirs], remove: [] } } }
          ])
          yield* goneAndBack(plant, between)
          yield* relink
          assert.sameMembers([...(assetIds(plant) ?? [])], [...numbersOf(plant), theirs])
          yield* goneAndBack(plant, between)
          yield* relink
          assert.sameMembers([...(assetIds(plant) ?? [])], [...numbersOf(plant), theirs], "a second time")
        }).pipe(Effect.provide(plant.layer))
      })
    }

    it.effect("takes the place of all numbers that it had, also where its record is read before links are made", () => {
      const plant = deleting()
      return Effect.gen(function* () {
        yield* run
        yield* write(both)
        yield* goneAndBack(plant, Effect.void)
        yield* goneAndBack(plant, Effect.void)
        yield* write(both)
        assert.sameMembers([...(assetIds(plant) ?? [])], numbersOf(plant))
        yield* relink
        assert.sameMembers([...(assetIds(plant) ?? [])], numbersOf(plant))
      }).pipe(Effect.provide(plant.layer))
    })

    it.effect("leaves no number behind when the ledger forgets it", () => {
      const plant = deleting()
      const facts = Effect.flatMap(Ledger, (ledger) => ledger.facts(factsOfFacility, [formerNumbersFact(part)]))
      return Effect.gen(function* () {
        yield* run
        yield* goneAndBack(plant, Effect.void)
        assert.strictEqual((yield* facts).size, 1)
        yield* (yield* Ledger).forget("assets", [part])
        assert.strictEqual((yield* facts).size, 0)
      }).pipe(Effect.provide(plant.layer))
    })
  })

  it.effect("would stay without links if the ledger had forgotten it", () => {
    const plant = makePlant({ plex: { lists: { [lists.parts]: [partRow(1), partRow(2)] } } })
    return Effect.gen(function* () {
      yield* run
      yield* write(moment)
      yield* plant.cdf.cdf.delete("assets", [part])
      yield* (yield* Ledger).forget("assets", [part])
      yield* run
      assert.strictEqual(yield* relink, 0)
      assert.notInclude(assetIds(plant) ?? [], numberOf(plant))
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("is linked again by many at once, each with its own", () => {
    const plant = makePlant()
    const drafts = Array.from({ length: 6 }, (_, at) => ({
      ...asset,
      externalId: ids.of("part", `${at}`),
      plexId: `${at}`
    }))
    const events = drafts.map(({ externalId }, at) => ({
      ...moment,
      externalId: ids.of("movement", `${at}`),
      links: [externalId]
    }))
    return Effect.gen(function* () {
      yield* report(hierarchy)
      yield* inFlow(toCdf("assets")(Stream.fromIterable(drafts)))
      yield* inFlow(toCdf("events")(Stream.fromIterable(events)), { flow: "movements" })
      yield* plant.cdf.cdf.delete(
        "assets",
        drafts.map(({ externalId }) => externalId)
      )
      yield* inFlow(toCdf("assets")(Stream.fromIterable(drafts.map((draft) => ({ ...draft, name: "again" })))))
      assert.strictEqual(yield* relink, 6)
      for (const { externalId, links } of events) {
        const number = plant.cdf.held.assets.get(links[0] ?? "")?.id
        assert.deepStrictEqual(plant.cdf.held.events.get(externalId)?.assetIds, [number ?? 0])
      }
    }).pipe(Effect.provide(plant.layer))
  })
})
