import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { PlexSandbox } from "../../../src/sandbox/plex/PlexSandbox.js"
import { call, rest, search, tinyPlex } from "./calls.js"
import { ids, noon, tinyPlant } from "./tinyPlant.js"

const production = "/production/v1/production-history/production-entries"
const day = "beginDate=2026-06-12T00:00Z&endDate=2026-06-13T00:00Z"

const refusal = {
  code: "REQUEST_NOT_AUTHENTICATED",
  message: "The request could not be authenticated."
}

const valuesOf = (body: unknown, field: string): ReadonlyArray<unknown> => {
  if (!Array.isArray(body)) return assert.fail(`not a list: ${JSON.stringify(body)}`)
  return body.map((row: Record<string, unknown>) => row[field])
}

describe("who may call the REST API", () => {
  const key = "X-Plex-Connect-Api-Key"
  const cases: ReadonlyArray<{
    readonly name: string
    readonly status: number
    readonly headers: (apiKey: string) => Record<string, string>
    readonly query?: (apiKey: string) => string
    readonly turn?: (plex: PlexSandbox) => void
  }> = [
    { name: "the right key alone", status: 200, headers: (apiKey) => ({ [key]: apiKey }) },
    {
      name: "the right key with its own customer and tenant",
      status: 200,
      headers: (apiKey) => ({
        [key]: apiKey,
        "X-Plex-Connect-Customer-Id": "340884",
        "X-Plex-Connect-Tenant-Id": ids.tenant
      })
    },
    { name: "no key", status: 401, headers: () => ({}) },
    { name: "a key in other letters", status: 401, headers: (apiKey) => ({ [key]: apiKey.toUpperCase() }) },
    { name: "a key in the query", status: 401, headers: () => ({}), query: (apiKey) => `?${key}=${apiKey}` },
    {
      name: "a key in the query beside the header",
      status: 401,
      headers: (apiKey) => ({ [key]: apiKey }),
      query: (apiKey) => `?${key.toLowerCase()}=${apiKey}`
    },
    {
      name: "another customer",
      status: 401,
      headers: (apiKey) => ({ [key]: apiKey, "X-Plex-Connect-Customer-Id": "1" })
    },
    {
      name: "another tenant",
      status: 401,
      headers: (apiKey) => ({ [key]: apiKey, "X-Plex-Connect-Tenant-Id": ids.unknown })
    },
    {
      name: "an expired key",
      status: 401,
      headers: (apiKey) => ({ [key]: apiKey }),
      turn: (plex) => {
        plex.knobs.keyExpired = true
      }
    },
    {
      name: "a rotated key",
      status: 401,
      headers: (apiKey) => ({ [key]: apiKey }),
      turn: (plex) => {
        plex.knobs.apiKey = "the next one"
      }
    },
    {
      name: "a product without subscription",
      status: 401,
      headers: (apiKey) => ({ [key]: apiKey }),
      turn: (plex) => plex.unsubscribe("mdm")
    },
    {
      name: "another product without subscription",
      status: 200,
      headers: (apiKey) => ({ [key]: apiKey }),
      turn: (plex) => plex.unsubscribe("quality")
    }
  ]

  for (const { headers, name, query, status, turn } of cases) {
    it.scoped(`${name} is answered with ${status}`, () =>
      Effect.gen(function* () {
        const plex = yield* tinyPlex()
        turn?.(plex)
        const url = `${plex.url}/mdm/v1/tenants${query?.(plex.apiKey) ?? ""}`
        const answer = yield* call(url, { headers: headers(plex.apiKey) })
        assert.strictEqual(answer.status, status)
        if (status === 401) assert.deepStrictEqual(answer.body, refusal)
      })
    )
  }

  it.scoped("a product that is subscribed to again is answered again", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      plex.unsubscribe("mdm")
      plex.subscribe("mdm")
      assert.strictEqual((yield* rest(plex, "/mdm/v1/tenants")).status, 200)
    })
  )
})

