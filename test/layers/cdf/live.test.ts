import { assert, describe, it } from "@effect/vitest"
import { Chunk, Deferred, Effect, Fiber, Stream } from "effect"
import type { Event, Resources, ResourceKind } from "../../../src/domain/cdf/Resource.js"
import type { Wanted } from "../../../src/domain/cdf/Upsert.js"
import { ExternalId } from "../../../src/domain/ExternalId.js"
import { sandboxDataSets } from "../../../src/sandbox/cdf/CdfSandbox.js"
import { CallObserver, type ObservedCall } from "../../../src/services/CallObserver.js"
import { sandboxed } from "./Sandboxed.js"

const id = (name: string) => ExternalId.make(name)
const dataSetId = sandboxDataSets[0]?.id ?? 0
const base = { dataSetId, source: "Plex", metadata: {} }

const events = (n: number, over: Partial<Event> = {}): ReadonlyArray<Event> =>
  Array.from({ length: n }, (_, at) => ({ ...base, externalId: id(`e${at}`), type: "job", ...over }))

const assets = (n: number) =>
  Array.from({ length: n }, (_, at) => ({ ...base, externalId: id(`a${at}`), name: `A${at}` }))

const series = (n: number) =>
  Array.from({ length: n }, (_, at) => ({
    externalId: id(`ts${at}`),
    name: "ts",
    isString: false,
    isStep: false,
    dataSetId,
    metadata: {}
  }))

const wanted = <K extends ResourceKind>(resources: ReadonlyArray<Resources[K]>): ReadonlyArray<Wanted<K>> =>
  resources.map((resource) => ({ resource, exists: false, owns: [], heldLinks: [] }))

const names = (list: ReadonlyArray<{ readonly externalId?: string | undefined }>) =>
  list.map(({ externalId }) => externalId)

