/**
 * The resident process by the test's clock: how often its extractors run, how long their lists take, when they are read.
 */
import { Clock, Deferred, Effect, Fiber, Stream, TestClock } from "effect"
import type { Extractor } from "../../src/domain/Flow.js"
import { resident } from "../../src/pipelines/resident.js"
import { settings } from "../layers/cdf/Settings.js"
import type { PlexScript } from "./PlexScripted.js"

export const minute = 60_000

/** Lists may be as slow as a test wants before they count as stuck. */
export const intervals = (over: Partial<Record<Extractor, number>>) => ({
  calls: { ...settings.calls, timeout: 60 * minute },
  extractors: {
    ...settings.extractors,
    ...Object.fromEntries(
      Object.entries(over).map(([name, minutes]) => [name, { enabled: true, interval: minutes * minute, lookback: 0 }])
    )
  }
})

/** A list that takes so many minutes; notes when it begins, and how many are read at once. */
export const slow = (minutes: (run: number) => number) => {
  const begun: Array<number> = []
  const seen = { now: 0, most: 0 }
  const list: PlexScript["lists"][string] = () =>
    Stream.unwrap(
      Effect.gen(function* () {
        begun.push((yield* Clock.currentTimeMillis) / minute)
        seen.most = Math.max(seen.most, ++seen.now)
        yield* Effect.sleep(minutes(begun.length - 1) * minute)
        seen.now--
        return Stream.empty
      })
    )
  return { begun, list, seen }
}

/** Runs these for a while by the test's clock, then stops. */
export const runFor = (minutes: number, ...only: ReadonlyArray<Extractor>) =>
  Effect.gen(function* () {
    const stop = yield* Deferred.make<void>()
    const fiber = yield* Effect.fork(resident({ only, sweep: true, stop }))
    for (let at = 0; at < minutes; at++) yield* TestClock.adjust("1 minute")
    yield* Deferred.succeed(stop, undefined)
    yield* TestClock.adjust("1 hour")
    yield* Fiber.join(fiber)
  })
