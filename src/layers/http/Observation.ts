/**
 * Tells whoever watches how a call ended.
 */
import type * as Headers from "@effect/platform/Headers"
import { Cause, Effect, Exit, Option, type Scope } from "effect"
import type { RemoteError } from "../../domain/Errors.js"
import { CallObserver, type ObservedCall } from "../../services/CallObserver.js"
import { headerOf } from "./CallFailure.js"
import { monotonicMillis } from "./MonotonicClock.js"

/** What only the reader of an answer knows. */
export type CallFacts = Pick<ObservedCall, "items" | "transactionNo">

/** What becomes known of a call while it goes on. */
export interface Observation {
  readonly answered: (status: number, headers: Headers.Headers) => void
  readonly read: (facts: CallFacts) => void
}

const isRemoteError = (error: unknown): error is RemoteError =>
  typeof error === "object" && error !== null && "reason" in error && "category" in error

const ending = (exit: Exit.Exit<unknown, unknown>): Partial<ObservedCall> => {
  if (Exit.isSuccess(exit)) return {}
  const error = Option.getOrUndefined(Cause.failureOption(exit.cause))
  return isRemoteError(error)
    ? { reason: error.reason, detail: error.detail, status: error.status }
    : { reason: "Interrupted" }
}

/** Begins now and is told when the scope closes. */
export const observe = (
  call: Pick<ObservedCall, "upstream" | "operation" | "window" | "waited" | "retryOf">
): Effect.Effect<Observation, never, Scope.Scope> =>
  Effect.gen(function* () {
    const observer = yield* CallObserver
    const begun = yield* monotonicMillis
    let known: Partial<ObservedCall> = {}
    yield* Effect.addFinalizer((exit) =>
      Effect.flatMap(monotonicMillis, (now) => {
        const end = ending(exit)
        const status = end.status ?? known.status
        return observer({
          ...call,
          ...known,
          ...end,
          status,
          duration: Math.round(now - begun),
          throttled: status === 429
        })
      })
    )
    return {
      answered: (status, headers) => {
        known = { ...known, status, requestId: headerOf(headers, "x-request-id") }
      },
      read: (facts) => {
        known = { ...known, ...facts }
      }
    }
  })