describe("routes of the REST API", () => {
  const found = [
    `/scheduling/v1/jobs/${ids.job(1)}`,
    `/scheduling/v1/jobs/${ids.job(1).toUpperCase()}`,
    `/scheduling/v1/jobs/${ids.job(1)}/operations`,
    `/mdm/v1/parts/${ids.part(1)}`,
    `/engineering/v1/boms?partId=${ids.part(1)}`,
    `/engineering/v1/boms?partId=${ids.unknown}`,
    `/engineering/v1/boms/${ids.bom}`,
    `/production/v1/production-definitions/workcenters/${ids.workcenter(1)}`,
    "/production/v1/production-definitions/workcenter-statuses",
    "/production/v1/production-definitions/approved-workcenters",
    `/production/v1/production-definitions/production-lines/${ids.line}/workcenters`,
    `/production/v1/control/workcenters/${ids.workcenter(1)}`,
    "/inventory/v1/inventory-tracking/containers/S%201%2F2",
    `/quality/v1/part-specifications/${ids.specification}`,
    `/quality/v1/control-plans/${ids.plan}/control-plan-lines`,
    `/quality/v1/deviations/${ids.deviation(1)}`,
    `/maintenance/v1/equipment/${ids.unknown}`
  ]
  const unknown = [
    "/mdm/v1",
    "/mdm/v1/",
    "/mdm/v1/parts/",
    "/mdm/v1/boms",
    "/tooling/v1/tools",
    "/quality/v1/ncrs",
    "/production/v1/workcenters",
    "/production/v1/control/workcenters",
    "/inventory/v1/containers",
    `/scheduling/v1/jobs/${ids.unknown}`,
    `/scheduling/v1/jobs/${ids.unknown}/operations`,
    `/mdm/v1/parts/${ids.unknown}`,
    `/engineering/v1/boms/${ids.unknown}`,
    `/production/v1/production-definitions/production-lines/${ids.unknown}/workcenters`,
    `/production/v1/control/workcenters/${ids.unknown}`,
    "/inventory/v1/inventory-tracking/containers/GONE",
    `/quality/v1/control-plans/${ids.unknown}/control-plan-lines`
  ]

  it.scoped("what exists is answered with 200", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      for (const path of found) assert.strictEqual((yield* rest(plex, path)).status, 200, path)
    })
  )

  it.scoped("an unknown route and an unknown record are the same 404", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      for (const path of unknown) {
        const { body, status } = yield* rest(plex, path)
        assert.strictEqual(status, 404, path)
        assert.propertyVal(body, "code", "RESOURCE_NOT_FOUND")
      }
    })
  )

  it.scoped("a list is a bare array and a single view a bare object, with the plant's clock as date", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      const list = yield* rest(plex, "/mdm/v1/tenants")
      assert.deepStrictEqual(list.body, [{ id: ids.tenant, code: "ra-process" }])
      assert.strictEqual(list.headers.get("content-type"), "application/json")
      assert.strictEqual(list.headers.get("date"), new Date(noon).toUTCString())
      const one = yield* rest(plex, `/mdm/v1/parts/${ids.part(2)}`)
      assert.propertyVal(one.body, "number", "PART-2")
    })
  )

  it.scoped("an absent field stays absent and a null field null", () =>
    Effect.gen(function* () {
      const { body } = yield* rest(yield* tinyPlex(), `/mdm/v1/parts/${ids.part(3)}`)
      assert.isObject(body)
      assert.notProperty(body, "allergens")
      assert.propertyVal(body, "type", null)
    })
  )

  it.scoped("a line's workcenters do not show the line and say who linked them", () =>
    Effect.gen(function* () {
      const path = `/production/v1/production-definitions/production-lines/${ids.line}/workcenters`
      const { body } = yield* rest(yield* tinyPlex(), path)
      assert.deepStrictEqual(valuesOf(body, "workcenterCode"), ["WC-1"])
      assert.deepStrictEqual(valuesOf(body, "addBy"), ["Garcia, Ana"])
      assert.deepStrictEqual(valuesOf(body, "productionLineId"), [undefined])
    })
  )

  it.scoped("a list of 3,000 records arrives whole", () =>
    Effect.gen(function* () {
      const parts = Array.from({ length: 3000 }, (_, number) => ({ id: ids.part(number), name: "é".repeat(200) }))
      const { body, headers } = yield* rest(yield* tinyPlex({ plant: tinyPlant({ parts }) }), "/mdm/v1/parts")
      assert.deepStrictEqual(body, parts)
      assert.isNull(headers.get("content-length"))
    })
  )

  it.scoped("an empty list is an empty array", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* rest(yield* tinyPlex(), "/mdm/v1/operations")).body, [])
    })
  )
})

