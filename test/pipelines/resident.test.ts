import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Stream, TestClock } from "effect"
import { nextBeat, resident } from "../../src/pipelines/resident.js"
import { Ledger } from "../../src/services/Ledger.js"
import { demoFacility } from "../support/DemoFacility.js"
import { makePlant } from "../support/PipelineHarness.js"
import { plexError, plexNow } from "../support/PlexScripted.js"
import { settings } from "../layers/cdf/Settings.js"
import { intervals, minute, runFor, slow } from "../support/Residents.js"
import { containerRow, entryRow, jobRow, lists, uuid } from "./Rows.js"

describe("beats", () => {
  it("come after now, on the clock that began at the beginning", () => {
    assert.strictEqual(nextBeat(100, 10, 100), 110)
    assert.strictEqual(nextBeat(100, 10, 109), 110)
    // A run that ends on a beat does not run again in the same instant.
    assert.strictEqual(nextBeat(100, 10, 110), 120)
    assert.strictEqual(nextBeat(100, 10, 155), 160)
  })
})

describe("the resident process", () => {
  it.effect("waits for an upstream that is down when it starts, and then begins", () => {
    let asked = 0
    const { begun, list } = slow(() => 0)
    const { layer } = makePlant({
      settings: intervals({ jobs: 60 }),
      plex: {
        lists: {
          "/mdm/v1/tenants": () => (++asked < 4 ? plexError("Unavailable") : Stream.empty),
          [lists.jobs]: list
        }
      }
    })
    return Effect.gen(function* () {
      yield* runFor(10, "jobs")
      assert.strictEqual(asked, 4)
      assert.deepStrictEqual(begun, [1.5])
    }).pipe(Effect.provide(layer))
  })

  it.effect("runs an extractor on its interval, without drift", () => {
    const { begun, list } = slow(() => 2)
    const { layer } = makePlant({ plex: { lists: { [lists.jobs]: list } }, settings: intervals({ jobs: 5 }) })
    return Effect.gen(function* () {
      yield* runFor(18, "jobs")
      assert.deepStrictEqual(begun, [0, 5, 10, 15])
    }).pipe(Effect.provide(layer))
  })

  it.effect("runs at each beat also where a run takes no time at all", () => {
    const { begun, list } = slow(() => 0)
    const { layer } = makePlant({ plex: { lists: { [lists.jobs]: list } }, settings: intervals({ jobs: 5 }) })
    return Effect.gen(function* () {
      yield* runFor(12, "jobs")
      assert.deepStrictEqual(begun, [0, 5, 10])
    }).pipe(Effect.provide(layer))
  })

  it.effect("never overlaps an extractor with itself; beats that were missed are one", () => {
    const { begun, list, seen } = slow((run) => (run === 0 ? 13 : 1))
    const { layer } = makePlant({ plex: { lists: { [lists.jobs]: list } }, settings: intervals({ jobs: 5 }) })
    return Effect.gen(function* () {
      yield* runFor(22, "jobs")
      assert.deepStrictEqual(begun, [0, 15, 20])
      assert.strictEqual(seen.most, 1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("begins with master-data, and with the others when its first run is done", () => {
    const parts = slow(() => 3)
    const jobs = slow(() => 1)
    const { layer } = makePlant({
      plex: { lists: { [lists.parts]: parts.list, [lists.jobs]: jobs.list } },
      settings: intervals({ "master-data": 60, jobs: 5 })
    })
    return Effect.gen(function* () {
      yield* runFor(10, "master-data", "jobs")
      assert.deepStrictEqual(parts.begun, [0])
      assert.deepStrictEqual(jobs.begun, [3, 8])
    }).pipe(Effect.provide(layer))
  })

  it.effect("runs no more extractors at once than set", () => {
    const jobs = slow(() => 3)
    const locations = slow(() => 3)
    const { layer } = makePlant({
      plex: { lists: { [lists.jobs]: jobs.list, [lists.locations]: locations.list } },
      settings: { ...intervals({ jobs: 60, inventory: 60 }), maxConcurrentExtractors: 1 }
    })
    return Effect.gen(function* () {
      yield* runFor(10, "jobs", "inventory")
      assert.deepStrictEqual([...jobs.begun, ...locations.begun].sort(), [0, 3])
    }).pipe(Effect.provide(layer))
  })

  it.effect("stops in the middle of a wait, at once", () => {
    const { begun, list } = slow(() => 0)
    const { layer } = makePlant({ plex: { lists: { [lists.jobs]: list } }, settings: intervals({ jobs: 600 }) })
    return Effect.gen(function* () {
      const stop = yield* Deferred.make<void>()
      const fiber = yield* Effect.fork(resident({ only: ["jobs"], sweep: true, stop }))
      yield* TestClock.adjust("1 minute")
      yield* Deferred.succeed(stop, undefined)
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(begun, [0])
    }).pipe(Effect.provide(layer))
  })

  it.effect("gives up no link, however long the process was away, before all extractors have looked", () => {
    const { ids } = demoFacility()
    const plant = makePlant({
      settings: {
        ...intervals({ jobs: 5, production: 60, inventory: 60 }),
        history: { ...settings.history, startDate: plexNow - 3 * 60 * minute }
      },
      plex: { lists: { [lists.entries]: [entryRow("2026-06-12T07:00:00Z", { serialNo: "S1" })] } }
    })
    const linked = () => {
      const container = plant.cdf.held.assets.get(ids.of("container", "S1"))?.id
      return [...plant.cdf.held.events.values()].some(
        (event) => container !== undefined && event?.assetIds?.includes(container) === true
      )
    }
    const waiting = Effect.map(
      Effect.flatMap(Ledger, ({ pendingLinks }) => pendingLinks),
      (links) => [...new Set(links.map(({ to }) => to))].sort()
    )
    return Effect.gen(function* () {
      yield* runFor(1, "production", "inventory")
      assert.deepStrictEqual(yield* waiting, [
        ids.of("container", "S1"),
        ids.of("part", uuid(1)),
        ids.of("workcenter", uuid(7))
      ])
      yield* TestClock.adjust("31 days")
      plant.plex.lists[lists.containers] = Stream.concat(
        Stream.execute(Effect.sleep("12 minutes")),
        Stream.make(containerRow(1, { locationId: null }))
      )
      yield* runFor(14, "jobs", "inventory")
      assert.isTrue(linked())
      assert.deepStrictEqual(yield* waiting, [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("ends the runs of an extractor without its sweep, and looks on meanwhile", () => {
    const begun: Array<number> = []
    let operations = 0
    const { layer } = makePlant({
      plex: {
        lists: {
          [lists.jobs]: () =>
            Stream.unwrap(
              Effect.map(
                Effect.clockWith((clock) => clock.currentTimeMillis),
                (now) => {
                  begun.push(now / minute)
                  return Stream.make(jobRow(1))
                }
              )
            ),
          [`${lists.jobs}/${uuid(1)}/operations`]: () => (operations++, Stream.execute(Effect.sleep("12 minutes")))
        }
      },
      settings: intervals({ jobs: 5 })
    })
    return Effect.gen(function* () {
      yield* runFor(14, "jobs")
      assert.isAtLeast(new Set(begun).size, 3)
      assert.strictEqual(operations, 1)
    }).pipe(Effect.provide(layer))
  })
})
