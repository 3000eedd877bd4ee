import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, FastCheck, Fiber, Stream, TestClock } from "effect"
import type { ExternalId } from "../../../src/domain/ExternalId.js"
import { partNumberKey } from "../../../src/domain/NaturalKey.js"
import type { Resolver } from "../../../src/layers/IdResolverLive.js"
import type { SharedIds } from "../../../src/layers/idresolver/SharedIds.js"
import { type CdfMemory, makeCdfMemory, transient } from "../../support/CdfMemory.js"
import { asked, assetOf, failing, keys, ledgerRowOf, newLedger, part, resolverOver, withParts } from "./Resolvers.js"

interface SharedFake extends SharedIds {
  readonly kept: Map<ExternalId, number | "forgotten">
}

/** What Redis keeps for all processes; nothing where `fails` says so. */
const newShared = (fails: () => boolean = () => false): SharedFake => {
  const kept = new Map<ExternalId, number | "forgotten">()
  const unlessAway = (change: () => void) => Effect.sync(() => (fails() ? undefined : change()))
  return {
    kept,
    get: (externalIds) =>
      Effect.sync(() => {
        const found = new Map<ExternalId, number>()
        if (fails()) return found
        for (const id of externalIds) {
          const value = kept.get(id)
          if (typeof value === "number") found.set(id, value)
        }
        return found
      }),
    learn: (learnt) =>
      unlessAway(() => {
        for (const [externalId, id] of learnt) if (!kept.has(externalId)) kept.set(externalId, id)
      }),
    tell: (told) => unlessAway(() => told.forEach((id, externalId) => kept.set(externalId, id))),
    forget: (externalIds) => unlessAway(() => externalIds.forEach((id) => kept.set(id, "forgotten"))),
    forgotten: Stream.empty
  }
}

const first = 1_000_001