describe("arguments of the REST API", () => {
  const wrong = [
    "/engineering/v1/boms",
    "/engineering/v1/boms?partId=12",
    "/engineering/v1/boms?partId=",
    "/mdm/v1/parts/12",
    `/mdm/v1/parts?id=${ids.part(1)}&id=x`,
    "/mdm/v1/buildings?active=yes",
    "/mdm/v1/part-operations?operationNumber=1.5",
    "/quality/v1/control-plans?controlPlanNo=twelve",
    "/scheduling/v1/jobs?dueDateBegin=2026-06-12",
    "/scheduling/v1/jobs/12/operations",
    production,
    `${production}?beginDate=2026-06-12T00:00Z`,
    `${production}?dateFrom=2026-06-12T00:00Z&dateTo=2026-06-13T00:00Z`,
    `${production}?beginDate=2026-06-12&endDate=2026-06-13`,
    `${production}?beginDate=2026-06-12T00:00&endDate=2026-06-13T00:00`,
    `${production}?beginDate=2026-06-12%2000:00Z&endDate=2026-06-13T00:00Z`,
    `${production}?beginDate=2026-06-12T00:00%2B00:00&endDate=2026-06-13T00:00Z`,
    `${production}?beginDate=2026-02-30T00:00Z&endDate=2026-06-13T00:00Z`,
    `${production}?beginDate=2026-06-12T00:00:00.12345678Z&endDate=2026-06-13T00:00Z`,
    `${production}?${day}&workcenterId=WC-1`
  ]

  it.scoped("what is missing or not what it must be is 400 with ARGUMENT_INVALID", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      for (const path of wrong) {
        const { body, status } = yield* rest(plex, path)
        assert.strictEqual(status, 400, path)
        assert.propertyVal(body, "code", "REQUEST_VALIDATION_FAILED", path)
        assert.nestedPropertyVal(body, "errors[0].code", "ARGUMENT_INVALID", path)
        assert.nestedProperty(body, "errors[0].message", path)
      }
    })
  )

  it.scoped("seconds and one to seven digits of them may be given or not", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      for (const time of ["00:00", "00:00:00", "00:00:00.0", "00:00:00.1234567"]) {
        const path = `${production}?beginDate=2026-06-12T${time}Z&endDate=2026-06-13T00:00Z`
        assert.strictEqual((yield* rest(plex, path)).status, 200, time)
      }
    })
  )

  const filters: ReadonlyArray<readonly [path: string, field: string, expected: ReadonlyArray<unknown>]> = [
    ["/mdm/v1/parts?limit=1&offset=2&updatedAfter=2026-01-01", "number", ["PART-1", "PART-2", "PART-3"]],
    ["/mdm/v1/parts?status=Active", "number", ["PART-1", "PART-3"]],
    ["/mdm/v1/parts?STATUS=active", "number", ["PART-1", "PART-3"]],
    ["/mdm/v1/parts?type=Raw%20Material", "number", ["PART-2"]],
    ["/mdm/v1/parts?type=Raw+Material", "number", []],
    ["/mdm/v1/parts?type=Raw%Material", "number", []],
    [`/mdm/v1/parts?id=${ids.part(1)}&id=${ids.part(3)}`, "number", ["PART-1", "PART-3"]],
    ["/mdm/v1/parts?allergens=soy", "number", ["PART-1"]],
    ["/scheduling/v1/jobs?jobStatuses=Open&jobStatuses=In%20Progress", "jobNumber", ["J1", "J2"]],
    ["/scheduling/v1/jobs?jobStatuses=Open,In%20Progress", "jobNumber", []],
    ["/scheduling/v1/jobs?status=Open", "jobNumber", ["J1", "J2", "J3"]],
    ["/scheduling/v1/jobs?jobNumber=J1&jobNumber=J2", "jobNumber", ["J1"]],
    ["/scheduling/v1/jobs?dueDateBegin=2026-06-12T10:00Z&dueDateEnd=2026-06-12T12:00Z", "jobNumber", ["J1"]],
    ["/scheduling/v1/jobs?completedDateBegin=2026-06-12T11:00:00Z", "jobNumber", ["J3"]],
    ["/inventory/v1/inventory-tracking/containers?inventoryType=WIP&inventoryType=Raw", "serialNo", ["S 1/2", "S2"]],
    [`/quality/v1/deviations?partId=${ids.part(1)}`, "id", [ids.deviation(1)]],
    [`/quality/v1/deviations?jobId=${ids.job(1)}`, "id", [ids.deviation(1)]],
    ["/quality/v1/deviations?currentlyEffectiveOnly=true", "id", [ids.deviation(1)]],
    ["/quality/v1/control-plans?controlPlanNo=12.5&primary=true", "id", [ids.plan]],
    [`/maintenance/v1/equipment?partId=${ids.part(1)}&partType=raw`, "equipmentId", ["EQ-1"]],
    [`/maintenance/v1/equipment?partId=${ids.part(2)}`, "equipmentId", []],
    [`${production}?${day}&workcenterId=${ids.workcenter(1)}`, "quantity", [8, 10]],
    [`${production}?BeginDate=2026-06-12T09:00Z&EndDate=2026-06-12T10:00Z`, "quantity", [9]]
  ]

  it.scoped("declared filters act, undeclared parameters do not", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      for (const [path, field, expected] of filters) {
        assert.deepStrictEqual(valuesOf((yield* rest(plex, path)).body, field), expected, path)
      }
    })
  )

  it.scoped("filters can be ignored, but not required ranges, and not their form", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex({ knobs: { ignoreFilters: true } })
      const { body } = yield* rest(plex, "/mdm/v1/parts?status=Active")
      assert.deepStrictEqual(valuesOf(body, "number"), ["PART-1", "PART-2", "PART-3"])
      const path = `${production}?beginDate=2026-06-12T09:00Z&endDate=2026-06-12T10:00Z`
      const filtered = yield* rest(plex, `${path}&workcenterId=${ids.workcenter(1)}`)
      assert.deepStrictEqual(valuesOf(filtered.body, "quantity"), [9])
      assert.strictEqual((yield* rest(plex, "/mdm/v1/parts?id=x")).status, 400)
    })
  )

  it.scoped("the end of a range can belong to it", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex({ knobs: { endInclusive: true } })
      const path = `${production}?beginDate=2026-06-12T09:00Z&endDate=2026-06-12T10:00Z`
      assert.deepStrictEqual(valuesOf((yield* rest(plex, path)).body, "quantity"), [9, 10])
      const jobs = "/scheduling/v1/jobs?dueDateBegin=2026-06-12T10:00Z&dueDateEnd=2026-06-12T12:00Z"
      assert.deepStrictEqual(valuesOf((yield* rest(plex, jobs)).body, "jobNumber"), ["J1", "J2"])
    })
  )

  it.scoped("container moves can be unavailable, without any errors to read", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex({ knobs: { movesUnavailable: true } })
      const moves = `/inventory/v1/inventory-history/container-location-moves?${day}`
      const { body, status } = yield* rest(plex, moves)
      assert.strictEqual(status, 400)
      assert.propertyVal(body, "code", "REQUEST_MALFORMED")
      assert.notProperty(body, "errors")
      assert.strictEqual(
        (yield* rest(plex, `/inventory/v1/inventory-history/container-adjustments?${day}`)).status,
        200
      )
      plex.knobs.movesUnavailable = false
      assert.deepStrictEqual(valuesOf((yield* rest(plex, moves)).body, "serialNo"), ["S2"])
    })
  )
})

