/**
 * What a comparison with CDF leaves behind that did not come to its end.
 */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import type { FlowName } from "../../src/domain/Flow.js"
import { decodeMemory, encodeMemory, memoryFact } from "../../src/domain/HistoryMemory.js"
import { isWithin } from "../../src/domain/TimeSlice.js"
import { pass } from "../../src/pipelines/pass.js"
import { reconcile } from "../../src/pipelines/reconcile.js"
import { demoFacility } from "../support/DemoFacility.js"
import { makePlant, withLedger } from "../support/PipelineHarness.js"
import { plexNow } from "../support/PlexScripted.js"
import { cdfLines } from "../support/SmallPlant.js"
import { entryRow, lists, partRow, uuid } from "./Rows.js"

const { ids } = demoFacility()
const hour = 3_600_000
const damaged = ids.of("part", uuid(2))

const moments = [20, 12, 1].map((hoursAgo) => plexNow - hoursAgo * hour)

/** A facility whose CDF others have damaged, and whose reconciliation was killed when it was about to put the first object right. */
const killed = Effect.gen(function* () {
  const life = { ends: false }
  const dead = yield* Deferred.make<void>()
  const plant = makePlant({
    plex: {
      lists: {
        [lists.parts]: [1, 2, 3].map((at) => partRow(at)),
        [lists.entries]: ({ slice }) =>
          moments.flatMap((at) =>
            slice === undefined || isWithin(slice, at) ? [entryRow(new Date(at).toISOString())] : []
          )
      }
    },
    over: (cdf) => ({
      upsert: (kind, wanted) =>
        life.ends && wanted.some(({ resource }) => resource.externalId === damaged)
          ? Effect.zipRight(Deferred.succeed(dead, undefined), Effect.never)
          : cdf.upsert(kind, wanted)
    })
  })
  const story = Effect.gen(function* () {
    const stop = yield* Deferred.make<void>()
    const options = { only: ["master-data", "production"], sweep: true, stop } as const
    yield* pass(options)
    const held = yield* cdfLines(plant)
    yield* plant.cdf.cdf.update("assets", [{ externalId: damaged, update: { name: { set: "Damaged" } } }])
    const events = [...plant.cdf.held.events.values()].flatMap((event) => event?.externalId ?? [])
    assert.lengthOf(events, moments.length)
    yield* plant.cdf.cdf.update(
      "events",
      events.map((externalId) => ({ externalId, update: { description: { setNull: true } } }))
    )
    life.ends = true
    const running = yield* Effect.fork(reconcile({ ...options, acceptRemovals: new Set<FlowName>() }))
    yield* Deferred.await(dead)
    yield* Fiber.interrupt(running)
    life.ends = false
    assert.notDeepEqual(yield* cdfLines(plant), held)
    yield* pass(options)
    return { held, after: yield* cdfLines(plant) }
  })
  return { plant, story }
})

describe("A reconciliation that was killed", () => {
  it.effect("is finished by the next pass", () =>
    Effect.gen(function* () {
      const { plant, story } = yield* killed
      const { after, held } = yield* Effect.provide(story, plant.layer)
      assert.deepStrictEqual(after, held)
    })
  )

  it.effect("would be seen unfinished if history that was read lately was not read again", () =>
    Effect.gen(function* () {
      const { plant, story } = yield* killed
      const flow: FlowName = "production-entries"
      const { after, held } = yield* story.pipe(
        withLedger(({ distrust, facts, keepFacts }) => ({
          distrust: Effect.gen(function* () {
            const memory = facts(flow, [memoryFact]).pipe(Effect.map((kept) => decodeMemory(kept.get(memoryFact))))
            const { rechecked } = yield* memory
            yield* distrust
            yield* keepFacts(flow, new Map([[memoryFact, encodeMemory({ ...(yield* memory), rechecked })]]))
          })
        })),
        Effect.provide(plant.layer)
      )
      assert.notDeepEqual(after, held)
    })
  )
})
