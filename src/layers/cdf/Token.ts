/**
 * Who we are at CDF: OAuth client credentials for a token, renewed before it expires.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { Context, Effect, Either, Layer, Redacted, Schema } from "effect"
import { CdfError, type Reason } from "../../domain/Errors.js"
import type { CallSettings, CdfSettings } from "../../services/AppConfig.js"
import { readSecretFile } from "../config/SecretFiles.js"
import { type CallFailure, headerOf, quote } from "../http/CallFailure.js"
import { monotonicMillis } from "../http/MonotonicClock.js"
import { makeRemote } from "../http/RemoteCall.js"
import { secretForms } from "../http/SecretForms.js"
import { makeUpstream } from "../http/Upstreams.js"

export interface Token {
  /** A token that is good for a while; whoever asks while it is being renewed waits for that one renewal. */
  readonly get: Effect.Effect<Redacted.Redacted, CdfError>
  /** CDF refused this token: the next `get` gives another, unless somebody had it renewed already. */
  readonly refused: (token: Redacted.Redacted) => Effect.Effect<void>
  /** The secret and the token, in every form in which an answer could repeat them. */
  readonly secrets: () => ReadonlyArray<string>
}

const operation = "token"

/** Seconds that a token lives when the answer does not say; short, as a refusal costs only a call. */
const defaultLifetime = 300

const Granted = Schema.parseJson(
  Schema.Struct({
    // What a header can hold, and no more.
    access_token: Schema.String.pipe(Schema.pattern(/^[\x21-\x7e]+$/)),
    expires_in: Schema.optional(Schema.Unknown)
  })
)
const decodeGranted = Schema.decodeUnknownEither(Granted)

const decodeRefusal = Schema.decodeUnknownEither(
  Schema.parseJson(Schema.Struct({ error: Schema.String, error_description: Schema.optional(Schema.String) }))
)

const lifetimeOf = (expiresIn: unknown): number => {
  const seconds = typeof expiresIn === "string" && expiresIn.trim() !== "" ? Number(expiresIn) : expiresIn
  return typeof seconds === "number" && Number.isFinite(seconds) && seconds > 0 ? seconds : defaultLifetime
}

const scopeErrors: ReadonlySet<string> = new Set(["invalid_scope", "invalid_resource", "invalid_target"])
const clientErrors: ReadonlySet<string> = new Set(["invalid_client", "unauthorized_client", "access_denied"])

/** What a person has to look at. */
const whatToCheck = (code: string | undefined, status: number | undefined, settings: CdfSettings): string => {
  if (code !== undefined && scopeErrors.has(code)) {
    return `check CDF_SCOPES (Entra usually wants ${settings.host.origin}/.default) and CDF_AUDIENCE`
  }
  if ((code !== undefined && clientErrors.has(code)) || status === 401) {
    const secret = settings.clientSecretFile === undefined ? "CDF_CLIENT_SECRET" : "the file of CDF_CLIENT_SECRET_FILE"
    return `check CDF_CLIENT_ID and ${secret}, which may have expired`
  }
  return code === undefined ? "check CDF_TOKEN_URL" : "check CDF_TOKEN_URL, CDF_CLIENT_ID, CDF_SCOPES and CDF_AUDIENCE"
}

const transient: ReadonlySet<Reason> = new Set(["Timeout", "Transport", "RateLimited", "Unavailable"])

const toTokenError =
  (settings: CdfSettings, secrets: () => ReadonlyArray<string>) =>
  ({ body, detail, headers, reason, retryAfter, status }: CallFailure): CdfError => {
    const said = Either.getOrUndefined(decodeRefusal(body))
    const words = said === undefined ? detail : quote(`${said.error}: ${said.error_description ?? ""}`, secrets())
    const temporary = transient.has(reason) || said?.error === "temporarily_unavailable"
    const final: Reason = reason === "Redirected" || reason === "WrongBody" ? reason : "Unauthenticated"
    return new CdfError({
      operation,
      reason: temporary ? (transient.has(reason) ? reason : "Unavailable") : final,
      detail: temporary ? words : `${words}; ${whatToCheck(said?.error, status, settings)}`,
      status,
      retryAfter,
      missing: [],
      duplicated: [],
      requestId: headerOf(headers, "x-request-id")
    })
  }

/**
 * The token of one client. One request is made at a time and never by itself repeated: the call that needs the token repeats,
 * so that nothing is retried twice. A secret that came from a file is read again when it is refused.
 */
