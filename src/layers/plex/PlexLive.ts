/**
 * Plex over REST, read-only.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { Chunk, Clock, Effect, Either, Layer, Redacted, Stream } from "effect"
import { PlexError } from "../../domain/Errors.js"
import { toPlexTime } from "../../domain/Instant.js"
import { isPlexPath } from "../../domain/plex/PlexPath.js"
import { AppConfig, type CallSettings, type PlexSettings } from "../../services/AppConfig.js"
import { CalledBy } from "../../services/CalledBy.js"
import { Plex, type PlexQuery, type PlexSearch } from "../../services/Plex.js"
import { inPlaces } from "../../services/SettingPlaces.js"
import { type Answer, type Call, makeRemote, type OpenAnswer } from "../http/RemoteCall.js"
import { makeRenewableSecret } from "../http/RenewableSecret.js"
import { makeServerClock } from "../http/ServerClock.js"
import { type Upstream, Upstreams } from "../http/Upstreams.js"
import type { NotAList } from "./ElementCutter.js"
import { canaryPath, makeKeyVerdict } from "./KeyVerdict.js"
import { elementsOf, parseJson } from "./ListReader.js"
import { restError } from "./PlexRefusal.js"

/** The only POSTs there are: searches that change nothing. */
const searches: ReadonlySet<string> = new Set<PlexSearch>(["/production/v1/control/workcenter-setups"])

