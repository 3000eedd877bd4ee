import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { makeSandbox } from "../../../src/sandbox/Sandbox.js"
import { call } from "./calls.js"

/** A variable that must be there. */
const of = (environment: Record<string, string>, name: string): string =>
  environment[name] ?? assert.fail(`${name} is missing`)

describe("the whole sandbox", () => {
  it.scoped("is reached at the addresses and with the credentials of its environment", () =>
    Effect.gen(function* () {
      const sandbox = yield* makeSandbox({ seed: 5, size: "demo" })
      const environment = sandbox.environment()
      const tenants = yield* call(`${of(environment, "PLEX_BASE_URL")}/mdm/v1/tenants`, {
        headers: {
          "X-Plex-Connect-Api-Key": of(environment, "PLEX_API_KEY"),
          "X-Plex-Connect-Customer-Id": of(environment, "PLEX_CUSTOMER_ID")
        }
      })
      assert.nestedPropertyVal(tenants.body, "[0].code", of(environment, "PLEX_PCN_CODE"))

      const user = `${of(environment, "PLEX_DS_USERNAME")}:${of(environment, "PLEX_DS_PASSWORD")}`
      const sources = yield* call(`${of(environment, "PLEX_DS_BASE_URL")}/api/datasources/search?name=`, {
        headers: { authorization: `Basic ${Buffer.from(user).toString("base64")}` }
      })
      assert.strictEqual(sources.status, 200)

      const token = yield* call(of(environment, "CDF_TOKEN_URL"), {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "client_credentials",
          client_id: of(environment, "CDF_CLIENT_ID"),
          client_secret: of(environment, "CDF_CLIENT_SECRET"),
          scope: "user_impersonation"
        })
      })
      const { access_token } = yield* Schema.decodeUnknown(Schema.Struct({ access_token: Schema.String }))(token.body)
      const project = `${of(environment, "CDF_HOST")}/api/v1/projects/${of(environment, "CDF_PROJECT")}`
      const names = ["MASTER", "PRODUCTION", "SCHEDULING", "QUALITY", "INVENTORY", "MAINTENANCE"]
      const dataSets = yield* call(`${project}/datasets/byids`, {
        method: "POST",
        headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json" },
        body: JSON.stringify({
          items: names.map((name) => ({ id: Number(of(environment, `CDF_DATASET_PLEX${name}`)) }))
        })
      })
      assert.nestedPropertyVal(dataSets.body, "items.length", 6)
      assert.deepStrictEqual(
        sandbox.journal.entries().map(({ server }) => server),
        ["plex", "datasource", "cdf", "cdf"]
      )
    })
  )

  it.scoped("has days of its time zone, and knobs that were turned before it started", () =>
    Effect.gen(function* () {
      const sandbox = yield* makeSandbox({ seed: 5, plexKnobs: { apiKey: "mine" }, timeZone: "Europe/Oslo" })
      const environment = sandbox.environment()
      assert.strictEqual(environment["PLEX_API_KEY"], "mine")
      assert.strictEqual(environment["FACILITY_TIMEZONE"], "Europe/Oslo")
      assert.strictEqual(sandbox.plant.options.timeZone, "Europe/Oslo")
    })
  )

  it.scoped("is gone with its scope", () =>
    Effect.gen(function* () {
      const url = yield* Effect.scoped(Effect.map(makeSandbox({ seed: 5 }), ({ plex }) => plex.url))
      const refused = yield* Effect.flip(Effect.tryPromise(() => fetch(url)))
      assert.strictEqual(refused._tag, "UnknownException")
    })
  )
})
