import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { refs, startCdf } from "./client.js"

const text = (length: number) => "x".repeat(length)

describe("each resource", () => {
  it.scoped("answers creations and deletions with its own status", () =>
    Effect.gen(function* () {
      const { post, cdf } = yield* startCdf()
      const dataSetId = cdf.dataSets[0]?.id
      const cases = [
        ["assets", { externalId: "x", name: "X" }, 201, 200],
        ["events", { externalId: "x" }, 201, 200],
        ["timeseries", { externalId: "x" }, 201, 200],
        ["sequences", { externalId: "x", columns: [{ externalId: "a" }] }, 201, 200],
        ["labels", { externalId: "x", name: "X" }, 201, 200],
        [
          "relationships",
          { externalId: "x", sourceExternalId: "a", sourceType: "asset", targetExternalId: "b", targetType: "event" },
          201,
          202
        ],
        ["extpipes", { externalId: "x", name: "X", dataSetId }, 200, 200],
        ["datasets", { externalId: "x" }, 200, 404]
      ] as const
      for (const [path, item, created, deleted] of cases) {
        const creation = yield* post(path, { items: [item] })
        assert.strictEqual(creation.status, created, path)
        assert.strictEqual((yield* post(`${path}/byids`, refs("x"))).status, 200, path)
        const deletion = yield* post(`${path}/delete`, refs("x"))
        assert.strictEqual(deletion.status, deleted, path)
        if (deleted !== 404) {
          assert.deepEqual<object>(deletion.body, {})
          assert.strictEqual((yield* post(`${path}/byids`, refs("x"))).status, 400, path)
        }
      }
    })
  )

  it.scoped("accepts values that are exactly at their limits", () =>
    Effect.gen(function* () {
      const { post } = yield* startCdf()
      const pairs = Object.fromEntries(Array.from({ length: 256 }, (_, n) => [`${n}`, "v"]))
      const atLimits = [
        [
          "assets",
          { externalId: text(255), name: text(140), description: text(500), source: text(128), metadata: pairs }
        ],
        ["assets", { externalId: "bytes", name: "n", metadata: { [`${text(126)}é`]: "é".repeat(5056) } }],
        ["events", { type: text(64), subtype: text(64), startTime: 5, endTime: 5, metadata: { k: text(128_000) } }],
        ["timeseries", { name: text(255), description: text(1000), unit: text(32), metadata: { k: text(9999) } }],
        ["labels", { externalId: text(255), name: text(140), description: text(500) }],
        [
          "sequences",
          {
            columns: Array.from({ length: 400 }, (_, n) => ({
              externalId: `c${n}`,
              valueType: n < 200 ? "STRING" : "LONG"
            }))
          }
        ],
        ["datasets", { name: text(50), description: text(500) }]
      ] as const
      for (const [path, item] of atLimits) {
        const { status, body } = yield* post(path, { items: [item] })
        assert.oneOf(status, [200, 201], `${path}: ${body.error?.message}`)
      }
      const thousand = { items: Array.from({ length: 1000 }, (_, n) => ({ externalId: `e${n}` })) }
      assert.strictEqual((yield* post("events", thousand)).status, 201)
    })
  )

  it.scoped("takes explicit nulls as absent and shows neither nulls nor absent fields", () =>
    Effect.gen(function* () {
      const { post } = yield* startCdf({ now: () => 1_700_000_000_123 })
      const item = { externalId: "x", name: "X", description: null, metadata: null, parentId: null, labels: null }
      const [asset] = (yield* post("assets", { items: [item] })).body.items
      const id = asset?.["id"]
      const times = { createdTime: 1_700_000_000_123, lastUpdatedTime: 1_700_000_000_123 }
      assert.deepStrictEqual(asset, { id, externalId: "x", name: "X", metadata: {}, rootId: id, ...times })
      const [event] = (yield* post("events", { items: [{ externalId: "e", metadata: {}, endTime: null }] })).body.items
      assert.deepStrictEqual(event, { id: event?.["id"], externalId: "e", ...times })
      const [series] = (yield* post("timeseries", { items: [{ externalId: "s", isString: true }] })).body.items
      assert.deepStrictEqual(series, {
        id: series?.["id"],
        externalId: "s",
        isString: true,
        isStep: false,
        type: "string",
        metadata: {},
        securityCategories: [],
        accessCategories: [],
        ...times
      })
    })
  )

  it.scoped("gives ids of 13 to 16 digits that JavaScript can hold, the same for the same seed", () =>
    Effect.gen(function* () {
      const ids = (seed: number) =>
        Effect.gen(function* () {
          const { post } = yield* startCdf({ seed })
          const items = Array.from({ length: 1000 }, () => ({}))
          return (yield* post("events", { items })).body.items.map((each) => Number(each["id"]))
        })
      const first = yield* ids(1)
      assert.isTrue(first.every((id) => Number.isSafeInteger(id) && `${id}`.length >= 13 && `${id}`.length <= 16))
      assert.strictEqual(new Set(first).size, 1000)
      assert.deepStrictEqual(yield* ids(1), first)
      assert.notDeepEqual(yield* ids(2), first)
    })
  )
})