describe("calls", () => {
  it.scopedLive("carry a token from the first one on, and share one token", () =>
    Effect.gen(function* () {
      const { cdf, sandbox, tokenRequests } = yield* sandboxed()
      yield* Effect.forEach(
        Array.from({ length: 10 }, (_, at) => at),
        (at) => cdf.byids("assets", [id(`x${at}`)]),
        {
          concurrency: 10
        }
      )
      const calls = sandbox.journal.entries({ path: /^\/api\// })
      assert.deepStrictEqual(
        calls.map(({ authorized, status }) => [authorized, status]),
        Array.from({ length: 10 }, () => [true, 200])
      )
      assert.strictEqual(tokenRequests(), 1)
    })
  )

  it.scopedLive("say who calls, in compact JSON, and leave metadata alone whatever its keys are named", () =>
    Effect.gen(function* () {
      const { cdf, sandbox } = yield* sandboxed()
      const metadata = { createdTime: "1700000000000", lastUpdatedTime: "yesterday", timestamp: "1" }
      const items = events(1, { metadata, startTime: 1_700_000_000_000 })
      yield* cdf.create("events", items)
      const [call] = sandbox.journal.entries({ path: /events$/ })
      assert.strictEqual(call?.requestBody, JSON.stringify({ items }))
      assert.includeMembers([...(call?.headerNames ?? [])], ["x-cdp-app", "x-cdp-sdk", "cdf-version"])
      const [held] = yield* cdf.byids("events", [id("e0")])
      assert.deepStrictEqual([held?.metadata, held?.startTime], [metadata, 1_700_000_000_000])
    })
  )

  it.scopedLive("are not made for nothing", () =>
    Effect.gen(function* () {
      const { asked, cdf, tokenRequests } = yield* sandboxed()
      yield* cdf.create("assets", [])
      yield* cdf.update("assets", [])
      yield* cdf.upsert("assets", [])
      yield* cdf.byids("assets", [])
      yield* cdf.delete("assets", [])
      yield* cdf.assetsByNumericIds([])
      yield* cdf.insertPoints([])
      yield* cdf.insertPoints([{ externalId: id("ts"), points: [] }])
      yield* cdf.latestPoints([])
      yield* cdf.points([], { begin: 0, end: 1 })
      yield* cdf.deletePoints([])
      yield* cdf.insertRows([])
      yield* cdf.deleteRows([])
      yield* cdf.dataSets([])
      assert.deepStrictEqual([asked(), tokenRequests()], [[], 0])
    })
  )

  it.scopedLive("are tried again as often as the schedule says and not by the SDK as well", () =>
    Effect.gen(function* () {
      const { asked, cdf, sandbox } = yield* sandboxed()
      sandbox.faults.add({ kind: "status", status: 503, match: { path: "/events$" }, times: 2 })
      yield* cdf.create("events", events(1))
      assert.deepStrictEqual(asked(), ["events 1", "events 1", "events 1"])
    })
  )

  it.scopedLive("fail with the last failure when no try helps", () =>
    Effect.gen(function* () {
      const { asked, cdf, sandbox } = yield* sandboxed({ calls: { maxRetries: 2 } })
      sandbox.faults.add({ kind: "html", match: { path: "/api/" } })
      const error = yield* Effect.flip(cdf.create("events", events(1)))
      assert.deepStrictEqual([error.reason, error.operation, asked().length], ["WrongBody", "POST /events", 3])
    })
  )

  for (const kind of ["reset", "html", "empty", "malformed", "cut", "wrongEncoding"] as const) {
    it.scopedLive(`are tried again after: ${kind}`, () =>
      Effect.gen(function* () {
        const { asked, cdf, sandbox } = yield* sandboxed()
        sandbox.faults.add({ kind, match: { path: "/events/byids$" }, times: 1 })
        assert.deepStrictEqual(yield* cdf.byids("events", [id("e0")]), [])
        assert.deepStrictEqual(asked(), ["events/byids 1", "events/byids 1"])
      })
    )
  }

  it.scopedLive("close their connection when interrupted", () =>
    Effect.gen(function* () {
      const { cdf, sandbox } = yield* sandboxed()
      const begun = yield* Deferred.make<void>()
      const over = yield* Deferred.make<string>()
      sandbox.journal.subscribe(({ outcome, path }) => {
        if (!path.endsWith("/events")) return
        if (outcome === "pending") Deferred.unsafeDone(begun, Effect.void)
        else Deferred.unsafeDone(over, Effect.succeed(outcome))
      })
      sandbox.faults.add({ kind: "hang", match: { path: "/events$" } })
      const fiber = yield* Effect.fork(cdf.create("events", events(1)))
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* Deferred.await(over), "abandoned")
    })
  )

  it.scopedLive("in flight stay within the bound", () =>
    Effect.gen(function* () {
      const { asked, cdf, sandbox } = yield* sandboxed({
        cdf: { concurrency: 2 },
        knobs: { maxConcurrent: 2, latencyMillis: 5 }
      })
      yield* Effect.forEach(events(12), (event) => cdf.create("events", [event]), { concurrency: 12 })
      assert.deepStrictEqual([asked().length, sandbox.journal.count({ status: 429 })], [12, 0])
    })
  )

  it.scopedLive("are seen by whoever observes them, through the SDK", () =>
    Effect.gen(function* () {
      const { cdf, sandbox } = yield* sandboxed()
      const seen: Array<ObservedCall> = []
      sandbox.faults.add({ kind: "status", status: 503, match: { path: "/events$" }, times: 1 })
      yield* cdf
        .create("events", events(3))
        .pipe(Effect.provideService(CallObserver, (call) => Effect.sync(() => seen.push(call))))
      assert.deepStrictEqual(
        seen.map(({ items, operation, status, upstream }) => [upstream, operation, status, items]),
        [
          ["cdf-token", "token", 200, undefined],
          ["cdf", "POST /events", 503, undefined],
          ["cdf", "POST /events", 201, 3]
        ]
      )
      assert.isString(seen[2]?.requestId)
    })
  )

  it.scopedLive("never show what was sent in their failures", () =>
    Effect.gen(function* () {
      const { cdf } = yield* sandboxed()
      const metadata = { note: "payload-sentinel" }
      yield* cdf.create("events", events(1, { metadata }))
      const conflict = yield* Effect.flip(cdf.create("events", events(2, { metadata })))
      assert.deepStrictEqual([conflict.status, conflict.duplicated], [409, [{ externalId: "e0" }]])
      assert.isString(conflict.requestId)
      assert.notInclude(JSON.stringify([conflict, conflict.message, String(conflict.stack)]), "payload-sentinel")
    })
  )
})

describe("who we are", () => {
  it.scopedLive("a refused token is renewed once and the call made again", () =>
    Effect.gen(function* () {
      const { asked, cdf, sandbox, tokenRequests } = yield* sandboxed()
      yield* cdf.byids("assets", [id("a")])
      sandbox.revokeTokens()
      yield* cdf.byids("assets", [id("a")])
      assert.deepStrictEqual([asked().length, tokenRequests()], [3, 2])
    })
  )

  it.scopedLive("a token that is refused again is a failure of the configuration, without a loop", () =>
    Effect.gen(function* () {
      const { asked, cdf, sandbox, tokenRequests } = yield* sandboxed()
      sandbox.faults.add({ kind: "status", status: 401, match: { path: "/api/" } })
      const error = yield* Effect.flip(cdf.byids("assets", [id("a")]))
      assert.deepStrictEqual([error.reason, error.category], ["Unauthenticated", "configuration"])
      assert.include(error.message, "CDF_SCOPES")
      assert.deepStrictEqual([asked().length, tokenRequests()], [2, 2])
    })
  )

  it.scopedLive("tokens that live for seconds are renewed between tries of one call", () =>
    Effect.gen(function* () {
      let now = 1_700_000_000_000
      const { asked, cdf, sandbox } = yield* sandboxed({ now: () => now, knobs: { tokenLifetimeSeconds: 5 } })
      yield* cdf.byids("assets", [id("a")])
      now += 6000
      sandbox.faults.add({ kind: "status", status: 503, match: { path: "/api/" }, times: 1 })
      yield* cdf.byids("assets", [id("a")])
      assert.deepStrictEqual(
        sandbox.journal.entries({ path: /^\/api\// }).map(({ status }) => status),
        [200, 503, 401, 200]
      )
      assert.strictEqual(asked().length, 4)
    })
  )

  for (const status of [401, 403] as const) {
    it.scopedLive(`an unknown project answered with ${status} says what to check`, () =>
      Effect.gen(function* () {
        const { cdf } = yield* sandboxed({ cdf: { project: "elsewhere" }, knobs: { unknownProject: status } })
        const error = yield* Effect.flip(cdf.byids("assets", [id("a")]))
        assert.deepStrictEqual([error.category, error.status], ["configuration", status])
        assert.include(error.message, "CDF_PROJECT")
      })
    )
  }
})

describe("resources", () => {
  it.scopedLive("are written in calls of at most 1,000, or fewer where so set", () =>
    Effect.gen(function* () {
      const { asked, cdf } = yield* sandboxed()
      yield* cdf.create("events", events(2500))
      assert.deepStrictEqual(asked(), ["events 1000", "events 1000", "events 500"])
      const small = yield* sandboxed({ cdf: { batchSize: 400 } })
      yield* small.cdf.upsert("events", wanted<"events">(events(1000)))
      assert.deepStrictEqual(small.asked(), ["events 400", "events 400", "events 200"])
      assert.strictEqual(
        (yield* small.cdf.byids(
          "events",
          events(1000).map(({ externalId }) => externalId)
        )).length,
        1000
      )
      assert.deepStrictEqual(small.asked().slice(3), ["events/byids 1000"])
    })
  )

  for (const cursors of ["plain", "trailing", "emptyPages", "shortPages"] as const) {
    it.scopedLive(`are listed whole by cursor: ${cursors}`, () =>
      Effect.gen(function* () {
        const { cdf } = yield* sandboxed({ knobs: { cursors } })
        yield* cdf.create("events", [...events(1500), ...events(1, { externalId: id("other") })])
        const listed = yield* Stream.runCollect(cdf.list("events", { externalIdPrefix: "e" }))
        assert.strictEqual(new Set(names(Chunk.toReadonlyArray(listed))).size, 1500)
      })
    )
  }

  it.scopedLive("that are listed with the same cursor for ever fail with that cause", () =>
    Effect.gen(function* () {
      const { asked, cdf } = yield* sandboxed({ knobs: { cursors: "repeating" } })
      yield* cdf.create("events", events(1500))
      const error = yield* Effect.flip(Stream.runDrain(cdf.list("events", {})))
      assert.include(error.message, "same cursor")
      assert.deepStrictEqual(asked().slice(2), ["events/list 1", "events/list 1"])
    })
  )

  it.scopedLive("whose cursor expires in mid-list fail", () =>
    Effect.gen(function* () {
      const { cdf } = yield* sandboxed({ knobs: { cursors: "expiring" } })
      yield* cdf.create("events", events(1500))
      assert.strictEqual((yield* Effect.flip(Stream.runDrain(cdf.list("events", {})))).status, 400)
    })
  )

  it.scopedLive("of every kind are created, found, listed and deleted, unknown ones left out", () =>
    Effect.gen(function* () {
      const { cdf } = yield* sandboxed()
      const one: Resources = {
        assets: { ...base, externalId: id("x"), name: "X" },
        events: { ...base, externalId: id("x"), type: "job" },
        timeseries: { externalId: id("x"), name: "X", isString: false, isStep: true, dataSetId, metadata: {} },
        sequences: {
          externalId: id("x"),
          name: "X",
          dataSetId,
          metadata: {},
          columns: [{ externalId: "c", valueType: "LONG" }]
        },
        labels: { externalId: id("x"), name: "X", dataSetId },
        relationships: {
          externalId: id("x"),
          sourceExternalId: id("x"),
          sourceType: "asset",
          targetExternalId: id("y"),
          targetType: "asset",
          dataSetId,
          labels: [{ externalId: id("x") }]
        }
      }
      const through = <K extends ResourceKind>(kind: K) =>
        Effect.gen(function* () {
          const result = yield* cdf.upsert(kind, wanted<K>([one[kind]]))
          assert.deepStrictEqual(names(result.created), ["x"], kind)
          const again = yield* cdf.upsert(kind, [{ resource: one[kind], exists: true, owns: [], heldLinks: [] }])
          assert.deepStrictEqual(names(again.unchanged), ["x"], kind)
          assert.deepStrictEqual(names(yield* cdf.byids(kind, [id("x"), id("nowhere")])), ["x"], kind)
          const listed = yield* Stream.runCollect(
            cdf.list(kind, kind === "relationships" ? { sourceExternalIds: ["x"] } : { externalIdPrefix: "x" })
          )
          assert.strictEqual(listed.length, 1, kind)
        })
      yield* through("labels")
      yield* through("assets")
      yield* through("events")
      yield* through("timeseries")
      yield* through("sequences")
      yield* through("relationships")
      const [asset] = yield* cdf.byids("assets", [id("x")])
      assert.deepStrictEqual(names(yield* cdf.assetsByNumericIds([asset?.id ?? 0, 5])), ["x"])
      for (const kind of ["relationships", "labels", "assets", "events", "timeseries", "sequences"] as const) {
        yield* cdf.delete(kind, [id("nowhere"), id("x"), id("x")])
        assert.deepStrictEqual(yield* cdf.byids(kind, [id("x")]), [], kind)
      }
    })
  )

  it.scopedLive("data sets are told by their ids, unknown ones left out", () =>
    Effect.gen(function* () {
      const { cdf } = yield* sandboxed()
      assert.deepStrictEqual(
        (yield* cdf.dataSets([dataSetId, 7])).map(({ id, name }) => [id, name]),
        [[dataSetId, "master"]]
      )
    })
  )
})

describe("upsert", () => {
  for (const named of ["no", "message", "missing"] as const) {
    it.scopedLive(`finds the one of 1,000 that CDF refuses, naming it: ${named}`, () =>
      Effect.gen(function* () {
        const { asked, cdf } = yield* sandboxed({ knobs: { poison: { externalId: "^e613$", named } } })
        const result = yield* cdf.upsert("events", wanted<"events">(events(1000)))
        assert.deepStrictEqual([result.created.length, names(result.refused)], [999, ["e613"]])
        assert.isAtMost(asked().length - 1, 2 * 10 + 1)
      })
    )
  }

  it.scopedLive("ends as unchanged when the answer to the creation was lost", () =>
    Effect.gen(function* () {
      const { asked, cdf, sandbox } = yield* sandboxed()
      sandbox.faults.add({ kind: "lost", match: { path: "/assets$" }, times: 1 })
      const result = yield* cdf.upsert("assets", wanted<"assets">(assets(3)))
      assert.deepStrictEqual([result.unchanged.length, sandbox.state.assets.size()], [3, 3])
      assert.deepStrictEqual(asked(), ["assets 3", "assets 3", "assets/byids 3"])
    })
  )

  for (const duplicated of ["all", "first", "none"] as const) {
    it.scopedLive(`splits off what exists when CDF names of it: ${duplicated}`, () =>
      Effect.gen(function* () {
        const { cdf, sandbox } = yield* sandboxed({ knobs: { duplicated } })
        yield* cdf.create("timeseries", series(5))
        const result = yield* cdf.upsert("timeseries", wanted<"timeseries">(series(8)))
        assert.deepStrictEqual([result.created.length, result.unchanged.length, result.refused.length], [3, 5, 0])
        assert.strictEqual(sandbox.state.timeSeries.size(), 8)
      })
    )
  }

  for (const unknownParentNamed of [true, false]) {
    it.scopedLive(`refuses an asset without its parent in one further call, named ${unknownParentNamed}`, () =>
      Effect.gen(function* () {
        const { asked, cdf } = yield* sandboxed({ knobs: { unknownParentNamed } })
        const orphan = { ...base, externalId: id("orphan"), name: "O", parentExternalId: id("nowhere") }
        const result = yield* cdf.upsert("assets", wanted<"assets">([...assets(500), orphan, ...assets(400)]))
        assert.deepStrictEqual(result.refused[0]?.missing, [{ externalId: "nowhere" }])
        assert.deepStrictEqual([result.created.length, asked().length], [500, 2])
      })
    )
  }

  it.scopedLive("tells the numeric asset ids that are gone", () =>
    Effect.gen(function* () {
      const { cdf } = yield* sandboxed()
      const [asset] = yield* cdf.create("assets", assets(1))
      const [one, two] = events(2)
      const linked = [
        { ...one, externalId: id("good"), type: "job", ...base, assetIds: [asset?.id ?? 0] },
        { ...two, externalId: id("bad"), type: "job", ...base, assetIds: [asset?.id ?? 0, 42] }
      ]
      const result = yield* cdf.upsert("events", wanted<"events">(linked))
      assert.deepStrictEqual([names(result.created), names(result.refused)], [["good"], ["bad"]])
      assert.deepStrictEqual(
        result.refused[0]?.missing.map(({ id }) => id),
        [42]
      )
    })
  )
})

describe("data points", () => {
  it.scopedLive("go out 100,000 a call, however they are spread over series", () =>
    Effect.gen(function* () {
      const { asked, cdf, sandbox } = yield* sandboxed()
      yield* cdf.create("timeseries", series(2))
      const points = (n: number) => Array.from({ length: n }, (_, at) => ({ timestamp: at * 1000, value: at }))
      yield* cdf.insertPoints([
        { externalId: id("ts0"), points: points(220_000) },
        { externalId: id("ts1"), points: points(30_000) }
      ])
      assert.deepStrictEqual(asked().slice(1).sort(), ["timeseries/data 1", "timeseries/data 1", "timeseries/data 2"])
      assert.deepStrictEqual(
        [sandbox.state.points("ts0").length, sandbox.state.points("ts1").length],
        [220_000, 30_000]
      )
      const read = yield* cdf.points([id("ts0"), id("nowhere"), id("ts1")], { begin: 1000, end: 150_000_000 })
      assert.deepStrictEqual([read.get(id("ts0"))?.length, read.get(id("ts1"))?.length], [149_999, 29_999])
      assert.deepStrictEqual(read.get(id("ts0"))?.at(-1), { timestamp: 149_999_000, value: 149_999 })
    })
  )

  it.scopedLive("are told by their newest, deleted by range, and unknown series are left out", () =>
    Effect.gen(function* () {
      const { asked, cdf } = yield* sandboxed()
      yield* cdf.create("timeseries", series(250))
      yield* cdf.insertPoints(
        series(249).map(({ externalId }) => ({
          externalId,
          points: [1, 2, 3].map((n) => ({ timestamp: n, value: n }))
        }))
      )
      const all = series(250).map(({ externalId }) => externalId)
      const latest = yield* cdf.latestPoints([...all, id("nowhere")])
      assert.deepStrictEqual([latest.size, latest.get(id("ts7"))], [249, { timestamp: 3, value: 3 }])
      assert.deepStrictEqual(asked().slice(2).sort(), [
        "timeseries/data/latest 100",
        "timeseries/data/latest 100",
        "timeseries/data/latest 51"
      ])
      yield* cdf.deletePoints([
        { externalId: id("nowhere"), begin: 0, end: 9 },
        { externalId: id("ts7"), begin: 2, end: 3 },
        { externalId: id("ts7"), begin: 3, end: 4 }
      ])
      assert.deepStrictEqual((yield* cdf.points([id("ts7")], { begin: 0, end: 9 })).get(id("ts7")), [
        { timestamp: 1, value: 1 }
      ])
    })
  )

  it.scopedLive("for a series that is missing fail with its name", () =>
    Effect.gen(function* () {
      const { cdf } = yield* sandboxed()
      const error = yield* Effect.flip(
        cdf.insertPoints([{ externalId: id("nowhere"), points: [{ timestamp: 1, value: 1 }] }])
      )
      assert.deepStrictEqual(
        error.missing.map(({ externalId }) => externalId),
        ["nowhere"]
      )
    })
  )
})

describe("rows", () => {
  const columns = [
    { externalId: "n", valueType: "LONG" as const },
    { externalId: "t", valueType: "STRING" as const }
  ]
  const sequences = (n: number) =>
    Array.from({ length: n }, (_, at) => ({ externalId: id(`s${at}`), name: "S", dataSetId, metadata: {}, columns }))
  const rows = (n: number) =>
    Array.from({ length: n }, (_, at) => ({ rowNumber: at, values: [at, at % 2 ? null : "t"] }))

  it.scopedLive("of many sequences go out in one call, within its limits", () =>
    Effect.gen(function* () {
      const { asked, cdf } = yield* sandboxed()
      yield* cdf.create("sequences", sequences(300))
      yield* cdf.insertRows(sequences(300).map(({ externalId }) => ({ externalId, columns, rows: rows(3) })))
      yield* cdf.insertRows([{ externalId: id("s1"), columns, rows: rows(12_000) }])
      assert.deepStrictEqual(asked().slice(1), ["sequences/data 300", "sequences/data 1", "sequences/data 1"])
      assert.deepStrictEqual(yield* cdf.rows(id("s1"), columns), rows(12_000))
    })
  )

  it.scopedLive("come in the order of the columns asked for, and are deleted by number", () =>
    Effect.gen(function* () {
      const { cdf } = yield* sandboxed()
      yield* cdf.create("sequences", sequences(1))
      yield* cdf.insertRows([{ externalId: id("s0"), columns, rows: rows(3) }])
      yield* cdf.deleteRows([
        { externalId: id("nowhere"), rowNumbers: [1] },
        { externalId: id("s0"), rowNumbers: [0, 2] }
      ])
      assert.deepStrictEqual(yield* cdf.rows(id("s0"), [...columns].reverse()), [{ rowNumber: 1, values: [null, 1] }])
    })
  )
})
