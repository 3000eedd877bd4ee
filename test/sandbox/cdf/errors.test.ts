import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Client } from "./client.js"
import { refs, startCdf } from "./client.js"

const item = (value: object) => ({ items: [value] })
const asset = (more: object) => item({ externalId: "new", name: "New", ...more })
const event = (more: object) => item({ externalId: "new", ...more })
const update = (externalId: string, change: object) => item({ externalId, update: change })
const text = (length: number) => "x".repeat(length)
const metadata = (pairs: number, value = "v") =>
  Object.fromEntries(Array.from({ length: pairs }, (_, index) => [`k${index}`, value]))
const relationship = { externalId: "new", sourceExternalId: "a", sourceType: "asset", targetExternalId: "b" }
const point = (value: unknown, timestamp: number = 1) => ({ timestamp, value })
const points = (externalId: string, ...datapoints: ReadonlyArray<object>) => item({ externalId, datapoints })
const column = (externalId: string, more: object = {}) => ({ externalId, valueType: "STRING", ...more })
const rows = (columns: ReadonlyArray<string>, ...values: ReadonlyArray<ReadonlyArray<unknown>>) =>
  item({ externalId: "bom", columns, rows: values.map((each, rowNumber) => ({ rowNumber, values: each })) })
const run = (more: object) => item({ externalId: "pipe", status: "success", ...more })

/** What stands before each refusal: one object of each kind. */
const seed = ({ post, cdf }: Client) =>
  Effect.all([
    post("labels", item({ externalId: "l1", name: "L1" })),
    post("assets", {
      items: [
        { externalId: "root", name: "Root" },
        { externalId: "child", name: "Child", parentExternalId: "root" },
        { externalId: "leaf", name: "Leaf", parentExternalId: "child" },
        { externalId: "other", name: "Other root" }
      ]
    }),
    post("events", item({ externalId: "ev", type: "t", startTime: 100, endTime: 200 })),
    post("timeseries", { items: [{ externalId: "num" }, { externalId: "str", isString: true }] }),
    post(
      "sequences",
      item({
        externalId: "bom",
        columns: [column("s"), column("d", { valueType: "DOUBLE" }), column("n", { valueType: "LONG" })]
      })
    ),
    post("relationships", item({ ...relationship, externalId: "rel", targetType: "asset" })),
    post("extpipes", item({ externalId: "pipe", name: "Pipe", dataSetId: cdf.dataSets[0]?.id }))
  ])

/** What must be answered: a status, and of the error whatever is given. */
interface Refused {
  readonly status: number
  readonly message?: string | RegExp
  readonly missing?: ReadonlyArray<object>
  readonly duplicated?: ReadonlyArray<object>
}

type Case = readonly [name: string, path: string, body: unknown, refused: Refused]

const bad: Refused = { status: 400 }

