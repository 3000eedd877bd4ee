import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Stream } from "effect"
import type { Column } from "../../src/domain/cdf/Resource.js"
import { demoFacility } from "../support/DemoFacility.js"
import { extract, flowOf, makePlant, unbalanced } from "../support/PipelineHarness.js"
import { plexExamples } from "../support/PlexExamples.js"
import { plexError } from "../support/PlexScripted.js"
import { lists, partRow, uuid } from "./Rows.js"

const { ids } = demoFacility()
const columns: ReadonlyArray<Column> = [{ externalId: "operation_number", valueType: "LONG" }]

const step = (at: number, over: object = {}) => ({
  ...plexExamples.partOperation,
  id: uuid(100 + at),
  partId: uuid(1),
  operationNumber: at,
  ...over
})
const component = (at: number) => ({ ...plexExamples.bomComponent, id: uuid(200 + at), partId: uuid(1), sortOrder: at })

describe("master data", () => {
  it.effect("is written whole and linked, and the second pass writes nothing", () => {
    const { building, equipment, operation, productionLine, supplyItem, workcenter } = plexExamples
    const plant = makePlant({
      plex: {
        lists: {
          "/mdm/v1/buildings": [building],
          [lists.parts]: [partRow(1), partRow(2)],
          [lists.operations]: [operation],
          "/inventory/v1/inventory-definitions/supply-items": [supplyItem],
          "/production/v1/production-definitions/production-lines": [productionLine],
          [lists.workcenters]: [workcenter],
          "/maintenance/v1/equipment": [equipment],
          [lists.routings]: [step(10), step(20)],
          [lists.boms]: ({ query }) => (query?.["partId"] === uuid(1) ? [component(1), component(2)] : [])
        }
      }
    })
    return Effect.gen(function* () {
      const first = yield* extract("master-data")
      assert.strictEqual(first.status, "succeeded")
      assert.deepStrictEqual(unbalanced(first), [])
      assert.strictEqual(
        plant.cdf.held.assets.get(ids.of("workcenter", workcenter.workcenterId))?.parentExternalId,
        ids.of("production_line", productionLine.id)
      )
      assert.strictEqual(plant.cdf.held.relationships.size, 4)
      assert.deepStrictEqual(
        [...plant.cdf.held.sequences.keys()].sort(),
        [ids.of("bom", uuid(1)), ids.of("routing", uuid(1))].sort()
      )
      plant.cdf.calls.splice(0)
      const second = yield* extract("master-data")
      assert.strictEqual(second.status, "succeeded")
      assert.deepStrictEqual(plant.cdf.writes(), [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("counts the cells of its sequences that had to be cut, where these are written", () => {
    const plant = makePlant({
      plex: {
        lists: {
          [lists.parts]: [partRow(1)],
          [lists.routings]: [{ ...step(10), type: "t".repeat(300) }, step(20)]
        }
      }
    })
    const cuts = Effect.map(extract("master-data"), (found) => flowOf(found, "routings").counts.cuts)
    return Effect.gen(function* () {
      assert.strictEqual(yield* cuts, 1)
      assert.strictEqual(yield* cuts, 0)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("leaves routings as they are where their list was cut by the stop", () => {
    const plant = makePlant({ plex: { lists: { [lists.routings]: [step(10), step(20)] } } })
    return Effect.gen(function* () {
      yield* extract("master-data")
      const stop = yield* Deferred.make<void>()
      plant.plex.lists[lists.routings] = Stream.fromIterable([step(10, { multiple: 5 })]).pipe(
        Stream.concat(Stream.fromEffect(Effect.as(Deferred.succeed(stop, undefined), step(20)))),
        Stream.concat(Stream.make(step(30))),
        Stream.rechunk(1)
      )
      yield* extract("master-data", { stop })
      const rows = yield* plant.cdf.cdf.rows(ids.of("routing", uuid(1)), columns)
      assert.deepStrictEqual(
        rows.map(({ values }) => values),
        [[10], [20]]
      )
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("leaves routings as they are where their list broke off", () => {
    const plant = makePlant({ plex: { lists: { [lists.routings]: [step(10), step(20)] } } })
    return Effect.gen(function* () {
      yield* extract("master-data")
      plant.plex.lists[lists.routings] = Stream.concat(Stream.make(step(10)), Stream.fail(plexError("WrongBody")))
      const found = yield* extract("master-data")
      assert.strictEqual(flowOf(found, "routings").status, "degraded")
      assert.strictEqual((yield* plant.cdf.cdf.rows(ids.of("routing", uuid(1)), columns)).length, 2)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("writes a bill of material that it has begun to read as a whole, stop or not", () => {
    const plant = makePlant({ plex: { lists: { [lists.parts]: [partRow(1)] } } })
    return Effect.gen(function* () {
      const stop = yield* Deferred.make<void>()
      plant.plex.lists[lists.boms] = Stream.make(component(1)).pipe(
        Stream.tap(() => Deferred.succeed(stop, undefined)),
        Stream.concat(Stream.make(component(2))),
        Stream.concat(Stream.make(component(3)))
      )
      const found = yield* extract("master-data", { stop })
      assert.deepInclude(flowOf(found, "boms").counts, { read: 3, created: 3, sequences: 1 })
      const number: ReadonlyArray<Column> = [{ externalId: "sort_order", valueType: "DOUBLE" }]
      assert.strictEqual((yield* plant.cdf.cdf.rows(ids.of("bom", uuid(1)), number)).length, 3)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("skips what a tenant does not have, and succeeds", () => {
    const plant = makePlant({ plex: { lists: { "/maintenance/v1/equipment": plexError("NotSubscribed") } } })
    return Effect.gen(function* () {
      const found = yield* extract("master-data")
      assert.strictEqual(flowOf(found, "equipment").status, "skipped")
      assert.strictEqual(found.status, "succeeded")
    }).pipe(Effect.provide(plant.layer))
  })
})
