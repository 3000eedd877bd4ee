import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { refs, startCdf } from "./client.js"
import type { Client } from "./client.js"

const day = 86_400_000
const now = Date.UTC(2026, 2, 8)

const insert = ({ post }: Client, externalId: string, ...pairs: ReadonlyArray<readonly [number, unknown]>) =>
  post("timeseries/data", {
    items: [{ externalId, datapoints: pairs.map(([timestamp, value]) => ({ timestamp, value })) }]
  })

const withSeries = Effect.gen(function* () {
  const client = yield* startCdf({ now: () => now })
  yield* client.post("timeseries", { items: [{ externalId: "n" }, { externalId: "s", isString: true, isStep: true }] })
  return client
})

describe("datapoints", () => {
  it.scoped("are kept in order of time; a second point at one time replaces the first", () =>
    Effect.gen(function* () {
      const client = yield* withSeries
      yield* insert(client, "n", [30, 3], [10, 1], [20, 2])
      const again = yield* insert(client, "n", [20, 2.5])
      assert.deepEqual<object>(again.body, {})
      assert.deepStrictEqual(client.cdf.state.points("n"), [
        { timestamp: 10, value: 1 },
        { timestamp: 20, value: 2.5 },
        { timestamp: 30, value: 3 }
      ])
    })
  )

  it.scoped("of several series are written all or not at all", () =>
    Effect.gen(function* () {
      const client = yield* withSeries
      const items = [
        { externalId: "n", datapoints: [{ timestamp: 1, value: 1 }] },
        { externalId: "s", datapoints: [{ timestamp: 1, value: 1 }] }
      ]
      assert.strictEqual((yield* client.post("timeseries/data", { items })).status, 400)
      assert.deepStrictEqual(client.cdf.state.points("n"), [])
    })
  )

  it.scoped("take extreme times and values; what is not a number needs a bad status and is left out of lists", () =>
    Effect.gen(function* () {
      const client = yield* withSeries
      const datapoints = [
        { timestamp: -2_208_988_800_000, value: -9.9e99 },
        { timestamp: 1, value: "NaN", status: { code: 0x8000_0000, symbol: "Bad" } },
        { timestamp: 4_102_444_799_999, value: 0.1 }
      ]
      const { status } = yield* client.post("timeseries/data", { items: [{ externalId: "n", datapoints }] })
      assert.strictEqual(status, 200)
      assert.strictEqual((yield* insert(client, "s", [1, "é".repeat(511)])).status, 200)
      const query = { externalId: "n", start: -2_208_988_800_000, end: 4_102_444_800_000 }
      const good = yield* client.post("timeseries/data/list", { items: [query] })
      assert.deepStrictEqual(good.body.items[0]?.["datapoints"], [
        { timestamp: -2_208_988_800_000, value: -9.9e99 },
        { timestamp: 4_102_444_799_999, value: 0.1 }
      ])
      const all = yield* client.post("timeseries/data/list", { items: [query], ignoreBadDataPoints: false })
      assert.strictEqual(Object(all.body.items[0]?.["datapoints"]).length, 3)
    })
  )

  it.scoped("are listed from start up to but not including end, page by page", () =>
    Effect.gen(function* () {
      const client = yield* withSeries
      yield* insert(client, "n", ...Array.from({ length: 10 }, (_, index) => [index * 10, index] as const))
      const read = (more: object) =>
        client
          .post("timeseries/data/list", { items: [{ externalId: "n", start: 20, end: 80, limit: 4, ...more }] })
          .pipe(Effect.map(({ body }) => body.items[0]))
      const first = yield* read({})
      const second = yield* read({ cursor: first?.["nextCursor"] })
      const times = [first, second].map((page) =>
        Array.from(Object(page?.["datapoints"]), (point) => Object(point).timestamp)
      )
      assert.deepStrictEqual(times, [
        [20, 30, 40, 50],
        [60, 70]
      ])
      assert.notProperty(second, "nextCursor")
      assert.strictEqual(
        (yield* client.post("timeseries/data/list", { items: [{ externalId: "n", cursor: "junk" }] })).status,
        400
      )
    })
  )

  it.scoped("relative times count back from the server's now", () =>
    Effect.gen(function* () {
      const client = yield* withSeries
      yield* insert(client, "n", [now - 3 * day, 3], [now - day, 1], [now + day, 9])
      const { body } = yield* client.post("timeseries/data/list", { items: [{ externalId: "n", start: "2d-ago" }] })
      assert.deepStrictEqual(body.items[0]?.["datapoints"], [{ timestamp: now - day, value: 1 }])
    })
  )

  it.scoped("the latest is the last before a time, and an empty list where there is none", () =>
    Effect.gen(function* () {
      const client = yield* withSeries
      yield* insert(client, "n", [10, 1], [20, 2])
      const items = [{ externalId: "n", before: 20 }, { externalId: "s" }]
      const { body } = yield* client.post("timeseries/data/latest", { items })
      assert.deepStrictEqual(
        body.items.map((each) => each["datapoints"]),
        [[{ timestamp: 10, value: 1 }], []]
      )
      const latest = yield* client.post("timeseries/data/latest", refs("n"))
      assert.deepStrictEqual(latest.body.items[0]?.["datapoints"], [{ timestamp: 20, value: 2 }])
    })
  )

  it.scoped("are deleted by range, and with their series", () =>
    Effect.gen(function* () {
      const client = yield* withSeries
      yield* insert(client, "n", [10, 1], [20, 2], [30, 3], [40, 4])
      const items = [
        { externalId: "n", inclusiveBegin: 10 },
        { externalId: "n", inclusiveBegin: 20, exclusiveEnd: 40 }
      ]
      assert.strictEqual((yield* client.post("timeseries/data/delete", { items })).status, 200)
      assert.deepStrictEqual(client.cdf.state.points("n"), [{ timestamp: 40, value: 4 }])
      yield* client.post("timeseries/delete", refs("n"))
      yield* client.post("timeseries", refs("n"))
      assert.deepStrictEqual(client.cdf.state.points("n"), [])
    })
  )
})