const recorded: ReadonlyArray<Case> = [
  [
    "unknown ids, not in request order, deduplicated",
    "assets/byids",
    { items: [{ id: 991 }, { id: 992 }, { id: 991 }] },
    { status: 400, message: "Asset id not found", missing: [{ id: 992 }, { id: 991 }] }
  ],
  [
    "unknown external id",
    "assets/byids",
    refs("nope"),
    { status: 400, message: "External id not found", missing: [{ externalId: "nope" }] }
  ],
  [
    "unknown external id",
    "assets/delete",
    refs("nope", "nope"),
    { status: 400, message: "External id not found", missing: [{ externalId: "nope" }] }
  ],
  [
    "unknown external ids, all named",
    "assets/update",
    { items: ["x", "leaf", "y"].map((externalId) => ({ externalId, update: {} })) },
    { status: 400, missing: [{ externalId: "y" }, { externalId: "x" }] }
  ],
  ["known one twice", "assets/delete", refs("leaf", "leaf"), { status: 409, message: "Asset id duplicated" }],
  [
    "existing external id",
    "assets",
    {
      items: [
        { externalId: "root", name: "r" },
        { externalId: "fresh", name: "f" },
        { externalId: "leaf", name: "l" }
      ]
    },
    { status: 409, message: "Asset id duplicated", duplicated: [{ externalId: "root" }, { externalId: "leaf" }] }
  ],
  [
    "one external id twice in a request",
    "assets",
    {
      items: [
        { externalId: "a", name: "r" },
        { externalId: "a", name: "f" }
      ]
    },
    { status: 409, duplicated: [{ externalId: "a" }] }
  ],
  [
    "unknown parent",
    "assets",
    asset({ parentExternalId: "ghost" }),
    { status: 400, message: "Reference to unknown parent with externalId ghost", missing: [{ externalId: "ghost" }] }
  ],
  [
    "unknown parent ids",
    "assets",
    asset({ parentId: 991 }),
    { status: 400, message: "The given parent ids do not exist: 991" }
  ],
  ["unknown data set", "assets", asset({ dataSetId: 991 }), { status: 400, message: "Invalid dataSetIds: 991" }],
  [
    "unknown label",
    "assets",
    asset({ labels: [{ externalId: "ghost" }] }),
    { status: 400, message: "Label ids not found", missing: [{ externalId: "ghost" }] }
  ],
  [
    "root made a child",
    "assets/update",
    update("other", { parentExternalId: { set: "root" } }),
    { status: 400, message: /^Changing from\/to being root isn't allowed/ }
  ],
  [
    "move across trees",
    "assets/update",
    update("leaf", { parentExternalId: { set: "other" } }),
    { status: 400, message: /^Asset must stay within same asset hierarchy/ }
  ],
  ["parent without recursive", "assets/delete", refs("child"), bad],
  [
    "unknown",
    "events/byids",
    { items: [{ id: 991 }] },
    { status: 400, message: "Event id not found", missing: [{ id: 991 }] }
  ],
  [
    "unknown external id",
    "events/delete",
    refs("nope"),
    { status: 400, message: "Event id not found", missing: [{ externalId: "nope" }] }
  ],
  [
    "twice",
    "events/byids",
    refs("ev", "ev"),
    { status: 409, message: "Event id duplicated", duplicated: [{ externalId: "ev" }] }
  ],
  [
    "existing external id",
    "events",
    event({ externalId: "ev" }),
    { status: 409, message: "Event id duplicated", duplicated: [{ externalId: "ev" }] }
  ],
  [
    "unknown assets",
    "events",
    event({ assetIds: [991, 992] }),
    { status: 400, message: "Asset ids not found", missing: [{ id: 991 }, { id: 992 }] }
  ],
  ["unknown data set", "events", event({ dataSetId: 991 }), { status: 400, message: "Invalid dataSetIds: 991" }],
  [
    "unknown, in request order",
    "timeseries/byids",
    refs("b", "a"),
    { status: 400, message: "Time series not found", missing: [{ externalId: "b" }, { externalId: "a" }] }
  ],
  [
    "twice",
    "timeseries/byids",
    refs("num", "num"),
    { status: 422, message: "Duplicate time series references", duplicated: [{ externalId: "num" }] }
  ],
  [
    "existing external id",
    "timeseries",
    item({ externalId: "num" }),
    { status: 409, duplicated: [{ externalId: "num" }] }
  ],
  [
    "unknown asset",
    "timeseries",
    item({ externalId: "new", assetId: 991 }),
    { status: 400, message: /^Asset ids not found/ }
  ],
  [
    "unknown data set",
    "timeseries",
    item({ externalId: "new", dataSetId: 991 }),
    { status: 400, message: /^Datasets ids not found/ }
  ],
  ["unknown series", "timeseries/data", points("ghost", point(1)), { status: 400, missing: [{ externalId: "ghost" }] }],
  [
    "series twice",
    "timeseries/data",
    {
      items: [
        { externalId: "num", datapoints: [] },
        { externalId: "num", datapoints: [] }
      ]
    },
    { status: 422, duplicated: [{ externalId: "num" }] }
  ],
  [
    "number for text",
    "timeseries/data",
    points("str", point(1)),
    { status: 400, message: "Expected string value for datapoint" }
  ],
  ["text for number", "timeseries/data", points("num", point("1")), { status: 400, message: /^Expected numeric value/ }]
]

const limits: ReadonlyArray<Case> = [
  ["no items", "assets", { items: [] }, bad],
  ["no items property", "assets", {}, bad],
  ["a bare array", "assets", [{ name: "x" }], bad],
  ["1001 items", "assets", { items: Array.from({ length: 1001 }, () => ({ name: "x" })) }, bad],
  ["11 data sets", "datasets", { items: Array.from({ length: 11 }, () => ({ name: "x" })) }, bad],
  ["unknown top-level property", "assets", { items: [{ name: "x" }], ignoreUnknownIds: true }, bad],
  ["unknown property", "assets", asset({ colour: "red" }), { status: 400, message: /items\[0\]: colour/ }],
  ["inherited property name", "assets", { items: [JSON.parse(`{"name":"x","__proto__":{}}`)] }, bad],
  ["read-only property", "assets", asset({ rootId: 1 }), bad],
  ["no name", "assets", item({ externalId: "new" }), bad],
  ["null name", "assets", asset({ name: null }), bad],
  ["name too long", "assets", asset({ name: text(141) }), { status: 400, message: /items\[0\]\.name/ }],
  ["empty name", "assets", asset({ name: "" }), bad],
  ["external id too long", "assets", asset({ externalId: text(256) }), bad],
  ["description too long", "assets", asset({ description: text(501) }), bad],
  ["source too long", "assets", asset({ source: text(129) }), bad],
  ["NUL in a text", "assets", asset({ description: "a\u0000b" }), bad],
  ["half of a surrogate pair", "assets", asset({ description: "a\ud83d" }), bad],
  ["text that is a number", "assets", asset({ description: 5 }), bad],
  ["both parents", "assets", asset({ parentId: 1, parentExternalId: "root" }), bad],
  ["its own parent", "assets", asset({ parentExternalId: "new" }), bad],
  [
    "a circle of parents",
    "assets",
    {
      items: [
        { externalId: "a", name: "a", parentExternalId: "b" },
        { externalId: "b", name: "b", parentExternalId: "a" }
      ]
    },
    bad
  ],
  ["11 labels", "assets", asset({ labels: Array.from({ length: 11 }, (_, n) => ({ externalId: `l${n}` })) }), bad],
  ["a label twice", "assets", asset({ labels: [{ externalId: "l1" }, { externalId: "l1" }] }), bad],
  ["257 metadata pairs", "assets", asset({ metadata: metadata(257) }), bad],
  ["metadata that is no text", "assets", asset({ metadata: { k: 1 } }), bad],
  ["metadata null", "assets", asset({ metadata: { k: null } }), bad],
  ["metadata key of 129 bytes", "assets", asset({ metadata: { [`${text(127)}é`]: "" } }), bad],
  ["metadata of 10,241 bytes", "assets", asset({ metadata: { k: text(10_240) } }), bad],
  [
    "metadata over its total in bytes though not in characters",
    "assets",
    asset({ metadata: { k: "é".repeat(6000) } }),
    bad
  ],
  ["metadata over its total", "assets", asset({ metadata: metadata(11, text(1000)) }), bad],
  ["data set id that is text", "assets", asset({ dataSetId: "1" }), bad],
  ["end before start", "events", event({ startTime: 2, endTime: 1 }), bad],
  ["fractional time", "events", event({ startTime: 1.5 }), bad],
  ["negative time", "events", event({ startTime: -1 }), bad],
  ["type too long", "events", event({ type: text(65) }), bad],
  ["subtype too long", "events", event({ subtype: text(65) }), bad],
  ["an asset twice", "events", event({ assetIds: [1, 1] }), bad],
  ["assets by external id", "events", event({ assetIds: ["root"] }), bad],
  ["10,001 assets", "events", event({ assetIds: Array.from({ length: 10_001 }, (_, n) => n + 1) }), bad],
  ["metadata value of 128,001 bytes", "events", event({ metadata: { k: text(128_001) } }), bad],
  ["metadata over 200,000 bytes", "events", event({ metadata: { a: text(100_000), b: text(100_000) } }), bad],
  ["labels on an event", "events", event({ labels: [] }), bad],
  ["series name too long", "timeseries", item({ name: text(256) }), bad],
  ["unit too long", "timeseries", item({ unit: text(33) }), bad],
  ["series metadata over 10,000 bytes", "timeseries", item({ metadata: { k: text(10_000) } }), bad],
  ["time before 1900", "timeseries/data", points("num", point(1, -2_208_988_800_001)), bad],
  ["time after 2099", "timeseries/data", points("num", point(1, 4_102_444_800_000)), bad],
  ["fractional time of a point", "timeseries/data", points("num", point(1, 1.5)), bad],
  ["value beyond 1e100", "timeseries/data", points("num", point(1e100)), bad],
  ["value null", "timeseries/data", points("num", point(null)), bad],
  ["NaN without a bad status", "timeseries/data", points("num", point("NaN")), bad],
  ["text of 1,024 bytes", "timeseries/data", points("str", point("é".repeat(512))), bad],
  ["100,001 points", "timeseries/data", points("num", ...Array.from({ length: 100_001 }, (_, n) => point(1, n))), bad],
  [
    "a range of points that is empty",
    "timeseries/data/delete",
    item({ externalId: "num", inclusiveBegin: 5, exclusiveEnd: 5 }),
    bad
  ],
  ["data set name too long", "datasets", item({ name: text(51) }), bad],
  ["label without a name", "labels", item({ externalId: "new" }), bad],
  ["relationship without its target's type", "relationships", item(relationship), bad],
  ["relationship to a robot", "relationships", item({ ...relationship, targetType: "robot" }), bad],
  ["confidence over 1", "relationships", item({ ...relationship, targetType: "asset", confidence: 1.1 }), bad],
  ["sequence without columns", "sequences", item({ externalId: "new" }), bad],
  [
    "401 columns",
    "sequences",
    item({ columns: Array.from({ length: 401 }, (_, n) => column(`c${n}`, { valueType: "LONG" })) }),
    bad
  ],
  ["201 text columns", "sequences", item({ columns: Array.from({ length: 201 }, (_, n) => column(`c${n}`)) }), bad],
  ["a column twice", "sequences", item({ columns: [column("a"), column("a")] }), bad],
  ["unknown value type", "sequences", item({ columns: [column("a", { valueType: "DATE" })] }), bad],
  ["rows of an unknown column", "sequences/data", rows(["ghost"], ["x"]), bad],
  ["fraction in LONG", "sequences/data", rows(["n"], [1.5]), bad],
  ["text in DOUBLE", "sequences/data", rows(["d"], ["1"]), bad],
  ["number in STRING", "sequences/data", rows(["s"], [1]), bad],
  ["cell of 257 characters", "sequences/data", rows(["s"], [text(257)]), bad],
  ["more columns than values", "sequences/data", rows(["s", "n"], ["x"]), bad],
  ["10,001 rows", "sequences/data", rows(["n"], ...Array.from({ length: 10_001 }, (_, n) => [n])), bad],
  [
    "row number twice",
    "sequences/data",
    item({
      externalId: "bom",
      columns: ["n"],
      rows: [
        { rowNumber: 1, values: [1] },
        { rowNumber: 1, values: [2] }
      ]
    }),
    bad
  ],
  ["two runs in one request", "extpipes/runs", { items: [run({}).items[0], run({}).items[0]] }, bad],
  ["run message too long", "extpipes/runs", run({ message: text(1001) }), bad],
  [
    "run of an unknown pipeline",
    "extpipes/runs",
    run({ externalId: "ghost" }),
    { status: 400, missing: [{ externalId: "ghost" }] }
  ],
  ["pipeline without a data set", "extpipes", item({ externalId: "new", name: "New" }), bad]
]

const updates: ReadonlyArray<Case> = [
  ["unknown field", "assets/update", update("root", { colour: { set: "red" } }), bad],
  ["unknown property beside update", "assets/update", item({ externalId: "root", update: {}, name: "x" }), bad],
  ["no update", "assets/update", item({ externalId: "root" }), bad],
  ["id and external id", "assets/update", item({ id: 1, externalId: "root", update: {} }), bad],
  ["neither id nor external id", "assets/update", item({ update: {} }), bad],
  ["bare value", "assets/update", update("root", { name: "x" }), bad],
  ["set to null", "assets/update", update("root", { description: { set: null } }), bad],
  ["set and setNull", "assets/update", update("root", { description: { set: "x", setNull: true } }), bad],
  ["setNull of a required field", "assets/update", update("root", { name: { setNull: true } }), bad],
  ["setNull of metadata", "assets/update", update("root", { metadata: { setNull: true } }), bad],
  ["set with add", "assets/update", update("root", { metadata: { set: {}, add: {} } }), bad],
  ["set with remove", "events/update", update("ev", { assetIds: { set: [], remove: [] } }), bad],
  ["neither set nor add nor remove", "assets/update", update("root", { metadata: {} }), bad],
  ["too long", "assets/update", update("root", { name: { set: text(141) } }), bad],
  ["metadata grown over its total", "assets/update", update("root", { metadata: { add: { k: text(10_241) } } }), bad],
  [
    "unknown label",
    "assets/update",
    update("root", { labels: { add: [{ externalId: "ghost" }] } }),
    { status: 400, missing: [{ externalId: "ghost" }] }
  ],
  ["a descendant as parent", "assets/update", update("child", { parentExternalId: { set: "leaf" } }), bad],
  [
    "unknown parent",
    "assets/update",
    update("leaf", { parentExternalId: { set: "ghost" } }),
    { status: 400, missing: [{ externalId: "ghost" }] }
  ],
  [
    "external id of another",
    "assets/update",
    update("leaf", { externalId: { set: "root" } }),
    { status: 409, duplicated: [{ externalId: "root" }] }
  ],
  ["end before the start that is there", "events/update", update("ev", { endTime: { set: 99 } }), bad],
  [
    "unknown asset",
    "events/update",
    update("ev", { assetIds: { add: [991] } }),
    { status: 400, missing: [{ id: 991 }] }
  ],
  ["isString", "timeseries/update", update("num", { isString: { set: true } }), bad],
  [
    "type of a column",
    "sequences/update",
    update("bom", { columns: { modify: [{ externalId: "s", update: { valueType: { set: "LONG" } } }] } }),
    bad
  ],
  ["all columns removed", "sequences/update", update("bom", { columns: { remove: refs("s", "d", "n").items } }), bad],
  ["labels, which have no update", "labels/update", update("l1", { name: { set: "x" } }), { status: 404 }],
  ["data sets, which cannot be deleted", "datasets/delete", refs("sandbox_master"), { status: 404 }],
  ["RAW, which is not here", "raw/dbs", item({ name: "db" }), { status: 404 }]
]

const holds = (cases: ReadonlyArray<Case>) => {
  for (const [name, path, body, refused] of cases) {
    it.scoped(`${path}: ${name} → ${refused.status}`, () =>
      Effect.gen(function* () {
        const client = yield* startCdf()
        yield* seed(client)
        const before = client.cdf.snapshot()
        const { status, body: answer, headers } = yield* client.post(path, body)
        assert.strictEqual(status, refused.status, JSON.stringify(answer))
        assert.strictEqual(answer.error.code, refused.status)
        assert.isNotNull(headers.get("x-request-id"))
        if (typeof refused.message === "string") {
          assert.strictEqual(answer.error.message, refused.message)
        } else if (refused.message !== undefined) {
          assert.match(answer.error.message, refused.message)
        }
        if (refused.missing !== undefined) {
          assert.deepStrictEqual(answer.error.missing, refused.missing)
        }
        if (refused.duplicated !== undefined) {
          assert.deepStrictEqual(answer.error.duplicated, refused.duplicated)
        }
        assert.deepStrictEqual(client.cdf.snapshot(), before)
      })
    )
  }
}

describe("recorded refusals leave everything as it was", () => holds(recorded))
describe("limits and shapes are enforced and nothing is written", () => holds(limits))
describe("updates that CDF does not know change nothing", () => holds(updates))

describe("references", () => {
  it.scoped("id and external id of one object conflict", () =>
    Effect.gen(function* () {
      const client = yield* startCdf()
      yield* seed(client)
      const twoWays = (path: string, externalId: string) =>
        Effect.gen(function* () {
          const id = (yield* client.post(`${path}/byids`, refs(externalId))).body.items[0]?.["id"]
          return [id, yield* client.post(`${path}/delete`, { items: [{ id }, { externalId }] })] as const
        })
      const [assetId, asset] = yield* twoWays("assets", "leaf")
      assert.deepInclude(asset, { status: 409 })
      assert.deepStrictEqual(asset.body.error.duplicated, [{ id: assetId }])
      const [seriesId, series] = yield* twoWays("timeseries", "num")
      assert.deepInclude(series, { status: 409 })
      assert.strictEqual(series.body.error.message, "Conflicting time series references")
      assert.deepStrictEqual(series.body.error.duplicated, [{ id: seriesId, externalId: "num" }])
    })
  )

  it.scoped("ignoreUnknownIds drops the unknown and keeps request order", () =>
    Effect.gen(function* () {
      const client = yield* startCdf()
      yield* seed(client)
      const found = yield* client.post("assets/byids", { ...refs("leaf", "ghost", "root"), ignoreUnknownIds: true })
      assert.deepStrictEqual(
        found.body.items.map((each) => each["externalId"]),
        ["leaf", "root"]
      )
      const deleted = yield* client.post("events/delete", { ...refs("ghost", "ev"), ignoreUnknownIds: true })
      assert.deepStrictEqual([deleted.status, deleted.body, client.cdf.state.events.size()], [200, {}, 0])
    })
  )
})
