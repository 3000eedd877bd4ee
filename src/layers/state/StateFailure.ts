/**
 * What a database says when it fails, in our own words.
 */
import type { SqlError } from "@effect/sql/SqlError"
import { Cause, Effect, Option, Schedule } from "effect"
import { StateError } from "../../domain/Errors.js"

/** The innermost message: drivers wrap theirs, and say nothing of passwords. */
export const reasonOf = (error: unknown): string => {
  const cause: unknown = error instanceof Error ? error.cause : undefined
  if (cause instanceof Error) return reasonOf(cause)
  if (!(error instanceof Error)) return "unknown failure"
  // A host with several addresses fails with one error for each and no message of its own.
  if (error.message === "" && error instanceof AggregateError) {
    return error.errors.map((each: unknown) => reasonOf(each)).join(", ")
  }
  return error.message
}

/** Every call either keeps all or nothing and may be made again with the same effect, so that a lost connection is survived. */
const patience = Schedule.exponential("100 millis").pipe(Schedule.intersect(Schedule.recurs(2)))

/** Failures and defects of the database as `StateError`; tried again first. Interruption goes through. */
export const guarded =
  (operation: string) =>
  <A, R>(effect: Effect.Effect<A, SqlError | StateError, R>): Effect.Effect<A, StateError, R> =>
    told(operation)(effect).pipe(Effect.retry(patience))

/** Failures and defects of the database as `StateError`. */
export const told =
  (operation: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, StateError, R> =>
    Effect.catchAllCause(effect, (cause) => {
      if (Cause.isInterruptedOnly(cause)) return Effect.interrupt
      const [defect] = Cause.defects(cause)
      const error = Option.getOrElse(Cause.failureOption(cause), (): unknown => defect)
      return Effect.fail(error instanceof StateError ? error : new StateError({ operation, detail: reasonOf(error) }))
    })
