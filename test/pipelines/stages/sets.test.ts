import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Stream } from "effect"
import { listOfObject, readSets, tellRefused } from "../../../src/pipelines/stages/sets.js"
import { inFlow, makePlant } from "../../support/PipelineHarness.js"
import { type ListScript, plexError } from "../../support/PlexScripted.js"

const pathOf = (object: number) => `/objects/${object}`
const objects = (n: number) => Array.from({ length: n }, (_, at) => at)

const collect = (from: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const { refused, sets } = yield* readSets(from, (object) =>
      Effect.map(Stream.runCollect(listOfObject(pathOf(object))), (records) => [...records])
    )
    yield* tellRefused(refused, refused.length + sets.length)
    return sets.toSorted((a, b) => a.object - b.object)
  })

const scripted = (answers: Record<number, ListScript>) =>
  Object.fromEntries(Object.entries(answers).map(([object, answer]) => [pathOf(Number(object)), answer]))

describe("reading sets", () => {
  it.effect("gives each object with its whole set, an empty one too", () => {
    const { layer, plex } = makePlant({ plex: { lists: scripted({ 0: ["a", "b"], 2: ["c"] }) } })
    return Effect.gen(function* () {
      const { exit } = yield* inFlow(collect([0, 1, 2]))
      assert.deepStrictEqual(yield* exit, [
        { object: 0, set: ["a", "b"] },
        { object: 1, set: [] },
        { object: 2, set: ["c"] }
      ])
      assert.strictEqual(plex.calls.length, 3)
    }).pipe(Effect.provide(layer))
  })

  it.effect("leaves an object that Plex refuses as it is, says so, and goes on", () => {
    const { layer } = makePlant({ plex: { lists: scripted({ 1: plexError("NotFound", "no job 1"), 2: ["c"] }) } })
    return Effect.gen(function* () {
      const { exit, tally } = yield* inFlow(collect([0, 1, 2]))
      assert.deepStrictEqual(
        (yield* exit).map(({ object }) => object),
        [0, 2]
      )
      assert.match(tally.notices.join(), /^1 of 3 objects were refused, for example .*no job 1/)
    }).pipe(Effect.provide(layer))
  })

  it.effect("is refused as a whole when Plex refuses every object", () => {
    const refusal = plexError("NotFound", "no such list")
    const { layer } = makePlant({ plex: { lists: scripted({ 0: refusal, 1: refusal }) } })
    return Effect.gen(function* () {
      const { exit } = yield* inFlow(collect([0, 1]))
      assert.deepStrictEqual(exit, Exit.fail(refusal))
    }).pipe(Effect.provide(layer))
  })

  it.effect("ends with what would meet every other object too", () => {
    const { layer } = makePlant({ plex: { lists: scripted({ 1: plexError("NotSubscribed") }) } })
    return Effect.gen(function* () {
      assert.isTrue(Exit.isFailure((yield* inFlow(collect([0, 1, 2]))).exit))
    }).pipe(Effect.provide(layer))
  })

  it.effect("reads as many objects at once as Plex allows, and no more", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      let now = 0
      let most = 0
      const waiting = Stream.fromEffect(
        Effect.gen(function* () {
          most = Math.max(most, ++now)
          yield* Deferred.await(gate)
          now--
        })
      )
      const { layer, settings } = makePlant({
        plex: { lists: scripted(Object.fromEntries(objects(20).map((at) => [at, waiting]))) }
      })
      yield* Effect.gen(function* () {
        const fiber = yield* Effect.fork(inFlow(collect(objects(20))))
        yield* Effect.repeatN(Effect.yieldNow(), 500)
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(fiber)
        assert.strictEqual(most, settings.plex.concurrency)
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("begins no further object after the stop, and hands on those that it has begun as a whole", () =>
    Effect.gen(function* () {
      const stop = yield* Deferred.make<void>()
      const list = Stream.make("a").pipe(
        Stream.concat(Stream.fromEffect(Effect.as(Deferred.succeed(stop, undefined), "b"))),
        Stream.concat(Stream.make("c"))
      )
      const { layer, plex, settings } = makePlant({ plex: { lists: scripted({ 0: list }) } })
      yield* Effect.gen(function* () {
        const { exit } = yield* inFlow(collect(objects(1000)), { stop })
        assert.deepStrictEqual((yield* exit)[0], { object: 0, set: ["a", "b", "c"] })
        assert.isAtMost(plex.calls.length, 2 * settings.plex.concurrency)
      }).pipe(Effect.provide(layer))
    })
  )
})
