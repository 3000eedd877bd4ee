/**
 * Who has the lease: two processes, played by two Layers with a connection each, on one database.
 */
import { assert, describe, it } from "@effect/vitest"
import {
  type Clock,
  Context,
  Effect,
  ExecutionStrategy,
  Exit,
  Fiber,
  Layer,
  Redacted,
  Scope,
  TestClock,
  type TestServices
} from "effect"
import type { StateError } from "../../../src/domain/Errors.js"
import { makeCommit } from "../../../src/layers/state/Commit.js"
import { isGone, thisProcess } from "../../../src/layers/state/ProcessIdentity.js"
import type { LeaseOptions } from "../../../src/layers/state/LeaseSql.js"
import * as LeaseSql from "../../../src/layers/state/LeaseSql.js"
import * as StateDatabase from "../../../src/layers/state/StateDatabase.js"
import { AppConfig } from "../../../src/services/AppConfig.js"
import { Lease } from "../../../src/services/Lease.js"
import { settings } from "../cdf/Settings.js"
import { newFile } from "./Variants.js"

/** What a test does to one of the processes. */
interface Process {
  readonly lease: typeof Lease.Service
  /** Changes a fact, as one commit. */
  readonly commit: (value: string) => Effect.Effect<void, unknown>
  readonly written: Effect.Effect<string | undefined, unknown>
  /** Ends it, with all that it should give back. */
  readonly end: Effect.Effect<void>
  readonly sql: typeof StateDatabase.StateDatabase.Service
}

interface ProcessOptions extends Partial<LeaseOptions> {
  readonly pid?: number
  readonly host?: string
}

/** A process as others see it; those of `gone` have ended, as far as their host knows. */
const startProcess = (url: string, { host = "plant", pid = 1, ...options }: ProcessOptions, gone: Set<number>) =>
  Effect.gen(function* () {
    const scope = yield* Scope.fork(yield* Effect.scope, ExecutionStrategy.sequential)
    const self = { host, machine: host, pid, started: String(pid) }
    const built = yield* LeaseSql.layerWith({
      self: Effect.succeed(self),
      isGone: (other, us) => Effect.sync(() => other.host === us.host && gone.has(other.pid)),
      ...options
    }).pipe(
      Layer.provideMerge(StateDatabase.layer),
      Layer.provide(Layer.succeed(AppConfig, { ...settings, stateUrl: Redacted.make(url) })),
      Layer.buildWithScope(scope)
    )
    const sql = Context.get(built, StateDatabase.StateDatabase)
    const commit = yield* Effect.provide(makeCommit, built)
    return {
      lease: Context.get(built, Lease),
      sql,
      commit: (value: string) =>
        commit(sql`INSERT INTO plex_cdf_fact ${sql.insert({ facility: 1, flow: 1, name: "last", value })}
          ON CONFLICT (facility, flow, name) DO UPDATE SET value = excluded.value`).pipe(Effect.asVoid),
      written: Effect.map(
        sql<{ value: string }>`SELECT value FROM plex_cdf_fact WHERE facility = 1 AND name = 'last'`,
        ([found]) => found?.value
      ),
      end: Scope.close(scope, Exit.void)
    } satisfies Process
  })

const stateOf = ({ lease }: Process) => Effect.map(lease.status, ({ state }) => state)

/** The only row, changed as a damaged file might be. */
const damage = ({ sql }: Process, change: string) => sql.unsafe(`UPDATE plex_cdf_lease SET ${change}`)

