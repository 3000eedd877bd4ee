/**
 * What probes are told, and what listeners hear.
 */
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, PubSub, Stream, TestClock } from "effect"
import { longestSilence } from "../../src/domain/Patience.js"
import type { FacilityStatus, ProcessStatus } from "../../src/domain/Status.js"
import { type EventLoop, watchEventLoop } from "../../src/server/EventLoop.js"
import { changeEvents } from "../../src/server/Events.js"
import { checkEventLoop, watchProgress } from "../../src/server/Liveness.js"
import { readiness } from "../../src/server/Readiness.js"
import { AppConfig } from "../../src/services/AppConfig.js"
import { Status } from "../../src/services/Status.js"
import { settings } from "../layers/cdf/Settings.js"

const loop = (longest = 0): EventLoop => ({ longest: () => longest, delays: () => ({ mean: 0, p99: 0, max: 0 }) })

/** Both checks of liveness. */
const watchLiveness = (eventLoop: EventLoop) =>
  Effect.map(watchProgress, (progress) => Effect.all([checkEventLoop(eventLoop), progress]))

const silence = longestSilence(settings.calls)

/** A board on which these runs go on, and whose last movement is as told. */
const board = (running: ReadonlyArray<string>, last: () => number) =>
  Effect.map(Status, (silent) => ({ ...silent, movement: Effect.sync(() => ({ last: last(), running })) }))

const failing = (checks: ReadonlyArray<{ readonly name: string; readonly ok: boolean }>) =>
  checks.filter(({ ok }) => !ok).map(({ name }) => name)

describe("The event loop", () => {
  it.scopedLive("that stood still is told as soon as it turns again", () =>
    Effect.gen(function* () {
      const { longest } = yield* watchEventLoop
      const end = performance.now() + 1_500
      while (performance.now() < end) Math.hypot(1, 2)
      yield* Effect.yieldNow()
      assert.isAbove(longest(), 900)
    })
  )
})

describe("Liveness", () => {
  for (const { expected, longest, moves, running, what } of [
    { what: "a process that waits for its next beat", running: [], moves: false, longest: 0, expected: [] },
    { what: "a run in which something moves", running: ["jobs"], moves: true, longest: 0, expected: [] },
    { what: "a run in which nothing moves", running: ["jobs"], moves: false, longest: 0, expected: ["progress"] },
    { what: "an event loop that stood still", running: [], moves: false, longest: 6_000, expected: ["event loop"] }
  ]) {
    it.scoped(`of ${what}: ${expected.join() || "alive"}`, () =>
      Effect.gen(function* () {
        let last = 0
        const status = yield* board(running, () => last)
        yield* Effect.gen(function* () {
          const look = yield* watchLiveness(loop(longest))
          // A moment before, nobody says that it is stalled: the watchdog has its time.
          yield* TestClock.adjust(silence)
          assert.notInclude(failing(yield* look), "progress")
          for (let step = 0; step < 20; step++) {
            if (moves) last++
            yield* TestClock.adjust(Math.ceil(silence / 20) + 1)
          }
          assert.deepStrictEqual(failing(yield* look), expected)
        }).pipe(Effect.provideService(Status, status))
      }).pipe(Effect.provideService(AppConfig, settings))
    )
  }

  it.scoped("is back when something moves again", () =>
    Effect.gen(function* () {
      let last = 0
      const status = yield* board(["jobs"], () => last)
      yield* Effect.gen(function* () {
        const look = yield* watchLiveness(loop())
        yield* TestClock.adjust(2 * silence)
        assert.deepStrictEqual(failing(yield* look), ["progress"])
        last++
        yield* TestClock.adjust(silence / 10)
        assert.deepStrictEqual(failing(yield* look), [])
      }).pipe(Effect.provideService(Status, status))
    }).pipe(Effect.provideService(AppConfig, settings))
  )
})

