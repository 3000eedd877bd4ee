/**
 * Dead letters from the record that fails to the one that lands: nothing lost, nothing old over something newer, nothing told that
 * is not to be told.
 */
import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Layer, Redacted } from "effect"
import { isWithin } from "../../src/domain/TimeSlice.js"
import * as DeadLettersSql from "../../src/layers/state/DeadLettersSql.js"
import * as LedgerSql from "../../src/layers/state/LedgerSql.js"
import { openState, StateDatabase } from "../../src/layers/state/StateDatabase.js"
import { retry, retryAfterUpdate } from "../../src/pipelines/retry.js"
import { AppConfig } from "../../src/services/AppConfig.js"
import { DeadLetters } from "../../src/services/DeadLetters.js"
import { Ledger } from "../../src/services/Ledger.js"
import { ProgramVersion } from "../../src/services/ProgramVersion.js"
import { settings as demoSettings } from "../layers/cdf/Settings.js"
import { demoFacility } from "../support/DemoFacility.js"
import {
  deadLetters,
  extract,
  flowOf,
  later,
  makePlant,
  type PipelinePlant,
  retryAll
} from "../support/PipelineHarness.js"
import { type PlexCall, plexError } from "../support/PlexScripted.js"
import { entryRow, lists, partRow, uuid } from "./Rows.js"

const { ids } = demoFacility()

/** A run of an extractor without sweeps, some time after whatever was before. */
const run = (name: Parameters<typeof extract>[0]) => Effect.zipRight(later, extract(name, { sweep: false }))

const partIn = ({ cdf }: PipelinePlant, at: number) => cdf.held.assets.get(ids.of("part", uuid(at)))

/** A part whose lead time no number can hold. */
const badPart = (at: number, over = {}) => partRow(at, { leadTimeDays: "1e400", ...over })

const withParts = (...rows: ReadonlyArray<unknown>) => makePlant({ plex: { lists: { [lists.parts]: rows } } })

/** Dead letters that never go by themselves. */
const forgetful = (plant: PipelinePlant) =>
  Layer.map(plant.layer, (context) =>
    Context.add(context, DeadLetters, {
      ...Context.get(context, DeadLetters),
      landed: () => Effect.void,
      drop: () => Effect.succeed(0)
    })
  )

