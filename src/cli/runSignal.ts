/**
 * SIGUSR2: an operator wants all extractors to run now.
 */
import { Effect, Runtime, type Scope } from "effect"

/** Does this at each SIGUSR2, for as long as the scope. */
export const onRunSignal = (all: Effect.Effect<void>): Effect.Effect<void, never, Scope.Scope> =>
  Effect.flatMap(Effect.runtime<never>(), (runtime) =>
    Effect.asVoid(
      Effect.acquireRelease(
        Effect.sync(() => {
          const heard = (): void => {
            Runtime.runFork(runtime)(
              Effect.zipRight(Effect.logInfo("all extractors were asked to run, by SIGUSR2"), all)
            )
          }
          process.on("SIGUSR2", heard)
          return heard
        }),
        (heard) => Effect.sync(() => process.off("SIGUSR2", heard))
      )
    )
  )
