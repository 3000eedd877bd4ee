import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import type { Environment } from "../../../src/layers/config/EnvFile.js"
import type { Settings } from "../../../src/services/AppConfig.js"
import { loadWith, problemsWith, settingsWith } from "./operator.js"

const show = (changes: Environment): string =>
  Object.entries(changes)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ")

/** What some settings lead to. */
const accepted: ReadonlyArray<readonly [Environment, (settings: Settings) => unknown, unknown]> = [
  [{ PLEX_USE_TEST: "true" }, ({ plex }) => plex.baseUrl.href, "https://test.connect.plex.com/"],
  [
    { PLEX_USE_TEST: "true", PLEX_BASE_URL: "https://plex.example.com" },
    ({ plex }) => plex.baseUrl.href,
    "https://plex.example.com/"
  ],
  [{ PLEX_BASE_URL: "http://127.0.0.1:8081" }, ({ plex }) => plex.baseUrl.href, "http://127.0.0.1:8081/"],
  [
    { PLEX_BASE_URL: "https://gateway.example.com/plex" },
    ({ plex }) => plex.baseUrl.href,
    "https://gateway.example.com/plex"
  ],
  [{ CDF_DATASET_PLEXMASTER: undefined, CDF_DATASET_MASTER: "77" }, ({ facility }) => facility.dataSets.master, 77],
  [{ PLEX_BASE_URL: "http://[::1]:8081" }, ({ plex }) => plex.baseUrl.href, "http://[::1]:8081/"],
  [{ PLEX_BASE_URL: "http://localhost" }, ({ plex }) => plex.baseUrl.href, "http://localhost/"],
  [
    { PLEX_DS_USERNAME: "u", PLEX_DS_PASSWORD: "p", PLEX_PCN_CODE: "ra-process" },
    ({ plex }) => plex.dataSource?.baseUrl.href,
    "https://ra-process.on.plex.com/"
  ],
  [
    { PLEX_DS_USERNAME: "u", PLEX_DS_PASSWORD: "p", PLEX_PCN_CODE: "ra-process", PLEX_USE_TEST: "yes" },
    ({ plex }) => plex.dataSource?.baseUrl.href,
    "https://ra-process.test.on.plex.com/"
  ],
  [
    { PLEX_DS_USERNAME: "u", PLEX_DS_PASSWORD: "p", PLEX_DS_BASE_URL: "https://cloud.plex.com" },
    ({ plex }) => plex.dataSource?.baseUrl.href,
    "https://cloud.plex.com/"
  ],
  [{}, ({ plex }) => plex.dataSource, undefined],
  [
    { ENABLE_QUALITY_EXTRACTOR: "1", CDF_DATASET_PLEXQUALITY: "4", FACILITY_TIMEZONE: "UTC" },
    ({ extractors, plex }) => [extractors.quality.enabled, plex.dataSource],
    [true, undefined]
  ],
  [{ CDF_CLUSTER: "az-eastus-1" }, ({ cdf }) => cdf.host.href, "https://az-eastus-1.cognitedata.com/"],
  [
    { CDF_CLUSTER: undefined, CDF_HOST: "https://p001.plink.az-eastus-1.cognitedata.com" },
    ({ cdf }) => cdf.host.hostname,
    "p001.plink.az-eastus-1.cognitedata.com"
  ],
  [{ CDF_SCOPES: "  a/.default   b " }, ({ cdf }) => cdf.scopes, "a/.default b"],
  [{ EXTERNAL_ID_PREFIX: "trial_" }, ({ facility }) => facility.externalIdPrefix, "trial_"],
  [{ FACILITY_TIMEZONE: "europe/oslo" }, ({ facility }) => facility.timezone, "Europe/Oslo"],
  [{ FACILITY_TIMEZONE: "Asia/Kolkata" }, ({ facility }) => facility.timezone, "Asia/Kolkata"],
  [{ FLOWS_DISABLED: " boms , movements," }, ({ flowsDisabled }) => [...flowsDisabled], ["boms", "movements"]],
  [{ JOBS_EXTRACTION_INTERVAL: "60" }, ({ extractors }) => extractors.jobs.interval, 60_000],
  [{ JOBS_LOOKBACK_DAYS: "2" }, ({ extractors }) => extractors.jobs.lookback, 2 * 86_400_000],
  [{ INVENTORY_LOOKBACK_HOURS: "2" }, ({ extractors }) => extractors.inventory.lookback, 2 * 3_600_000],
  [{ RETRY_DELAY: "0.25" }, ({ calls }) => calls.retryDelay, 250],
  [{ HISTORY_OVERLAP_MINUTES: "5" }, ({ history }) => history.overlap, 300_000],
  [{ HISTORY_RECHECK_DAYS: "1" }, ({ history }) => history.recheck, 86_400_000],
  [{ SWEEP_SHARE: "0" }, ({ sweep }) => sweep.share, 0],
  [{ SWEEP_MAX_MINUTES: "1" }, ({ sweep }) => sweep.mostMilliseconds, 60_000],
  [{ REMOVED_RECORDS: "Delete" }, ({ removed }) => removed.policy, "delete"],
  ...(
    [
      ["365", 365, 365],
      ["never", undefined, undefined],
      ["containers:30", 30, undefined],
      ["containers 30", 30, undefined],
      ["others:365", 90, 365],
      ["containers:never, others:7", undefined, 7]
    ] as const
  ).map(
    ([text, containers, others]) =>
      [
        { RETIRED_RETENTION_DAYS: text },
        ({ removed }: Settings) => [removed.containerRetentionDays, removed.retentionDays],
        [containers, others]
      ] as const
  ),
  [{ STATE_URL: ":memory:" }, ({ stateUrl }) => Redacted.value(stateUrl), ":memory:"],
  [{ STATE_URL: "postgres://u:p@db/plex" }, ({ stateUrl }) => Redacted.value(stateUrl), "postgres://u:p@db/plex"],
  [{ ETL_META: "off" }, ({ runLog }) => runLog.enabled, false],
  [{ ETL_META: "0" }, ({ runLog }) => runLog.enabled, false],
  [{ HTTP_PORT: "0", HTTP_HOST: "0.0.0.0" }, ({ http }) => [http.port, http.host], [0, "0.0.0.0"]],
  [{ HTTP_HOST: "::1" }, ({ http }) => http.host, "::1"],
  [{ HTTP_HOST: "0.0.0.0", HTTP_ADMIN_TOKEN: "abc" }, ({ http }) => http.host, "0.0.0.0"],
  [{ HTTP_ALLOWED_HOSTS: "a.example.com, b:9000" }, ({ http }) => http.allowedHosts, ["a.example.com", "b:9000"]],
  [{ LOG_LEVEL: "WARN" }, ({ log }) => log.level, "warning"],
  [{ LOG_FORMAT: "pretty" }, ({ log }) => log.format, "pretty"],
  [{ https_proxy: "proxy.example.com:3128" }, ({ calls }) => calls.proxy?.href, "http://proxy.example.com:3128/"],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" },
    ({ otlp }) => [otlp?.endpoint.href, otlp?.serviceName],
    ["http://collector:4318/", "plex-cdf"]
  ],
  [{ PLEX_CUSTOMER_ID: "  340884 " }, ({ plex }) => plex.customerId, "340884"],
  [{ BATCH_SIZE: "" }, ({ cdf }) => cdf.batchSize, 1000]
]

