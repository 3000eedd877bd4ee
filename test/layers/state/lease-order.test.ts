/**
 * Whatever the order of what holders do: no commit of an earlier generation gets in after a later one began.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, FastCheck, Fiber, Layer, type Scope } from "effect"
import type { ProcessIdentity } from "../../../src/layers/state/ProcessIdentity.js"
import type { LeaseRow } from "../../../src/layers/state/LeaseRow.js"
import { type LeaseTable, leaseTable } from "../../../src/layers/state/LeaseTable.js"
import { openState } from "../../../src/layers/state/StateDatabase.js"
import { hasPostgres, newFile, newPostgres } from "./Variants.js"

const timeToLive = 15
const self: ProcessIdentity = { host: "plant", machine: "plant", pid: 1, started: "1" }

/** One of the processes that share the state, as far as its own steps go; `now` is everybody's clock. */
const makeHolder = (sql: SqlClient.SqlClient, name: string, now: () => number, checked: boolean) => {
  const table: LeaseTable = leaseTable(sql, 1, Effect.sync(now))
  let own: LeaseRow | undefined
  const row = (generation: number): LeaseRow => ({
    ...self,
    generation,
    holder: name,
    renewedAt: now(),
    expires: now() + timeToLive
  })
  return {
    /** Takes the lease where it has expired; the generation, or nothing. */
    take: Effect.gen(function* () {
      const seen = yield* table.read
      if (seen.row !== undefined && seen.row.expires > now()) return undefined
      const wanted = row(seen.highest + 1)
      if (!(yield* table.take(seen, wanted))) return undefined
      own = wanted
      return wanted.generation
    }),
    renew: Effect.suspend(() => (own === undefined ? Effect.void : table.renew(row(own.generation)))),
    giveBack: Effect.suspend(() =>
      own === undefined ? Effect.void : table.renew({ ...row(own.generation), expires: 0 })
    ),
    /** Commits, if it ever had the lease; the generation that got in, or nothing. */
    commit: Effect.suspend(() => {
      const { generation } = own ?? {}
      if (own === undefined || generation === undefined) return Effect.succeed(undefined)
      const ours = checked ? table.fence(own) : Effect.succeed(true)
      return Effect.gen(function* () {
        if (!(yield* ours)) return undefined
        yield* sql`INSERT INTO plex_cdf_watermark ${sql.insert({ facility: 1, flow: 1, confirmed_to: generation })}
          ON CONFLICT (facility, flow) DO UPDATE SET confirmed_to = excluded.confirmed_to`
        return generation
      }).pipe(sql.withTransaction)
    })
  }
}

const kinds = ["take", "renew", "giveBack", "commit"] as const

type Step = readonly [holder: number, kind: (typeof kinds)[number]] | readonly [minutes: number, kind: "wait"]

const steps: FastCheck.Arbitrary<ReadonlyArray<Step>> = FastCheck.array(
  FastCheck.oneof(
    FastCheck.tuple(FastCheck.nat(2), FastCheck.constantFrom(...kinds)),
    FastCheck.tuple(FastCheck.nat(20), FastCheck.constant("wait" as const))
  ),
  { maxLength: 60, size: "max" }
)

/** What went wrong, in words; nothing where every commit was of the newest generation. */
const play = (sql: SqlClient.SqlClient, checked: boolean, script: ReadonlyArray<Step>) =>
  Effect.gen(function* () {
    yield* sql`DELETE FROM plex_cdf_lease`
    let clock = 1
    let newest = 0
    const holders = ["a", "b", "c"].map((name) => makeHolder(sql, name, () => clock, checked))
    for (const [which, kind] of script) {
      if (kind === "wait") {
        clock += which
        continue
      }
      const done = yield* holders[which]?.[kind] ?? Effect.void
      if (kind === "take" && typeof done === "number") {
        if (done <= newest) return `generation ${done} after ${newest}`
        newest = done
      }
      if (kind === "commit" && typeof done === "number" && done < newest) {
        return `a commit of generation ${done} after ${newest} began`
      }
    }
    return undefined
  })

const judged = (checked: boolean) =>
  Effect.gen(function* () {
    const sql = yield* openState(":memory:")
    return yield* Effect.promise(() =>
      FastCheck.check(
        FastCheck.asyncProperty(
          steps,
          async (script) => (await Effect.runPromise(play(sql, checked, script))) === undefined
        ),
        { numRuns: 150, seed: 20 }
      )
    )
  })

