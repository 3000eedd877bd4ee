/**
 * The HTTP client of the process: undici with bounded connections, the plant's proxy and its certificate authorities.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { Effect, Layer } from "effect"
import { readFile } from "node:fs/promises"
import { rootCertificates } from "node:tls"
import { Agent, type Dispatcher, EnvHttpProxyAgent } from "undici"
import { ConfigurationError } from "../../domain/Errors.js"
import { AppConfig, type CallSettings } from "../../services/AppConfig.js"

/** To one host; more wait for one to become free. */
const connections = 32
/** A host that does not take the connection by then is unreachable: milliseconds. */
const longestConnect = 30_000

/** An unused connection is closed after so long at the latest, though the server would keep it: what is between may not. Milliseconds. */
const longestIdle = 30_000

/** Node's own authorities and those of the file: giving any replaces the default ones. */
const certificateAuthorities = (file: string): Effect.Effect<ReadonlyArray<string>, ConfigurationError> =>
  Effect.tryPromise({
    try: () => readFile(file, "utf8"),
    catch: (cause) => unusable(cause instanceof Error && "code" in cause ? String(cause.code) : "it cannot be read")
  }).pipe(
    Effect.filterOrFail(
      (text) => text.includes("-----BEGIN CERTIFICATE-----"),
      () => unusable("it holds no PEM certificate")
    ),
    Effect.map((text) => [...rootCertificates, text])
  )

const unusable = (why: string) =>
  new ConfigurationError({
    problems: [`NODE_EXTRA_CA_CERTS: a readable file of PEM certificates is expected, but ${why}`]
  })

/** Sends everything directly, or https by the proxy. Nothing is taken from the environment, and no redirect is followed. */
export const makeDispatcher = (
  calls: Pick<CallSettings, "extraCaCerts" | "noProxy" | "proxy" | "timeout">
): Effect.Effect<Dispatcher, ConfigurationError> =>
  Effect.gen(function* () {
    const ca = calls.extraCaCerts === undefined ? undefined : [...(yield* certificateAuthorities(calls.extraCaCerts))]
    const connect = { timeout: Math.min(calls.timeout, longestConnect), ...(ca === undefined ? {} : { ca }) }
    const shared = { connections, connect, keepAliveMaxTimeout: longestIdle }
    if (calls.proxy === undefined) return new Agent(shared)
    return new EnvHttpProxyAgent({
      ...shared,
      requestTls: connect,
      proxyTls: connect,
      httpProxy: "", // http is for loopback only, and "" keeps undici from asking the environment
      httpsProxy: calls.proxy.href,
      noProxy: calls.noProxy ?? ""
    })
  })

/** Each request gets headers of its own: undici writes the host into those that go through a proxy, and an empty set of them is shared by all. */
const ownHeaders = HttpClient.mapRequest(HttpClientRequest.setHeaders({}))

/** `HttpClient` for Plex and CDF. Fails when the file of certificate authorities cannot be used. */
export const layerOf = (calls: CallSettings): Layer.Layer<HttpClient.HttpClient, ConfigurationError> =>
  Layer.effect(HttpClient.HttpClient, Effect.map(HttpClient.HttpClient, ownHeaders)).pipe(
    Layer.provide(NodeHttpClient.layerUndiciWithoutDispatcher),
    Layer.provide(
      Layer.scoped(
        NodeHttpClient.Dispatcher,
        Effect.acquireRelease(makeDispatcher(calls), (made) => Effect.promise(() => made.destroy()))
      )
    )
  )

/** {@link layerOf} the settings. */
export const layer: Layer.Layer<HttpClient.HttpClient, ConfigurationError, AppConfig> = Layer.unwrapEffect(
  Effect.map(AppConfig, ({ calls }) => layerOf(calls))
)
