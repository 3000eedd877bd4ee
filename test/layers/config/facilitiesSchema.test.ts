/**
 * The JSON Schema of the file of facilities, and the example that goes by it.
 */
import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { readFileSync } from "node:fs"
import { format, resolveConfig } from "prettier"
import { parse } from "yaml"
import { loadFacilities } from "../../../src/layers/config/Facilities.js"
import { facilitiesSchema } from "../../../src/layers/config/FacilitiesSchema.js"
import { facilityKeys } from "../../../src/layers/config/FacilityKeys.js"
import { variables } from "../../../src/layers/config/Variables.js"
import { inFolder } from "./folder.js"

const at = (path: string) => new URL(`../../../${path}`, import.meta.url).pathname
const schemaFile = at("deploy/facilities.schema.json")
const example = readFileSync(at("deploy/facilities.example.yaml"), "utf8")

/** What belongs to the process, whatever its facilities. */
const ofProcess = `FACILITIES RUN_ONCE DRY_RUN MAX_RETRIES RETRY_DELAY HTTP_TIMEOUT HTTPS_PROXY NO_PROXY NODE_EXTRA_CA_CERTS STATE_URL REDIS_URL ETL_META
METRICS_RETENTION_DAYS HTTP_HOST HTTP_PORT HTTP_READ_TOKEN HTTP_ADMIN_TOKEN HTTP_ALLOWED_HOSTS HEALTH_CHECK_INTERVAL
GRACEFUL_SHUTDOWN_TIMEOUT OTEL_EXPORTER_OTLP_ENDPOINT OTEL_EXPORTER_OTLP_HEADERS OTEL_SERVICE_NAME LOG_LEVEL LOG_FORMAT`

describe("the keys of a file of facilities", () => {
  it("are there for every variable that is not the process's, each once", () => {
    const set = facilityKeys.filter(({ name }) => !name.endsWith("_FILE")).map(({ name }) => name)
    const process = new Set(ofProcess.split(/\s+/))
    assert.deepStrictEqual(
      set.toSorted(),
      variables
        .map(({ name }) => name)
        .filter((name) => !process.has(name))
        .toSorted()
    )
    assert.strictEqual(new Set(facilityKeys.map(({ path }) => path)).size, facilityKeys.length)
  })
})

describe("deploy/facilities.schema.json", () => {
  it("is the schema of the declared keys (vitest -u writes it anew)", async () => {
    const options = { ...(await resolveConfig(schemaFile)), filepath: schemaFile }
    await expect(await format(JSON.stringify(facilitiesSchema), options)).toMatchFileSnapshot(schemaFile)
  })
})

/** As much of JSON Schema as the schema uses: where a value does not fit. */
const misfits = (schema: unknown, value: unknown, at = "$"): ReadonlyArray<string> => {
  const rules = decodeRules(schema)
  const table = isTable(value) ? value : undefined
  const own: ReadonlyArray<readonly [fits: boolean, what: string]> = [
    [rules.type === undefined || [rules.type].flat().some((type) => isOf(type, value)), "type"],
    [rules.enum === undefined || rules.enum.includes(value), "enum"],
    [typeof value !== "string" || new RegExp(rules.pattern ?? "").test(value), "pattern"],
    [typeof value !== "number" || (value >= (rules.minimum ?? value) && value <= (rules.maximum ?? value)), "range"],
    [rules.anyOf === undefined || rules.anyOf.some((one) => misfits(one, value).length === 0), "anyOf"],
    [table === undefined || (rules.required ?? []).every((name) => name in table), "required"]
  ]
  return [
    ...own.filter(([fits]) => !fits).map(([, what]) => `${at}: ${what}`),
    ...(Array.isArray(value) ? value.flatMap((one, index) => misfits(rules.items ?? {}, one, `${at}[${index}]`)) : []),
    ...Object.entries(rules.properties === undefined ? {} : (table ?? {})).flatMap(([name, one]) => {
      const known = rules.properties?.[name]
      return known === undefined ? [`${at}.${name}: unknown`] : misfits(known, one, `${at}.${name}`)
    })
  ]
}

const Rules = Schema.partial(
  Schema.Struct({
    type: Schema.Union(Schema.String, Schema.Array(Schema.String)),
    enum: Schema.Array(Schema.Unknown),
    pattern: Schema.String,
    minimum: Schema.Number,
    maximum: Schema.Number,
    anyOf: Schema.Array(Schema.Unknown),
    required: Schema.Array(Schema.String),
    items: Schema.Unknown,
    properties: Schema.Record({ key: Schema.String, value: Schema.Unknown })
  })
)
const decodeRules = Schema.decodeUnknownSync(Rules)

const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isOf = (type: string, value: unknown): boolean =>
  type === "array"
    ? Array.isArray(value)
    : type === "object"
      ? isTable(value)
      : type === "null"
        ? value === null
        : type === "integer"
          ? Number.isInteger(value)
          : typeof value === type

describe("deploy/facilities.example.yaml", () => {
  it("fits the schema, which finds what does not", () => {
    assert.deepStrictEqual(misfits(facilitiesSchema, parse(example)), [])
    const spoilt = example
      .replace("name: Oslo", "nam: Oslo")
      .replace("interval: 600", "interval: 5")
      .replace("[movements]", "[moves]")
      .replace("hybrid\n", "mixed\n")
      .replace('  - pcn: "340884"\n    code', "  - code")
    assert.deepStrictEqual(misfits(facilitiesSchema, parse(spoilt)), [
      "$.defaults.namingStrategy: anyOf",
      "$.facilities[0]: required",
      "$.facilities[1].nam: unknown",
      "$.facilities[1].extractors.jobs.interval: anyOf",
      "$.facilities[1].flowsDisabled: anyOf"
    ])
  })

  it("names the schema beside it", () => {
    assert.match(example, /^# yaml-language-server: \$schema=facilities\.schema\.json\n/)
  })

  it.effect("loads without a warning where its variables and files are there", () =>
    inFolder({ oslo: "key" }, (path) =>
      Effect.gen(function* () {
        const text = example.replace("/run/secrets/plex_api_key_oslo", path("oslo"))
        const loaded = yield* inFolder({ "facilities.yaml": text }, (file) =>
          loadFacilities(
            { FACILITIES: file("facilities.yaml"), PLEX_API_KEY_DETROIT: "a", CDF_CLIENT_SECRET: "b" },
            { envFile: "/dev/null" }
          )
        )
        assert.deepStrictEqual(loaded.warnings, [])
        assert.deepStrictEqual(
          loaded.facilities.map(({ facility }) => [facility.name, facility.country, facility.dataSets.master]),
          [
            ["Detroit", "US", 1],
            ["Oslo", "NO", 1]
          ]
        )
      })
    )
  )
})
