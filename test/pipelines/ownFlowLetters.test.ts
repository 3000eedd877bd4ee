/**
 * Dead letters of flows that an application adds: the application tries them again, and nobody else loses them.
 */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { definitions, type ExtractorDefinitions } from "../../src/pipelines/extractors.js"
import { retry } from "../../src/pipelines/retry.js"
import { runExtractor } from "../../src/pipelines/runExtractor.js"
import { runSweep } from "../../src/pipelines/runSweep.js"
import { DeadLetters } from "../../src/services/DeadLetters.js"
import { demoFacility } from "../support/DemoFacility.js"
import { makeKeptState, suppliers, suppliersPath, withSuppliers } from "../support/OwnSuppliers.js"
import { deadLetters, later, makePlant } from "../support/PipelineHarness.js"

const { ids } = demoFacility()

const bad = { id: "S1", code: "ICE", rating: "1e400" }
const good = { ...bad, rating: 4 }

const names = new Set([suppliers.name])

const run = Effect.gen(function* () {
  yield* later
  const stop = yield* Deferred.make<void>()
  yield* runExtractor(withSuppliers["master-data"], { sweep: false, stop, names })
})

const retryWith = (given?: ExtractorDefinitions) =>
  Effect.gen(function* () {
    yield* later
    return yield* retry(yield* (yield* DeadLetters).list(), yield* Deferred.make<void>(), given)
  })

const makePlants = Effect.map(makeKeptState, ({ application, plain }) => {
  const plex = { lists: { [suppliersPath]: [bad] } }
  return { application: makePlant({ plex, state: application }), plain: makePlant({ plex, state: plain }) }
})

describe("A dead letter of a flow of an application", () => {
  it.scoped("is tried again by the extractors that the application gives", () =>
    Effect.gen(function* () {
      const { application } = yield* makePlants
      yield* Effect.gen(function* () {
        yield* run
        assert.deepInclude(yield* retryWith(withSuppliers), { letters: 1, settled: 0, failed: 1, untried: 0 })
        assert.deepStrictEqual(
          (yield* deadLetters).map(({ attempts, flow }) => [flow, attempts]),
          [["own-suppliers", 2]]
        )
        application.plex.lists[suppliersPath] = [good]
        assert.deepInclude(yield* retryWith(withSuppliers), { letters: 1, settled: 1, failed: 0, untried: 0 })
        assert.isDefined(application.cdf.held.assets.get(ids.of("own_supplier", "S1")))
        assert.deepStrictEqual(yield* deadLetters, [])
      }).pipe(Effect.provide(application.layer))
    })
  )

  it.scoped("is tried again by looking at all objects where the flow is a sweep", () =>
    Effect.gen(function* () {
      const { application } = yield* makePlants
      const swept: ExtractorDefinitions = {
        ...definitions,
        "master-data": { name: "master-data", plan: () => [{ ...suppliers, sweep: true }] }
      }
      yield* Effect.gen(function* () {
        const stop = yield* Deferred.make<void>()
        yield* runSweep("master-data", { ...suppliers, sweep: true }, { sweep: true, stop })
        application.plex.lists[suppliersPath] = [good]
        yield* retryWith(swept)
        assert.isDefined(application.cdf.held.assets.get(ids.of("own_supplier", "S1")))
        assert.deepStrictEqual(yield* deadLetters, [])
      }).pipe(Effect.provide(application.layer))
    })
  )

  it.scoped("stays as it is where a program does not have the flow, and the flow is named", () =>
    Effect.gen(function* () {
      const { application, plain } = yield* makePlants
      yield* Effect.provide(run, application.layer)
      yield* Effect.gen(function* () {
        const asked = plain.plex.asked(suppliersPath)
        const done = yield* retryWith()
        assert.deepInclude(done, { letters: 1, settled: 0, failed: 0, untried: 1 })
        assert.match(done.notices.join(), /^own-suppliers is no flow of this program: its letters are kept/)
        assert.strictEqual(plain.plex.asked(suppliersPath), asked)
        const [letter, ...others] = yield* (yield* DeadLetters).list({ flow: "own-suppliers" })
        assert.deepInclude(letter, { flow: "own-suppliers", key: "S1", attempts: 1 })
        assert.deepStrictEqual(others, [])
      }).pipe(Effect.provide(plain.layer))
    })
  )

  it.effect("of a flow that no application ever announced there is none", () => {
    const plant = makePlant()
    return Effect.gen(function* () {
      assert.deepStrictEqual(yield* (yield* DeadLetters).list({ flow: "own-nothing" }), [])
    }).pipe(Effect.provide(plant.layer))
  })
})