describe("The tiers of the resolver", () => {
  it.effect("are asked from the nearest to the farthest, each in one question, and CDF for the rest", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(5)
      const ledger = newLedger()
      const shared = newShared()
      ledger.assets.set(part(0), ledgerRowOf(part(0), first))
      ledger.assets.set(part(1), ledgerRowOf(part(1), first + 1))
      ledger.assets.set(part(2), ledgerRowOf(part(2), undefined))
      shared.kept.set(part(2), first + 2)
      const resolver = resolverOver(memory.cdf, { ledger, shared })
      yield* resolver.resolve([part(0)])
      const found = yield* resolver.resolve(keys(6))
      assert.deepStrictEqual(
        [...found].sort(([, one], [, other]) => one - other),
        keys(5).map((key, at) => [key, first + at])
      )
      assert.deepStrictEqual(ledger.calls, ["rows 1", "rows 5"])
      assert.deepStrictEqual(asked(memory), ["byids 3"])
      assert.deepStrictEqual(yield* resolver.hits, { memory: 1, ledger: 2, redis: 1, cdf: 3, misses: 1 })
      assert.deepStrictEqual(
        [...shared.kept.keys()].sort(),
        [part(2), part(3), part(4)],
        "what CDF answered is told to the other processes"
      )
    })
  )

  it.effect(
    "take what the ledger does not know for absent where CDF was empty when it began, unless it was forgotten",
    () =>
      Effect.gen(function* () {
        const memory = yield* withParts(2)
        const ledger = newLedger()
        ledger.assets.set(part(0), ledgerRowOf(part(0), first))
        ledger.told.set("CDF was empty", "true")
        const resolver = resolverOver(memory.cdf, { ledger })
        assert.deepStrictEqual([...(yield* resolver.resolve([part(0), part(1)])).keys()], [part(0)])
        assert.deepStrictEqual(asked(memory), [])
        yield* resolver.forget([part(1)])
        assert.deepStrictEqual([...(yield* resolver.resolve([part(1)])).keys()], [part(1)])
        assert.deepStrictEqual(asked(memory), ["byids 1"])
      })
  )

  it.effect("make a second process ask CDF for nothing", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(1000)
      const ledger = newLedger()
      for (const [at, key] of keys(1000).entries()) ledger.assets.set(key, ledgerRowOf(key, first + at))
      const resolver = resolverOver(memory.cdf, { ledger })
      assert.strictEqual((yield* resolver.resolve(keys(1000))).size, 1000)
      assert.deepStrictEqual([ledger.calls, asked(memory)], [["rows 1000"], []])
    })
  )

  it.effect("share ids between resolvers, also those that one was told", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(2)
      const shared = newShared()
      const one = resolverOver(memory.cdf, { shared })
      yield* one.resolve([part(0)])
      yield* one.remember([{ externalId: part(1), id: first + 1 }])
      memory.calls.splice(0)
      const other = resolverOver(memory.cdf, { shared })
      assert.strictEqual((yield* other.resolve(keys(2))).size, 2)
      assert.deepStrictEqual(asked(memory), [])
    })
  )

  it.effect("do not bring back what was forgotten by name", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(1)
      const ledger = newLedger()
      const shared = newShared()
      ledger.assets.set(part(0), ledgerRowOf(part(0), 7))
      shared.kept.set(part(0), 7)
      const resolver = resolverOver(memory.cdf, { ledger, shared })
      yield* resolver.forget([part(0)])
      assert.strictEqual((yield* resolver.resolve([part(0)])).get(part(0)), first)
      assert.strictEqual(shared.kept.get(part(0)), first)
    })
  )

  for (const broken of ["ledger", "redis", "both"] as const) {
    it.effect(`do not bring back a number that CDF refused, where it cannot be taken out of the ${broken}`, () =>
      Effect.gen(function* () {
        const memory = yield* withParts(1)
        const ledger = newLedger()
        const shared = newShared()
        if (broken !== "redis") ledger.assets.set(part(0), ledgerRowOf(part(0), 7))
        if (broken !== "ledger") shared.kept.set(part(0), 7)
        const resolver = resolverOver(memory.cdf, {
          ledger,
          shared: { ...shared, forget: () => Effect.void, tell: () => Effect.void }
        })
        assert.strictEqual((yield* resolver.resolve([part(0)])).get(part(0)), 7)
        yield* resolver.forgetNumeric([7])
        for (const minutes of [0, 2, 60, 24 * 60]) {
          yield* TestClock.adjust(`${minutes} minutes`)
          assert.strictEqual((yield* resolver.resolve([part(0)])).get(part(0)), first)
        }
      })
    )
  }

  it.effect("do not bring back a number that was refused when nobody knew any more whose it is", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(1)
      const ledger = newLedger()
      ledger.assets.set(part(0), ledgerRowOf(part(0), 7))
      const resolver = resolverOver(memory.cdf, { ledger })
      yield* resolver.forgetNumeric([7])
      assert.strictEqual((yield* resolver.resolve([part(0)])).get(part(0)), first)
    })
  )

  it.effect("leave the ledger's rows to those who know why an asset was forgotten", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(1)
      const ledger = newLedger()
      const row = { ...ledgerRowOf(part(0), first), retiredAt: 5 }
      ledger.assets.set(part(0), row)
      const resolver = resolverOver(memory.cdf, { ledger })
      yield* resolver.forget([part(0)])
      yield* resolver.forgetNumeric([first])
      assert.strictEqual((yield* resolver.resolve([part(0)])).get(part(0)), first, "it is marked, and there")
      assert.deepStrictEqual(ledger.assets.get(part(0)), row)
    })
  )

  it.effect("are believed again when the asset was confirmed", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(1)
      const ledger = newLedger()
      const resolver = resolverOver(memory.cdf, { ledger })
      yield* resolver.forget([part(0)])
      ledger.assets.set(part(0), ledgerRowOf(part(0), 8))
      yield* resolver.remember([{ externalId: part(0), id: 8 }])
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual((yield* resolver.resolve([part(0)])).get(part(0)), 8)
      assert.deepStrictEqual(asked(memory), [])
    })
  )

  it.effect("do not believe what another process has forgotten", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(1)
      const ledger = newLedger()
      ledger.assets.set(part(0), ledgerRowOf(part(0), 7))
      const resolver = resolverOver(memory.cdf, { ledger })
      yield* resolver.resolve([part(0)])
      yield* resolver.hearForgotten([part(0)])
      assert.strictEqual((yield* resolver.resolve([part(0)])).get(part(0)), first)
    })
  )

  it.effect("do not answer with what was forgotten while they were being asked", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(1)
      const gate = yield* Deferred.make<void>()
      const ledger = newLedger()
      ledger.assets.set(part(0), ledgerRowOf(part(0), 7))
      const resolver = resolverOver(memory.cdf, {
        ledger: { ...ledger, rows: (kind, names) => Effect.zipLeft(ledger.rows(kind, names), Deferred.await(gate)) }
      })
      const fiber = yield* Effect.fork(resolver.resolve([part(0)]))
      yield* Effect.yieldNow()
      yield* resolver.forget([part(0)])
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual((yield* Fiber.join(fiber)).get(part(0)), first)
      assert.strictEqual((yield* resolver.resolve([part(0)])).get(part(0)), first)
    })
  )

  it.effect("tell others that an asset has another number now", () =>
    Effect.gen(function* () {
      const shared = newShared()
      const forgotten: Array<ExternalId> = []
      const resolver = resolverOver(makeCdfMemory().cdf, {
        shared: {
          ...shared,
          forget: (names) =>
            Effect.zipRight(
              Effect.sync(() => forgotten.push(...names)),
              shared.forget(names)
            )
        }
      })
      yield* resolver.remember([{ externalId: part(0), id: 1 }])
      yield* resolver.remember([{ externalId: part(0), id: 1 }])
      assert.deepStrictEqual(forgotten, [])
      yield* resolver.remember([{ externalId: part(0), id: 2 }])
      assert.deepStrictEqual(forgotten, [part(0)])
      assert.strictEqual(shared.kept.get(part(0)), 2)
    })
  )
})

