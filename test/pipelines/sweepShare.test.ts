/**
 * What a resident process lets its sweeps have of the calls to Plex: by Plex as it is called, behind a pacer and the test's clock.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Fiber, Layer, Stream, TestClock } from "effect"
import type { FlowName } from "../../src/domain/Flow.js"
import { Upstreams } from "../../src/layers/http/Upstreams.js"
import * as PlexLive from "../../src/layers/plex/PlexLive.js"
import { resident } from "../../src/pipelines/resident.js"
import { AppConfig } from "../../src/services/AppConfig.js"
import { CalledBy } from "../../src/services/CalledBy.js"
import { Plex } from "../../src/services/Plex.js"
import { makePlant } from "../support/PipelineHarness.js"
import { plexNow } from "../support/PlexScripted.js"
import { settings } from "../layers/cdf/Settings.js"
import { lists, partRow } from "./Rows.js"

const hour = 3_600_000
const second = 1_000
const share = 0.25

const parts = Array.from({ length: 24 }, (_, at) => partRow(at + 1))
/** So many hours of history are read, a call each. */
const slices = 36

interface Asked {
  /** Milliseconds of the test's clock. */
  readonly at: number
  readonly sweep: boolean
}

/** A Plex that answers at once, and tells what it was asked of the two lists that take many calls. */
const makeClient = () => {
  const asked: Array<Asked> = []
  const client = HttpClient.make((request, { pathname }) =>
    Effect.map(Clock.currentTimeMillis, (at) => {
      if (pathname === lists.boms || pathname === lists.entries) asked.push({ at, sweep: pathname === lists.boms })
      const headers = { date: new Date(at).toUTCString() }
      return HttpClientResponse.fromWeb(request, Response.json(pathname === lists.parts ? parts : [], { headers }))
    })
  )
  return { asked, client }
}

/** A process that loads a history while its sweep is due; gives the calls of both. `damage`: what is done to its Plex. */
const residentCalls = (damage: (plex: typeof Plex.Service) => Partial<typeof Plex.Service> = () => ({})) => {
  const { asked, client } = makeClient()
  const plant = makePlant({
    settings: {
      plex: { ...settings.plex, rateLimit: 60 },
      sweep: { ...settings.sweep, share },
      history: { ...settings.history, windowHours: 1, startDate: plexNow - slices * hour },
      extractors: {
        ...settings.extractors,
        production: { ...settings.extractors.production, interval: hour },
        "master-data": { ...settings.extractors["master-data"], interval: 24 * hour }
      }
    }
  })
  const plex = PlexLive.layer.pipe(
    Layer.provide(Upstreams.layer),
    Layer.provide(Layer.succeed(HttpClient.HttpClient, client)),
    Layer.provide(Layer.succeed(AppConfig, plant.settings))
  )
  return Effect.gen(function* () {
    yield* TestClock.setTime(plexNow)
    const stop = yield* Deferred.make<void>()
    const names = new Set<FlowName>(["parts", "boms", "production-entries"])
    const running = yield* Effect.fork(resident({ only: ["master-data", "production"], names, sweep: true, stop }))
    yield* TestClock.adjust("3 minutes")
    yield* Deferred.succeed(stop, undefined)
    yield* Fiber.join(running)
    return asked
  }).pipe(
    Effect.updateService(Plex, (live) => ({ ...live, ...damage(live) })),
    Effect.provide(Layer.merge(plant.layer, plex))
  )
}

/** The calls while both wanted some, and those after the flows had all of theirs. */
const apart = (asked: ReadonlyArray<Asked>) => {
  const last = asked.findLastIndex(({ sweep }) => !sweep)
  const first = asked.findIndex(({ sweep }) => sweep)
  return { together: asked.slice(first, last + 1), alone: asked.slice(last + 1) }
}

const sweepsIn = (asked: ReadonlyArray<Asked>): number => asked.filter(({ sweep }) => sweep).length

describe("A sweep of a resident process", () => {
  it.effect("has its share of the calls while a flow wants some, and all of them afterwards", () =>
    Effect.gen(function* () {
      const asked = yield* residentCalls()
      const { alone, together } = apart(asked)
      assert.strictEqual(sweepsIn(asked), parts.length)
      assert.isAtLeast(together.length, slices)
      assert.isAtMost(sweepsIn(together), Math.ceil(together.length * share))
      assert.isAtLeast(sweepsIn(together), Math.floor(together.length * share) - 1)
      assert.isAtLeast(alone.length, 5)
      assert.isTrue(alone.every(({ at }, n) => n === 0 || at - (alone[n - 1]?.at ?? 0) <= second + 20))
    })
  )

  it.effect("would be seen to take more if its calls passed for those of a flow", () =>
    Effect.gen(function* () {
      const asked = yield* residentCalls(({ list }) => ({
        list: (...what) => Stream.provideService(list(...what), CalledBy, "flow")
      }))
      const { together } = apart(asked)
      assert.isAbove(sweepsIn(together), Math.ceil(together.length * share))
    })
  )
})