describe("assets", () => {
  it.scoped("a whole tree may come in one request, in any order", () =>
    Effect.gen(function* () {
      const { post, cdf } = yield* startCdf()
      const created = yield* post("assets", {
        items: [
          { externalId: "grandchild", name: "G", parentExternalId: "child" },
          { externalId: "child", name: "C", parentExternalId: "root" },
          { externalId: "root", name: "R" }
        ]
      })
      assert.strictEqual(created.status, 201)
      const [grandchild, child, root] = created.body.items
      assert.deepInclude(grandchild, { parentId: child?.["id"], rootId: root?.["id"], parentExternalId: "child" })
      assert.strictEqual(root?.["rootId"], root?.["id"])
      const [byid] = (yield* post("assets/byids", {
        items: [{ externalId: "root" }],
        aggregatedProperties: ["childCount"]
      })).body.items
      assert.deepStrictEqual(byid?.["aggregates"], { childCount: 1 })
      assert.strictEqual(cdf.state.assets.size(), 3)
    })
  )

  it.scoped("may move inside their tree, and then are under the new parent only", () =>
    Effect.gen(function* () {
      const { post } = yield* startCdf()
      yield* post("assets", {
        items: [
          { externalId: "root", name: "R" },
          { externalId: "a", name: "A", parentExternalId: "root" },
          { externalId: "b", name: "B", parentExternalId: "root" },
          { externalId: "x", name: "X", parentExternalId: "a" }
        ]
      })
      const moved = yield* post("assets/update", {
        items: [{ externalId: "x", update: { parentExternalId: { set: "b" } } }]
      })
      assert.strictEqual(moved.body.items[0]?.["parentExternalId"], "b")
      const under = (parent: string) => post("assets/list", { filter: { parentExternalIds: [parent] } })
      assert.deepStrictEqual((yield* under("a")).body.items, [])
      assert.strictEqual((yield* under("b")).body.items[0]?.["externalId"], "x")
      assert.strictEqual((yield* post("assets/delete", refs("a"))).status, 200)
    })
  )

  it.scoped("are deleted with all below them when recursive, and their events keep the dangling id", () =>
    Effect.gen(function* () {
      const { post, cdf } = yield* startCdf()
      const created = yield* post("assets", {
        items: [
          { externalId: "root", name: "R" },
          { externalId: "a", name: "A", parentExternalId: "root" },
          { externalId: "b", name: "B", parentExternalId: "a" }
        ]
      })
      const leaf = created.body.items[2]?.["id"]
      yield* post("events", { items: [{ externalId: "e", assetIds: [leaf] }] })
      assert.strictEqual((yield* post("assets/delete", { ...refs("a"), recursive: true })).status, 200)
      assert.deepStrictEqual(
        cdf.state.assets.all().map((each) => each["externalId"]),
        ["root"]
      )
      assert.deepStrictEqual(cdf.state.events.get("e")?.["assetIds"], [leaf])
      const change = { items: [{ externalId: "e", update: { type: { set: "t" } } }] }
      assert.strictEqual((yield* post("events/update", change)).status, 200)
      assert.deepStrictEqual(cdf.snapshot().events["e"], { assets: ["deleted:b"], externalId: "e", type: "t" })
    })
  )
})