/** What is refused, and what the one problem says. */
const refused: ReadonlyArray<readonly [Environment, RegExp]> = [
  [{ PLEX_API_KEY: undefined }, /^PLEX_API_KEY is not set: expected .*Set PLEX_API_KEY, or PLEX_API_KEY_FILE/],
  [{ PLEX_API_KEY: "" }, /^PLEX_API_KEY is empty/],
  [{ PLEX_API_KEY: "abc\ndef" }, /^PLEX_API_KEY is set, 7 characters \(it holds a line break/],
  [{ PLEX_CUSTOMER_ID: "34O884" }, /^PLEX_CUSTOMER_ID is "34O884": expected .*1 to 10 digits/],
  [{ PLEX_CUSTOMER_ID: "12345678901" }, /^PLEX_CUSTOMER_ID .*1 to 10 digits/],
  [{ PLEX_BASE_URL: "http://connect.plex.com" }, /^PLEX_BASE_URL .*http would send credentials in the clear.*https/],
  [{ PLEX_BASE_URL: "http://127.0.0.1.evil.example" }, /^PLEX_BASE_URL .*in the clear/],
  [{ PLEX_BASE_URL: "http://localhost@evil.example" }, /^PLEX_BASE_URL .*user information/],
  [{ PLEX_BASE_URL: "https://connect.plex.com/?v=1" }, /^PLEX_BASE_URL .*query/],
  [{ PLEX_BASE_URL: "connect.plex.com" }, /^PLEX_BASE_URL .*not a URL/],
  [{ PLEX_BASE_URL: "ftp://connect.plex.com" }, /^PLEX_BASE_URL .*scheme/],
  [{ CDF_HOST: "http://westeurope-1.cognitedata.com" }, /^CDF_HOST .*in the clear/],
  [{ CDF_TOKEN_URL: "http://login.example.com/token" }, /^CDF_TOKEN_URL .*in the clear/],
  [{ PLEX_PCN_CODE: "RA_Process" }, /^PLEX_PCN_CODE is "RA_Process": expected .*a-z, 0-9 and -/],
  [{ PLEX_USE_TEST: "maybe" }, /^PLEX_USE_TEST is "maybe": expected true or false/],
  [{ PLEX_DS_USERNAME: "u", PLEX_PCN_CODE: "a" }, /^PLEX_DS_PASSWORD is not set, and PLEX_DS_USERNAME is: expected/],
  [{ PLEX_DS_PASSWORD: "p", PLEX_PCN_CODE: "a" }, /^PLEX_DS_USERNAME is not set, and PLEX_DS_PASSWORD is: expected/],
  [{ PLEX_DS_PASSWORD: "p", PLEX_DS_USERNAME: "u" }, /^PLEX_PCN_CODE is not set, and neither is PLEX_DS_BASE_URL/],
  [{ PLEX_RATE_LIMIT: "0" }, /^PLEX_RATE_LIMIT is "0" \(it is too small\): expected a whole number .*from 1 to/],
  [{ PLEX_DS_RATE_LIMIT: "-1" }, /^PLEX_DS_RATE_LIMIT /],
  [{ PLEX_CONCURRENCY: "5.5" }, /^PLEX_CONCURRENCY is "5.5": expected a whole number/],
  [{ CDF_CLUSTER: undefined }, /^CDF_CLUSTER is not set, and neither is CDF_HOST/],
  [{ CDF_CLUSTER: "https://x.cognitedata.com" }, /^CDF_CLUSTER /],
  [{ CDF_PROJECT: undefined }, /^CDF_PROJECT is not set/],
  [{ CDF_PROJECT: "a/b" }, /^CDF_PROJECT /],
  [{ CDF_CLIENT_ID: undefined }, /^CDF_CLIENT_ID is not set/],
  [{ CDF_CLIENT_SECRET: undefined }, /^CDF_CLIENT_SECRET is not set/],
  [{ CDF_TOKEN_URL: undefined }, /^CDF_TOKEN_URL is not set/],
  [{ CDF_DATASET_PLEXMASTER: "0" }, /^CDF_DATASET_PLEXMASTER is "0"/],
  [{ CDF_DATASET_PLEXMASTER: "9007199254740993" }, /^CDF_DATASET_PLEXMASTER .*too large/],
  [{ CDF_CONCURRENCY: "0" }, /^CDF_CONCURRENCY /],
  [{ EXTERNAL_ID_PREFIX: "a\u0007" }, /^EXTERNAL_ID_PREFIX is set, 2 characters: expected/],
  [{ EXTERNAL_ID_PREFIX: "x".repeat(65) }, /^EXTERNAL_ID_PREFIX is set, 65 characters: expected .*64/],
  [{ FACILITY_NAME: "Main\nPlant" }, /^FACILITY_NAME .*line break/],
  [{ FACILITY_TIMEZONE: "America/Detriot" }, /^FACILITY_TIMEZONE .*the nearest name is America\/Detroit/],
  [{ FACILITY_TIMEZONE: "+02:00" }, /^FACILITY_TIMEZONE .*IANA/],
  [{ ENABLE_JOBS_EXTRACTOR: "ja" }, /^ENABLE_JOBS_EXTRACTOR is "ja"/],
  [{ FLOWS_DISABLED: "movement" }, /^FLOWS_DISABLED .*"movement" is not known, the nearest is movements/],
  [{ FLOWS_DISABLED: "boms,hierarchy" }, /^FLOWS_DISABLED .*"hierarchy" cannot be switched off: without the facility/],
  [{ FLOWS_DISABLED: "movement,bom" }, /"movement" is not known.*"bom" is not known/],
  [{ MASTER_DATA_EXTRACTION_INTERVAL: "86401" }, /^MASTER_DATA_EXTRACTION_INTERVAL .*seconds from 60 to 86400/],
  [{ PERFORMANCE_EXTRACTION_INTERVAL: "59" }, /^PERFORMANCE_EXTRACTION_INTERVAL .*from 60 to 86400/],
  [{ MAX_CONCURRENT_EXTRACTORS: "7" }, /^MAX_CONCURRENT_EXTRACTORS .*from 1 to 6/],
  [{ BATCH_SIZE: "1001" }, /^BATCH_SIZE is "1001" \(it is too large\).*from 1 to 1000\. .*unset it for 1000\.$/],
  [{ BATCH_SIZE: "1e3" }, /^BATCH_SIZE /],
  [{ BATCH_SIZE: "500  # half" }, /^BATCH_SIZE .*only in an env file/],
  [{ MAX_RETRIES: "11" }, /^MAX_RETRIES .*from 0 to 10/],
  [{ RETRY_DELAY: "0.05" }, /^RETRY_DELAY .*seconds from 0.1 to 60/],
  [{ HTTP_TIMEOUT: "0" }, /^HTTP_TIMEOUT /],
  [{ EXTRACTION_START_DATE: "2026-01-01" }, /^EXTRACTION_START_DATE .*the time or the zone is missing.*2026-01-31T/],
  [{ EXTRACTION_START_DATE: "9999-01-01T00:00:00Z" }, /^EXTRACTION_START_DATE lies in the future/],
  [{ QUALITY_LOOKBACK_DAYS: "-1" }, /^QUALITY_LOOKBACK_DAYS /],
  [{ JOBS_FULL_LIST_INTERVAL: "abc" }, /^JOBS_FULL_LIST_INTERVAL /],
  [{ HISTORY_WINDOW_HOURS: "0" }, /^HISTORY_WINDOW_HOURS /],
  [{ SWEEP_SHARE: "1.1" }, /^SWEEP_SHARE .*from 0 to 1/],
  [{ REMOVED_RECORDS: "drop" }, /^REMOVED_RECORDS is "drop": expected one of mark, delete, keep/],
  [{ RETIRED_RETENTION_DAYS: "parts:90" }, /^RETIRED_RETENTION_DAYS is "parts:90": expected .*containers:90/],
  [{ RETIRED_RETENTION_DAYS: "0" }, /^RETIRED_RETENTION_DAYS /],
  [{ RETIRED_RETENTION_DAYS: "containers:1,containers:2" }, /^RETIRED_RETENTION_DAYS .*twice/],
  [{ QUALITY_SPECIFICATIONS_SOURCE: "sql" }, /^QUALITY_SPECIFICATIONS_SOURCE .*rest, datasource/],
  [{ STATE_URL: "mysql://db/x" }, /^STATE_URL is set, 12 characters \(its scheme is another\): expected file:PATH/],
  [{ STATE_URL: "file:" }, /^STATE_URL .*path is missing/],
  [{ REDIS_URL: "http://cache" }, /^REDIS_URL .*redis:/],
  [{ HTTP_PORT: "65536" }, /^HTTP_PORT .*from 0 to 65535/],
  [{ HTTP_HOST: "http://x" }, /^HTTP_HOST /],
  [
    { HTTP_HOST: "0.0.0.0" },
    /^HTTP_HOST is "0.0.0.0", which is not loopback, and no token is set: expected HTTP_READ_TOKEN/
  ],
  [{ HTTP_READ_TOKEN: "a b" }, /^HTTP_READ_TOKEN is set, 3 characters \(it holds a blank/],
  [{ HTTP_ALLOWED_HOSTS: "https://x" }, /^HTTP_ALLOWED_HOSTS /],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" }, /^OTEL_EXPORTER_OTLP_ENDPOINT /],
  [{ OTEL_EXPORTER_OTLP_HEADERS: "nonsense" }, /^OTEL_EXPORTER_OTLP_HEADERS .*NAME=VALUE/],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318", OTEL_EXPORTER_OTLP_HEADERS: "a=b" },
    /^OTEL_EXPORTER_OTLP_ENDPOINT is http, and OTEL_EXPORTER_OTLP_HEADERS would be sent in the clear/
  ],
  [{ NAMING_STRATEGY: "one" }, /^NAMING_STRATEGY /],
  [{ HTTPS_PROXY: "socks5://proxy" }, /^HTTPS_PROXY /],
  [{ NODE_EXTRA_CA_CERTS: "/does/not/exist.pem" }, /^NODE_EXTRA_CA_CERTS does not name a file/],
  [{ LOG_LEVEL: "loud" }, /^LOG_LEVEL is "loud": expected one of trace, debug, info, warning/],
  [{ LOG_FORMAT: "xml" }, /^LOG_FORMAT /],
  [{ FACILITIES: "facilities.yaml" }, /^FACILITIES names a file of facilities, and the settings of one are wanted here/]
]

const off: Environment = {
  ENABLE_MASTER_DATA_EXTRACTOR: "false",
  ENABLE_JOBS_EXTRACTOR: "no",
  ENABLE_PRODUCTION_EXTRACTOR: "0",
  ENABLE_INVENTORY_EXTRACTOR: "Off"
}
const noDataSets: Environment = Object.fromEntries(
  ["MASTER", "PRODUCTION", "SCHEDULING", "QUALITY", "INVENTORY", "MAINTENANCE"].map((name) => [
    `CDF_DATASET_PLEX${name}`,
    undefined
  ])
)

/** Which data sets are demanded when only one extractor is on. */
const demands: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
  ["MASTER_DATA", ["MASTER", "PRODUCTION", "MAINTENANCE"]],
  ["JOBS", ["MASTER", "SCHEDULING"]],
  ["PRODUCTION", ["MASTER", "PRODUCTION"]],
  ["INVENTORY", ["MASTER", "INVENTORY"]],
  ["QUALITY", ["MASTER", "QUALITY"]],
  ["PERFORMANCE", ["MASTER", "PRODUCTION"]]
]