/** What happens to the assets of a plant, and who asks for them. */
type Step =
  | { readonly what: "ours" | "theirs" | "gone" | "deleted"; readonly asset: number; readonly process: number }
  | { readonly what: "ask"; readonly assets: ReadonlyArray<number>; readonly process: number }
  | { readonly what: "wait" | "restart"; readonly process: number }

const processes = 2
const assets = 4

const process = FastCheck.nat({ max: processes - 1 })
const asset = FastCheck.nat({ max: assets - 1 })
const step: FastCheck.Arbitrary<Step> = FastCheck.oneof(
  FastCheck.record({
    what: FastCheck.constantFrom("ours" as const, "theirs" as const, "gone" as const, "deleted" as const),
    asset,
    process
  }),
  FastCheck.record({
    what: FastCheck.constant("ask" as const),
    assets: FastCheck.array(asset, { minLength: 1 }),
    process
  }),
  FastCheck.record({ what: FastCheck.constantFrom("wait" as const, "restart" as const), process })
)

type Service = Pick<Resolver, "resolve" | "forget" | "forgetNumeric" | "remember">

/**
 * Plays the steps over tiers that fail by the given coins. What a process was told, it must not answer otherwise; what it was not
 * told it may answer wrongly once, until CDF refuses the number. Gives the wrong answers.
 */
