/**
 * Answers for those alone who may have them.
 */
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Effect } from "effect"
import type { Access, Credentials, Refusal } from "./Access.js"
import { sessionCookie, Sessions } from "./Sessions.js"

/** What of a request decides. */
export const credentials = Effect.gen(function* () {
  const { cookies, headers } = yield* HttpServerRequest.HttpServerRequest
  return {
    host: headers["host"],
    origin: headers["origin"],
    authorization: headers["authorization"],
    session: yield* (yield* Sessions).tokenOf(cookies[sessionCookie])
  } satisfies Credentials
})

type Answer<E, R> = Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>

/** Answers where the request is granted this; else with what `refuse` makes of the reason. */
export const grantedOr =
  <R2>(right: Access[keyof Access], refuse: (refusal: Refusal) => Answer<never, R2>) =>
  <E, R>(answer: Answer<E, R>): Answer<E, HttpServerRequest.HttpServerRequest | R | R2 | Sessions> =>
    Effect.flatMap(credentials, (given): Answer<E, R | R2> => {
      const verdict = right(given)
      return verdict === undefined ? answer : refuse(verdict)
    })

/** Which token helps where one does. */
export const challenge = { "www-authenticate": 'Bearer realm="plex-cdf"' }

/** Answers where the request is granted this, else says in words why not. */
export const granted = (right: Access[keyof Access]) =>
  grantedOr(right, ({ status, why }) =>
    Effect.succeed(HttpServerResponse.text(`${why}\n`, { status, ...(status === 401 ? { headers: challenge } : {}) }))
  )
