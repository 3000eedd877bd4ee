/**
 * What CDF took and the ledger was not told: the process was killed in between, or the answer was lost.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Cdf } from "../../src/services/Cdf.js"
import { transient } from "../support/CdfMemory.js"
import { demoFacility } from "../support/DemoFacility.js"
import { killable } from "../support/KilledRun.js"
import { extract, makePlant } from "../support/PipelineHarness.js"
import { plexExamples } from "../support/PlexExamples.js"
import { containerRow, entryRow, jobRow, lists, partRow, uuid } from "./Rows.js"

const { ids } = demoFacility()

type Service = typeof Cdf.Service

/** A CDF after each of whose changes something else happens. */
const after =
  (happens: Effect.Effect<void, ReturnType<typeof transient>>) =>
  (cdf: Service): Pick<Service, "delete" | "insertRows" | "update" | "upsert"> => ({
    upsert: (kind, wanted) => Effect.zipLeft(cdf.upsert(kind, wanted), happens),
    update: (kind, patches) => Effect.zipLeft(cdf.update(kind, patches), happens),
    delete: (kind, externalIds) => Effect.zipLeft(cdf.delete(kind, externalIds), happens),
    insertRows: (rows) => Effect.zipLeft(cdf.insertRows(rows), happens)
  })

const run = (name: "inventory" | "jobs" | "master-data" | "production", sweep = false) =>
  Effect.exit(extract(name, { sweep }))

const step = (at: number) => ({
  ...plexExamples.partOperation,
  id: uuid(100 + at),
  partId: uuid(1),
  operationNumber: at
})

const component = (quantity: number) => ({ ...plexExamples.bomComponent, id: uuid(301), partId: uuid(1), quantity })