describe("settings", () => {
  for (const [changes, pick, expected] of accepted) {
    it.effect(`${show(changes) || "the least environment"} gives ${JSON.stringify(expected) ?? "nothing"}`, () =>
      Effect.map(settingsWith(changes), (settings) => assert.deepStrictEqual(pick(settings), expected))
    )
  }

  for (const word of ["true", "TRUE", "1", "yes", "On"]) {
    it.effect(`DRY_RUN=${word} is on`, () =>
      Effect.map(settingsWith({ DRY_RUN: word }), ({ dryRun }) => assert.isTrue(dryRun))
    )
  }

  for (const word of ["false", "False", "0", "NO", "off"]) {
    it.effect(`JOBS_INCLUDE_COMPLETED=${word} is off`, () =>
      Effect.map(settingsWith({ JOBS_INCLUDE_COMPLETED: word }), ({ jobs }) => assert.isFalse(jobs.includeCompleted))
    )
  }

  it.live("a start date in the past is taken in milliseconds", () =>
    Effect.map(settingsWith({ EXTRACTION_START_DATE: "2026-01-01T00:00:00Z" }), ({ history }) =>
      assert.strictEqual(history.startDate, Date.UTC(2026, 0, 1))
    )
  )

  it.effect("flags win over the environment", () =>
    Effect.gen(function* () {
      const settings = yield* settingsWith({ LOG_FORMAT: "json" }, { once: true, dryRun: true, logFormat: "pretty" })
      assert.deepStrictEqual([settings.once, settings.dryRun, settings.log.format], [true, true, "pretty"])
    })
  )

  it.effect("only the named extractors run, and what others need is not demanded", () =>
    Effect.gen(function* () {
      const changes = { ...noDataSets, CDF_DATASET_PLEXMASTER: "1", CDF_DATASET_PLEXSCHEDULING: "3" }
      const { extractors } = yield* settingsWith(changes, { only: ["jobs"] })
      const running = Object.entries(extractors).filter(([, { enabled }]) => enabled)
      assert.deepStrictEqual(
        running.map(([name]) => name),
        ["jobs"]
      )
    })
  )
})