describe("in any order of taking, renewing, giving back, waiting and committing", () => {
  it.scopedLive("no commit of an earlier generation gets in after a later one began", () =>
    Effect.gen(function* () {
      const { counterexample, failed } = yield* judged(true)
      assert.isFalse(failed, JSON.stringify(counterexample))
    })
  )

  it.scopedLive("and without the check in the commit one would", () =>
    Effect.gen(function* () {
      assert.isTrue((yield* judged(false)).failed)
    })
  )
})

/** Two connections to one state. */
interface Pair {
  readonly name: string
  readonly skip: boolean
  readonly open: Effect.Effect<readonly [SqlClient.SqlClient, SqlClient.SqlClient], unknown, Scope.Scope>
}

/** A connection that does not wait for others: in one thread the wait would be for ever. */
const impatient = (filename: string) =>
  Effect.map(Layer.build(SqliteClient.layer({ filename })), (built) => Context.get(built, SqlClient.SqlClient))

const pairs: ReadonlyArray<Pair> = [
  {
    name: "SQLite",
    skip: false,
    open: Effect.gen(function* () {
      const path = yield* newFile
      yield* Effect.scoped(openState(`file:${path}`))
      return [yield* impatient(path), yield* impatient(path)] as const
    })
  },
  {
    name: "PostgreSQL",
    skip: !hasPostgres,
    open: Effect.flatMap(newPostgres, (url) => Effect.all([openState(url), openState(url)]))
  }
]

for (const { name, open, skip } of pairs) {
  describe.skipIf(skip)(`a commit under way in ${name}`, () => {
    it.scopedLive("ends before another process takes the lease, and the next one is refused", () =>
      Effect.gen(function* () {
        const [one, other] = yield* open
        let clock = 0
        const first = makeHolder(one, "first", () => clock, true)
        const second = makeHolder(other, "second", () => clock, true)
        assert.strictEqual(yield* first.take, 1)
        clock += timeToLive

        const inside = yield* Deferred.make<void>()
        const go = yield* Deferred.make<void>()
        const commit = yield* Effect.fork(
          one.withTransaction(
            Effect.gen(function* () {
              assert.strictEqual(yield* first.commit, 1)
              yield* Deferred.succeed(inside, undefined)
              yield* Deferred.await(go)
            })
          )
        )
        yield* Deferred.await(inside)
        // SQLite refuses who comes at the same time, PostgreSQL makes it wait.
        const taking = yield* Effect.fork(Effect.exit(second.take))
        yield* other.onDialectOrElse({
          sqlite: () => Effect.asVoid(Fiber.await(taking)),
          orElse: () => Effect.sleep("300 millis")
        })
        const early = yield* Fiber.poll(taking)
        assert.isFalse(
          early._tag === "Some" && Exit.isSuccess(Exit.flatten(early.value)),
          "taken over a commit under way"
        )
        yield* Deferred.succeed(go, undefined)
        yield* Fiber.join(commit)
        yield* Fiber.join(taking)
        const generation = (yield* second.take) ?? 2
        assert.strictEqual(generation, 2)
        assert.isUndefined(yield* first.commit)
        assert.strictEqual(yield* second.commit, 2)
      })
    )

    it.scopedLive("of one whose lease is taken meanwhile is refused, also where it had begun to read", () =>
      Effect.gen(function* () {
        const [one, other] = yield* open
        let clock = 0
        const first = makeHolder(one, "first", () => clock, true)
        const second = makeHolder(other, "second", () => clock, true)
        assert.strictEqual(yield* first.take, 1)
        clock += timeToLive
        const late = yield* Effect.exit(
          one.withTransaction(
            Effect.gen(function* () {
              yield* one`SELECT * FROM plex_cdf_lease`
              assert.strictEqual(yield* second.take, 2)
              return yield* first.commit
            })
          )
        )
        assert.isTrue(Exit.isFailure(late) || late.value === undefined)
        assert.strictEqual(yield* second.commit, 2)
      })
    )

    it.scopedLive("does not keep its own process from renewing", () =>
      Effect.gen(function* () {
        const [one, other] = yield* open
        const first = makeHolder(one, "first", () => 0, true)
        assert.strictEqual(yield* first.take, 1)
        if (name === "SQLite") return
        yield* one.withTransaction(
          Effect.gen(function* () {
            assert.strictEqual(yield* first.commit, 1)
            const beside = leaseTable(other, 1, Effect.succeed(1))
            const own = { ...self, generation: 1, holder: "first", renewedAt: 1, expires: 2 }
            assert.isTrue(yield* Effect.timeout(beside.renew(own), "5 seconds"))
          })
        )
      })
    )
  })
}
