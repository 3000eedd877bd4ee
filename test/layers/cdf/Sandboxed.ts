/**
 * Our CDF layers against the sandbox CDF, each test with its own.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import { Effect, Layer, Redacted, type Scope } from "effect"
import { layer as cdfLive } from "../../../src/layers/cdf/CdfLive.js"
import { CdfTokens } from "../../../src/layers/cdf/Token.js"
import { layer as httpAgent } from "../../../src/layers/http/HttpAgent.js"
import { Upstreams } from "../../../src/layers/http/Upstreams.js"
import { type CdfSandbox, type CdfSandboxOptions, makeCdfSandbox } from "../../../src/sandbox/cdf/CdfSandbox.js"
import { AppConfig, type CallSettings, type CdfSettings, type Settings } from "../../../src/services/AppConfig.js"
import { Cdf } from "../../../src/services/Cdf.js"
import { settings } from "./Settings.js"

export interface Sandboxed {
  readonly cdf: typeof Cdf.Service
  readonly sandbox: CdfSandbox
  /** `assets 3`: each call to the project so far by path and number of items, in order. */
  readonly asked: () => ReadonlyArray<string>
  readonly tokenRequests: () => number
}

/** Items in a request, or points, or rows, as sent. */
const itemsIn = (body: string | undefined): number => {
  const parsed: unknown = JSON.parse(body ?? "{}")
  return typeof parsed === "object" && parsed !== null && "items" in parsed && Array.isArray(parsed.items)
    ? parsed.items.length
    : 1
}

export const callsOf = (sandbox: CdfSandbox): ReadonlyArray<string> =>
  sandbox.journal
    .entries({ path: /^\/api\// })
    .map(({ path, requestBody }) => `${path.split("/").slice(5).join("/")} ${itemsIn(requestBody)}`)

export const settingsFor = (
  sandbox: Pick<CdfSandbox, "url" | "tokenUrl" | "project" | "clientId" | "clientSecret">,
  over: { readonly cdf?: Partial<CdfSettings>; readonly calls?: Partial<CallSettings> } = {}
): Settings => ({
  ...settings,
  calls: { ...settings.calls, ...over.calls },
  cdf: {
    ...settings.cdf,
    host: new URL(sandbox.url),
    tokenUrl: new URL(sandbox.tokenUrl),
    project: sandbox.project,
    clientId: sandbox.clientId,
    clientSecret: Redacted.make(sandbox.clientSecret),
    ...over.cdf
  }
})

/** `Cdf` of these settings over any HTTP client, with nothing shared. */
export const cdfOver = <E>(
  config: Settings,
  http: Layer.Layer<HttpClient.HttpClient, E, AppConfig>
): Effect.Effect<typeof Cdf.Service, E, Scope.Scope> =>
  Effect.flatMap(
    Layer.build(
      cdfLive.pipe(
        Layer.provide(CdfTokens.layer),
        Layer.provide(http),
        Layer.provide(Upstreams.layer),
        Layer.provide(Layer.succeed(AppConfig, config))
      )
    ),
    (context) => Effect.provide(Cdf, context)
  )

export const sandboxed = (
  options: CdfSandboxOptions & Parameters<typeof settingsFor>[1] = {}
): Effect.Effect<Sandboxed, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { calls, cdf: over, ...rest } = options
    const sandbox = yield* makeCdfSandbox(rest)
    const config = settingsFor(sandbox, { ...(over && { cdf: over }), ...(calls && { calls }) })
    return {
      cdf: yield* cdfOver(config, httpAgent),
      sandbox,
      asked: () => callsOf(sandbox),
      tokenRequests: () => sandbox.journal.count({ path: "/oauth2/token" })
    }
  }).pipe(Effect.orDie)