describe("a problem", () => {
  for (const [changes, expected] of refused) {
    it.effect(`is told for ${JSON.stringify(changes)}`, () =>
      Effect.gen(function* () {
        const problems = yield* problemsWith(changes)
        assert.strictEqual(problems.length, 1, problems.join("\n"))
        assert.match(problems[0] ?? "", expected)
      })
    )
  }

  for (const [extractor, names] of demands) {
    it.effect(`is told for each data set that ${extractor} alone needs and lacks`, () =>
      Effect.gen(function* () {
        const problems = yield* problemsWith({
          ...off,
          ...noDataSets,
          [`ENABLE_${extractor}_EXTRACTOR`]: "true",
          FACILITY_TIMEZONE: "America/Detroit",
          PLEX_PCN_CODE: "ra-process",
          PLEX_DS_USERNAME: "u",
          PLEX_DS_PASSWORD: "p"
        })
        assert.deepStrictEqual(
          problems.map((problem) => problem.split(" ", 1)[0]),
          names.map((name) => `CDF_DATASET_PLEX${name}`)
        )
      })
    )
  }

  it.effect("is told for everything that performance needs and lacks", () =>
    Effect.gen(function* () {
      const problems = yield* problemsWith({ ENABLE_PERFORMANCE_EXTRACTOR: "true" })
      const names = problems.map((problem) => problem.split(" ", 1)[0] ?? "")
      assert.deepStrictEqual(names.toSorted(), [
        "FACILITY_TIMEZONE",
        "PLEX_DS_PASSWORD",
        "PLEX_DS_USERNAME",
        "PLEX_PCN_CODE"
      ])
      assert.include(problems.join("\n"), "performance is enabled")
    })
  )

  it.effect("is told for quality without a time zone", () =>
    Effect.gen(function* () {
      const problems = yield* problemsWith({ ENABLE_QUALITY_EXTRACTOR: "true", CDF_DATASET_PLEXQUALITY: "4" })
      assert.match(problems.join("\n"), /^FACILITY_TIMEZONE is not set, and quality is enabled: expected .*IANA/)
    })
  )
})