const play = (steps: ReadonlyArray<Step>, coins: ReadonlyArray<boolean>, mutate: (service: Service) => Service) =>
  Effect.gen(function* () {
    let tossed = 0
    const fails = () => coins[tossed++ % coins.length] === true
    const memory: CdfMemory = makeCdfMemory()
    const shared = newShared(fails)
    const ledgers = Array.from({ length: processes }, newLedger)
    const start = (at: number): Service => {
      const ledger = ledgers[at] ?? newLedger()
      return mutate(resolverOver(memory.cdf, { ledger: failing(ledger, fails), shared }))
    }
    const running = Array.from({ length: processes }, (_, at) => start(at))
    /** Of which assets a process cannot know yet what became of them. */
    const untold = Array.from({ length: processes }, () => new Set<ExternalId>())
    const wrong: Array<string> = []

    const idNow = (key: ExternalId) => Effect.map(memory.cdf.byids("assets", [key]), ([held]) => held?.id)
    const remove = (key: ExternalId) => Effect.ignore(memory.cdf.delete("assets", [key]))
    const changed = (key: ExternalId, by: number | undefined) => {
      for (const [at, keys] of untold.entries())
        if (at === by) keys.delete(key)
        else keys.add(key)
    }
    const make = (at: number) =>
      Effect.gen(function* () {
        yield* memory.cdf.create("assets", [assetOf(at)])
        return (yield* idNow(part(at))) ?? 0
      })

    for (const [number, now] of steps.entries()) {
      const service = running[now.process]
      if (service === undefined) continue
      switch (now.what) {
        case "ours": {
          // We make it, or make it anew: confirmed in the ledger, then remembered.
          yield* remove(part(now.asset))
          const id = yield* make(now.asset)
          ledgers[now.process]?.assets.set(part(now.asset), ledgerRowOf(part(now.asset), id))
          yield* service.remember([{ externalId: part(now.asset), id }])
          changed(part(now.asset), now.process)
          break
        }
        case "theirs":
          yield* remove(part(now.asset))
          yield* make(now.asset)
          changed(part(now.asset), undefined)
          break
        case "gone":
          yield* remove(part(now.asset))
          changed(part(now.asset), undefined)
          break
        case "deleted":
          yield* remove(part(now.asset))
          yield* service.forget([part(now.asset)])
          changed(part(now.asset), now.process)
          break
        case "wait":
          yield* TestClock.adjust("40 seconds")
          break
        case "restart":
          running[now.process] = start(now.process)
          // What it knew of others' changes is lost with its memory.
          for (const key of keys(assets)) untold[now.process]?.add(key)
          break
        case "ask": {
          const wanted = [...new Set(now.assets.map(part))]
          let found = yield* service.resolve(wanted)
          for (let again = 0; again < 2; again++) {
            const refused: Array<number> = []
            for (const key of wanted) {
              const id = found.get(key)
              if (id === (yield* idNow(key))) continue
              if (untold[now.process]?.has(key) === true && again === 0) {
                if (id !== undefined) {
                  refused.push(id)
                  untold[now.process]?.delete(key)
                }
              } else if (untold[now.process]?.has(key) !== true) {
                wrong.push(`step ${number}: ${key} is ${id}`)
              }
            }
            if (refused.length === 0) break
            yield* service.forgetNumeric(refused)
            found = yield* service.resolve(wanted)
          }
          break
        }
      }
    }
    return wrong
  })

const cases = [
  FastCheck.array(step, { minLength: 5, maxLength: 40 }),
  FastCheck.array(FastCheck.boolean(), { minLength: 1, maxLength: 20 })
] as const

describe("The answers of the resolver", () => {
  it.effect.prop(
    "are those of CDF, whichever tiers fail and whatever stale ids they hold",
    [...cases],
    ([steps, coins]) =>
      Effect.map(
        play(steps, coins, (service) => service),
        (wrong) => assert.deepStrictEqual(wrong, [])
      ),
    { fastCheck: { numRuns: 100 } }
  )

  const bugs: Readonly<Record<string, (service: Service) => Service>> = {
    "forgets no refused number": (service) => ({ ...service, forgetNumeric: () => Effect.void }),
    "forgets no asset that was deleted": (service) => ({ ...service, forget: () => Effect.void }),
    "remembers nothing that was made anew": (service) => ({ ...service, remember: () => Effect.void })
  }
  for (const [bug, mutate] of Object.entries(bugs)) {
    it.effect(`would be found wrong of a resolver that ${bug}`, () =>
      Effect.gen(function* () {
        let wrong = 0
        for (const [steps, coins] of FastCheck.sample(FastCheck.tuple(...cases), { numRuns: 300, seed: 1 })) {
          wrong += (yield* play(steps, coins, mutate)).length
          if (wrong > 0) break
        }
        assert.isAbove(wrong, 0)
      })
    )
  }
})

