/**
 * Writes to CDF are those of the lease's holder.
 */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Option, TestClock } from "effect"
import { LeaseLost, StateError } from "../../../src/domain/Errors.js"
import { makeExternalIds } from "../../../src/domain/ExternalId.js"
import * as CdfFenced from "../../../src/layers/cdf/CdfFenced.js"
import { layerLeaseAlone } from "../../../src/layers/LeaseAlone.js"
import { BeforeSending } from "../../../src/services/BeforeSending.js"
import { Cdf } from "../../../src/services/Cdf.js"
import { Lease } from "../../../src/services/Lease.js"
import { makeCdfMemory } from "../../support/CdfMemory.js"

const ids = [makeExternalIds("340884").of("part", "p")]

/** A lease as a test has it, and a CDF whose deletions consist of two calls, of which the test holds the second. */
const make = (lease: Partial<typeof Lease.Service>, second: Effect.Effect<void> = Effect.void) => {
  const sent: Array<string> = []
  const call = (name: string) =>
    Effect.flatMap(BeforeSending, (before) =>
      Effect.zipRight(
        before,
        Effect.sync(() => void sent.push(name))
      )
    )
  const { cdf } = makeCdfMemory({})
  const base = Layer.succeed(Cdf, {
    ...cdf,
    delete: () => Effect.zipRight(call("first"), Effect.zipRight(second, call("second"))),
    byids: () => Effect.as(call("read"), [])
  })
  const own = Layer.effect(
    Lease,
    Effect.map(Lease, (alone) => ({ ...alone, ...lease }))
  ).pipe(Layer.provide(layerLeaseAlone))
  return { sent, layer: CdfFenced.layer.pipe(Layer.provide(base), Layer.provide(own)) }
}

const erase = Effect.flatMap(Cdf, (cdf) => cdf.delete("assets", ids))

describe("CDF behind the lease", () => {
  it.effect("is written while the lease is ours", () => {
    const { layer, sent } = make({})
    return Effect.gen(function* () {
      yield* erase
      assert.deepStrictEqual(sent, ["first", "second"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("is sent no further call of a write in whose middle the lease was lost, which then ends", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const go = yield* Deferred.make<void>()
      const lost = yield* Deferred.make<never, LeaseLost>()
      let ours = true
      const { layer, sent } = make(
        { check: Effect.suspend(() => (ours ? Effect.void : Effect.never)), lost: Deferred.await(lost) },
        Effect.zipRight(Deferred.succeed(asked, undefined), Deferred.await(go))
      )
      const writing = yield* Effect.fork(Effect.flip(Effect.provide(erase, layer)))
      yield* Deferred.await(asked)
      ours = false
      yield* Deferred.succeed(go, undefined)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(sent, ["first"])
      assert.isTrue(Option.isNone(yield* Fiber.poll(writing)))
      yield* Deferred.fail(lost, new LeaseLost({ holder: { host: "plant", pid: 7 } }))
      const error = yield* Fiber.join(writing)
      assert.deepInclude(error, { _tag: "CdfError", reason: "Unavailable" })
      assert.match(error.message, /not sent.*lost to another process \(pid 7 on plant\)/)
      assert.deepStrictEqual(sent, ["first"])
    })
  )

  it.effect("is not written while nobody can tell whose the lease is, and read all the same", () => {
    const check = Effect.fail(new StateError({ operation: "renew the lease", detail: "connect ECONNREFUSED" }))
    const { layer, sent } = make({ check })
    return Effect.gen(function* () {
      const error = yield* Effect.flip(erase)
      assert.match(error.message, /delete assets: Unavailable \(not sent.*ECONNREFUSED/)
      assert.deepStrictEqual(sent, [])
      yield* Effect.flatMap(Cdf, (cdf) => cdf.byids("assets", ids))
      assert.deepStrictEqual(sent, ["read"])
    }).pipe(Effect.provide(layer))
  })
})
