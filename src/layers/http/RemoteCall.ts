/**
 * What every call to Plex or CDF goes through: breaker, permit, pace, time limits, errors in our own words, retries.
 */
import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Clock, Effect, Exit, FiberId, type Scope, Stream } from "effect"
import type { Reason, RemoteError } from "../../domain/Errors.js"
import type { CallSettings } from "../../services/AppConfig.js"
import { BeforeSending } from "../../services/BeforeSending.js"
import { CalledBy } from "../../services/CalledBy.js"
import { Pulse, waiting } from "../../services/Pulse.js"
import { readText, watchForStall } from "./BodyReader.js"
import type { BreakerOpen } from "./Breaker.js"
import { type CallFailure, connectionFailure, headerOf, maskStart, quote, reasonOf } from "./CallFailure.js"
import { type Attempts, type CallFacts, type Observation, observe } from "./Observation.js"
import { monotonicMillis } from "./MonotonicClock.js"
import { parseRetryAfter } from "./RetryAfter.js"
import { retryPolicy } from "./RetryPolicy.js"
import type { Upstream } from "./Upstreams.js"

/** One call; `request` is made anew for each attempt, so that a renewed secret is used. */
export interface Call<E> {
  /** For people and metrics: `GET /mdm/v1/parts`. No query, no secret. */
  readonly operation: string
  /** For people: the period that is asked for. */
  readonly window?: string | undefined
  readonly request: Effect.Effect<HttpClientRequest.HttpClientRequest, E>
}

/** An answer with a 2xx status whose body is still to come. */
export interface OpenAnswer<E> {
  readonly status: number
  readonly headers: Headers.Headers
  /** The body; its failures are put in words, and stalls fail it. Read it once. */
  readonly bytes: Stream.Stream<Uint8Array, E>
}

/** A whole answer with a 2xx status. */
export interface Answer {
  readonly status: number
  readonly headers: Headers.Headers
  readonly text: string
}

export interface RemoteOptions<E extends RemoteError> {
  readonly client: HttpClient.HttpClient
  readonly upstream: Upstream
  readonly calls: CallSettings
  /** Never shown, wherever an answer repeats them. Asked at each failure, as they may be renewed. */
  readonly secrets: () => ReadonlyArray<string>
  /** The failure in the words of the system called; may choose another reason by what the body says. */
  readonly toError: (failure: CallFailure) => E
  /** Sees each answer, refusals too, as soon as its headers are there. */
  readonly onAnswer?:
    | ((answer: { readonly status: number; readonly headers: Headers.Headers }) => Effect.Effect<void>)
    | undefined
}

export interface Remote<E extends RemoteError> {
  /**
   * The whole answer, at most 64 MiB, put through `decode`, whose failure counts as the call's. Transient failures are
   * tried again. `facts` says what of it is worth observing.
   */
  readonly answer: <A>(
    call: Call<E>,
    decode: (answer: Answer) => Effect.Effect<A, E>,
    facts?: (value: A) => CallFacts
  ) => Effect.Effect<A, E>
  /**
   * What `read` makes of a body as it comes. Transient failures are tried again until the first element was handed on; from
   * then on they fail the stream.
   */
  readonly stream: <A>(call: Call<E>, read: (answer: OpenAnswer<E>) => Stream.Stream<A, E>) => Stream.Stream<A, E>
  /** A failure found in an answer with a 2xx status; `detail` is masked and cut to one line. */
  readonly failure: (operation: string, reason: Reason, detail: string, more?: Partial<CallFailure>) => E
  /** The error of a 2xx answer whose body is not what the endpoint gives; `seen`, all that is there of it, is masked and its start quoted. */
  readonly wrongBody: (operation: string, expected: string, seen?: string) => E
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url)

/** Only where to, not the whole address: that may hold a secret of somebody's login page. */
const redirection = (status: number, headers: Headers.Headers): string => {
  const location = status < 400 ? headerOf(headers, "location") : undefined
  if (location === undefined) return ""
  return ` to ${URL.canParse(location) ? new URL(location).origin : "another path"} (not followed: check the base URL)`
}

