/**
 * A state that fails in the middle of a pass: flows say why, nothing is kept by halves, and once it is back CDF ends as if nothing
 * had happened.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Context, Effect, Exit, Layer, type Scope } from "effect"
import type { ExtractorReport } from "../../src/domain/Report.js"
import { openState } from "../../src/layers/state/StateDatabase.js"
import { Ledger } from "../../src/services/Ledger.js"
import { type FakeDatabase, makeFakeDatabase } from "../layers/state/FakeDatabase.js"
import { newFile } from "../layers/state/Variants.js"
import type { PipelinePlant } from "../support/PipelineHarness.js"
import { cdfLines, inTime, layerStateOf, makeSmallPlant, shortPass } from "../support/SmallPlant.js"

/** Everything of CDF that the flows wrote, as a pass that nothing disturbs leaves it. */
const undisturbed = Effect.runSync(
  Effect.cached(
    Effect.gen(function* () {
      const plant = makeSmallPlant()
      yield* inTime(shortPass.pipe(Effect.provide(plant.layer)))
      return yield* cdfLines(plant)
    })
  )
)

const isWrite = (statement: string): boolean => /^\s*(?:INSERT|UPDATE|DELETE)/i.test(statement)

/** Objects that the state says CDF holds, and those that CDF does hold. */
const known = (sql: SqlClient.SqlClient, { cdf: { held } }: PipelinePlant) =>
  Effect.gen(function* () {
    const rows = yield* sql<{ kind: string; external_id: string }>`SELECT kind.name AS kind, external_id
      FROM plex_cdf_ledger JOIN plex_cdf_kind AS kind ON kind.code = plex_cdf_ledger.kind`
    return {
      kept: rows.map(({ external_id, kind }) => `${kind} ${external_id}`).sort(),
      held: Object.entries(held)
        .flatMap(([kind, some]) => [...some].flatMap(([id, one]) => (one === undefined ? [] : [`${kind} ${id}`])))
        .sort()
    }
  })

const noticesOf = (reports: ReadonlyArray<ExtractorReport>): ReadonlyArray<string> =>
  reports.flatMap(({ flows }) =>
    flows.flatMap(({ notice, status }) => (status === "ok" ? [] : [notice ?? "no reason"]))
  )

/** Of a flow itself, or of one that it gets its objects from. */
const reasons = /^state .*(?:disk is full|readonly database)|, which feeds it, is degraded$/

interface Trouble {
  readonly sql: SqlClient.SqlClient
  readonly begin: Effect.Effect<void>
  readonly end: Effect.Effect<void>
}

/** Two passes, the first one in trouble; gives what the first one said. */
const twoPasses = (
  { begin, end, sql }: Trouble,
  over: (ledger: typeof Ledger.Service) => Partial<typeof Ledger.Service> = () => ({})
) =>
  Effect.gen(function* () {
    const expected = yield* undisturbed
    const state = Layer.map(layerStateOf(sql), (context) => {
      const ledger = Context.get(context, Ledger)
      return Context.add(context, Ledger, { ...ledger, ...over(ledger) })
    })
    const plant = makeSmallPlant({ state })
    return yield* Effect.gen(function* () {
      yield* begin
      const notices = noticesOf(yield* inTime(shortPass))
      const troubled = yield* known(sql, plant)
      assert.deepStrictEqual(
        troubled.kept.filter((one) => !troubled.held.includes(one)),
        [],
        "the state must not know more than CDF holds"
      )
      yield* end
      assert.deepStrictEqual(noticesOf(yield* inTime(shortPass)), [])
      assert.deepStrictEqual(yield* cdfLines(plant), expected)
      const { held, kept } = yield* known(sql, plant)
      assert.deepStrictEqual(kept, held, "what CDF holds is known")
      return notices
    }).pipe(Effect.provide(plant.layer))
  })

/** A database in memory whose writes, counted from when the trouble begins, do as they are told. */
const faked = (behaviour: (write: number) => ReturnType<FakeDatabase["behave"]>) =>
  Effect.map(makeFakeDatabase, (database): Trouble => {
    let writes = 0
    return {
      sql: database.sql,
      begin: Effect.sync(() => {
        database.behave = (statement) => (isWrite(statement) ? behaviour(++writes) : "work")
      }),
      end: Effect.sync(() => {
        database.behave = () => "work"
      })
    }
  })

/** A file, and the pragmas that make it refuse and take writes. */
const onDisk = (
  begin: (sql: SqlClient.SqlClient) => Effect.Effect<unknown, unknown>,
  end: (sql: SqlClient.SqlClient) => Effect.Effect<unknown, unknown>
): Effect.Effect<Trouble, never, Scope.Scope> =>
  Effect.gen(function* () {
    const sql = yield* openState(`file:${yield* newFile}`)
    return { sql, begin: Effect.orDie(Effect.asVoid(begin(sql))), end: Effect.orDie(Effect.asVoid(end(sql))) }
  }).pipe(Effect.orDie)

describe("A state whose", () => {
  it.scoped("first write fails is tried again, and nobody notices", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* twoPasses(yield* faked((write) => (write === 1 ? "fail" : "work"))), [])
    })
  )

  for (const [words, nth] of [
    ["every write fails", 1],
    ["every second write fails", 2],
    ["every fifth write fails", 5]
  ] as const) {
    it.scoped(`${words} leaves no hole behind`, () =>
      Effect.gen(function* () {
        const notices = yield* twoPasses(yield* faked((write) => (write % nth === 0 ? "fail" : "work")))
        for (const notice of notices) assert.match(notice, reasons)
        if (nth < 3) assert.isNotEmpty(notices)
      })
    )
  }

  it.scoped("writes hang for a minute each only makes the pass slow", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* twoPasses(yield* faked((write) => (write < 4 ? "slow" : "work"))), [])
    })
  )

  it.scoped("disk is read-only says so", () =>
    Effect.gen(function* () {
      const notices = yield* twoPasses(
        yield* onDisk(
          (sql) => sql`PRAGMA query_only = ON`,
          (sql) => sql`PRAGMA query_only = OFF`
        )
      )
      assert.isNotEmpty(notices)
      assert.deepStrictEqual(
        notices.filter((notice) => !reasons.test(notice)),
        []
      )
    })
  )

  it.scoped("disk is full says so", () =>
    Effect.gen(function* () {
      const notices = yield* twoPasses(
        yield* onDisk(
          // No page more than there are.
          (sql) => sql`PRAGMA max_page_count = 1`,
          (sql) => sql`PRAGMA max_page_count = 1000000`
        )
      )
      assert.isNotEmpty(notices)
      assert.deepStrictEqual(
        notices.filter((notice) => !reasons.test(notice)),
        []
      )
    })
  )

  it.scoped("ledger says yes without keeping is found out by these tests", () =>
    Effect.gen(function* () {
      const found = yield* Effect.exit(twoPasses(yield* faked(() => "work"), () => ({ confirm: () => Effect.void })))
      assert.match(Exit.isFailure(found) ? Cause.pretty(found.cause) : "", /^AssertionError/)
    })
  )
})
