/**
 * The resident work of one of several facilities, which no end of it ends for good.
 */
import { Cause, Deferred, Effect, Exit, Option } from "effect"
import { retryWait } from "../pipelines/retryWait.js"

/** Milliseconds after which it is begun again at the latest. */
const longestWait = 3_600_000

/** Says in the log why a facility may not be written to. */
export const notBegun = (error: { readonly message: string }): Effect.Effect<void> =>
  Effect.annotateLogs(Effect.logError("nothing was written"), { error: error.message })

/**
 * Does the work until told to stop. Where it fails, by a bug too, it says so and begins again after half a minute, then after twice as long each
 * time, an hour at most: nobody from outside can start one facility anew while others work.
 */
export const againAndAgain = <R>(
  work: Effect.Effect<void, { readonly message: string }, R>,
  stop: Deferred.Deferred<void>
): Effect.Effect<void, never, R> =>
  Effect.gen(function* () {
    let failures = 0
    let going = true
    while (going) {
      const ended = yield* Effect.exit(work)
      if (Exit.isSuccess(ended)) return
      if (Cause.isInterruptedOnly(ended.cause)) return yield* Effect.interrupt
      yield* Option.match(Cause.failureOption(ended.cause), {
        onNone: () => Effect.logError("nothing more was written", ended.cause),
        onSome: notBegun
      })
      failures++
      yield* Effect.raceFirst(Effect.sleep(retryWait(failures, longestWait)), Deferred.await(stop))
      going = !(yield* Deferred.isDone(stop))
    }
  })
