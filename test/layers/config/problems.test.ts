import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { inspect } from "node:util"
import { layer, loadSettings } from "../../../src/layers/config/AppConfigLive.js"
import { variables } from "../../../src/layers/config/Variables.js"
import { AppConfig } from "../../../src/services/AppConfig.js"
import { least, loadWith, problemsWith, settingsWith } from "./operator.js"
import { inFolder } from "./folder.js"

const sentinel = "SENTINEL-7f3a"

/** Every secret, readable and yet wrong in as many ways as there are. */
const spoilt = [
  sentinel,
  `${sentinel} \u0001`,
  `://${sentinel}`,
  `${sentinel}://u:${sentinel}@${sentinel}`,
  `${sentinel}\n\n`
]

describe("all problems", () => {
  it.effect("of an empty environment are told at once, each once", () =>
    Effect.gen(function* () {
      const { problems } = yield* Effect.flip(loadSettings({}))
      assert.deepStrictEqual(problems.map((problem) => problem.split(" ", 1)[0]).toSorted(), [
        "CDF_CLIENT_ID",
        "CDF_CLIENT_SECRET",
        "CDF_CLUSTER",
        "CDF_DATASET_PLEXINVENTORY",
        "CDF_DATASET_PLEXMAINTENANCE",
        "CDF_DATASET_PLEXMASTER",
        "CDF_DATASET_PLEXPRODUCTION",
        "CDF_DATASET_PLEXSCHEDULING",
        "CDF_PROJECT",
        "CDF_TOKEN_URL",
        "PLEX_API_KEY",
        "PLEX_CUSTOMER_ID"
      ])
      for (const problem of problems) assert.match(problem, /^[A-Z_]+ is not set.*: expected .+\. Set /)
    })
  )

  it.effect("of every kind are told at once, with the names that are not known", () =>
    Effect.gen(function* () {
      const problems = yield* problemsWith({
        PLEX_API_KEY: undefined,
        PLEX_APIKEY: "x",
        BATCH_SIZE: "0",
        FACILITIES: "x.yaml",
        HTTP_HOST: "0.0.0.0",
        LOG_LEVEL: "loud",
        ENABLE_QUALITY_EXTRACTOR: "true",
        TENANT_TABLES: "/does/not/exist.yaml",
        PLEX_DS_USERNAME_FILE: "/does/not/exist"
      })
      assert.deepStrictEqual(problems.map((problem) => problem.split(/[ :]/, 1)[0]).toSorted(), [
        "BATCH_SIZE",
        "CDF_DATASET_PLEXQUALITY",
        "FACILITIES",
        "FACILITY_TIMEZONE",
        "HTTP_HOST",
        "LOG_LEVEL",
        "PLEX_APIKEY",
        "PLEX_API_KEY",
        "PLEX_DS_PASSWORD",
        "PLEX_DS_USERNAME_FILE",
        "PLEX_PCN_CODE",
        "TENANT_TABLES"
      ])
    })
  )

  it.effect("of each single variable that is spoilt name that variable", () =>
    Effect.gen(function* () {
      const freeText =
        /^(FACILITY_(NAME|CODE|COUNTRY)|CDF_(SCOPES|AUDIENCE|EXTRACTION_PIPELINE)|NO_PROXY|OTEL_SERVICE_NAME)$/
      for (const { name } of variables) {
        const problems = yield* problemsWith({ [name]: freeText.test(name) ? "a\u0001b" : "\u0001 wrong" })
        assert.isNotEmpty(
          problems.filter((problem) => problem.startsWith(name)),
          name
        )
      }
    })
  )
})

describe("a secret's value", () => {
  const secrets = variables.filter(({ format }) => format.secret).map(({ name }) => name)

  for (const value of spoilt) {
    it.effect(`is in no problem and no warning (${JSON.stringify(value)})`, () =>
      Effect.gen(function* () {
        const everywhere = Object.fromEntries(secrets.map((name) => [name, value]))
        const told = yield* Effect.match(loadWith({ ...everywhere, PLEX_APIKEY: value, HTTP_HOST: "0.0.0.0" }), {
          onFailure: (error) => [...error.problems, error.message, inspect(error)],
          onSuccess: ({ warnings }) => warnings
        })
        assert.isNotEmpty(told)
        assert.notInclude(told.join("\n"), sentinel)
      })
    )
  }

  it.effect("is in no problem when it comes from a file", () =>
    inFolder({ key: `${sentinel} with a blank` }, (at) =>
      Effect.gen(function* () {
        const problems = yield* problemsWith({ PLEX_API_KEY: undefined, PLEX_API_KEY_FILE: at("key") })
        assert.lengthOf(problems, 1)
        assert.notInclude(problems.join("\n"), sentinel)
      })
    )
  )

  it.effect("is in no problem of an address that holds a password", () =>
    Effect.gen(function* () {
      const url = `https://user:${sentinel}@example.com`
      const problems = yield* problemsWith({
        PLEX_BASE_URL: url,
        CDF_HOST: url,
        CDF_TOKEN_URL: url,
        HTTPS_PROXY: `ftp://${sentinel}`
      })
      assert.lengthOf(problems, 4)
      assert.notInclude(problems.join("\n"), sentinel)
    })
  )

  it.effect("is not in the settings when they are shown", () =>
    Effect.gen(function* () {
      const settings = yield* settingsWith({
        PLEX_API_KEY: sentinel,
        PLEX_DS_USERNAME: sentinel,
        PLEX_DS_PASSWORD: sentinel,
        PLEX_PCN_CODE: "ra-process",
        CDF_CLIENT_SECRET: sentinel,
        STATE_URL: `postgres://u:${sentinel}@db/x`,
        REDIS_URL: `redis://:${sentinel}@cache`,
        HTTP_READ_TOKEN: sentinel,
        HTTP_ADMIN_TOKEN: `${sentinel}2`,
        OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector.example.com",
        OTEL_EXPORTER_OTLP_HEADERS: `authorization=${sentinel}`
      })
      assert.notInclude(JSON.stringify(settings), sentinel)
      assert.notInclude(inspect(settings, { depth: 10 }), sentinel)
    })
  )
})

describe("the layer", () => {
  it.effect("gives AppConfig from an environment and its env file", () =>
    inFolder({ "plant.env": "BATCH_SIZE=500   # five hundred\nPLEX_CUSTOMER_ID=1\n" }, (at) =>
      Effect.gen(function* () {
        const { cdf, plex } = yield* AppConfig.pipe(Effect.provide(layer(least, { envFile: at("plant.env") })))
        assert.deepStrictEqual([cdf.batchSize, plex.customerId], [500, "340884"])
      })
    )
  )

  it.effect("fails with the problems, and with what was odd in the env file", () =>
    inFolder({ "plant.env": `PLEX_API_KEY: ${sentinel}\nBATCH_SIZE=0\n` }, (at) =>
      Effect.gen(function* () {
        const broken = layer({ ...least, PLEX_API_KEY: undefined }, { envFile: at("plant.env") })
        const { problems } = yield* Effect.flip(Effect.scoped(Layer.build(broken)))
        assert.deepStrictEqual(
          problems.map((problem) => problem.split(" ", 1)[0]),
          ["PLEX_API_KEY", "BATCH_SIZE", `${at("plant.env")}:`]
        )
        assert.notInclude(problems.join("\n"), sentinel)
      })
    )
  )
})