describe("Human keys", () => {
  it.effect("are answered from the ledger once it knows all of a kind", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(3)
      const ledger = newLedger()
      yield* resolverOver(memory.cdf, { ledger }).find("part", [partNumberKey("n1")])
      assert.deepStrictEqual(asked(memory), ["list 1"])
      memory.calls.splice(0)
      const next = resolverOver(memory.cdf, { ledger })
      assert.deepStrictEqual([...(yield* next.find("part", [partNumberKey("N1")])).values()], [[part(1)]])
      assert.deepStrictEqual(asked(memory), [])
      yield* next.find("workcenter", [])
      assert.deepStrictEqual(asked(memory), ["list 1"], "another kind is not known yet")
    })
  )

  it.effect("are read from CDF where the ledger fails, or a list ended early", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(1)
      const ledger = newLedger()
      memory.fail = ({ operation }) => transient(operation)
      yield* Effect.flip(resolverOver(memory.cdf, { ledger }).find("part", []))
      memory.fail = () => undefined
      assert.isUndefined(yield* ledger.naturalKeys("part"))
      const deaf = resolverOver(memory.cdf, { ledger: failing(ledger, () => true) })
      assert.deepStrictEqual([...(yield* deaf.find("part", [partNumberKey("n0")])).values()], [[part(0)]])
    })
  )

  it.effect("stand for a retired asset only where no live one has them, as CDF and as the ledger know it", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(3, (at) => ({
        number: "same",
        ...(at === 0 ? { active: "false", retired_at: "2026-01-01T00:00:00Z" } : {})
      }))
      const ledger = newLedger()
      const resolver = resolverOver(memory.cdf, { ledger })
      const find = Effect.map(resolver.find("part", [partNumberKey("same")]), (found) => [...found.values()])
      assert.deepStrictEqual(yield* find, [[part(1), part(2)]])
      const retired = (at: number) => ({ ...ledgerRowOf(part(at), first + at), retiredAt: 5 })
      ledger.assets.set(part(1), retired(1))
      assert.deepStrictEqual(yield* find, [[part(2)]])
      ledger.assets.set(part(2), retired(2))
      assert.sameMembers([...((yield* find)[0] ?? [])], [part(0), part(1), part(2)], "none is alive")
      for (const at of [1, 2]) ledger.assets.set(part(at), { ...retired(at), id: undefined })
      assert.deepStrictEqual(yield* find, [[part(0)]], "what was deleted is not there to be found")
      const next = yield* resolverOver(memory.cdf, { ledger }).find("part", [partNumberKey("SAME")])
      assert.deepStrictEqual([...next.values()], [[part(0)]], "the next process knows as much, in any case")
      ledger.assets.set(part(1), ledgerRowOf(part(1), first + 1))
      assert.deepStrictEqual(yield* find, [[part(1)]], "it was revived")
    })
  )

  it.effect("that were forgotten while CDF was read are not kept", () =>
    Effect.gen(function* () {
      const memory = yield* withParts(2)
      const ledger = newLedger()
      const gate = yield* Deferred.make<void>()
      const read = yield* Deferred.make<void>()
      const resolver = resolverOver(
        {
          ...memory.cdf,
          list: (kind, filter) =>
            Stream.concat(
              memory.cdf.list(kind, filter),
              Stream.execute(Effect.zipRight(Deferred.succeed(read, undefined), Deferred.await(gate)))
            )
        },
        { ledger }
      )
      const finding = yield* Effect.fork(resolver.find("part", []))
      yield* Deferred.await(read)
      yield* resolver.forget([part(0)])
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(finding)
      const next = resolverOver(memory.cdf, { ledger })
      const found = yield* next.find("part", [partNumberKey("n0"), partNumberKey("n1")])
      assert.deepStrictEqual([...found.values()], [[part(1)]])
    })
  )
})
