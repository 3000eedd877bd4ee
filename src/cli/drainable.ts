/**
 * Work that drains when it is told to stop: what is in flight is confirmed, nothing new is begun.
 */
import { Deferred, type Duration, Effect, Fiber, Option } from "effect"

/**
 * Runs `body`; when interrupted, tells it to stop and lets it finish what it holds, for `grace` at the longest. The body's
 * result is then lost, as the process is about to end.
 */
export const drainable = <A, E, R>(
  body: (stop: Deferred.Deferred<void>) => Effect.Effect<A, E, R>,
  grace: Duration.DurationInput
): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const stop = yield* Deferred.make<void>()
    const fiber = yield* Effect.forkDaemon(body(stop))
    return yield* Fiber.join(fiber).pipe(
      Effect.onInterrupt(() =>
        Effect.gen(function* () {
          yield* Effect.logInfo("stopping: what is in flight is finished first")
          yield* Deferred.succeed(stop, undefined)
          // Interruptible again within this finalizer, or the time limit would wait for what it is to limit.
          const drained = yield* Fiber.await(fiber).pipe(Effect.interruptible, Effect.timeoutOption(grace))
          if (Option.isNone(drained))
            yield* Effect.logWarning("the time for stopping is over: work in flight is dropped")
          yield* Fiber.interrupt(fiber)
        })
      )
    )
  })