describe("updates", () => {
  it.scoped("set, clear, add and remove, and leave the rest alone", () =>
    Effect.gen(function* () {
      const { post, cdf } = yield* startCdf()
      yield* post("labels", {
        items: [
          { externalId: "l1", name: "1" },
          { externalId: "l2", name: "2" }
        ]
      })
      yield* post("assets", {
        items: [
          {
            externalId: "x",
            name: "X",
            description: "old",
            source: "Plex",
            metadata: { a: "1", b: "2", c: "3" },
            labels: [{ externalId: "l1" }]
          }
        ]
      })
      const update = {
        name: { set: "Y" },
        description: { setNull: true },
        metadata: { add: { a: "10", d: "4" }, remove: ["b", "absent"] },
        labels: { add: [{ externalId: "l2" }], remove: [{ externalId: "l1" }] }
      }
      const { status } = yield* post("assets/update", { items: [{ externalId: "x", update }] })
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(cdf.snapshot().assets["x"], {
        externalId: "x",
        labels: ["l2"],
        metadata: { a: "10", c: "3", d: "4" },
        name: "Y",
        source: "Plex"
      })
    })
  )

  it.scoped("may leave a label alone that was deleted since, but not add it again", () =>
    Effect.gen(function* () {
      const { post, cdf } = yield* startCdf()
      yield* post("labels", { items: ["l1", "l2"].map((externalId) => ({ externalId, name: externalId })) })
      yield* post("assets", { items: [{ externalId: "x", name: "X", labels: [{ externalId: "l1" }] }] })
      yield* post("labels/delete", refs("l1"))
      const change = (labels: object) => post("assets/update", { items: [{ externalId: "x", update: { labels } }] })
      assert.strictEqual((yield* change({ add: [{ externalId: "l2" }] })).status, 200)
      assert.deepStrictEqual(cdf.snapshot().assets["x"]?.["labels"], ["l1", "l2"])
      yield* change({ remove: [{ externalId: "l1" }] })
      assert.strictEqual((yield* change({ add: [{ externalId: "l1" }] })).status, 400)
    })
  )

  it.scoped("asset links of an event are added and removed by id", () =>
    Effect.gen(function* () {
      const { post, cdf } = yield* startCdf()
      const assets = yield* post("assets", {
        items: ["a", "b"].map((externalId) => ({ externalId, name: externalId }))
      })
      const [a, b] = assets.body.items.map((each) => each["id"])
      yield* post("events", { items: [{ externalId: "e", assetIds: [a] }] })
      const change = (assetIds: object) => post("events/update", { items: [{ externalId: "e", update: { assetIds } }] })
      yield* change({ add: [b, a], remove: [991] })
      assert.deepStrictEqual(cdf.snapshot().events["e"]?.["assets"], ["a", "b"])
      yield* change({ remove: [a] })
      assert.deepStrictEqual(cdf.snapshot().events["e"]?.["assets"], ["b"])
      yield* change({ set: [] })
      assert.isUndefined(cdf.state.events.get("e")?.["assetIds"])
    })
  )

  it.scoped("that change nothing move lastUpdatedTime of assets but not of events", () =>
    Effect.gen(function* () {
      let clock = 1000
      const { post } = yield* startCdf({ now: () => clock })
      yield* post("assets", { items: [{ externalId: "x", name: "X" }] })
      yield* post("events", { items: [{ externalId: "x", type: "t" }] })
      clock = 2000
      const touched = (path: string, update: object) =>
        post(`${path}/update`, { items: [{ externalId: "x", update }] }).pipe(
          Effect.map(({ body }) => body.items[0]?.["lastUpdatedTime"])
        )
      assert.strictEqual(yield* touched("assets", { name: { set: "X" } }), 2000)
      assert.strictEqual(yield* touched("events", { type: { set: "t" } }), 1000)
      assert.strictEqual(yield* touched("events", { type: { set: "u" } }), 2000)
    })
  )

  it.scoped("an external id that changed is found under the new one only", () =>
    Effect.gen(function* () {
      const { post } = yield* startCdf()
      yield* post("events", { items: [{ externalId: "old" }] })
      yield* post("events/update", { items: [{ externalId: "old", update: { externalId: { set: "new" } } }] })
      assert.strictEqual((yield* post("events/byids", refs("new"))).status, 200)
      assert.strictEqual((yield* post("events/byids", refs("old"))).status, 400)
      assert.strictEqual((yield* post("events", { items: [{ externalId: "old" }] })).status, 201)
    })
  )
})

describe("extraction pipelines", () => {
  it.scoped("take one run at a time and remember the last success, failure and sign of life", () =>
    Effect.gen(function* () {
      const { post, cdf } = yield* startCdf({ now: () => 5000 })
      const dataSetId = cdf.dataSets[0]?.id
      yield* post("extpipes", { items: [{ externalId: "p", name: "P", dataSetId }] })
      for (const status of ["seen", "success", "failure"]) {
        const answer = yield* post("extpipes/runs", { items: [{ externalId: "p", status, message: `was ${status}` }] })
        assert.strictEqual(answer.status, 200)
      }
      assert.deepInclude(cdf.state.extractionPipelines.get("p"), {
        lastSeen: 5000,
        lastSuccess: 5000,
        lastFailure: 5000,
        lastMessage: "was failure"
      })
      const filter = { externalId: "p", statuses: ["seen", "success"] }
      const listed = yield* post("extpipes/runs/list", { filter })
      assert.deepStrictEqual(
        listed.body.items.map((each) => each["status"]),
        ["success", "seen"]
      )
    })
  )
})
