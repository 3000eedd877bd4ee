import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Client } from "./client.js"
import { startCdf } from "./client.js"

const names = (items: ReadonlyArray<Record<string, unknown>>) => items.map((each) => String(each["externalId"]))

/** All pages of a list, as external ids; gives up after ten. */
const pages = (client: Client, path: string, request: object) =>
  Effect.gen(function* () {
    const found: Array<ReadonlyArray<string>> = []
    let cursor: string | undefined
    do {
      const { status, body } = yield* client.post(path, cursor === undefined ? request : { ...request, cursor })
      assert.strictEqual(status, 200, JSON.stringify(body))
      found.push(names(body.items))
      cursor = body.nextCursor
    } while (cursor !== undefined && found.length < 10)
    return found
  })

const numbered = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    externalId: `e${n}`,
    startTime: (n * 7) % 10,
    type: n % 2 === 0 ? "even" : "odd"
  }))

const withEvents = (count: number, knobs = {}) =>
  Effect.gen(function* () {
    const client = yield* startCdf({ knobs })
    yield* client.post("events", { items: numbered(count) })
    return client
  })

describe("paging", () => {
  it.scoped("shows each object once, and no cursor on the last page even when it is full", () =>
    Effect.gen(function* () {
      const client = yield* withEvents(10)
      const found = yield* pages(client, "events/list", { limit: 5 })
      assert.deepStrictEqual(
        found.map((page) => page.length),
        [5, 5]
      )
      assert.deepStrictEqual(found.flat(), names(numbered(10)))
    })
  )

  it.scoped("assets come by id: parents are not before their children", () =>
    Effect.gen(function* () {
      const client = yield* startCdf()
      yield* client.post("assets", {
        items: Array.from({ length: 50 }, (_, n) => ({ externalId: `a${n}`, name: "n" }))
      })
      const { body } = yield* client.post("assets/list", { limit: 1000 })
      const ids = body.items.map((each) => Number(each["id"]))
      assert.deepStrictEqual(
        ids,
        ids.toSorted((a, b) => a - b)
      )
      assert.notDeepEqual(
        names(body.items),
        Array.from({ length: 50 }, (_, n) => `a${n}`)
      )
      assert.lengthOf((yield* pages(client, "assets/list", { limit: 7 })).flat(), 50)
    })
  )

  it.scoped("goes on where it was when objects come and go between pages", () =>
    Effect.gen(function* () {
      const client = yield* withEvents(6)
      const first = yield* client.post("events/list", { limit: 3 })
      yield* client.post("events/delete", { items: [{ externalId: "e0" }, { externalId: "e2" }] })
      yield* client.post("events", { items: [{ externalId: "late" }] })
      const rest = yield* client.post("events/list", { limit: 3, cursor: first.body.nextCursor })
      assert.deepStrictEqual(names(rest.body.items), ["e3", "e4", "e5"])
    })
  )

  it.scoped("refuses a bad cursor, another request's cursor, and limits outside 1 to 1000", () =>
    Effect.gen(function* () {
      const client = yield* withEvents(5)
      const { body } = yield* client.post("events/list", { limit: 2 })
      const cursor = body.nextCursor
      const refused = [
        { cursor: "junk" },
        { cursor, limit: 3 },
        { cursor, limit: 2, filter: { type: "even" } },
        { limit: 0 },
        { limit: 1001 }
      ]
      for (const request of refused) {
        assert.strictEqual((yield* client.post("events/list", request)).status, 400, JSON.stringify(request))
      }
      assert.strictEqual((yield* client.post("assets/list", { cursor, limit: 2 })).status, 400)
    })
  )

  it.scoped("partitions share the objects out among them", () =>
    Effect.gen(function* () {
      const client = yield* withEvents(40)
      const parts = yield* Effect.forEach([1, 2, 3], (m) =>
        client
          .post("events/list", { limit: 1000, partition: `${m}/3` })
          .pipe(Effect.map(({ body }) => names(body.items)))
      )
      assert.isTrue(parts.every((part) => part.length < 40))
      assert.deepStrictEqual(parts.flat().toSorted(), names(numbered(40)).toSorted())
      assert.strictEqual((yield* client.post("events/list", { partition: "1/11" })).status, 400)
    })
  )

  it.scoped("sorts by up to two properties", () =>
    Effect.gen(function* () {
      const client = yield* withEvents(10)
      const newest = yield* client.post("events/list", { limit: 1, sort: ["startTime:desc"] })
      assert.deepStrictEqual(names(newest.body.items), ["e7"])
      const sort = [{ property: ["type"], order: "desc" }, { property: ["startTime"] }]
      assert.deepStrictEqual(
        (yield* pages(client, "events/list", { limit: 3, sort })).flat(),
        "e3 e9 e5 e1 e7 e0 e6 e2 e8 e4".split(" ")
      )
    })
  )

  it.scoped("a GET lists too", () =>
    Effect.gen(function* () {
      const client = yield* withEvents(3)
      const { body } = yield* client.get("events?limit=2&externalIdPrefix=e")
      assert.deepStrictEqual(names(body.items), ["e0", "e1"])
    })
  )
})

