import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { readFileSync } from "node:fs"
import { format, resolveConfig } from "prettier"
import { loadSettings } from "../../../src/layers/config/AppConfigLive.js"
import { parseEnvFile } from "../../../src/layers/config/EnvFile.js"
import { variablesTables } from "../../../src/layers/config/VariablesTable.js"
import { knownNames, variables } from "../../../src/layers/config/Variables.js"
import { least } from "./operator.js"

const page = new URL("../../../docs/configuration.md", import.meta.url).pathname
const example = readFileSync(new URL("../../../.env.example", import.meta.url), "utf8")

// As the contract of the configuration lists them.
const contract = `
PLEX_API_KEY PLEX_CUSTOMER_ID PLEX_BASE_URL PLEX_USE_TEST PLEX_PCN_CODE PLEX_DS_BASE_URL PLEX_DS_USERNAME PLEX_DS_PASSWORD
PLEX_RATE_LIMIT PLEX_DS_RATE_LIMIT PLEX_CONCURRENCY CDF_HOST CDF_CLUSTER CDF_PROJECT CDF_CLIENT_ID CDF_CLIENT_SECRET
CDF_TOKEN_URL CDF_SCOPES CDF_AUDIENCE CDF_DATASET_PLEXMASTER CDF_DATASET_PLEXPRODUCTION CDF_DATASET_PLEXSCHEDULING
CDF_DATASET_PLEXQUALITY CDF_DATASET_PLEXINVENTORY CDF_DATASET_PLEXMAINTENANCE CDF_EXTRACTION_PIPELINE CDF_CONCURRENCY
EXTERNAL_ID_PREFIX FACILITY_NAME FACILITY_CODE FACILITY_TIMEZONE FACILITY_COUNTRY ENABLE_MASTER_DATA_EXTRACTOR
ENABLE_JOBS_EXTRACTOR ENABLE_PRODUCTION_EXTRACTOR ENABLE_INVENTORY_EXTRACTOR ENABLE_QUALITY_EXTRACTOR
ENABLE_PERFORMANCE_EXTRACTOR FLOWS_DISABLED MASTER_DATA_EXTRACTION_INTERVAL JOBS_EXTRACTION_INTERVAL
PRODUCTION_EXTRACTION_INTERVAL INVENTORY_EXTRACTION_INTERVAL QUALITY_EXTRACTION_INTERVAL PERFORMANCE_EXTRACTION_INTERVAL
RUN_ONCE DRY_RUN MAX_CONCURRENT_EXTRACTORS BATCH_SIZE MAX_RETRIES RETRY_DELAY HTTP_TIMEOUT EXTRACTION_START_DATE
JOBS_LOOKBACK_DAYS PRODUCTION_LOOKBACK_HOURS INVENTORY_LOOKBACK_HOURS QUALITY_LOOKBACK_DAYS PERFORMANCE_LOOKBACK_DAYS
JOBS_FULL_LIST_INTERVAL JOBS_INCLUDE_COMPLETED HISTORY_WINDOW_HOURS HISTORY_OVERLAP_MINUTES HISTORY_RECHECK_DAYS
SWEEP_SHARE SWEEP_MAX_MINUTES REMOVED_RECORDS RETIRED_RETENTION_DAYS PENDING_LINK_DAYS QUALITY_SPECIFICATIONS_SOURCE
INCLUDE_PERSONAL_DATA STATE_URL REDIS_URL ETL_META METRICS_RETENTION_DAYS HTTP_HOST HTTP_PORT HTTP_READ_TOKEN
HTTP_ADMIN_TOKEN HTTP_ALLOWED_HOSTS HEALTH_CHECK_INTERVAL GRACEFUL_SHUTDOWN_TIMEOUT OTEL_EXPORTER_OTLP_ENDPOINT
OTEL_EXPORTER_OTLP_HEADERS OTEL_SERVICE_NAME FACILITIES NAMING_STRATEGY HTTPS_PROXY NO_PROXY NODE_EXTRA_CA_CERTS
LOG_LEVEL LOG_FORMAT TENANT_TABLES`
  .trim()
  .split(/\s+/)

const secrets = `
PLEX_API_KEY PLEX_DS_USERNAME PLEX_DS_PASSWORD CDF_CLIENT_SECRET STATE_URL REDIS_URL HTTP_READ_TOKEN HTTP_ADMIN_TOKEN
OTEL_EXPORTER_OTLP_HEADERS`
  .trim()
  .split(/\s+/)

describe("the declaration of the variables", () => {
  it("has every variable of the contract once, and no other", () => {
    assert.deepStrictEqual(variables.map(({ name }) => name).toSorted(), contract.toSorted())
  })

  it("takes every secret, and nothing else, from a file as well", () => {
    const aliases = variables.flatMap(({ alias }) => alias ?? [])
    const files = [...knownNames].filter((name) => !contract.includes(name) && !aliases.includes(name))
    assert.deepStrictEqual(files.toSorted(), secrets.map((name) => `${name}_FILE`).toSorted())
  })

  it("has only defaults that keep their own rule", () => {
    for (const { name, unset } of variables) {
      assert.isTrue(unset === undefined || Either.isRight(unset()), name)
    }
  })
})

describe("docs/configuration.md", () => {
  it("shows the declared variables (vitest -u writes it anew)", async () => {
    const between = /(<!-- variables -->\n)[\s\S]*(<!-- end of variables -->)/
    const text = readFileSync(page, "utf8").replace(
      between,
      (_, begin: string, end: string) => `${begin}\n${variablesTables()}\n\n${end}`
    )
    const formatted = await format(text, { ...(await resolveConfig(page)), filepath: page })
    for (const name of contract) assert.include(formatted, `| \`${name}\``)
    await expect(formatted).toMatchFileSnapshot(page)
  })
})

describe(".env.example", () => {
  it("names every variable", () => {
    const named = [...example.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name)
    assert.deepStrictEqual([...new Set(named)].toSorted(), contract.toSorted())
  })

  it.effect("loads without a warning when only what is needed is filled in", () =>
    Effect.gen(function* () {
      const { environment, warnings } = parseEnvFile(example, ".env.example")
      assert.deepStrictEqual(warnings, [])
      const loaded = yield* loadSettings({ ...environment, ...least })
      assert.deepStrictEqual(loaded.warnings, [])
    })
  )

  it.live("loads with everything it suggests", () =>
    Effect.gen(function* () {
      // Files that do not exist here, and what replaces all that describes one facility.
      const absent = /^(FACILITIES|TENANT_TABLES|NODE_EXTRA_CA_CERTS)=/
      const text = example
        .split("\n")
        .map((line) => line.replace(/^#(?=[A-Z_]+=)/, ""))
        .filter((line) => !absent.test(line))
        .join("\n")
      const { environment, warnings } = parseEnvFile(text, ".env.example")
      assert.deepStrictEqual(warnings, [])
      const loaded = yield* loadSettings({ ...environment, ...least })
      assert.deepStrictEqual(loaded.warnings, [])
    })
  )
})