describe("methods of the REST API", () => {
  const setups = "/production/v1/control/workcenter-setups"

  it.scoped("any other method than GET is 405 and goes to the journal as a violation", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
        for (const path of ["/mdm/v1/parts", `/mdm/v1/parts/${ids.part(1)}`, "/mdm/v1/unheard-of"]) {
          assert.strictEqual((yield* rest(plex, path, { method })).status, 405, `${method} ${path}`)
        }
      }
      assert.strictEqual((yield* call(`${plex.url}/mdm/v1/parts`, { method: "DELETE" })).status, 401)
      assert.strictEqual(plex.journal.count({ server: "plex", violation: true }), 13)
    })
  )

  it.scoped("reading is no violation", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      assert.strictEqual((yield* rest(plex, setups)).status, 405)
      assert.strictEqual((yield* search(plex, setups, { workcenterIds: [ids.workcenter(1)] })).status, 200)
      assert.strictEqual((yield* rest(plex, "/mdm/v1/nothing")).status, 404)
      assert.strictEqual(plex.journal.count(), 3)
      assert.strictEqual(plex.journal.count({ violation: true }), 0)
    })
  )

  const searches: ReadonlyArray<readonly [body: unknown, codes: ReadonlyArray<string>]> = [
    [{ workcenterIds: [ids.workcenter(1), ids.unknown] }, ["WC-1"]],
    [{ workcenterIds: [ids.workcenter(2).toUpperCase(), ids.workcenter(1)] }, ["WC-1", "WC-2"]],
    [{ workcenterCodes: ["wc-2"] }, ["WC-2"]],
    [{ workcenterTypes: ["Freezer"], workcenterGroups: ["Freezing"] }, ["WC-1"]],
    [{ workcenterTypes: ["Freezer"], workcenterCodes: ["WC-2"] }, []],
    [{ workcenterIds: [ids.unknown] }, []],
    [{ workcenterIds: [] }, []],
    [{}, []]
  ]

  it.scoped("workcenter setups pass every filter given, and are 204 without a body when none does", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      for (const [body, codes] of searches) {
        const answer = yield* search(plex, setups, body)
        assert.strictEqual(answer.status, codes.length === 0 ? 204 : 200, JSON.stringify(body))
        if (codes.length > 0) assert.deepStrictEqual(valuesOf(answer.body, "code"), codes)
      }
    })
  )

  it.scoped("a search that cannot be read is 400", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      for (const body of [{ workcenterIds: ["WC-1"] }, { workcenterIds: "x" }, { workcenterCodes: [1] }]) {
        const answer = yield* search(plex, setups, body)
        assert.strictEqual(answer.status, 400, JSON.stringify(body))
        assert.propertyVal(answer.body, "code", "REQUEST_VALIDATION_FAILED")
      }
      const broken = yield* rest(plex, setups, { method: "POST", body: "{" })
      assert.propertyVal(broken.body, "code", "REQUEST_MALFORMED")
    })
  )
})

