import { Redacted } from "effect"
import type { Settings } from "../../../src/services/AppConfig.js"
import { demoFacility } from "../../support/DemoFacility.js"

const extractor = { enabled: true, interval: 60_000, lookback: 86_400_000 }
const none = new URL("http://127.0.0.1:1")

/** Settings of which the CDF layers read `cdf`, `calls` and `facility`; retries wait next to nothing. */
export const settings: Settings = {
  facility: demoFacility(),
  plex: {
    baseUrl: none,
    apiKey: Redacted.make("plex-key"),
    apiKeyFile: undefined,
    customerId: "1",
    pcnCode: undefined,
    rateLimit: 190,
    concurrency: 5,
    dataSource: undefined
  },
  cdf: {
    host: none,
    project: "sandbox",
    clientId: "client",
    clientSecret: Redacted.make("secret"),
    clientSecretFile: undefined,
    tokenUrl: none,
    scopes: "user_impersonation",
    audience: undefined,
    concurrency: 4,
    batchSize: 1000,
    extractionPipeline: undefined
  },
  calls: {
    maxRetries: 3,
    retryDelay: 2,
    timeout: 10_000,
    proxy: undefined,
    noProxy: undefined,
    extraCaCerts: undefined
  },
  extractors: {
    "master-data": extractor,
    jobs: extractor,
    production: extractor,
    inventory: extractor,
    quality: extractor,
    performance: extractor
  },
  flowsDisabled: new Set(),
  maxConcurrentExtractors: 3,
  history: { startDate: undefined, windowHours: 24, overlap: 7_200_000, recheck: 604_800_000 },
  jobs: { fullListInterval: 3_600_000, includeCompleted: true },
  sweep: { share: 0.5, mostMilliseconds: 600_000 },
  removed: { policy: "mark", containerRetentionDays: 90, retentionDays: undefined },
  pendingLinkDays: 30,
  qualitySpecificationsSource: "rest",
  stateUrl: Redacted.make(":memory:"),
  redisUrl: undefined,
  runLog: { enabled: false, retentionDays: 30 },
  http: {
    host: "127.0.0.1",
    port: 0,
    readToken: undefined,
    adminToken: undefined,
    allowedHosts: [],
    healthCheckInterval: 60_000
  },
  gracefulShutdown: 30_000,
  otlp: undefined,
  namingStrategy: "separate_datasets",
  facilitiesFile: undefined,
  settingPlaces: new Map(),
  log: { level: "info", format: undefined },
  once: true,
  dryRun: false
}
