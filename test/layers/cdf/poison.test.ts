/**
 * Bad items among good ones: whatever places they have and whether CDF names them, all others land, within so many calls.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, FastCheck } from "effect"
import type { Wanted } from "../../../src/domain/cdf/Upsert.js"
import type { Patch } from "../../../src/domain/cdf/Patch.js"
import { CdfError } from "../../../src/domain/Errors.js"
import { ExternalId } from "../../../src/domain/ExternalId.js"
import { sendEach } from "../../../src/pipelines/stages/sendEach.js"
import { type CdfMemory, makeCdfMemory } from "../../support/CdfMemory.js"

const n = 1000
const nameOf = (at: number) => ExternalId.make(`a${at}`)

const wanted = (exists: boolean): ReadonlyArray<Wanted<"assets">> =>
  Array.from({ length: n }, (_, at) => ({
    resource: {
      externalId: nameOf(at),
      name: exists ? "new" : nameOf(at),
      dataSetId: 1,
      source: "Plex",
      metadata: {}
    },
    exists,
    owns: [],
    heldLinks: []
  }))

type Naming = "named" | "unnamed"

/** A CDF that refuses these, each with its reason. */
const poisoned = (places: ReadonlyArray<number>, naming: Naming, over: ReadonlyArray<Wanted<"assets">> = []) =>
  Effect.gen(function* () {
    const memory = makeCdfMemory()
    if (over.length > 0) {
      yield* memory.cdf.create(
        "assets",
        over.map(({ resource }) => ({ ...resource, name: "old" }))
      )
      memory.calls.splice(0)
    }
    const bad = new Set(places.map(nameOf))
    memory.refuse = (_, id) =>
      bad.has(ExternalId.make(id))
        ? { message: `${id} is odd`, missing: naming === "named" ? [{ externalId: id }] : [] }
        : undefined
    return memory
  })

const sent = (memory: CdfMemory) => memory.calls.filter(({ operation }) => operation !== "byids").length

/** All but the bad ones land, the bad ones are refused for their own reason, in at most so many calls. */
const check = (memory: CdfMemory, places: ReadonlyArray<number>, exists: boolean, mostCalls: number) =>
  Effect.gen(function* () {
    const outcome = yield* memory.cdf.upsert("assets", wanted(exists))
    const bad = new Set(places.map(nameOf))
    assert.sameMembers(
      outcome.refused.map(({ externalId, reason }) => `${externalId}: ${reason}`),
      [...bad].map((id) => `${id}: ${id} is odd`)
    )
    const landed = exists ? outcome.updated : outcome.created
    assert.strictEqual(landed.length, n - bad.size)
    for (let at = 0; at < n; at++) {
      const held = memory.held.assets.get(nameOf(at))?.name
      const good = exists ? "new" : nameOf(at)
      assert.strictEqual(held, bad.has(nameOf(at)) ? (exists ? "old" : undefined) : good)
    }
    assert.isAtMost(sent(memory), mostCalls)
  })

const halvings = Math.ceil(Math.log2(n))
const place = FastCheck.integer({ min: 0, max: n - 1 })

describe("Poison in a chunk of 1,000", () => {
  for (const exists of [false, true]) {
    const what = exists ? "update" : "creation"
    it.effect.prop(
      `is found in a ${what} by halving: 999 land, with at most 2·⌈log₂ n⌉ + 1 calls`,
      [place],
      ([at]) =>
        Effect.gen(function* () {
          const memory = yield* poisoned([at], "unnamed", exists ? wanted(true) : [])
          yield* check(memory, [at], exists, 2 * halvings + 1)
        }),
      { fastCheck: { numRuns: 8 } }
    )
  }

  it.effect.prop(
    "that CDF names costs one call more: 999 land",
    [place],
    ([at]) =>
      Effect.gen(function* () {
        const memory = yield* poisoned([at], "named")
        yield* check(memory, [at], false, 2)
      }),
    { fastCheck: { numRuns: 8 } }
  )

  it.effect.prop(
    "of several items is found whole, whoever names what",
    [FastCheck.uniqueArray(place, { minLength: 2, maxLength: 6 }), FastCheck.constantFrom<Naming>("named", "unnamed")],
    ([places, naming]) =>
      Effect.gen(function* () {
        const memory = yield* poisoned(places, naming)
        yield* check(memory, places, false, places.length * (2 * halvings + 1))
      }),
    { fastCheck: { numRuns: 6 } }
  )

  it.effect("would be seen to cost too much if every half were sent anew, and if a neighbour were lost", () =>
    Effect.gen(function* () {
      const memory = yield* poisoned([613], "unnamed")
      assert.isTrue(Exit.isFailure(yield* Effect.exit(check(memory, [613], false, halvings - 1))))
      const loses = yield* poisoned([613, 614], "unnamed")
      assert.isTrue(Exit.isFailure(yield* Effect.exit(check(loses, [613], false, 4 * halvings))))
    })
  )
})

describe("Poison among points, rows and patches", () => {
  const patches: ReadonlyArray<Patch> = Array.from({ length: n }, (_, at) => ({ externalId: nameOf(at), update: {} }))

  /** Sends patches to a CDF that refuses some of them whole. */
  const send = (places: ReadonlyArray<number>, naming: Naming) => {
    const bad = new Set(places.map(nameOf))
    const taken: Array<string> = []
    let calls = 0
    const refused = sendEach(patches, (some) =>
      Effect.suspend(() => {
        calls++
        const found = some.filter(({ externalId }) => bad.has(externalId))
        if (found.length === 0) {
          taken.push(...some.map(({ externalId }) => externalId))
          return Effect.void
        }
        return Effect.fail(
          new CdfError({
            operation: "update",
            reason: "Refused",
            status: 400,
            detail: "odd",
            missing: naming === "named" ? found.map(({ externalId }) => ({ externalId })) : [],
            duplicated: []
          })
        )
      })
    )
    return Effect.map(refused, (items) => ({ refused: items.map(({ item }) => item.externalId), taken, calls }))
  }

  it.effect.prop(
    "is found within as many calls, and everything else is sent once",
    [FastCheck.uniqueArray(place, { minLength: 1, maxLength: 4 }), FastCheck.constantFrom<Naming>("named", "unnamed")],
    ([places, naming]) =>
      Effect.gen(function* () {
        const { calls, refused, taken } = yield* send(places, naming)
        assert.sameMembers([...refused], places.map(nameOf))
        assert.strictEqual(taken.length, n - places.length)
        assert.strictEqual(new Set(taken).size, taken.length)
        assert.isAtMost(calls, naming === "named" ? 2 : places.length * (2 * halvings + 1))
      }),
    { fastCheck: { numRuns: 8 } }
  )
})