describe("A dead letter", () => {
  /** The record is bad, then what Plex had before: nothing is written, and the letter is to go nevertheless. */
  const goesWhenUnchanged = Effect.fn(function* (plant: PipelinePlant) {
    yield* run("master-data")
    plant.plex.lists[lists.parts] = [badPart(1), partRow(2)]
    yield* run("master-data")
    assert.deepStrictEqual(
      (yield* deadLetters).map(({ attempts, key, path }) => [key, path, attempts]),
      [[uuid(1), "leadTimeDays", 1]]
    )
    yield* run("master-data")
    assert.deepStrictEqual(
      (yield* deadLetters).map(({ attempts }) => attempts),
      [2]
    )
    plant.plex.lists[lists.parts] = [partRow(1), partRow(2)]
    const report = yield* run("master-data")
    assert.deepInclude(flowOf(report, "parts").counts, { updated: 0, unchanged: 2 })
    assert.deepStrictEqual(yield* deadLetters, [])
  })

  it.effect("goes when its record lands, be it written or found unchanged", () => {
    const plant = withParts(partRow(1), partRow(2))
    return Effect.gen(function* () {
      yield* goesWhenUnchanged(plant)
      plant.plex.lists[lists.parts] = [partRow(1), badPart(2)]
      yield* run("master-data")
      plant.plex.lists[lists.parts] = [partRow(1), partRow(2, { name: "Now it can be read" })]
      yield* run("master-data")
      assert.strictEqual(partIn(plant, 2)?.name, "P-2 - Now it can be read")
      assert.deepStrictEqual(yield* deadLetters, [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("that stayed although its record landed would be seen", () => {
    const plant = withParts(partRow(1), partRow(2))
    return Effect.gen(function* () {
      assert.isTrue(Exit.isFailure(yield* Effect.exit(goesWhenUnchanged(plant))))
    }).pipe(Effect.provide(forgetful(plant)))
  })

  it.effect("stays while a bad record and a good one of one key come in one list", () => {
    const plant = withParts(badPart(1), partRow(1))
    return Effect.gen(function* () {
      yield* run("master-data")
      yield* run("master-data")
      assert.deepStrictEqual(
        (yield* deadLetters).map(({ attempts, key }) => [key, attempts]),
        [[uuid(1), 2]]
      )
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("of a resource that CDF refuses holds the resource, and goes when CDF takes it", () => {
    const plant = withParts(partRow(1))
    return Effect.gen(function* () {
      plant.cdf.refuse = (_, id) => (id.includes("_part_") ? { message: "name is odd" } : undefined)
      yield* run("master-data")
      const [letter] = yield* deadLetters
      assert.deepInclude(letter, {
        flow: "parts",
        what: "resource",
        key: ids.of("part", uuid(1)),
        reason: "name is odd"
      })
      assert.deepInclude(letter?.content, { externalId: ids.of("part", uuid(1)) })
      assert.deepInclude(yield* retryAll, { letters: 1, settled: 0, failed: 1 })
      plant.cdf.refuse = () => undefined
      assert.deepInclude(yield* retryAll, { letters: 1, settled: 1, failed: 0, untried: 0 })
      assert.isDefined(partIn(plant, 1))
      assert.deepStrictEqual(yield* deadLetters, [])
    }).pipe(Effect.provide(plant.layer))
  })
})

describe("What is kept of a record", () => {
  const record = badPart(1, {
    createdByName: "Ada Lovelace",
    champion: "Grace Hopper",
    notes: [{ author: "shift", employeeId: "E-4711", employee: { firstName: "Edith" }, apiToken: "tok-4711" }],
    operators: "Hedy Lamarr",
    note: "call the API with s3ntinel-key-of-plex",
    accountNo: { wrong: "Katherine Johnson" }
  })
  const names = /Lovelace|Hopper|4711|Edith|Lamarr|Johnson|s3ntinel/
  const plex = { ...demoSettings.plex, apiKey: Redacted.make("s3ntinel-key-of-plex") }
  const kept = (includePersonalData: boolean, flow: "record" | "resource") => {
    const plant = makePlant({
      plex: { lists: { [lists.parts]: [flow === "record" ? record : { ...record, leadTimeDays: 3 }] } },
      settings: { plex },
      facility: { includePersonalData }
    })
    if (flow === "resource") plant.cdf.refuse = (_, id) => (id.includes("_part_") ? { message: "no" } : undefined)
    return Effect.gen(function* () {
      yield* run("master-data")
      const letters = yield* deadLetters
      assert.strictEqual(letters.length, 1)
      return JSON.stringify(letters)
    }).pipe(Effect.provide(plant.layer))
  }

  for (const what of ["record", "resource"] as const) {
    it.effect(`is without people and secrets, at any depth: ${what}`, () =>
      Effect.gen(function* () {
        const text = yield* kept(false, what)
        assert.notMatch(text, names)
        assert.include(
          text,
          "leadTimeDays".replace("leadTimeDays", what === "record" ? "leadTimeDays" : "lead_time_days")
        )
      })
    )
  }

  it.effect("is with people where they are wanted, and never with a secret", () =>
    Effect.gen(function* () {
      const text = yield* kept(true, "record")
      for (const name of ["Lovelace", "Hopper", "E-4711", "Edith", "Lamarr"]) assert.include(text, name)
      assert.notMatch(text, /s3ntinel|tok-4711/)
    })
  )
})

describe("Dead letters of history", () => {
  const hourly = { ...demoSettings.history, windowHours: 1, overlap: 0 }
  const historyOf =
    (rows: () => ReadonlyArray<Readonly<Record<string, unknown>>>) =>
    ({ slice }: PlexCall) =>
      rows().filter((row) => slice === undefined || isWithin(slice, Date.parse(String(row["transactionDate"]))))
  const bad = (time: string, over = {}) => entryRow(time, { quantity: { wrong: true }, ...over })

  const makeHistory = (rows: () => ReadonlyArray<ReturnType<typeof entryRow>>) =>
    makePlant({ plex: { lists: { [lists.entries]: historyOf(rows) } }, settings: { history: hourly } })

  it.effect("are told apart although they have no keys of their own", () => {
    const plant = makeHistory(() => [bad("2026-06-12T07:00:00Z"), bad("2026-06-12T07:00:00Z", { lotNo: "2" })])
    return Effect.gen(function* () {
      yield* run("production")
      assert.strictEqual((yield* deadLetters).length, 2)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("are tried by reading their period again: what Plex says now lands, and no watermark moves", () => {
    let rows = [
      bad("2026-06-11T20:30:00Z"),
      bad("2026-06-12T07:10:00Z"),
      bad("2026-06-12T07:20:00Z", { lotNo: "gone" })
    ]
    const plant = makeHistory(() => rows)
    return Effect.gen(function* () {
      yield* run("production")
      assert.strictEqual((yield* deadLetters).length, 3)
      const { watermark } = yield* Ledger
      const before = yield* watermark("production-entries")
      rows = [
        entryRow("2026-06-11T20:30:00Z", { quantity: 11 }),
        bad("2026-06-12T07:10:00Z"),
        entryRow("2026-06-12T03:00:00Z", { quantity: 12 })
      ]
      plant.plex.calls.splice(0)
      assert.deepInclude(yield* retryAll, { letters: 3, settled: 2, failed: 1, untried: 0, notices: [] })
      assert.deepStrictEqual(
        (yield* deadLetters).map(({ attempts, content }) => [
          attempts,
          Reflect.get(Object(content), "transactionDate")
        ]),
        [[2, "2026-06-12T07:10:00Z"]]
      )
      assert.strictEqual(yield* watermark("production-entries"), before)
      const held = [...plant.cdf.held.events.values()].map((event) => event?.metadata?.["quantity"])
      assert.deepStrictEqual(held, ["11"], "newer truth, of the periods that were read only")
      const read = plant.plex.calls.flatMap(({ path, slice }) => (path === lists.entries && slice ? [slice] : []))
      assert.isTrue(read.every(({ begin, end }) => end - begin <= 3_600_000))
      assert.isBelow(read.length, 4)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("whose period cannot be read stay, and it is said why", () => {
    const plant = makeHistory(() => [bad("2026-06-12T07:10:00Z")])
    return Effect.gen(function* () {
      yield* run("production")
      plant.plex.lists[lists.entries] = plexError("Unavailable")
      const done = yield* retryAll
      assert.deepInclude(done, { letters: 1, settled: 0, failed: 0, untried: 1 })
      assert.match(done.notices.join(), /production-entries is degraded: .*Unavailable/)
      assert.deepStrictEqual(
        (yield* deadLetters).map(({ attempts }) => attempts),
        [1]
      )
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("whose period is not known stay, with an attempt more", () => {
    const plant = makeHistory(() => [])
    return Effect.gen(function* () {
      yield* (yield* DeadLetters).add([{ flow: "movements", key: "m", reason: "why", content: {} }])
      const done = yield* retryAll
      assert.deepInclude(done, { letters: 1, untried: 1 })
      assert.match(done.notices.join(), /period that is not known/)
      assert.deepStrictEqual(
        (yield* deadLetters).map(({ attempts, key }) => [key, attempts]),
        [["m", 2]]
      )
    }).pipe(Effect.provide(plant.layer))
  })
})

describe("Trying again", () => {
  it.effect("does the same twice: nothing is written the second time", () => {
    const plant = withParts(badPart(1), partRow(2))
    return Effect.gen(function* () {
      yield* run("master-data")
      plant.plex.lists[lists.parts] = [partRow(1), partRow(2)]
      yield* retryAll
      plant.cdf.calls.splice(0)
      assert.deepInclude(yield* retryAll, { letters: 0 })
      yield* run("master-data")
      assert.deepStrictEqual(plant.cdf.writes(), [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("forgets what Plex does not show any more", () => {
    const plant = withParts(badPart(1), partRow(2), { id: null, number: "nameless" })
    return Effect.gen(function* () {
      yield* run("master-data")
      assert.strictEqual((yield* deadLetters).length, 2)
      plant.plex.lists[lists.parts] = [partRow(2), partRow(3, { number: "nameless" })]
      assert.deepInclude(yield* retryAll, { letters: 2, settled: 2 })
      assert.deepStrictEqual(yield* deadLetters, [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("leaves letters alone whose list broke off before the end", () => {
    const plant = withParts(badPart(1))
    return Effect.gen(function* () {
      yield* run("master-data")
      plant.plex.lists[lists.parts] = plexError("WrongBody")
      assert.deepInclude(yield* retryAll, { settled: 0, untried: 1 })
      assert.strictEqual((yield* deadLetters).length, 1)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("leaves the letters of a sweep alone of whose objects Plex refused one", () => {
    let refuses = true
    const bad = { id: uuid(900), partId: uuid(1), componentPartId: uuid(2), quantity: "many" }
    const plant = makePlant({
      plex: {
        lists: {
          [lists.parts]: [partRow(1), partRow(2)],
          [lists.boms]: ({ query }) => {
            if (query?.["partId"] !== uuid(1)) return []
            return refuses ? plexError("Refused") : [bad]
          }
        }
      }
    })
    return Effect.gen(function* () {
      refuses = false
      yield* extract("master-data")
      assert.strictEqual((yield* deadLetters).length, 1)
      refuses = true
      const found = yield* retryAll
      assert.deepInclude(found, { letters: 1, settled: 0, untried: 1 })
      assert.match(found.notices.join(), /1 of 2 objects were refused/)
      assert.strictEqual((yield* deadLetters).length, 1)
      refuses = false
      assert.deepInclude(yield* retryAll, { letters: 1, failed: 1 })
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("begins no list after the stop, and drops nothing", () => {
    const plant = withParts(badPart(1))
    return Effect.gen(function* () {
      yield* run("master-data")
      const stop = yield* Deferred.make<void>()
      yield* Deferred.succeed(stop, undefined)
      const done = yield* retry(yield* (yield* DeadLetters).list(), stop)
      assert.deepInclude(done, { letters: 1, settled: 0, untried: 1 })
      assert.strictEqual((yield* deadLetters).length, 1)
    }).pipe(Effect.provide(plant.layer))
  })

  it.scoped("comes by itself with another version of the program, once", () =>
    Effect.gen(function* () {
      const plant = withParts(badPart(1))
      const sql = yield* openState(":memory:")
      const stateOf = (version: string) =>
        Layer.fresh(Layer.merge(DeadLettersSql.layer, LedgerSql.layer)).pipe(
          Layer.provide(Layer.succeed(StateDatabase, sql)),
          Layer.provide(Layer.succeed(AppConfig, plant.settings)),
          Layer.provideMerge(Layer.succeed(ProgramVersion, version)),
          Layer.provideMerge(plant.layer)
        )
      const stop = yield* Deferred.make<void>()
      const update = Effect.gen(function* () {
        yield* later
        const before = plant.plex.asked(lists.parts)
        yield* retryAfterUpdate(["master-data"], stop)
        return plant.plex.asked(lists.parts) - before
      })
      yield* Effect.provide(
        Effect.gen(function* () {
          yield* run("master-data")
          assert.strictEqual(yield* update, 0)
        }),
        stateOf("1.0.0")
      )
      yield* Effect.provide(
        Effect.gen(function* () {
          assert.strictEqual(yield* update, 1)
          assert.strictEqual(yield* update, 0)
          assert.deepStrictEqual(
            (yield* deadLetters).map(({ attempts, version }) => [attempts, version]),
            [[2, "1.1.0"]]
          )
        }),
        stateOf("1.1.0")
      )
      plant.plex.lists[lists.parts] = [partRow(1)]
      yield* Effect.provide(
        Effect.gen(function* () {
          assert.strictEqual(yield* update, 1)
          assert.deepStrictEqual(yield* deadLetters, [])
        }),
        stateOf("1.2.0")
      )
      assert.isDefined(partIn(plant, 1))
    })
  )
})
