/**
 * Every change of the state is one transaction, of the process that has the lease.
 */
import type { SqlError } from "@effect/sql/SqlError"
import { type Cause, Effect } from "effect"
import type { StateError } from "../../domain/Errors.js"
import { Lease } from "../../services/Lease.js"
import { waiting } from "../../services/Pulse.js"
import { StateDatabase } from "./StateDatabase.js"

/** Makes a change as a whole or not at all; not at all where another process has taken the lease. */
export type Commit = <A, E, R>(change: Effect.Effect<A, E, R>) => Effect.Effect<A, E | SqlError | StateError, R>

/** Changes of the facility whose lease this is. */
export const makeCommit: Effect.Effect<Commit, never, Lease | StateDatabase> = Effect.gen(function* () {
  const sql = yield* StateDatabase
  const lease = yield* Lease
  return <A, E, R>(change: Effect.Effect<A, E, R>) =>
    Effect.suspend(() => {
      // SQLite ends the transaction itself when its disk is full; that there is none to roll back then must not hide why.
      const first: { cause?: Cause.Cause<E | SqlError | StateError> } = {}
      const whole = Effect.zipRight(lease.fence, change).pipe(
        Effect.tapErrorCause((cause) => Effect.sync(() => (first.cause = cause)))
      )
      return sql.withTransaction(whole).pipe(Effect.catchAllCause((cause) => Effect.failCause(first.cause ?? cause)))
    }).pipe((transaction) => Effect.zipRight(waiting(lease.ensure), transaction))
})
