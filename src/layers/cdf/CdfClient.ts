/**
 * How CDF is called: Cognite's SDK says what to send, everything else is ours: token, bound, time limits, retries, errors.
 */
import type { CogniteClient } from "@cognite/sdk"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { Context, Effect, Either, Exit, Layer, ParseResult, type Redacted, Runtime } from "effect"
import { CdfError } from "../../domain/Errors.js"
import { AppConfig } from "../../services/AppConfig.js"
import { inPlaces } from "../../services/SettingPlaces.js"
import { type Answer, makeRemote } from "../http/RemoteCall.js"
import { makeServerClock } from "../http/ServerClock.js"
import { Upstreams } from "../http/Upstreams.js"
import type { Decode } from "./Answers.js"
import { toCdfError } from "./CdfErrors.js"
import { type SdkAnswer, type SdkCall, sdkClient } from "./SdkClient.js"
import { CdfTokens } from "./Token.js"

const headers = {
  "x-cdp-app": "plex-cdf",
  "x-cdp-sdk": "CogniteJavaScriptSDK:10.5.0",
  "cdf-version": "20230101"
}

export class CdfClient extends Context.Tag("plex-cdf/CdfClient")<
  CdfClient,
  {
    /** Posts to a path of the project, `assets/byids`; the answer is decoded from its body, and is a wrong body otherwise. */
    readonly post: <A>(path: string, body: object, decode: Decode<A>) => Effect.Effect<A, CdfError>
    /**
     * For the SDK's own functions: `use` makes exactly one HTTP call. What it gives is left aside for the decoded body, its
     * errors (which hold what was sent) for ours; interruption aborts it.
     */
    readonly sdk: <A>(use: (client: CogniteClient) => Promise<unknown>, decode: Decode<A>) => Effect.Effect<A, CdfError>
    /** CDF's clock minus ours in milliseconds, by the last answer; nothing before the first. */
    readonly clockOffset: () => number | undefined
  }
>() {
  static readonly layer: Layer.Layer<CdfClient, never, AppConfig | CdfTokens | HttpClient.HttpClient | Upstreams> =
    Layer.effect(
      this,
      Effect.suspend(() => make)
    )
}

const make = Effect.gen(function* () {
  const settings = yield* AppConfig
  const { calls, cdf } = settings
  const say = inPlaces(settings)
  const token = yield* Effect.flatMap(CdfTokens, (tokens) => tokens.get(cdf, calls))
  // Facilities that are the same client share its token, and each has its settings in a place of its own.
  const currentToken = Effect.mapError(token.get, (error) => new CdfError({ ...error, detail: say(error.detail) }))
  const upstream = yield* Effect.flatMap(Upstreams, (upstreams) =>
    upstreams.get("cdf", `cdf ${cdf.host.origin} ${cdf.project}`, { perMinute: Infinity, inFlight: cdf.concurrency })
  )
  const client = yield* HttpClient.HttpClient
  const clock = makeServerClock()
  const remote = makeRemote<CdfError>({
    client,
    upstream,
    calls,
    secrets: token.secrets,
    toError: toCdfError(token.secrets, say),
    onAnswer: clock.onAnswer
  })
  const base = cdf.host.href.replace(/\/+$/, "")
  const project = `/api/v1/projects/${encodeURIComponent(cdf.project)}`

  const decodeAnswer =
    <A>(operation: string, decode: Decode<A>) =>
    ({ headers, status, text }: Answer): Effect.Effect<{ readonly answer: SdkAnswer; readonly value: A }, CdfError> =>
      Effect.suspend(() => {
        let data: SdkAnswer["data"]
        try {
          data = JSON.parse(text)
        } catch {
          return Effect.fail(remote.wrongBody(operation, "JSON was expected", text))
        }
        return Either.match(decode(data), {
          onLeft: (error) => Effect.fail(remote.wrongBody(operation, placeOf(error))),
          onRight: (value) => Effect.succeed({ answer: { status, headers, data }, value })
        })
      })

  /** One call with its retries; a token that CDF refuses is renewed once, and the call made once more. */
  const send = <A>({ body, method, params, path }: SdkCall, decode: Decode<A>) =>
    Effect.suspend(() => {
      const operation = `${method} ${path.startsWith(project) ? path.slice(project.length) : path}`
      const text = body === undefined || body === null ? undefined : JSON.stringify(body)
      let used: Redacted.Redacted | undefined
      const request = Effect.suspend(() => {
        used = undefined
        return Effect.map(currentToken, (current) => {
          used = current
          const made = HttpClientRequest.make(method === "GET" ? "GET" : "POST")(base + path, {
            urlParams: params,
            headers
          }).pipe(HttpClientRequest.acceptJson, HttpClientRequest.bearerToken(current))
          return text === undefined ? made : HttpClientRequest.bodyText(made, text, "application/json")
        })
      })
      const once = remote.answer({ operation, request }, decodeAnswer(operation, decode), ({ answer }) =>
        itemsOf(answer)
      )
      return once.pipe(
        Effect.catchIf(
          ({ reason }) => reason === "Unauthenticated" && used !== undefined,
          (error) => (used === undefined ? Effect.fail(error) : Effect.zipRight(token.refused(used), once))
        )
      )
    })

  const sdk: (typeof CdfClient.Service)["sdk"] = <A>(
    use: (client: CogniteClient) => Promise<unknown>,
    decode: Decode<A>
  ): Effect.Effect<A, CdfError> =>
    // The runtime of the caller: its clock, spans and log annotations.
    Effect.flatMap(Effect.runtime<never>(), (runtime) =>
      Effect.async<A, CdfError>((resume, signal) => {
        let exit: Exit.Exit<{ readonly answer: SdkAnswer; readonly value: A }, CdfError> | undefined
        const transport = async (call: SdkCall): Promise<SdkAnswer> => {
          exit = await Runtime.runPromiseExit(runtime)(send(call, decode), { signal })
          if (Exit.isSuccess(exit)) return exit.value.answer
          throw new Error("the exit says why")
        }
        use(sdkClient(cdf.project, transport)).then(
          () => resume(exit === undefined ? noCall : Exit.map(exit, ({ value }) => value)),
          (defect) =>
            resume(exit !== undefined && Exit.isFailure(exit) ? Effect.failCause(exit.cause) : Effect.die(defect))
        )
      })
    )

  return {
    sdk,
    clockOffset: clock.offset,
    post: (path, body, decode) => sdk((client) => client.post<unknown>(`${project}/${path}`, { data: body }), decode)
  } satisfies typeof CdfClient.Service
})

/** How many items an answer gives, for whoever observes calls. */
const itemsOf = ({ data }: SdkAnswer): { readonly items?: number } =>
  Array.isArray(data?.items) ? { items: data.items.length } : {}

const noCall = Effect.dieMessage("the SDK was used without making a call")

/** Where an answer differs from what the endpoint gives; not what it holds. */
const placeOf = (error: ParseResult.ParseError): string => {
  const first = ParseResult.ArrayFormatter.formatErrorSync(error)[0]
  const path = first?.path.map(String).join(".") ?? ""
  return path === "" ? "another shape than expected" : `another shape than expected at ${path}`
}