describe("a warning", () => {
  const warned: ReadonlyArray<readonly [Environment, RegExp]> = [
    [{ PLEX_APIKEY: "x" }, /^PLEX_APIKEY is not a known variable and has no effect\. Did you mean PLEX_API_KEY\?$/],
    [{ CDF_CLIENTID: "x" }, /Did you mean CDF_CLIENT_ID\?/],
    [{ ENABLE_JOB_EXTRACTOR: "true" }, /Did you mean ENABLE_JOBS_EXTRACTOR\?/],
    [{ plex_api_key: "x" }, /Did you mean PLEX_API_KEY\?/],
    [{ CDF_PROJECT_FILE: "x" }, /Did you mean CDF_PROJECT\?/],
    [off, /^No extractor is enabled/],
    [{ CDF_HOST: "https://az-eastus-1.cognitedata.com" }, /^CDF_HOST and CDF_CLUSTER name different places/],
    [{ HTTP_READ_TOKEN: "abc", HTTP_ADMIN_TOKEN: "abc" }, /^HTTP_READ_TOKEN and HTTP_ADMIN_TOKEN are equal/],
    [
      {
        ENABLE_QUALITY_EXTRACTOR: "true",
        CDF_DATASET_PLEXQUALITY: "4",
        FACILITY_TIMEZONE: "UTC",
        QUALITY_SPECIFICATIONS_SOURCE: "datasource"
      },
      /^QUALITY_SPECIFICATIONS_SOURCE is datasource, but/
    ]
  ]
  for (const [changes, expected] of warned) {
    it.effect(`is given for ${show(changes)}`, () =>
      Effect.gen(function* () {
        const { warnings } = yield* loadWith(changes)
        assert.strictEqual(warnings.length, 1, warnings.join("\n"))
        assert.match(warnings[0] ?? "", expected)
      })
    )
  }

  it.effect("is not given for other programs' variables", () =>
    Effect.map(loadWith({ PATH: "/bin", HOME: "/root", OTEL_SDK_DISABLED: "true" }), ({ warnings }) =>
      assert.deepStrictEqual(warnings, [])
    )
  )
})