describe("identity mappings", () => {
  const toIds = "/platform/identity-mappings/v1/keys-to-ids"
  const toKeys = "/platform/identity-mappings/v1/ids-to-keys"
  const standardObject = { name: "Part", keys: ["Part_Key"] }

  it.scoped("convert keys to ids and back, and leave out what is unknown", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      const recordIdentifiers = [{ Part_Key: 8265836, Id: ids.part(1) }]
      const forth = yield* search(plex, toIds, {
        standardObjectName: "Part",
        recordIdentifiers: [{ Part_Key: 8265836 }, { Part_Key: 1 }]
      })
      assert.deepStrictEqual(forth.body, { standardObject, recordIdentifiers })
      const back = yield* search(plex, toKeys, { standardObjectName: "Part", ids: [ids.part(1), ids.unknown] })
      assert.deepStrictEqual(back.body, { standardObject, recordIdentifiers })
      assert.strictEqual(plex.journal.count({ violation: true }), 0)
    })
  )

  it.scoped("refuse unknown objects, wrong ids and more than 5,000 records", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex()
      const wrong = [
        { standardObjectName: "Dog", ids: [] },
        { standardObjectName: "Part" },
        { standardObjectName: "Part", ids: ["x"] },
        { standardObjectName: "Part", ids: Array.from({ length: 5001 }, () => ids.part(1)) }
      ]
      for (const body of wrong) assert.strictEqual((yield* search(plex, toKeys, body)).status, 400)
    })
  )
})

