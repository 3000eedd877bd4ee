/**
 * The resident process: each extractor on its interval, without drift, never overlapping itself.
 */
import { Clock, Deferred, Effect, Schedule } from "effect"
import type { FlowError } from "../domain/Errors.js"
import { type Facility, makeFacility } from "../domain/Facility.js"
import type { Extractor } from "../domain/Flow.js"
import { AppConfig } from "../services/AppConfig.js"
import type { Progress } from "../services/Progress.js"
import { definitions } from "./extractors.js"
import { guard, type WrongFacility } from "./guard.js"
import { chosen, type PassOptions, relinkAll } from "./pass.js"
import { runExtractor } from "./runExtractor.js"
import type { FlowServices } from "./runFlow.js"

/** The next beat after `now` of a clock that began at `begin`; beats that were missed coalesce. */
export const nextBeat = (begin: number, interval: number, now: number): number =>
  begin + (Math.floor((now - begin) / interval) + 1) * interval

/** Waits, but not longer than until the stop; tells whether to go on. */
const waitUntil = (moment: number, stop: Deferred.Deferred<void>) =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    yield* Effect.race(Effect.sleep(Math.max(0, moment - now)), Deferred.await(stop))
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

/** Runs until told to stop; master-data's first run comes before all others. */
export const resident = (
  options: PassOptions
): Effect.Effect<void, FlowError | WrongFacility, FlowServices | Progress> =>
  Effect.gen(function* () {
    const settings = yield* AppConfig
    yield* guardPatiently(makeFacility(settings.facility), options.stop)
    const places = yield* Effect.makeSemaphore(settings.maxConcurrentExtractors)
    const linking = yield* Effect.makeSemaphore(1)
    const treeMade = yield* Deferred.make<void>()
    const names = chosen(settings, options.only)

    const run = (name: Extractor) =>
      runExtractor(definitions[name], options).pipe(
        places.withPermits(1),
        Effect.zipRight(linking.withPermits(1)(relinkAll(options.stop)))
      )

    const beats = (name: Extractor) =>
      Effect.gen(function* () {
        const leads = name === "master-data"
        if (!leads && names.includes("master-data")) yield* Deferred.await(treeMade)
        const begin = yield* Clock.currentTimeMillis
        const { interval } = settings.extractors[name]
        let going = !(yield* Deferred.isDone(options.stop))
        while (going) {
          yield* run(name)
          if (leads) yield* Deferred.succeed(treeMade, undefined)
          going = yield* waitUntil(nextBeat(begin, interval, yield* Clock.currentTimeMillis), options.stop)
        }
        yield* Deferred.succeed(treeMade, undefined)
      })

    yield* Effect.forEach(names, beats, { concurrency: "unbounded", discard: true })
  })