/** Blanks as `%20`: Plex finds nothing, without an error, for a value in which they are `+`. */
const queryText = (query: PlexQuery): string => {
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    (typeof values === "string" ? [values] : values).map(
      (value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`
    )
  )
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`
}

/** Plex for one facility, over what is shared with the others that use the same key. `say`: how what we say of settings is worded. */
export const makePlex = (
  settings: PlexSettings,
  calls: CallSettings,
  client: HttpClient.HttpClient,
  upstream: Upstream,
  say: (words: string) => string = (words) => words
): Plex["Type"] => {
  const key = makeRenewableSecret(settings.apiKey, settings.apiKeyFile)
  const base = settings.baseUrl.href.replace(/\/+$/, "")
  const clock = makeServerClock()

  const remote = makeRemote<PlexError>({
    client,
    upstream,
    calls,
    secrets: key.forms,
    toError: restError(say),
    onAnswer: clock.onAnswer
  })

  /** One call, or our own refusal of it, which costs no turn. */
  const call = (
    method: "GET" | "POST",
    path: string,
    query: PlexQuery = {},
    body?: object
  ): Either.Either<Call<PlexError>, PlexError> => {
    const operation = `${method} ${path}`
    if (!isPlexPath(path) || (method !== "GET" && !searches.has(path))) {
      const detail = "refused by us: only lists, single records and the known searches are asked for"
      return Either.left(new PlexError({ operation, reason: "Refused", detail }))
    }
    const request = Effect.sync(() =>
      HttpClientRequest.make(method)(`${base}${path}${queryText(query)}`, { acceptJson: true }).pipe(
        HttpClientRequest.setHeaders({
          "X-Plex-Connect-Api-Key": Redacted.value(key.current()),
          "X-Plex-Connect-Customer-Id": settings.customerId
        }),
        (made) => (body === undefined ? made : HttpClientRequest.bodyUnsafeJson(made, body))
      )
    )
    const window = query["beginDate"] === undefined ? undefined : `${query["beginDate"]}/${query["endDate"]}`
    return Either.right({ operation, request, window })
  }

  const answer = <A>(
    call: Either.Either<Call<PlexError>, PlexError>,
    decode: (answer: Answer, operation: string) => Effect.Effect<A, PlexError>,
    items: (value: A) => number = () => 1
  ) =>
    Effect.flatMap(call, (asked) =>
      remote.answer(
        asked,
        (given) => decode(given, asked.operation),
        (value) => ({ items: items(value) })
      )
    )

  const wrongBody = (operation: string) => (problem: NotAList) =>
    remote.wrongBody(operation, problem.expected, problem.seen)

  const canary = Effect.suspend(() => answer(call("GET", canaryPath), () => Effect.void))
  const explain = makeKeyVerdict(canary, () => Redacted.value(key.current()), say)

  /** Whether `error` is a refusal of the key `used`, and there is another one now. */
  const afterRefusal = (used: Redacted.Redacted, error: PlexError): Effect.Effect<"again", PlexError> =>
    error.status !== 401
      ? Effect.fail(error)
      : Effect.flatMap(key.renewedSince(used), (renewed) =>
          renewed ? Effect.succeed("again" as const) : Effect.flatMap(explain(error), Effect.fail)
        )

  /** A refused key is read again once from its file; what is refused then is put into the right words. */
  const withKey = <A>(effect: Effect.Effect<A, PlexError>): Effect.Effect<A, PlexError> =>
    Effect.suspend(() => {
      const used = key.current()
      return Effect.catchAll(effect, (error) =>
        Effect.zipRight(
          afterRefusal(used, error),
          Effect.catchAll(effect, (again) =>
            again.status === 401 ? Effect.flatMap(explain(again), Effect.fail) : Effect.fail(again)
          )
        )
      )
    })

  const elements =
    (operation: string) =>
    ({ bytes }: OpenAnswer<PlexError>): Stream.Stream<unknown, PlexError> =>
      elementsOf(bytes).pipe(
        Stream.mapError((error) => (error._tag === "NotAList" ? wrongBody(operation)(error) : error))
      )

  const json = (operation: string, text: string) => Either.mapLeft(parseJson(text), wrongBody(operation))

  const array = (operation: string, text: string): Effect.Effect<ReadonlyArray<unknown>, PlexError> =>
    Effect.flatMap(json(operation, text), (found) =>
      Array.isArray(found)
        ? Effect.succeed<ReadonlyArray<unknown>>(found)
        : Effect.fail(remote.wrongBody(operation, "a JSON array", text))
    )

  const streamed: Plex["Type"]["list"] = (path, query) =>
    Stream.suspend(() => {
      const used = key.current()
      const attempt = Stream.unwrap(
        Either.map(call("GET", path, query), (asked) => remote.stream(asked, elements(asked.operation)))
      )
      // A 401 comes before the first record, so nothing is handed on twice.
      return Stream.catchAll(attempt, (error) =>
        Stream.unwrap(
          Effect.as(
            afterRefusal(used, error),
            Stream.catchAll(attempt, (again) =>
              again.status === 401 ? Stream.fromEffect(Effect.flatMap(explain(again), Effect.fail)) : Stream.fail(again)
            )
          )
        )
      )
    })

  const inOnePiece: Plex["Type"]["list"] = (path, query) =>
    withKey(
      answer(
        call("GET", path, query),
        ({ text }, operation) => array(operation, text),
        (found) => found.length
      )
    ).pipe(Effect.map(Chunk.unsafeFromArray), Stream.fromEffect, Stream.flattenChunks)

  /** What one object has is little, and there are many of them: streaming costs more than reading. */
  const list: Plex["Type"]["list"] = (path, query) =>
    Stream.unwrap(
      Effect.map(CalledBy, (caller) => (caller === "sweep" ? inOnePiece(path, query) : streamed(path, query)))
    )

  return {
    list,
    window: (path, { begin, end }, query) =>
      list(path, { ...query, beginDate: toPlexTime(begin), endDate: toPlexTime(end) }),
    get: (path) =>
      withKey(
        answer(call("GET", path), ({ text }, operation) =>
          Effect.filterOrFail(
            json(operation, text),
            (record) => typeof record === "object" && record !== null && !Array.isArray(record),
            () => remote.wrongBody(operation, "one record", text)
          )
        )
      ),
    search: (path, body) =>
      withKey(
        answer(
          call("POST", path, {}, body),
          ({ status, text }, operation) => (status === 204 ? Effect.succeed([]) : array(operation, text)),
          (found) => found.length
        )
      ),
    now: Effect.gen(function* () {
      if (clock.offset() === undefined) yield* withKey(canary)
      return (yield* Clock.currentTimeMillis) + (clock.offset() ?? 0)
    })
  }
}

/** `Plex` of the facility that the settings name; shares pace and breaker with all that use the same key. */
export const layer: Layer.Layer<Plex, never, AppConfig | HttpClient.HttpClient | Upstreams> = Layer.effect(
  Plex,
  Effect.gen(function* () {
    const settings = yield* AppConfig
    const { calls, plex, sweep } = settings
    const client = yield* HttpClient.HttpClient
    const upstreams = yield* Upstreams
    const upstream = yield* upstreams.get("plex", `plex ${plex.baseUrl.host} ${Redacted.value(plex.apiKey)}`, {
      perMinute: plex.rateLimit,
      // A list that is being read, and a question about one of its records.
      inFlight: Math.max(2, plex.concurrency),
      sweepShare: sweep.share
    })
    return makePlex(plex, calls, client, upstream, inPlaces(settings))
  })
)