describe("the rate of the REST API", () => {
  const limited = (retryAfter: "seconds" | "date" | "absent") =>
    Effect.gen(function* () {
      let clock = 0
      const plex = yield* tinyPlex({ knobs: { rateLimit: 2, retryAfter }, clock: () => clock })
      const ask = (at: number) => {
        clock = at
        return rest(plex, "/mdm/v1/tenants")
      }
      return ask
    })

  it.scoped(
    "a call is refused while the limit's calls lie in the last sixty seconds, and refused calls do not count",
    () =>
      Effect.gen(function* () {
        const ask = yield* limited("seconds")
        const statuses = []
        for (const at of [0, 30_000, 59_999, 60_000, 89_999, 90_000]) statuses.push((yield* ask(at)).status)
        assert.deepStrictEqual(statuses, [200, 200, 429, 200, 429, 200])
      })
  )

  const forms = [
    ["seconds", "20"],
    ["date", new Date(noon + 21_000).toUTCString()],
    ["absent", null]
  ] as const

  for (const [form, expected] of forms) {
    it.scoped(`a 429 tells when to come back: ${form}`, () =>
      Effect.gen(function* () {
        const ask = yield* limited(form)
        yield* ask(0)
        yield* ask(0)
        const { headers, status } = yield* ask(40_500)
        assert.strictEqual(status, 429)
        assert.strictEqual(headers.get("retry-after"), expected)
      })
    )
  }

  it.scoped("without a limit nothing is refused", () =>
    Effect.gen(function* () {
      const plex = yield* tinyPlex({ clock: () => 0 })
      const answers = yield* Effect.all(
        Array.from({ length: 300 }, () => rest(plex, "/mdm/v1/tenants")),
        { concurrency: 10 }
      )
      assert.isTrue(answers.every(({ status }) => status === 200))
    })
  )
})

describe("a slow Plex", () => {
  const timed = (plex: PlexSandbox) =>
    Effect.promise(async () => {
      const began = performance.now()
      const response = await fetch(`${plex.url}/mdm/v1/tenants`, {
        headers: { "X-Plex-Connect-Api-Key": plex.apiKey }
      })
      const headers = performance.now() - began
      await response.text()
      return { headers, body: performance.now() - began - headers }
    })

  it.scoped("latency comes before the headers", () =>
    Effect.gen(function* () {
      const { headers } = yield* timed(yield* tinyPlex({ knobs: { latency: 300 } }))
      assert.isAtLeast(headers, 290)
    })
  )

  it.scoped("a late first byte comes after them", () =>
    Effect.gen(function* () {
      const { body } = yield* timed(yield* tinyPlex({ knobs: { firstByte: 300 } }))
      assert.isAtLeast(body, 200)
    })
  )
})
