/**
 * A process that is killed where the test says: what is on its way has been applied, and nothing after it is done.
 */
import { Deferred, Effect, Fiber } from "effect"

export interface Killable {
  /** Here a run that is to be killed ends; any other goes on. */
  readonly here: Effect.Effect<void>
  /** Runs until it comes to `here`. */
  readonly killed: <A, E, R>(run: Effect.Effect<A, E, R>) => Effect.Effect<void, never, R>
}

/** One for each test. */
export const killable = (): Killable => {
  let reached: Deferred.Deferred<void> | undefined
  return {
    here: Effect.suspend(() =>
      reached === undefined ? Effect.void : Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never)
    ),
    killed: (run) =>
      Effect.gen(function* () {
        const here = yield* Deferred.make<void>()
        reached = here
        const running = yield* Effect.fork(run)
        const ended = Effect.zipRight(Fiber.await(running), Effect.dieMessage("the run ended without being killed"))
        yield* Effect.raceFirst(Deferred.await(here), ended)
        yield* Fiber.interrupt(running)
        reached = undefined
      })
  }
}
