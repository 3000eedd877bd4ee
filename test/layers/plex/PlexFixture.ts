/**
 * Plex over a fake client or a local server, with settings that a test may change.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import { Redacted } from "effect"
import { makePlexDataSource } from "../../../src/layers/plex/PlexDataSourceLive.js"
import { makePlex } from "../../../src/layers/plex/PlexLive.js"
import { makeUpstream } from "../../../src/layers/http/Upstreams.js"
import type { CallSettings, PlexDataSourceSettings, PlexSettings } from "../../../src/services/AppConfig.js"

export const apiKey = "key-one-sentinel"

export const callSettings = (over: Partial<CallSettings> = {}): CallSettings => ({
  maxRetries: 3,
  retryDelay: 1_000,
  timeout: 60_000,
  proxy: undefined,
  noProxy: undefined,
  extraCaCerts: undefined,
  ...over
})

const settings: PlexSettings = {
  baseUrl: new URL("https://plex.test/"),
  apiKey: Redacted.make(apiKey),
  apiKeyFile: undefined,
  customerId: "340884",
  pcnCode: undefined,
  rateLimit: 6_000,
  concurrency: 2,
  dataSource: undefined
}

export const plexOver = (
  client: HttpClient.HttpClient,
  over: Partial<PlexSettings> = {},
  calls: Partial<CallSettings> = {}
) => {
  const all = { ...settings, ...over }
  const upstream = makeUpstream("plex", { perMinute: all.rateLimit, inFlight: all.concurrency })
  return makePlex(all, callSettings(calls), client, upstream)
}

export const password = "pässword-sentinel"

export const dataSourceOver = (
  client: HttpClient.HttpClient,
  over: Partial<PlexDataSourceSettings> = {},
  calls: Partial<CallSettings> = {}
) =>
  makePlexDataSource(
    {
      baseUrl: new URL("https://ra-process.on.plex.test/"),
      username: Redacted.make("DemoWs@plex.com"),
      password: Redacted.make(password),
      usernameFile: undefined,
      passwordFile: undefined,
      rateLimit: 6_000,
      ...over
    },
    callSettings(calls),
    client,
    makeUpstream("plex-ds", { perMinute: 6_000, inFlight: 2 })
  )