const withSequences = Effect.gen(function* () {
  const client = yield* startCdf()
  const columns = [
    { externalId: "code", valueType: "STRING" },
    { externalId: "qty", valueType: "DOUBLE" },
    { externalId: "due", valueType: "LONG" }
  ]
  yield* client.post("sequences", { items: ["a", "b"].map((externalId) => ({ externalId, columns })) })
  return client
})

const row = (rowNumber: number, ...values: ReadonlyArray<unknown>) => ({ rowNumber, values })
const rowsOf = (client: Client, externalId: string) =>
  client.cdf.state.rows(externalId).map(({ rowNumber, cells }) => [rowNumber, Object.fromEntries(cells)])

describe("sequence rows", () => {
  it.scoped("of several sequences go in one request; a row written again changes only the columns named", () =>
    Effect.gen(function* () {
      const client = yield* withSequences
      const columns = ["code", "qty", "due"]
      const written = yield* client.post("sequences/data", {
        items: [
          { externalId: "a", columns, rows: [row(1, "x", 1.5, 10), row(2, "y", null, 20)] },
          { externalId: "b", columns: ["due"], rows: [row(1, 30)] }
        ]
      })
      assert.deepEqual<object>([written.status, written.body], [200, {}])
      yield* client.post("sequences/data", {
        items: [{ externalId: "a", columns: ["qty", "due"], rows: [row(1, 2.5, null)] }]
      })
      assert.deepEqual<object>(rowsOf(client, "a"), [
        [1, { code: "x", qty: 2.5 }],
        [2, { code: "y", due: 20 }]
      ])
      assert.deepEqual<object>(rowsOf(client, "b"), [[1, { due: 30 }]])
    })
  )

  it.scoped("are refused all together when one is wrong", () =>
    Effect.gen(function* () {
      const client = yield* withSequences
      const items = [
        { externalId: "a", columns: ["due"], rows: [row(1, 1)] },
        { externalId: "b", columns: ["due"], rows: [row(1, 0.5)] }
      ]
      assert.strictEqual((yield* client.post("sequences/data", { items })).status, 400)
      assert.deepStrictEqual(rowsOf(client, "a"), [])
    })
  )

  it.scoped("are listed page by page with the columns asked for", () =>
    Effect.gen(function* () {
      const client = yield* withSequences
      const rows = Array.from({ length: 5 }, (_, n) => row(n, `c${n}`, n))
      yield* client.post("sequences/data", { items: [{ externalId: "a", columns: ["code", "qty"], rows }] })
      const read = (more: object) =>
        client.post("sequences/data/list", { externalId: "a", columns: ["qty"], limit: 3, start: 1, ...more })
      const first = yield* read({})
      assert.deepEqual<unknown>(first.body["rows"], [row(1, 1), row(2, 2), row(3, 3)])
      assert.deepEqual<unknown>(first.body["columns"], [{ externalId: "qty", valueType: "DOUBLE" }])
      const second = yield* read({ cursor: first.body.nextCursor })
      assert.deepEqual<unknown>(second.body["rows"], [row(4, 4)])
      assert.isUndefined(second.body.nextCursor)
    })
  )

  it.scoped("are deleted by number; columns are added, changed and removed with their cells", () =>
    Effect.gen(function* () {
      const client = yield* withSequences
      const rows = [row(1, "x", 1), row(2, "y", 2)]
      yield* client.post("sequences/data", { items: [{ externalId: "a", columns: ["code", "qty"], rows }] })
      const deleted = yield* client.post("sequences/data/delete", { items: [{ externalId: "a", rows: [2, 99] }] })
      assert.strictEqual(deleted.status, 200)
      const columns = {
        add: [{ externalId: "note", valueType: "STRING" }],
        remove: [{ externalId: "code" }],
        modify: [{ externalId: "qty", update: { name: { set: "Quantity" } } }]
      }
      const updated = yield* client.post("sequences/update", { items: [{ externalId: "a", update: { columns } }] })
      assert.deepStrictEqual(
        Array.from(Object(updated.body.items[0]?.["columns"]), (each) => [Object(each).externalId, Object(each).name]),
        [
          ["qty", "Quantity"],
          ["due", undefined],
          ["note", undefined]
        ]
      )
      assert.deepEqual<object>(rowsOf(client, "a"), [[1, { qty: 1 }]])
    })
  )
})
