import { Context, Effect } from "effect"
import type { Reason } from "../domain/Errors.js"

/** One attempt of one call, as it ended; retries are calls of their own. */
export interface ObservedCall {
  /** `plex`, `plex-ds`, `cdf`, …. */
  readonly upstream: string
  /** `GET /mdm/v1/parts`; no query, no secret. */
  readonly operation: string
  /** What part of it was asked for, where that is a period: `2026-06-11T14:00:00Z/2026-06-12T14:00:00Z`. */
  readonly window?: string | undefined
  readonly status?: number | undefined
  /** Records or rows given; nothing where the call gives none. */
  readonly items?: number | undefined
  /** Milliseconds from the start of the call, its wait for a turn not counted, to the end of its body. */
  readonly duration: number
  /** Milliseconds that it waited for its turn before: a permit, the pace, a token. */
  readonly waited?: number | undefined
  /** Where it is another try: why the attempt before failed; what kept it from being sent is none. */
  readonly retryOf?: Reason | undefined
  /** 429. */
  readonly throttled: boolean
  /** Nothing where it succeeded. */
  readonly reason?: Reason | "Interrupted" | undefined
  readonly detail?: string | undefined
  /** CDF's `x-request-id`. */
  readonly requestId?: string | undefined
  /** The data source's number of the call in Plex's own log. */
  readonly transactionNo?: string | undefined
}

/** Sees every call made by what it is provided to; must be quick, and cannot fail. By default nobody looks. */
export class CallObserver extends Context.Reference<CallObserver>()("plex-cdf/CallObserver", {
  defaultValue: (): ((call: ObservedCall) => Effect.Effect<void>) => () => Effect.void
}) {}