const facility: FacilityStatus = {
  pcn: "1",
  name: "Plant",
  code: "P",
  timezone: "UTC",
  dryRun: false,
  role: "active",
  extractors: [{ name: "jobs", state: "waiting", interval: 60_000, failures: 0, trend: [], flows: [] }],
  sweeps: [],
  ownFlows: [],
  upstreams: [{ name: "plex", breaker: "closed", used: 0, waiting: 0 }],
  errors: [],
  idLookups: { memory: 0, ledger: 0, redis: 0, cdf: 0, misses: 0 },
  retired: 0,
  valveClosed: [],
  recentRuns: []
}

const status = (over: Partial<FacilityStatus> = {}): ProcessStatus => ({
  version: "1",
  started: 0,
  at: 0,
  facilities: [{ ...facility, ...over }]
})

const well = { at: 0, found: [{ name: "plex", problem: undefined }] } as const

describe("Readiness", () => {
  const cases: ReadonlyArray<readonly [what: string, over: Partial<FacilityStatus>, failing: ReadonlyArray<string>]> = [
    ["all is well", {}, []],
    ["a breaker is open", { upstreams: [{ name: "plex", breaker: "open", used: 0, waiting: 0 }] }, ["breaker plex"]],
    ["the state is away", { stateError: "gone" }, ["state"]],
    ["another process works", { role: "standby", holder: { host: "h", pid: 1 } }, ["lease"]],
    [
      "an extractor is stale",
      {
        extractors: [{ name: "jobs", state: "waiting", interval: 1, failures: 3, staleSince: 5, trend: [], flows: [] }]
      },
      ["freshness jobs"]
    ],
    [
      "an extractor that is off would be stale",
      { extractors: [{ name: "jobs", state: "off", interval: 1, failures: 0, staleSince: 5, trend: [], flows: [] }] },
      []
    ]
  ]
  for (const [what, over, expected] of cases) {
    it(`when ${what}: ${expected.join() || "ready"}, with the reason`, () => {
      const checks = readiness(status(over), well)
      assert.deepStrictEqual(failing(checks), expected)
      for (const { detail, ok } of checks) assert.strictEqual(ok, detail === undefined)
    })
  }

  it("before the first probe is not given", () => {
    assert.deepStrictEqual(failing(readiness(status(), { at: undefined, found: [] })), [
      "plex",
      "token",
      "data sets",
      "rights"
    ])
  })

  it("is not given while a probe finds something", () => {
    const found = [{ name: "data sets", problem: "CDF has no data set 7" }] as const
    const checks = readiness(status(), { at: 1, found })
    assert.deepInclude(checks, { name: "data sets", ok: false, detail: "CDF has no data set 7" })
  })
})

describe("Events", () => {
  it.effect("tell of changes, at most one a second, and that the process is there", () =>
    Effect.gen(function* () {
      const told = yield* PubSub.sliding<void>(1)
      const silent = yield* Status
      const events = yield* Effect.provideService(changeEvents, Status, { ...silent, changes: Stream.fromPubSub(told) })
      const heard = yield* Effect.fork(Stream.runCollect(Stream.take(events, 5)))
      yield* TestClock.adjust("100 millis")
      for (let change = 0; change < 30; change++) {
        yield* PubSub.publish(told, undefined)
        yield* TestClock.adjust("100 millis")
      }
      yield* TestClock.adjust("1 minute")
      const lines = Chunk.toReadonlyArray(yield* Fiber.join(heard))
      assert.strictEqual(lines[0], "retry: 3000\n\n")
      const times = lines.flatMap((line) => /^event: status\ndata: \{"at":(\d+)\}\n\n$/.exec(line)?.[1] ?? [])
      assert.isAtLeast(times.length, 3)
      for (const [at, time] of times.entries())
        if (at > 0) assert.isAtLeast(Number(time) - Number(times[at - 1]), 1_000)
    })
  )

  it.effect("are beats while nothing changes", () =>
    Effect.gen(function* () {
      const events = yield* changeEvents
      const heard = yield* Effect.fork(Stream.runCollect(Stream.take(events, 3)))
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Fiber.join(heard)), [
        "retry: 3000\n\n",
        ": here\n\n",
        ": here\n\n"
      ])
    })
  )
})