describe("filters", () => {
  it.scoped("choose what they say and refuse properties they do not know", () =>
    Effect.gen(function* () {
      const client = yield* startCdf({ now: () => 1000 })
      const { post, cdf } = client
      const dataSetId = cdf.dataSets[1]?.id
      yield* post("labels", { items: ["l1", "l2"].map((externalId) => ({ externalId, name: "l" })) })
      const labels = [{ externalId: "l1" }]
      const created = yield* post("assets", {
        items: [
          { externalId: "p_root", name: "Root", metadata: { kind: "root", x: "1" } },
          { externalId: "p_child", name: "Child", parentExternalId: "p_root", source: "Plex", labels, dataSetId },
          { externalId: "q", name: "Q", parentExternalId: "p_child" },
          { externalId: "other", name: "Other" }
        ]
      })
      const id = Object.fromEntries(created.body.items.map((each) => [each["externalId"], each["id"]]))
      yield* post("events", {
        items: [
          { externalId: "open", startTime: 10, assetIds: [id["q"]], type: "t", subtype: "s" },
          { externalId: "done", startTime: 20, endTime: 30, assetIds: [id["other"], id["p_root"]] },
          { externalId: "bare" }
        ]
      })
      yield* post("timeseries", {
        items: [
          { externalId: "ts", assetId: id["q"], unit: "%" },
          { externalId: "free", isString: true }
        ]
      })
      const relationship = { sourceType: "asset", targetType: "event", sourceExternalId: "a" }
      yield* post("relationships", {
        items: [
          { ...relationship, externalId: "r1", targetExternalId: "x", labels },
          { ...relationship, externalId: "r2", targetExternalId: "y" }
        ]
      })
      const cases: ReadonlyArray<readonly [string, object, ReadonlyArray<string>]> = [
        ["assets", { externalIdPrefix: "p_" }, ["p_child", "p_root"]],
        ["assets", { metadata: { kind: "root", x: "1" } }, ["p_root"]],
        ["assets", { metadata: { kind: "root", x: "2" } }, []],
        ["assets", { source: "Plex" }, ["p_child"]],
        ["assets", { root: true }, ["other", "p_root"]],
        ["assets", { parentIds: [id["p_root"]] }, ["p_child"]],
        ["assets", { parentExternalIds: ["p_child", "unknown"] }, ["q"]],
        ["assets", { assetSubtreeIds: [{ externalId: "p_child" }] }, ["p_child", "q"]],
        ["assets", { dataSetIds: [{ id: dataSetId }] }, ["p_child"]],
        ["assets", { dataSetIds: [{ externalId: "sandbox_production" }] }, ["p_child"]],
        ["assets", { labels: { containsAny: [{ externalId: "l1" }, { externalId: "l2" }] } }, ["p_child"]],
        ["assets", { labels: { containsAll: [{ externalId: "l1" }, { externalId: "l2" }] } }, []],
        ["assets", { createdTime: { min: 1000, max: 1000 } }, ["other", "p_child", "p_root", "q"]],
        ["assets", { createdTime: { min: 1001 } }, []],
        ["assets", { name: "Q", source: null }, ["q"]],
        ["events", { type: "t", subtype: "s" }, ["open"]],
        ["events", { startTime: { min: 11 } }, ["done"]],
        ["events", { endTime: { isNull: true } }, ["bare", "open"]],
        ["events", { endTime: { max: 30 } }, ["done"]],
        ["events", { activeAtTime: { min: 31, max: 40 } }, ["open"]],
        ["events", { assetIds: [id["p_root"]] }, ["done"]],
        ["events", { assetExternalIds: ["q"] }, ["open"]],
        ["events", { assetSubtreeIds: [{ externalId: "p_root" }] }, ["done", "open"]],
        ["timeseries", { assetSubtreeIds: [{ id: id["p_root"] }] }, ["ts"]],
        ["timeseries", { isString: true }, ["free"]],
        ["timeseries", { unit: "%" }, ["ts"]],
        ["relationships", { targetExternalIds: ["y", "z"] }, ["r2"]],
        ["relationships", { sourceExternalIds: ["a"], labels: { containsAny: labels } }, ["r1"]],
        ["labels", { externalIdPrefix: "l" }, ["l1", "l2"]],
        ["datasets", { externalIdPrefix: "sandbox_q" }, ["sandbox_quality"]]
      ]
      for (const [path, filter, expected] of cases) {
        const { body } = yield* post(`${path}/list`, { filter })
        assert.deepStrictEqual(names(body.items).toSorted(), expected, `${path} ${JSON.stringify(filter)}`)
      }
      const refused = [
        ["assets", { colour: "red" }],
        ["relationships", { externalIdPrefix: "r" }],
        ["events", { startTime: { from: 1 } }],
        ["assets", { dataSetIds: [{ id: 991 }] }]
      ] as const
      for (const [path, filter] of refused) {
        assert.strictEqual((yield* post(`${path}/list`, { filter })).status, 400, `${path} ${JSON.stringify(filter)}`)
      }
    })
  )
})

