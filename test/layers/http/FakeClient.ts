/**
 * An HTTP client over answers given in order, which tells when each was asked for, and with what.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Clock, Effect } from "effect"

/** An answer, or a connection that fails with this code, or one that never answers. */
export type FakeAnswer = Response | { readonly breaks: string } | "hangs"

export interface Asked {
  /** Milliseconds of the test clock. */
  readonly at: number
  readonly url: string
  readonly request: HttpClientRequest.HttpClientRequest
}

/** The last answer is given again when there are more calls than answers. */
export const fakeClient = (...answers: ReadonlyArray<() => FakeAnswer>) => {
  const asked: Array<Asked> = []
  const client = HttpClient.make((request, url) =>
    Effect.flatMap(Clock.currentTimeMillis, (at) => {
      asked.push({ at, url: url.href, request })
      const answer = answers[Math.min(asked.length, answers.length) - 1]?.() ?? new Response(null, { status: 404 })
      if (answer === "hangs") return Effect.never
      if (answer instanceof Response) return Effect.succeed(HttpClientResponse.fromWeb(request, answer))
      const cause = Object.assign(new Error("broken"), { code: answer.breaks })
      return Effect.fail(new HttpClientError.RequestError({ request, reason: "Transport", cause }))
    })
  )
  return { asked, client }
}