export const makeToken = (client: HttpClient.HttpClient, settings: CdfSettings, calls: CallSettings): Token => {
  let secret = settings.clientSecret
  let current: { readonly token: Redacted.Redacted; readonly until: number } | undefined
  /** How many renewals failed, and how the last one did: who waited for it shares its failure. */
  let failures = 0
  let lastFailure: CdfError | undefined
  const lock = Effect.unsafeMakeSemaphore(1)

  /** The last tokens: calls that were made with one may still fail when it is no longer current. */
  let issued: ReadonlyArray<Redacted.Redacted> = []

  const secrets = () => [secret, ...issued].flatMap((one) => secretForms(Redacted.value(one)))

  const remote = makeRemote({
    client,
    upstream: makeUpstream("cdf-token", { perMinute: Infinity, inFlight: 1 }),
    calls: { ...calls, maxRetries: 0 },
    secrets,
    toError: toTokenError(settings, secrets)
  })

  const request = Effect.sync(() =>
    HttpClientRequest.post(settings.tokenUrl).pipe(
      HttpClientRequest.acceptJson,
      HttpClientRequest.bodyUrlParams({
        grant_type: "client_credentials",
        client_id: settings.clientId,
        client_secret: Redacted.value(secret),
        ...(settings.scopes.trim() === "" ? {} : { scope: settings.scopes }),
        ...(settings.audience === undefined ? {} : { audience: settings.audience })
      })
    )
  )

  const ask = Effect.gen(function* () {
    const asked = yield* monotonicMillis
    // The text is not quoted when it is wrong: it may hold a token.
    const granted = yield* remote.answer({ operation, request }, ({ text }) =>
      Either.match(decodeGranted(text), {
        onLeft: () => Effect.fail(remote.wrongBody(operation, "a JSON object with access_token was expected")),
        onRight: Effect.succeed
      })
    )
    const lifetime = lifetimeOf(granted.expires_in) * 1000
    const token = Redacted.make(granted.access_token)
    current = { token, until: asked + lifetime - Math.min(60_000, lifetime / 5) }
    issued = [token, ...issued.slice(0, 2)]
    return token
  })

  /** Whether the secret's file holds another one by now. */
  const secretChanged: Effect.Effect<boolean> =
    settings.clientSecretFile === undefined
      ? Effect.succeed(false)
      : readSecretFile(settings.clientSecretFile).pipe(
          Effect.map((read) => {
            if (read === Redacted.value(secret)) return false
            secret = Redacted.make(read)
            return true
          }),
          Effect.orElseSucceed(() => false)
        )

  const renew = ask.pipe(
    Effect.catchIf(
      (error) => error.reason === "Unauthenticated",
      (error) => Effect.flatMap(secretChanged, (changed) => (changed ? ask : Effect.fail(error)))
    ),
    Effect.tapError((error) =>
      Effect.sync(() => {
        failures++
        lastFailure = error
      })
    )
  )

  const held = Effect.map(monotonicMillis, (now) =>
    current !== undefined && now < current.until ? current.token : undefined
  )

  const get = Effect.flatMap(held, (token) => {
    if (token !== undefined) return Effect.succeed(token)
    const before = failures
    return lock.withPermits(1)(
      Effect.flatMap(held, (renewed) => {
        if (renewed !== undefined) return Effect.succeed(renewed)
        return failures !== before && lastFailure !== undefined ? Effect.fail(lastFailure) : renew
      })
    )
  })

  const refused = (token: Redacted.Redacted): Effect.Effect<void> =>
    Effect.sync(() => {
      if (current !== undefined && Redacted.value(current.token) === Redacted.value(token)) current = undefined
    })

  return { get, refused, secrets }
}

/** The tokens of this process: facilities that are the same client share one. */
export class CdfTokens extends Context.Tag("plex-cdf/CdfTokens")<
  CdfTokens,
  { readonly get: (settings: CdfSettings, calls: CallSettings) => Effect.Effect<Token> }
>() {
  static readonly layer: Layer.Layer<CdfTokens, never, HttpClient.HttpClient> = Layer.effect(
    this,
    Effect.map(HttpClient.HttpClient, (client) => {
      const known = new Map<string, Token>()
      return {
        get: (settings: CdfSettings, calls: CallSettings) =>
          Effect.sync(() => {
            const { audience, clientId, scopes, tokenUrl } = settings
            const key = JSON.stringify([tokenUrl.href, clientId, scopes, audience])
            const token = known.get(key) ?? makeToken(client, settings, calls)
            known.set(key, token)
            return token
          })
      }
    })
  )
}
