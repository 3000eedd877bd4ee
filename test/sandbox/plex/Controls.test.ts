import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { makePlant } from "../../../src/sandbox/plant/makePlant.js"
import { makePlexSandbox } from "../../../src/sandbox/plex/PlexSandbox.js"
import { endpoints } from "../../../src/sandbox/plex/RestApi.js"
import { call, rest } from "./calls.js"

const demo = Effect.suspend(() => makePlexSandbox({ plant: makePlant({ seed: 3, size: "demo" }) }))

const post = (url: string, body: unknown) => call(url, { method: "POST", body: JSON.stringify(body) })

describe("the controls of the sandbox Plex", () => {
  it.scoped("advance the plant, and with it the date header", () =>
    Effect.gen(function* () {
      const plex = yield* demo
      const before = plex.plant.now()
      const { body } = yield* post(`${plex.url}/sandbox/advance`, { milliseconds: 3_600_000 })
      assert.deepStrictEqual(body, { now: before + 3_600_000 })
      const { headers } = yield* rest(plex, "/mdm/v1/tenants")
      assert.strictEqual(headers.get("date"), new Date(before + 3_600_000).toUTCString())
      for (const milliseconds of [-1, 0.5, "1", undefined]) {
        assert.strictEqual((yield* post(`${plex.url}/sandbox/advance`, { milliseconds })).status, 400)
      }
    })
  )

  it.scoped("turn knobs on either server, and refuse names and values that are none", () =>
    Effect.gen(function* () {
      const plex = yield* demo
      const turned = yield* post(`${plex.dataSourceUrl}/sandbox/knobs`, { unsubscribed: ["mdm"], rateLimit: 200 })
      assert.propertyVal(turned.body, "rateLimit", 200)
      assert.strictEqual((yield* rest(plex, "/mdm/v1/tenants")).status, 401)
      assert.deepStrictEqual((yield* call(`${plex.url}/sandbox/knobs`)).body, turned.body)
      for (const wrong of [{ retryAfter: "soon" }, { unheardOf: 1 }, { rateLimit: 0 }]) {
        assert.strictEqual((yield* post(`${plex.url}/sandbox/knobs`, wrong)).status, 400)
      }
      assert.deepStrictEqual((yield* call(`${plex.url}/sandbox/knobs`)).body, turned.body)
    })
  )

  it.scoped("tell of the plant and change it, without a trace in the journal", () =>
    Effect.gen(function* () {
      const plex = yield* demo
      const count = plex.plant.parts.length
      const parts = `${plex.url}/sandbox/plant/tables/parts`
      assert.nestedPropertyVal((yield* call(`${plex.url}/sandbox/plant`)).body, "tables.parts", count)
      yield* call(parts, { method: "PUT", body: JSON.stringify({ id: "new", number: "NEW" }) })
      assert.nestedPropertyVal((yield* call(parts)).body, "length", count + 1)
      assert.deepStrictEqual((yield* call(`${parts}?key=new`, { method: "DELETE" })).body, { removed: true })
      assert.nestedPropertyVal((yield* call(`${plex.url}/sandbox/plant`)).body, "tables.parts", count)
      assert.strictEqual((yield* call(`${plex.url}/sandbox/plant/tables/dogs`)).status, 404)
      assert.strictEqual((yield* call(`${plex.url}/sandbox/unheard-of`)).status, 404)
      assert.strictEqual(plex.journal.count(), 0)
    })
  )

  it.scoped("make something happen", () =>
    Effect.gen(function* () {
      const plex = yield* demo
      const transactionDate = new Date(plex.plant.now() - 60_000).toISOString()
      const before = plex.plant.scrapEntries.rows.length
      const histories = `${plex.url}/sandbox/plant/histories`
      yield* post(`${histories}/scrapEntries`, { transactionDate, scrapReason: "Dropped" })
      assert.strictEqual(plex.plant.scrapEntries.rows.length, before + 1)
      yield* post(`${histories}/scrapEntries?visibleAt=${plex.plant.now() + 60_000}`, { transactionDate })
      assert.strictEqual(plex.plant.scrapEntries.rows.length, before + 1)
      plex.plant.advance(60_000)
      assert.isAtLeast(plex.plant.scrapEntries.rows.length, before + 2)
    })
  )

  it.scoped("show the journal and play faults", () =>
    Effect.gen(function* () {
      const plex = yield* demo
      yield* post(`${plex.url}/sandbox/faults`, { kind: "status", status: 503, times: 1, match: { path: "^/mdm/" } })
      assert.strictEqual((yield* rest(plex, "/mdm/v1/parts")).status, 503)
      assert.strictEqual((yield* rest(plex, "/mdm/v1/parts")).status, 200)
      const { body } = yield* call(`${plex.dataSourceUrl}/sandbox/journal?server=plex&status=503`)
      assert.nestedPropertyVal(body, "count", 1)
      assert.nestedPropertyVal(body, "entries[0].authorized", true)
    })
  )
})

describe("a generated plant behind the REST API", () => {
  it.scoped("every list is what the plant has", () =>
    Effect.gen(function* () {
      const plex = yield* demo
      for (const { path, source } of endpoints) {
        if (source.kind !== "table") continue
        const { body, status } = yield* rest(plex, path)
        assert.strictEqual(status, 200, path)
        assert.isAbove(plex.plant[source.table].length, 0, path)
        assert.nestedPropertyVal(body, "length", plex.plant[source.table].length, path)
      }
    })
  )

  it.scoped("a history cut into hours gives the rows of the whole, once each", () =>
    Effect.gen(function* () {
      const plex = yield* demo
      const end = plex.plant.now()
      const begin = end - 6 * 3_600_000
      const path = "/production/v1/production-history/production-entries"
      const window = (from: number, to: number) =>
        Effect.map(
          rest(plex, `${path}?beginDate=${new Date(from).toISOString()}&endDate=${new Date(to).toISOString()}`),
          ({ body }) => (Array.isArray(body) ? body : [])
        )
      const whole = yield* window(begin, end)
      const hours = yield* Effect.forEach(
        Array.from({ length: 6 }, (_, hour) => begin + hour * 3_600_000),
        (from) => window(from, from + 3_600_000)
      )
      assert.isAbove(whole.length, 0)
      assert.deepStrictEqual(hours.flat(), whole)
    })
  )
})
