/**
 * Tells whoever watches how a call ended.
 */
import type * as Headers from "@effect/platform/Headers"
import { Cause, Effect, Exit, Option, type Scope } from "effect"
import type { Reason, RemoteError } from "../../domain/Errors.js"
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

/** The attempts of one call that were made so far. What it waited for in vain before it could be sent (a token) was none. */
export interface Attempts {
  /** Why the last of them failed. */
  failedBy?: Reason | undefined
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

/** What a call has to tell, under the names of the log. */
const telling = (call: ObservedCall): Readonly<Record<string, string | number>> =>
  Object.fromEntries(
    Object.entries({
      upstream: call.upstream,
      window: call.window,
      status: call.status,
      items: call.items,
      reason: call.reason,
      request_id: call.requestId,
      transaction_no: call.transactionNo
    }).filter((entry): entry is [string, string | number] => entry[1] !== undefined)
  )

/** One line for each attempt, for who looks closely. */
const tell = (call: ObservedCall): Effect.Effect<void> =>
  Effect.logDebug(call.operation).pipe(
    Effect.annotateLogs({
      ...telling(call),
      duration_ms: call.duration,
      ...(call.detail === undefined ? {} : { error: call.detail })
    })
  )

/** An attempt that begins now and is told when the scope closes; it is a retry where one of `attempts` was before it. */
export const observe = (
  call: Pick<ObservedCall, "upstream" | "operation" | "window" | "waited">,
  attempts: Attempts
): Effect.Effect<Observation, never, Scope.Scope> =>
  Effect.gen(function* () {
    const observer = yield* CallObserver
    const span = yield* Effect.makeSpanScoped(call.operation, { kind: "client", captureStackTrace: false })
    const begun = yield* monotonicMillis
    let known: Partial<ObservedCall> = attempts.failedBy === undefined ? {} : { retryOf: attempts.failedBy }
    yield* Effect.addFinalizer((exit) =>
      Effect.flatMap(monotonicMillis, (now) => {
        const end = ending(exit)
        const status = end.status ?? known.status
        const observed: ObservedCall = {
          ...call,
          ...known,
          ...end,
          status,
          duration: Math.round(now - begun),
          throttled: status === 429
        }
        if (end.reason !== undefined && end.reason !== "Interrupted") attempts.failedBy = end.reason
        for (const [name, value] of Object.entries(telling(observed))) span.attribute(name, value)
        return Effect.zipRight(tell(observed), observer(observed))
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