describe("What landed and was not confirmed", () => {
  it.effect("is undone when Plex goes back: an asset whose answer was lost", () => {
    let lost = false
    const plant = makePlant({
      plex: { lists: { [lists.parts]: [partRow(1, { name: "A" })] } },
      over: after(Effect.suspend(() => (lost ? Effect.fail(transient("update")) : Effect.void)))
    })
    const name = () => plant.cdf.held.assets.get(ids.of("part", uuid(1)))?.metadata["name"]
    return Effect.gen(function* () {
      yield* run("master-data")
      plant.plex.lists[lists.parts] = [partRow(1, { name: "B" })]
      lost = true
      yield* run("master-data")
      lost = false
      assert.strictEqual(name(), "B")
      plant.plex.lists[lists.parts] = [partRow(1, { name: "A" })]
      yield* run("master-data")
      assert.strictEqual(name(), "A")
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("is undone when Plex goes back: an event of history", () => {
    const kill = killable()
    const entry = (heatCode: string) => [entryRow("2026-06-12T07:00:00Z", { heatCode })]
    const plant = makePlant({ plex: { lists: { [lists.entries]: entry("A") } }, over: after(kill.here) })
    const heats = () => [...plant.cdf.held.events.values()].map((event) => event?.metadata["heat_code"])
    return Effect.gen(function* () {
      yield* run("production")
      assert.deepStrictEqual(heats(), ["A"])
      plant.plex.lists[lists.entries] = entry("B")
      yield* kill.killed(run("production"))
      assert.deepStrictEqual(heats(), ["B"])
      plant.plex.lists[lists.entries] = entry("A")
      yield* run("production")
      assert.deepStrictEqual(heats(), ["A"])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("is undone when Plex goes back: the start of a job by its operations", () => {
    const kill = killable()
    const operation = (scheduledStartDate: string) => ({
      jobOperationId: uuid(500),
      jobOperationNumber: 10,
      operationCode: "Freeze",
      workcenterId: uuid(7),
      workcenterCode: "WC-7",
      scheduledStartDate
    })
    const [early, late] = ["2026-06-11T06:00:00Z", "2026-06-11T07:00:00Z"] as const
    const path = `${lists.jobs}/${uuid(1)}/operations`
    const plant = makePlant({
      plex: { lists: { [lists.jobs]: [jobRow(1)], [path]: [operation(early)] } },
      over: after(kill.here)
    })
    const start = () => plant.cdf.held.events.get(ids.of("job", "J1"))?.startTime
    return Effect.gen(function* () {
      yield* run("jobs", true)
      plant.plex.lists[path] = [operation(late)]
      yield* kill.killed(run("jobs", true))
      assert.strictEqual(start(), Date.parse(late))
      plant.plex.lists[path] = [operation(early)]
      yield* run("jobs", true)
      assert.strictEqual(start(), Date.parse(early))
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("is undone when Plex goes back: the rows of a bill of material", () => {
    const kill = killable()
    const plant = makePlant({
      plex: { lists: { [lists.parts]: [partRow(1)], [lists.boms]: [component(1)] } },
      over: (cdf) => ({ insertRows: after(kill.here)(cdf).insertRows })
    })
    const quantities = Effect.map(plant.cdf.cdf.rows(ids.of("bom", uuid(1)), [{ externalId: "quantity" }]), (rows) =>
      rows.flatMap(({ values }) => values)
    )
    return Effect.gen(function* () {
      yield* run("master-data", true)
      assert.deepStrictEqual(yield* quantities, [1])
      plant.plex.lists[lists.boms] = [component(2)]
      yield* kill.killed(run("master-data", true))
      assert.deepStrictEqual(yield* quantities, [2])
      plant.plex.lists[lists.boms] = [component(1)]
      yield* run("master-data", true)
      assert.deepStrictEqual(yield* quantities, [1])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("is made again when it comes back: a routing step that was deleted", () => {
    const kill = killable()
    const plant = makePlant({
      plex: { lists: { [lists.parts]: [partRow(1)], [lists.routings]: [step(1), step(2)] } },
      over: (cdf) => ({ delete: after(kill.here)(cdf).delete })
    })
    const isThere = () => plant.cdf.held.relationships.get(ids.of("routing", uuid(102))) !== undefined
    return Effect.gen(function* () {
      yield* run("master-data")
      assert.isTrue(isThere())
      plant.plex.lists[lists.routings] = [step(1)]
      yield* kill.killed(run("master-data"))
      assert.isFalse(isThere())
      plant.plex.lists[lists.routings] = [step(1), step(2)]
      yield* run("master-data")
      assert.isTrue(isThere())
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("comes back to life with its record: a part that was marked", () => {
    const kill = killable()
    const plant = makePlant({
      plex: { lists: { [lists.parts]: [partRow(1), partRow(2), partRow(3)] } },
      over: after(kill.here)
    })
    const active = () => plant.cdf.held.assets.get(ids.of("part", uuid(2)))?.metadata["active"]
    return Effect.gen(function* () {
      yield* run("master-data")
      plant.plex.lists[lists.parts] = [partRow(1), partRow(3)]
      yield* kill.killed(run("master-data"))
      assert.strictEqual(active(), "false")
      plant.plex.lists[lists.parts] = [partRow(1), partRow(2), partRow(3)]
      yield* run("master-data")
      assert.notStrictEqual(active(), "false")
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("stands where it belongs again: a container that was moved away from its location", () => {
    const kill = killable()
    const location = (at: number) => ({ ...plexExamples.location, locationId: uuid(600 + at), location: `L-${at}` })
    const plant = makePlant({
      plex: {
        lists: {
          [lists.locations]: [location(1), location(2), location(3)],
          [lists.containers]: [containerRow(1, { locationId: uuid(601) })]
        }
      },
      settings: { removed: { policy: "delete", containerRetentionDays: 90, retentionDays: undefined } },
      over: (cdf) => ({ update: after(kill.here)(cdf).update })
    })
    const above = () => plant.cdf.held.assets.get(ids.of("container", "S1"))?.parentExternalId
    return Effect.gen(function* () {
      yield* run("inventory")
      assert.strictEqual(above(), ids.of("location", uuid(601)))
      plant.plex.lists[lists.locations] = [location(2), location(3)]
      yield* kill.killed(run("inventory"))
      assert.strictEqual(above(), ids.root("containers_root"))
      plant.plex.lists[lists.locations] = [location(1), location(2), location(3)]
      yield* run("inventory")
      assert.strictEqual(above(), ids.of("location", uuid(601)))
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("is deleted when its record is gone: a component whose answer was lost", () => {
    let lost = false
    const plant = makePlant({
      plex: { lists: { [lists.parts]: [partRow(1)], [lists.boms]: [component(1)] } },
      over: (cdf) => ({
        upsert: (kind, wanted) =>
          Effect.zipLeft(
            cdf.upsert(kind, wanted),
            Effect.suspend(() => (lost && kind === "relationships" ? Effect.fail(transient("create")) : Effect.void))
          )
      })
    })
    const isThere = () => plant.cdf.held.relationships.get(ids.of("bom", uuid(301))) !== undefined
    return Effect.gen(function* () {
      lost = true
      yield* run("master-data", true)
      lost = false
      assert.isTrue(isThere())
      plant.plex.lists[lists.boms] = []
      yield* run("master-data", true)
      assert.isFalse(isThere())
    }).pipe(Effect.provide(plant.layer))
  })
})