describe("the lease in a SQLite file", () => {
  const onFile = (
    body: (
      start: (options?: ProcessOptions) => Effect.Effect<Process, StateError, Scope.Scope>,
      gone: Set<number>
    ) => Effect.Effect<void, unknown, Scope.Scope | TestServices.TestServices>
  ) =>
    Effect.gen(function* () {
      const url = `file:${yield* newFile}`
      const gone = new Set<number>()
      yield* body((options = {}) => startProcess(url, options, gone), gone)
    })

  it.scoped("goes to one of two that want it, and to the other as soon as it is given back", () =>
    onFile((start) =>
      Effect.gen(function* () {
        const [first, second] = [yield* start({ pid: 1 }), yield* start({ pid: 2 })]
        assert.deepStrictEqual(yield* first.lease.status, { state: "idle" })
        yield* first.lease.hold
        const waiting = yield* Effect.fork(second.lease.hold)
        yield* TestClock.adjust("20 seconds")
        assert.deepStrictEqual(yield* second.lease.status, { state: "standby", holder: { host: "plant", pid: 1 } })
        assert.deepStrictEqual(yield* first.lease.status, { state: "held", generation: 1 })
        yield* first.end
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(waiting)
        assert.deepStrictEqual(yield* second.lease.status, { state: "held", generation: 2 })
      })
    )
  )

  it.scoped(
    "of a process that is gone from the same host is taken over at once; from another host, when it has expired",
    () =>
      onFile((start, gone) =>
        Effect.gen(function* () {
          // Renews no more: as if it had been killed.
          const first = yield* start({ pid: 1, renewEvery: "1 day" })
          const here = yield* start({ pid: 2, renewEvery: "1 day" })
          const elsewhere = yield* start({ pid: 3, host: "office" })
          yield* first.lease.hold
          gone.add(1)
          yield* here.lease.holdUnlessRenewed
          assert.deepStrictEqual(yield* here.lease.status, { state: "held", generation: 2 })
          gone.add(2)
          const waiting = yield* Effect.fork(elsewhere.lease.holdUnlessRenewed)
          yield* TestClock.adjust("14 seconds")
          assert.strictEqual(yield* stateOf(elsewhere), "standby")
          yield* TestClock.adjust("1 second")
          yield* Fiber.join(waiting)
          assert.deepStrictEqual(yield* elsewhere.lease.status, { state: "held", generation: 3 })
        })
      )
  )

  it.scoped("that is renewed while one waits who cannot is refused, and says who has it", () =>
    onFile((start) =>
      Effect.gen(function* () {
        const [first, second] = [yield* start({ pid: 1 }), yield* start({ pid: 2 })]
        yield* first.lease.hold
        const waiting = yield* Effect.fork(Effect.flip(second.lease.holdUnlessRenewed))
        yield* TestClock.adjust("4 seconds")
        assert.strictEqual(yield* stateOf(second), "standby")
        yield* TestClock.adjust("2 seconds")
        const refused = yield* Fiber.join(waiting)
        assert.deepInclude(refused, { _tag: "LeaseHeld", holder: { host: "plant", pid: 1 } })
        assert.match(refused.message, /pid 1 on plant/)
      })
    )
  )

  it.scoped("is lost by one who slept and was succeeded: it commits nothing, sends nothing, and is told", () =>
    onFile((start) =>
      Effect.gen(function* () {
        // Asleep: it does not renew.
        const first = yield* start({ pid: 1, renewEvery: "1 day" })
        const second = yield* start({ pid: 2 })
        const told = yield* Effect.scoped(
          Effect.gen(function* () {
            yield* first.lease.hold
            yield* first.commit("first")
            yield* TestClock.adjust("15 seconds")
            yield* second.lease.hold
            yield* second.commit("second")
            const lost = yield* Effect.fork(Effect.flip(first.lease.lost))
            assert.match(String(yield* Effect.flip(first.commit("zombie"))), /lease/)
            assert.strictEqual(yield* second.written, "second")
            const check = yield* Effect.fork(first.lease.check)
            yield* TestClock.adjust("5 seconds")
            assert.isTrue((yield* Fiber.poll(check))._tag === "None", "the check never ends")
            yield* Fiber.interrupt(check)
            assert.deepStrictEqual(yield* first.lease.status, { state: "lost", holder: { host: "plant", pid: 2 } })
            return yield* Fiber.join(lost)
          })
        )
        assert.deepInclude(told, { _tag: "LeaseLost", holder: { host: "plant", pid: 2 } })
        // What was lost is over with its scope; the lease can be waited for again.
        assert.strictEqual(yield* stateOf(first), "idle")
        yield* second.end
        yield* first.lease.hold
        assert.deepStrictEqual(yield* first.lease.status, { state: "held", generation: 3 })
      })
    )
  )

  for (const [what, change] of [
    ["the wall clock", { currentTimeMillis: Effect.succeed(10_000) }],
    ["the wall clock, set back", { currentTimeMillis: Effect.succeed(-1) }],
    ["the monotonic clock", { currentTimeNanos: Effect.succeed(10_000_000_000n) }]
  ] as const) {
    it.scoped(`is asked for again before a write where the last renewal is long ago by ${what}`, () =>
      onFile((start, gone) =>
        Effect.gen(function* () {
          const [first, second] = [yield* start({ pid: 1 }), yield* start({ pid: 2 })]
          yield* first.lease.hold
          gone.add(1)
          yield* second.lease.hold
          // All is well by its own clocks: it does not ask.
          yield* first.lease.check
          assert.strictEqual(yield* stateOf(first), "held")
          const clock = yield* Effect.clock
          const changed: Clock.Clock = Object.create(
            clock,
            Object.fromEntries(Object.entries(change).map(([name, value]) => [name, { value }]))
          )
          const late = yield* Effect.fork(Effect.withClock(first.lease.check, changed))
          yield* TestClock.adjust(0)
          assert.strictEqual(yield* stateOf(first), "lost")
          yield* Fiber.interrupt(late)
        })
      )
    )
  }

  it.scoped("is taken by the first commit where nobody asked for it, and given back at the end", () =>
    onFile((start) =>
      Effect.gen(function* () {
        const [first, second] = [yield* start({ pid: 1 }), yield* start({ pid: 2 })]
        yield* first.commit("first")
        assert.deepStrictEqual(yield* first.lease.status, { state: "held", generation: 1 })
        yield* first.end
        yield* second.lease.check
        assert.deepStrictEqual(yield* second.lease.status, { state: "held", generation: 2 })
      })
    )
  )

  it.scoped("that cannot be believed is nobody's, and the generation never goes back", () =>
    onFile((start, gone) =>
      Effect.gen(function* () {
        let generation = 0
        for (const change of [
          "generation = 4611686018427387904",
          "generation = 1",
          "seal = 'noise'",
          "holder = 'noise'",
          "expires = 'noise'",
          "expires = expires + 1000000",
          "pid = -1"
        ]) {
          const process = yield* start({ pid: ++generation, renewEvery: "1 day" })
          yield* process.lease.holdUnlessRenewed
          assert.deepStrictEqual(yield* process.lease.status, { state: "held", generation }, change)
          yield* damage(process, change)
        }
        const last = yield* start({ pid: 99 })
        yield* last.lease.holdUnlessRenewed
        assert.deepStrictEqual(yield* last.lease.status, { state: "held", generation: generation + 1 })
        assert.strictEqual(gone.size, 0)
      })
    )
  )
})

describe("a process", () => {
  it.effect("is told from another one with its number, and gone when it does not run", () =>
    Effect.gen(function* () {
      const self = yield* thisProcess
      assert.isFalse(yield* isGone(self, self))
      assert.isTrue(yield* isGone({ ...self, started: `${self.started}1` }, self))
      assert.isTrue(yield* isGone({ ...self, pid: 2 ** 22 + 1 }, self))
      // Of another machine nothing is known, whatever its name.
      assert.isFalse(yield* isGone({ ...self, machine: "another", pid: 2 ** 22 + 1 }, self))
      assert.isFalse(yield* isGone({ ...self, host: "another", pid: 2 ** 22 + 1 }, self))
    })
  )
})
