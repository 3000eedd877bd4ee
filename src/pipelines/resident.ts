/**
 * The resident process: each extractor on its interval, without drift, never overlapping itself, and each sweep whenever there is
 * something to look at.
 */
import { Clock, Deferred, Effect, Schedule } from "effect"
import type { FlowError } from "../domain/Errors.js"
import { type Facility, makeFacility } from "../domain/Facility.js"
import type { Extractor, FlowName } from "../domain/Flow.js"
import { AppConfig } from "../services/AppConfig.js"
import type { Progress } from "../services/Progress.js"
import { RunTrigger } from "../services/RunTrigger.js"
import { Status } from "../services/Status.js"
import { definitions } from "./extractors.js"
import { guard, type WrongFacility } from "./guard.js"
import { inRun } from "./inRun.js"
import { makeLeading } from "./leading.js"
import { chosen, type PassOptions, relinkAll } from "./pass.js"
import { retryAfterUpdate } from "./retry.js"
import { retryWait } from "./retryWait.js"
import { runExtractor } from "./runExtractor.js"
import type { Flow, FlowServices } from "./runFlow.js"
import { makeRunRequests, type RunRequests } from "./RunRequests.js"
import { runSweep, sweepsOf } from "./runSweep.js"
import { isAnythingToLookAt } from "./stages/sweep.js"
import { inTurn } from "./underLease.js"

/** What a resident process is asked to do. */
export interface ResidentOptions extends PassOptions {
  /** Where an operator asks for runs; by default nobody does. */
  readonly requests?: RunRequests | undefined
}

/** The next beat after `now` of a clock that began at `begin`; beats that were missed coalesce. */
export const nextBeat = (begin: number, interval: number, now: number): number =>
  begin + (Math.floor((now - begin) / interval) + 1) * interval

/** Waits, but not longer than until the stop or until it is `asked` on; tells whether to go on. */
const waitUntil = (moment: number, stop: Deferred.Deferred<void>, asked: Effect.Effect<void> = Effect.never) =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    yield* Effect.raceAll([Effect.sleep(Math.max(0, moment - now)), Deferred.await(stop), asked])
    return !(yield* Deferred.isDone(stop))
  })

/** An upstream that is down when the process starts is waited for. */
const guardPatiently = (facility: Facility, stop: Deferred.Deferred<void>) => {
  const patience = Schedule.spaced("30 seconds").pipe(
    Schedule.whileInput((error: FlowError | WrongFacility) => "category" in error && error.category === "transient")
  )
  return guard(facility).pipe(
    Effect.tapError((error) => Effect.logWarning("not begun yet").pipe(Effect.annotateLogs({ error: error.message }))),
    Effect.retry(patience),
    Effect.raceFirst(Deferred.await(stop))
  )
}

/** How long a sweep waits that has nothing to look at, or was not able to. */
const breath = 60_000

/**
 * Runs until told to stop; master-data runs before the others where the tree is missing or stale. A run that failed is tried again
 * after a wait that grows up to its interval. While another process has the lease of the facility it stands by.
 */
export const resident = (
  options: ResidentOptions
): Effect.Effect<void, FlowError | WrongFacility, FlowServices | Progress> =>
  Effect.gen(function* () {
    const settings = yield* AppConfig
    const status = yield* Status
    const requests = options.requests ?? (yield* makeRunRequests)
    yield* inRun("guard", () => guardPatiently(makeFacility(settings.facility), options.stop))
    const places = yield* Effect.makeSemaphore(settings.maxConcurrentExtractors)
    const linking = yield* Effect.makeSemaphore(1)
    const leading = yield* makeLeading(settings.extractors["master-data"].interval)
    const names = chosen(settings, options.only)
    yield* retryAfterUpdate(names, options.stop)

    const sweepers = (name: Extractor): ReadonlyArray<Flow> =>
      (options.sweep && settings.sweep.share > 0 ? sweepsOf(definitions[name], settings, options) : []).filter(
        (sweep) => sweep.off === undefined && !settings.flowsDisabled.has(sweep.name)
      )

    // After a long stop many links have waited for too long, and what they wait for may be there.
    const unlooked = new Set(names.flatMap((name) => [name, ...sweepers(name).map((sweep) => sweep.name)]))

    /** To be done when a run of an extractor or of a sweep has ended. */
    const relinkAfter = (name: Extractor | FlowName) =>
      linking.withPermits(1)(
        Effect.suspend(() => {
          unlooked.delete(name)
          return relinkAll({ stop: options.stop, givesUp: unlooked.size === 0 })
        })
      )

    const run = (name: Extractor) =>
      Effect.zipLeft(places.withPermits(1)(runExtractor(definitions[name], options)), relinkAfter(name))

    const sweeping = (name: Extractor) => (sweep: Flow) =>
      Effect.gen(function* () {
        let going = !(yield* Deferred.isDone(options.stop))
        while (going) {
          const looks = yield* isAnythingToLookAt(name, sweep.name)
          const report = looks ? yield* runSweep(name, sweep, options) : undefined
          if (report === undefined) unlooked.delete(sweep.name)
          else yield* relinkAfter(sweep.name)
          const looked = report?.flows.some(({ counts }) => counts.looked > 0) ?? false
          const rest = looked && report?.status === "succeeded" ? 0 : breath
          going = yield* waitUntil((yield* Clock.currentTimeMillis) + rest, options.stop)
        }
      })

    const beats = (name: Extractor, firstDone: Deferred.Deferred<void>) =>
      Effect.gen(function* () {
        const leads = name === "master-data"
        const { interval } = settings.extractors[name]
        yield* status.waits(name, { until: yield* Clock.currentTimeMillis, failures: 0 })
        if (!leads && names.includes("master-data")) yield* leading.follow
        const begin = yield* Clock.currentTimeMillis
        let failures = 0
        let going = !(yield* Deferred.isDone(options.stop))
        while (going) {
          const asked = yield* requests.take(name)
          const trigger = asked ? "request" : failures > 0 ? "retry" : undefined
          const report = yield* run(name).pipe(Effect.provideService(RunTrigger, trigger))
          failures = report.status === "failed" ? failures + 1 : 0
          const now = yield* Clock.currentTimeMillis
          const beat = nextBeat(begin, interval, now)
          const next = failures > 0 ? Math.min(beat, now + retryWait(failures, interval)) : beat
          if (leads) yield* leading.ended(failures === 0)
          if (leads) yield* leading.due(next)
          yield* Deferred.succeed(firstDone, undefined)
          yield* status.waits(name, { until: next, failures })
          going = yield* waitUntil(next, options.stop, requests.asked(name))
          if (going && !leads && names.includes("master-data")) yield* leading.follow
        }
        if (leads) yield* leading.over
        yield* Deferred.succeed(firstDone, undefined)
      })

    const extractor = (name: Extractor) =>
      Effect.gen(function* () {
        const firstDone = yield* Deferred.make<void>()
        const sweeps = sweepers(name).map((sweep) => Effect.zipRight(Deferred.await(firstDone), sweeping(name)(sweep)))
        yield* Effect.all([beats(name, firstDone), ...sweeps], { concurrency: "unbounded", discard: true })
      })

    yield* Effect.forEach(names, extractor, { concurrency: "unbounded", discard: true })
  }).pipe(inTurn(options.stop))