describe("lists that lag or end oddly", () => {
  it.scoped("show a created object only after so many list calls; byids shows it at once", () =>
    Effect.gen(function* () {
      const client = yield* withEvents(1, { listDelayCalls: 2 })
      const counts = yield* Effect.forEach([1, 2, 3], () =>
        client.post("events/list", {}).pipe(Effect.map(({ body }) => body.items.length))
      )
      assert.deepStrictEqual(counts, [0, 0, 1])
      yield* client.post("events", { items: [{ externalId: "fresh" }] })
      const byids = yield* client.post("events/byids", { items: [{ externalId: "fresh" }] })
      assert.strictEqual(byids.status, 200)
      assert.lengthOf((yield* client.post("events/list", {})).body.items, 1)
    })
  )

  it.scoped("show a created object only after some time, and never a deleted one", () =>
    Effect.gen(function* () {
      let clock = 1000
      const client = yield* startCdf({ now: () => clock, knobs: { listDelayMillis: 500 } })
      yield* client.post("events", { items: [{ externalId: "x" }, { externalId: "y" }] })
      const listed = client.post("events/list", {}).pipe(Effect.map(({ body }) => names(body.items)))
      clock = 1499
      assert.deepStrictEqual(yield* listed, [])
      clock = 1500
      assert.deepStrictEqual(yield* listed, ["x", "y"])
      yield* client.post("events/delete", { items: [{ externalId: "x" }] })
      assert.deepStrictEqual(yield* listed, ["y"])
    })
  )

  it.scoped("trailing, short and empty pages still hold each object once", () =>
    Effect.gen(function* () {
      const shapes = { trailing: [4, 2, 0], shortPages: [2, 2, 2], emptyPages: [4, 0, 2] }
      for (const [cursors, sizes] of Object.entries(shapes)) {
        const client = yield* withEvents(6, { cursors })
        const found = yield* pages(client, "events/list", { limit: 4 })
        assert.deepStrictEqual(
          found.map((page) => page.length),
          sizes,
          cursors
        )
        assert.deepStrictEqual(found.flat(), names(numbered(6)), cursors)
      }
    })
  )

  it.scoped("a repeating cursor never ends, an expiring one is refused", () =>
    Effect.gen(function* () {
      const repeating = yield* withEvents(6, { cursors: "repeating" })
      const first = yield* repeating.post("events/list", { limit: 4 })
      const second = yield* repeating.post("events/list", { limit: 4, cursor: first.body.nextCursor })
      assert.strictEqual(second.body.nextCursor, first.body.nextCursor)
      const expiring = yield* withEvents(6, { cursors: "expiring" })
      const page = yield* expiring.post("events/list", { limit: 4 })
      const refused = yield* expiring.post("events/list", { limit: 4, cursor: page.body.nextCursor })
      assert.strictEqual(refused.status, 400)
    })
  )
})
