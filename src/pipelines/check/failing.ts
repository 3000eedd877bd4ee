/**
 * A failed call as a finding: what is wrong apart from what to do.
 */
import { Effect } from "effect"
import type { Reason, RemoteError } from "../../domain/Errors.js"
import { failed, type Found } from "../../domain/Finding.js"
import { inTime, type NoAnswer } from "../inTime.js"
import type { WrongFacility } from "../guard.js"

const unreachable =
  "check the address, and that it can be reached from here: network, proxy (HTTPS_PROXY, NO_PROXY), certificate authority " +
  "(NODE_EXTRA_CA_CERTS)"

/** What to do where the error does not say it itself. */
const remedies: Partial<Record<Reason, string>> = {
  Timeout: unreachable,
  Transport: unreachable,
  RateLimited: "wait a minute; where others use the same key, lower the rate limit",
  Unavailable: "try again later: the server is not well",
  WrongBody: "check the address: what answers there is not what is expected"
}

/** Our errors say first what happened, and then what to check. */
const parted = (message: string): readonly [cause: string, fix: string | undefined] => {
  const [, cause, fix] = /^(.*?)[;:] ?(check .*?)\)?$/su.exec(message) ?? []
  if (cause === undefined || fix === undefined) return [message, undefined]
  // The bracket that closed after the advice closes before it.
  return [cause.includes("(") && message.endsWith(")") ? `${cause})` : cause, fix]
}

/** What can go wrong with a probe. */
export type ProbeError = RemoteError | WrongFacility | NoAnswer

/** The error as a failed finding. */
export const failing = (error: ProbeError): Found => {
  const [cause, fix] = parted(error.message)
  const reason = "reason" in error ? error.reason : "Timeout"
  return failed(cause, fix ?? remedies[reason] ?? "see docs/operations.md")
}

/** A finding in any case: `say` puts a failure in words, by default its own. */
export const orFailing = <R>(
  probe: Effect.Effect<Found, ProbeError, R>,
  say: (error: ProbeError) => Found = failing
): Effect.Effect<Found, never, R> => Effect.catchAll(inTime(probe), (error) => Effect.succeed(say(error)))
