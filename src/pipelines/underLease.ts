/**
 * Work that may only be done by the process that has the lease of the facility.
 */
import { Deferred, Effect, Either, Option, type Scope } from "effect"
import type { LeaseHeld, LeaseLost, StateError } from "../domain/Errors.js"
import { Lease } from "../services/Lease.js"

/** Does the work once the lease is held, unless told to stop before; interrupts it when the lease is lost. */
const under = <A, E, R, E2>(
  held: (lease: typeof Lease.Service) => Effect.Effect<void, E2, Scope.Scope>,
  stop: Deferred.Deferred<void>,
  work: Effect.Effect<A, E, R>
): Effect.Effect<Option.Option<Either.Either<A, LeaseLost>>, E | E2, Exclude<R, Scope.Scope> | Lease> =>
  Effect.gen(function* () {
    const lease = yield* Lease
    const begun = yield* Effect.raceFirst(Effect.as(held(lease), true), Effect.as(Deferred.await(stop), false))
    if (!begun) return Option.none()
    const outcome = yield* Effect.raceFirst(Effect.map(work, Either.right), Effect.either(lease.lost))
    return Option.some(outcome)
  }).pipe(Effect.scoped)

/** Fails where another process is seen to have the lease, or takes it; gives nothing where told to stop before it was held. */
export const unlessHeldElsewhere =
  (stop: Deferred.Deferred<void>) =>
  <A, E, R>(
    work: Effect.Effect<A, E, R>
  ): Effect.Effect<Option.Option<A>, E | LeaseHeld | LeaseLost | StateError, Exclude<R, Scope.Scope> | Lease> =>
    Effect.flatMap(
      under(({ holdUnlessRenewed }) => holdUnlessRenewed, stop, work),
      Option.match({
        onNone: () => Effect.succeed(Option.none()),
        onSome: Either.match({ onLeft: Effect.fail, onRight: (done) => Effect.succeed(Option.some(done)) })
      })
    )

/** Waits as long as another process has the lease, and again where it is lost: the work then begins anew. */
export const inTurn =
  (stop: Deferred.Deferred<void>) =>
  <E, R>(work: Effect.Effect<void, E, R>): Effect.Effect<void, E, Exclude<R, Scope.Scope> | Lease> =>
    under(({ hold }) => hold, stop, work).pipe(
      Effect.repeat({ while: (outcome) => Option.isSome(outcome) && Either.isLeft(outcome.value) }),
      Effect.asVoid
    )
