import { Context, type Redacted } from "effect"
import type { NamingStrategy } from "../domain/DataSetNames.js"
import type { FacilityIdentity } from "../domain/Facility.js"
import type { Extractor } from "../domain/Flow.js"

/** Where Plex is and how we may call it. */
export interface PlexSettings {
  readonly baseUrl: URL
  readonly apiKey: Redacted.Redacted
  /** Where the key is read again after a refusal, when it came from a file. */
  readonly apiKeyFile: string | undefined
  readonly customerId: string
  readonly pcnCode: string | undefined
  /** Calls a minute. */
  readonly rateLimit: number
  /** Calls in flight. */
  readonly concurrency: number
  /** Nothing without credentials. */
  readonly dataSource: PlexDataSourceSettings | undefined
}

export interface PlexDataSourceSettings {
  readonly baseUrl: URL
  readonly username: Redacted.Redacted
  readonly password: Redacted.Redacted
  readonly usernameFile: string | undefined
  readonly passwordFile: string | undefined
  /** Calls a minute. */
  readonly rateLimit: number
}

/** Where CDF is and who we are there. */
export interface CdfSettings {
  readonly host: URL
  readonly project: string
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted
  readonly clientSecretFile: string | undefined
  readonly tokenUrl: URL
  /** Space-separated. */
  readonly scopes: string
  readonly audience: string | undefined
  /** Writes in flight. */
  readonly concurrency: number
  /** Items per call. */
  readonly batchSize: number
  readonly extractionPipeline: string | undefined
}

/** How calls are retried and timed, in milliseconds. */
export interface CallSettings {
  /** Tries after the first. */
  readonly maxRetries: number
  readonly retryDelay: number
  /** Time without progress. */
  readonly timeout: number
  readonly proxy: URL | undefined
  /** Hosts that are reached without the proxy, as in `NO_PROXY`. */
  readonly noProxy: string | undefined
  /** File of further certificate authorities. */
  readonly extraCaCerts: string | undefined
}

/** When an extractor runs, and how far back its first run looks; milliseconds. */
export interface ExtractorSettings {
  readonly enabled: boolean
  readonly interval: number
  readonly lookback: number
}

/** How history is read; milliseconds, the window in hours. */
export interface HistorySettings {
  readonly startDate: number | undefined
  readonly windowHours: number
  readonly overlap: number
  readonly recheck: number
}

export interface HttpSettings {
  readonly host: string
  /** 0: no server. */
  readonly port: number
  readonly readToken: Redacted.Redacted | undefined
  readonly adminToken: Redacted.Redacted | undefined
  readonly allowedHosts: ReadonlyArray<string>
  readonly healthCheckInterval: number
}

export interface OtlpSettings {
  readonly endpoint: URL
  readonly headers: Redacted.Redacted | undefined
  readonly serviceName: string
}

export type LogFormat = "json" | "pretty"

/** Every setting of the process, read and checked once at start. Variables: README, section Configuration. */
export interface Settings {
  readonly facility: FacilityIdentity
  readonly plex: PlexSettings
  readonly cdf: CdfSettings
  readonly calls: CallSettings
  readonly extractors: Readonly<Record<Extractor, ExtractorSettings>>
  /** Flows switched off for good. */
  readonly flowsDisabled: ReadonlySet<string>
  readonly maxConcurrentExtractors: number
  readonly history: HistorySettings
  readonly jobs: { readonly fullListInterval: number; readonly includeCompleted: boolean }
  readonly sweep: { readonly share: number; readonly mostMilliseconds: number }
  readonly removed: {
    readonly policy: "mark" | "delete" | "keep"
    /** Days that retired objects are kept; `undefined`: for ever. */
    readonly containerRetentionDays: number | undefined
    readonly retentionDays: number | undefined
  }
  readonly pendingLinkDays: number
  readonly qualitySpecificationsSource: "rest" | "datasource"
  readonly stateUrl: Redacted.Redacted
  readonly redisUrl: Redacted.Redacted | undefined
  readonly runLog: { readonly enabled: boolean; readonly retentionDays: number }
  readonly http: HttpSettings
  readonly gracefulShutdown: number
  readonly otlp: OtlpSettings | undefined
  readonly namingStrategy: NamingStrategy
  readonly facilitiesFile: string | undefined
  /** Where that file says what variables would say, by variable: `facilities[1].plex.apiKey`. Empty where there is none. */
  readonly settingPlaces: ReadonlyMap<string, string>
  readonly log: { readonly level: string; readonly format: LogFormat | undefined }
  readonly once: boolean
  readonly dryRun: boolean
}

/** The settings of the process, checked once at its start. A Layer of one's own is `Layer.succeed(AppConfig, settings)`. */
export class AppConfig extends Context.Tag("plex-cdf/AppConfig")<AppConfig, Settings>() {}