/** The body; a client over `fetch` calls it an error when there is none. */
const bytesOf = (response: HttpClientResponse.HttpClientResponse) =>
  Stream.catchAll(response.stream, (error) => (error.reason === "EmptyBody" ? Stream.empty : Stream.fail(error)))

const mostText = 64 * 1024 * 1024
const mostErrorText = 64 * 1024
/** Reading why something failed must not take as long as the call: milliseconds. */
const mostErrorWait = 5_000

/** Everything that calls need, bound to one upstream and one kind of error. Interruption closes the connection. */
export const makeRemote = <E extends RemoteError>(options: RemoteOptions<E>): Remote<E> => {
  const { calls, upstream } = options
  // The client's own spans would hold every request header, and send Plex the ids of our traces.
  const client = HttpClient.withTracerDisabledWhen(options.client, () => true)

  const failure = (operation: string, reason: Reason, detail: string, more: Partial<CallFailure> = {}): E =>
    options.toError({
      operation,
      reason,
      detail: quote(detail, options.secrets()),
      headers: Headers.empty,
      ...more,
      body: maskStart(more.body ?? "", options.secrets())
    })

  const wrongBody = (operation: string, expected: string, seen?: string): E =>
    failure(
      operation,
      "WrongBody",
      seen === undefined ? expected : `${expected}, but the body starts with: ${seen.trim() || "nothing"}`
    )

  /** What the body says is why it failed; reading it also gives the connection back. */
  const refusal = (operation: string, response: HttpClientResponse.HttpClientResponse): Effect.Effect<E> =>
    Effect.gen(function* () {
      const { headers, status } = response
      const { text } = yield* readText(bytesOf(response), mostErrorText).pipe(
        Effect.timeout(mostErrorWait),
        Effect.orElseSucceed(() => ({ text: "" }))
      )
      // A date to wait for is one of the server's clock, which may differ from ours.
      const told = Date.parse(headerOf(headers, "date") ?? "")
      const now = Number.isNaN(told) ? yield* Clock.currentTimeMillis : told
      return failure(
        operation,
        reasonOf(status),
        `status ${status}${redirection(status, headers)}: ${text || "no body"}`,
        {
          status,
          retryAfter: parseRetryAfter(headerOf(headers, "retry-after"), now),
          body: text,
          headers
        }
      )
    })

  /** Everybody waits as long as the server asked, or for a first delay where a 429 does not say. */
  const holdOn = (error: E): Effect.Effect<void> => {
    const wait = error.retryAfter ?? (error.reason === "RateLimited" ? calls.retryDelay : 0)
    return wait > 0 ? upstream.pacer.hold(wait) : Effect.void
  }

  /** What is to be sent, once it may be. */
  const turnOf = (request: Call<E>["request"], kind: "answer" | "list") =>
    Effect.gen(function* () {
      const caller = yield* CalledBy
      if (caller === "sweep") yield* upstream.sweepPermits.hold
      else if (kind === "list") yield* upstream.listPermits.hold
      yield* upstream.permits.hold
      return yield* waiting(
        Effect.gen(function* () {
          yield* upstream.pacer.take(caller)
          // What cannot be made (no token) is not called, and so not observed.
          const made = yield* request
          yield* yield* BeforeSending
          return made
        })
      )
    })

  /** One attempt, as far as the headers; its permit is held, and it is observed, until the scope closes. */
  const open = (
    { operation, request, window }: Call<E>,
    kind: "answer" | "list",
    attempts: Attempts
  ): Effect.Effect<OpenAnswer<E> & Pick<Observation, "read">, E, Scope.Scope> =>
    Effect.gen(function* () {
      const { beat } = yield* Pulse
      const asked = yield* monotonicMillis
      const made = yield* turnOf(request, kind)
      const waited = Math.round((yield* monotonicMillis) - asked)
      const { answered, read } = yield* observe({ upstream: upstream.name, operation, window, waited }, attempts)
      const response = yield* client.execute(made).pipe(
        Effect.mapError((error) => {
          const { detail, reason } = connectionFailure(error)
          return failure(operation, reason, detail)
        }),
        Effect.timeoutFail({
          duration: calls.timeout,
          onTimeout: () =>
            failure(operation, "Timeout", `no answer from ${hostOf(made.url)} within ${calls.timeout / 1000} s`)
        })
      )
      const { headers, status } = response
      answered(status, headers)
      yield* options.onAnswer?.({ status, headers }) ?? Effect.void
      if (status < 200 || status > 299) {
        const error = yield* refusal(operation, response)
        yield* holdOn(error)
        return yield* Effect.fail(error)
      }
      const encoding = headerOf(headers, "content-encoding") ?? "identity"
      if (encoding !== "identity") {
        // Closes the connection, which would keep the unread body.
        yield* Effect.ignore(readText(bytesOf(response), 0))
        return yield* Effect.fail(failure(operation, "WrongBody", `content-encoding ${encoding} was not asked for`))
      }
      const bytes = bytesOf(response).pipe(
        Stream.mapError((error) => {
          const { detail, reason } = connectionFailure(error)
          return failure(operation, reason, detail, { status })
        }),
        Stream.mapChunks((pieces) => {
          beat()
          return pieces
        }),
        watchForStall(calls.timeout, () =>
          failure(operation, "Timeout", `less than 1 KiB of the body in ${calls.timeout / 1000} s`, { status })
        )
      )
      return { status, headers, bytes, read }
    })

  const refusedByBreaker =
    (operation: string) =>
    ({ failures, wait }: BreakerOpen): E =>
      failure(
        operation,
        "Unavailable",
        `not called: ${upstream.name} failed ${failures} times in a row; next try in ${Math.ceil(wait / 1000)} s`
      )

  const enter = (operation: string) => Effect.mapError(upstream.breaker.enter, refusedByBreaker(operation))

  const answer: Remote<E>["answer"] = (call, decode, facts) => Effect.suspend(() => ask(call, decode, facts))

  const ask: Remote<E>["answer"] = (call, decode, facts) => {
    const attempts: Attempts = {}
    const attempt = Effect.gen(function* () {
      const { bytes, headers, read, status } = yield* open(call, "answer", attempts)
      const { cut, isUtf8, text } = yield* readText(bytes, mostText)
      if (cut) return yield* Effect.fail(wrongBody(call.operation, "at most 64 MiB were expected", text))
      if (!isUtf8) return yield* Effect.fail(wrongBody(call.operation, "UTF-8 was expected", text))
      const value = yield* decode({ status, headers, text })
      if (facts !== undefined) read(facts(value))
      return value
    })
    return Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(enter(call.operation), (ticket) =>
        attempt.pipe(
          Effect.scoped,
          Effect.retry(retryPolicy(calls)),
          restore,
          Effect.onExit((exit) => ticket.settle(exit))
        )
      )
    )
  }

  const stream: Remote<E>["stream"] = (call, toStream) => Stream.suspend(() => begin(call, toStream))

  const begin: Remote<E>["stream"] = (call, toStream) => {
    let handedOn = 0
    const attempts: Attempts = {}
    const attempt = Stream.unwrapScoped(
      Effect.map(open(call, "list", attempts), ({ read, ...opened }) =>
        Stream.mapChunks(toStream(opened), (chunk) => {
          handedOn += chunk.length
          read({ items: handedOn })
          return chunk
        })
      )
    )
    return Stream.unwrapScoped(
      Effect.map(
        // Who takes a part of a body has seen the upstream alive all the same.
        Effect.acquireRelease(enter(call.operation), (ticket) =>
          ticket.settle(handedOn > 0 ? Exit.void : Exit.interrupt(FiberId.none))
        ),
        (ticket) =>
          attempt.pipe(
            Stream.retry(retryPolicy(calls, () => handedOn === 0)),
            // Not a finalizer: where the stream fails before its first element, that of the ticket comes first.
            Stream.onError((cause) => ticket.settle(Exit.failCause(cause))),
            Stream.onEnd(ticket.settle(Exit.void))
          )
      )
    )
  }

  return { answer, stream, failure, wrongBody }
}
