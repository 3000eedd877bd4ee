import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Stream } from "effect"
import { CdfError } from "../../src/domain/Errors.js"
import { isWithin } from "../../src/domain/TimeSlice.js"
import { relink } from "../../src/pipelines/relink.js"
import { Ledger } from "../../src/services/Ledger.js"
import { demoFacility } from "../support/DemoFacility.js"
import {
  deadLetters,
  extract,
  flowOf,
  makePlant,
  type PipelinePlant,
  retryAll,
  unbalanced
} from "../support/PipelineHarness.js"
import { plexExamples } from "../support/PlexExamples.js"
import { type ListScript, type PlexCall, plexError, plexNow } from "../support/PlexScripted.js"
import { settings } from "../layers/cdf/Settings.js"
import { entryRow, lists, partRow, uuid, workcenterRow } from "./Rows.js"

const { ids } = demoFacility()
const everything = { begin: 0, end: 4e12 }

/** History rows that Plex gives for the slice asked for. */
const history =
  (time: string, rows: () => ReadonlyArray<Readonly<Record<string, unknown>>>): ListScript =>
  ({ slice }: PlexCall) =>
    rows().filter((row) => slice === undefined || isWithin(slice, Date.parse(String(row[time]))))

const entries = (...rows: ReadonlyArray<ReturnType<typeof entryRow>>) => ({
  [lists.entries]: history("transactionDate", () => rows)
})

const events = ({ cdf }: PipelinePlant, type: string) =>
  [...cdf.held.events.values()].flatMap((event) => (event?.type === type ? event : []))

const points = ({ cdf }: PipelinePlant, series: Parameters<typeof cdf.cdf.latestPoints>[0][number]) =>
  Effect.map(cdf.cdf.points([series], everything), (found) =>
    (found.get(series) ?? []).map(({ timestamp, value }) => [new Date(timestamp).toISOString(), value])
  )

const hourly = { ...settings.history, windowHours: 1, overlap: 3_600_000 }

describe("production entries", () => {
  it.effect("become events that link workcenter, part and the operation of their routing", () => {
    const operation = plexExamples.operation
    const routing = { ...plexExamples.partOperation, id: uuid(300), partId: uuid(1), operationId: operation.id }
    const plant = makePlant({
      plex: {
        lists: {
          [lists.parts]: [partRow(1)],
          [lists.operations]: [operation, { ...operation, id: uuid(400), code: "Pack" }],
          [lists.routings]: [routing],
          [lists.workcenters]: [workcenterRow(7)],
          ...entries(
            entryRow("2026-06-12T07:00:00Z", { partOperationId: uuid(300), operationCode: "Pack" }),
            entryRow("2026-06-12T07:01:00Z", { partOperationId: uuid(301), operationCode: "pack " }),
            entryRow("2026-06-12T07:02:00Z", { operationCode: "Unknown" })
          )
        }
      }
    })
    return Effect.gen(function* () {
      yield* extract("master-data")
      const found = yield* extract("production")
      assert.deepStrictEqual(unbalanced(found), [])
      const idOf = (name: string) => plant.cdf.held.assets.get(name)?.id ?? 0
      const both = [idOf(ids.of("part", uuid(1))), idOf(ids.of("workcenter", uuid(7)))]
      assert.deepStrictEqual(
        events(plant, "production_entry")
          .sort((a, b) => (a.startTime ?? 0) - (b.startTime ?? 0))
          .map(({ assetIds }) => [...(assetIds ?? [])].sort()),
        [
          [...both, idOf(ids.of("operation", operation.id))].sort(),
          [...both, idOf(ids.of("operation", uuid(400)))].sort(),
          [...both].sort()
        ]
      )
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect(
    "whose code fits several operations wait for the routing of their part operation, which may come later",
    () => {
      const operation = plexExamples.operation
      const routing = { ...plexExamples.partOperation, id: uuid(300), partId: uuid(1), operationId: uuid(400) }
      const plant = makePlant({
        plex: {
          lists: {
            [lists.parts]: [partRow(1)],
            [lists.operations]: [operation, { ...operation, id: uuid(400) }],
            ...entries(
              entryRow("2026-06-12T07:00:00Z", { partOperationId: uuid(300), operationCode: operation.code }),
              entryRow("2026-06-12T07:01:00Z", { partOperationId: uuid(301), operationCode: operation.code })
            )
          }
        }
      })
      return Effect.gen(function* () {
        const linked = () => {
          const asset = plant.cdf.held.assets.get(ids.of("operation", uuid(400)))
          return events(plant, "production_entry").filter(
            ({ assetIds }) => asset !== undefined && assetIds?.includes(asset.id) === true
          )
        }
        const routingsWaitedFor = Effect.map(
          Effect.flatMap(Ledger, ({ pendingLinks }) => pendingLinks),
          (links) => links.flatMap(({ to }) => (typeof to !== "string" && to.kind === "routing" ? [to.key] : [])).sort()
        )
        yield* extract("master-data")
        yield* extract("production")
        assert.deepStrictEqual(linked(), [])
        assert.deepStrictEqual(yield* routingsWaitedFor, [uuid(300), uuid(301)])
        plant.plex.lists[lists.routings] = [routing]
        yield* extract("master-data")
        yield* relink
        assert.deepStrictEqual(
          linked().map(({ startTime }) => startTime),
          [Date.parse("2026-06-12T07:00:00Z")]
        )
        assert.deepStrictEqual(yield* routingsWaitedFor, [uuid(301)])
      }).pipe(Effect.provide(plant.layer))
    }
  )

  it.effect("read before operations and routings link what the routing tells, else what the code alone does", () => {
    const operation = plexExamples.operation
    const code = operation.code
    const plant = makePlant({
      plex: {
        lists: {
          [lists.operations]: plexError("Unavailable"),
          [lists.routings]: plexError("Unavailable"),
          ...entries(
            entryRow("2026-06-12T07:00:00Z", { partOperationId: uuid(300), operationCode: code }),
            entryRow("2026-06-12T07:01:00Z", { partOperationId: uuid(301), operationCode: "Alone" }),
            entryRow("2026-06-12T07:02:00Z", { operationCode: "Alone" }),
            entryRow("2026-06-12T07:03:00Z", { partOperationId: uuid(302), operationCode: code })
          )
        }
      }
    })
    return Effect.gen(function* () {
      yield* extract("master-data")
      yield* extract("production")
      plant.plex.lists[lists.operations] = [
        operation,
        { ...operation, id: uuid(400) },
        { ...operation, id: uuid(401), code: "Alone" }
      ]
      plant.plex.lists[lists.routings] = [
        { ...plexExamples.partOperation, id: uuid(300), partId: uuid(1), operationId: uuid(400) }
      ]
      yield* extract("master-data")
      yield* relink
      const names = new Map([...plant.cdf.held.assets].map(([name, asset]) => [asset?.id, name]))
      assert.deepStrictEqual(
        events(plant, "production_entry")
          .sort((a, b) => (a.startTime ?? 0) - (b.startTime ?? 0))
          .map(({ assetIds = [] }) => assetIds.map((id) => names.get(id))),
        [[ids.of("operation", uuid(400))], [ids.of("operation", uuid(401))], [ids.of("operation", uuid(401))], []]
      )
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("with an operation code that fits several make no such link, and are counted", () => {
    const operation = plexExamples.operation
    const plant = makePlant({
      plex: {
        lists: {
          [lists.operations]: [operation, { ...operation, id: uuid(400) }],
          ...entries(entryRow("2026-06-12T07:00:00Z", { operationCode: operation.code }))
        }
      }
    })
    return Effect.gen(function* () {
      yield* extract("master-data")
      assert.strictEqual(flowOf(yield* extract("production"), "production-entries").counts.ambiguous, 1)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("that are identical are distinct facts, and the second pass writes nothing", () => {
    const row = entryRow("2026-06-12T07:00:00.123Z")
    const plant = makePlant({
      plex: { lists: entries(row, row, entryRow("2026-06-12T07:00:00.123Z", { unit: "Ea" })) }
    })
    return Effect.gen(function* () {
      const found = yield* extract("production")
      assert.deepInclude(flowOf(found, "production-entries").counts, { read: 3, created: 3 })
      plant.cdf.calls.splice(0)
      yield* extract("production")
      assert.deepStrictEqual(plant.cdf.writes(), [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("of one workcenter, unit and instant are one point of output: their exact sum", () => {
    const plant = makePlant({
      plex: {
        lists: entries(
          entryRow("2026-06-12T07:00:00Z", { quantity: 0.1 }),
          entryRow("2026-06-12T07:00:00Z", { quantity: 0.2 }),
          entryRow("2026-06-12T07:00:00Z", { quantity: 5, unit: "Ea" }),
          entryRow("2026-06-12T07:05:00Z", { quantity: 7 }),
          entryRow("2026-06-12T07:06:00Z", { quantity: null })
        )
      }
    })
    return Effect.gen(function* () {
      const found = yield* extract("production")
      assert.deepStrictEqual(yield* points(plant, ids.series("output", uuid(7), "kg")), [
        ["2026-06-12T07:00:00.000Z", 0.3],
        ["2026-06-12T07:05:00.000Z", 7]
      ])
      assert.deepStrictEqual(yield* points(plant, ids.series("output", uuid(7), "Ea")), [
        ["2026-06-12T07:00:00.000Z", 5]
      ])
      assert.deepInclude(flowOf(found, "output").counts, { read: 0, points: 3, omitted: 1 })
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect(
    "that go on alone leave the points of scrap to scrap: one that is corrected after its outage is gone",
    () => {
      const day = 86_400_000
      const scrapAt = (minute: number) => ({
        transactionDate: new Date(plexNow - minute * 60_000).toISOString(),
        workcenterId: uuid(7),
        quantity: 3
      })
      let scrap: ReadonlyArray<ReturnType<typeof scrapAt>> = [scrapAt(60), scrapAt(30)]
      let isDown = false
      const shown = history("transactionDate", () => scrap)
      const plant = makePlant({
        plex: {
          lists: {
            ...entries(entryRow("2026-06-12T07:00:00Z")),
            [lists.scrap]: (call) =>
              isDown ? plexError("Unavailable") : typeof shown === "function" ? shown(call) : shown
          }
        }
      })
      return Effect.gen(function* () {
        yield* extract("production")
        assert.strictEqual((yield* points(plant, ids.series("scrap", uuid(7)))).length, 2)
        isDown = true
        for (let days = 1; days <= 10; days++) {
          plant.plex.now = plexNow + days * day
          yield* extract("production")
        }
        isDown = false
        scrap = [scrapAt(60)]
        const found = yield* extract("production")
        assert.strictEqual(flowOf(found, "scrap-entries").counts.retracted, 1)
        assert.deepStrictEqual(yield* points(plant, ids.series("scrap", uuid(7))), [["2026-06-12T07:00:00.000Z", 3]])
      }).pipe(Effect.provide(plant.layer))
    }
  )

  it.effect("whose slice fails keep their watermark, and degrade the output that they feed", () => {
    const broken = Stream.concat(Stream.make(entryRow("2026-06-12T07:00:00Z")), Stream.fail(plexError("WrongBody")))
    const plant = makePlant({ plex: { lists: { [lists.entries]: broken } } })
    return Effect.gen(function* () {
      const found = yield* extract("production")
      assert.strictEqual(flowOf(found, "production-entries").status, "degraded")
      assert.strictEqual(flowOf(found, "output").status, "degraded")
      assert.strictEqual(flowOf(found, "scrap-entries").status, "ok")
      // A sum of a part of the rows is no sum.
      assert.deepStrictEqual(yield* points(plant, ids.series("output", uuid(7), "kg")), [])
      const ledger = yield* Ledger
      assert.isUndefined(yield* ledger.watermark("production-entries"))
      assert.strictEqual(yield* ledger.watermark("scrap-entries"), plexNow)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect(
    "whose points CDF refuses, later than they are read again, are dead letters that land when tried again",
    () => {
      const plant = makePlant({
        plex: { lists: entries(entryRow("2026-05-20T07:00:00Z")) },
        settings: { history: { ...settings.history, startDate: Date.UTC(2026, 4, 19) } }
      })
      plant.cdf.fail = ({ operation }) =>
        operation === "insertPoints"
          ? new CdfError({ operation, reason: "Refused", detail: "no", status: 400, missing: [], duplicated: [] })
          : undefined
      return Effect.gen(function* () {
        const found = yield* extract("production")
        assert.strictEqual(flowOf(found, "output").status, "degraded")
        assert.deepStrictEqual(unbalanced(found), [])
        plant.cdf.fail = () => undefined
        plant.plex.now += 86_400_000
        yield* extract("production")
        assert.deepStrictEqual(yield* points(plant, ids.series("output", uuid(7), "kg")), [])
        yield* retryAll
        assert.deepStrictEqual(yield* points(plant, ids.series("output", uuid(7), "kg")), [
          ["2026-05-20T07:00:00.000Z", 10]
        ])
        assert.deepStrictEqual(yield* deadLetters, [])
      }).pipe(Effect.provide(plant.layer))
    }
  )

  it.effect("cut by the stop make no points and move no watermark", () =>
    Effect.gen(function* () {
      const stop = yield* Deferred.make<void>()
      const rows = Stream.fromIterable([entryRow("2026-06-12T07:00:00Z")]).pipe(
        Stream.tap(() => Deferred.succeed(stop, undefined))
      )
      const plant = makePlant({ plex: { lists: { [lists.entries]: rows } } })
      yield* Effect.gen(function* () {
        yield* extract("production", { stop })
        assert.strictEqual(events(plant, "production_entry").length, 1)
        assert.strictEqual(plant.cdf.held.timeseries.size, 0)
        assert.isUndefined(yield* Effect.flatMap(Ledger, (ledger) => ledger.watermark("production-entries")))
      }).pipe(Effect.provide(plant.layer))
    })
  )
})

describe("workcenter statuses", () => {
  const status = (at: string, text: string, over: object = {}) => ({
    workcenterId: uuid(7),
    workcenterCode: "WC-7",
    logDate: `2026-06-12T${at}:00Z`,
    workcenterStatus: text,
    duration: 1,
    ...over
  })
  const timeline = (plant: PipelinePlant) =>
    events(plant, "workcenter_status")
      .sort((a, b) => (a.startTime ?? 0) - (b.startTime ?? 0))
      .map(({ endTime, startTime, subtype }) => [
        subtype,
        ...[startTime, endTime].map((at) => (at === undefined ? undefined : new Date(at).toISOString().slice(11, 16)))
      ])

  it.effect("end where the next one begins, over slices and over passes", () => {
    const rows = [status("03:30", "Run"), status("06:10", "Down"), status("06:20", "Run")]
    const plant = makePlant({
      plex: { lists: { [lists.statuses]: history("logDate", () => rows) } },
      settings: { history: hourly }
    })
    return Effect.gen(function* () {
      const first = yield* extract("production")
      assert.deepStrictEqual(unbalanced(first), [])
      assert.deepStrictEqual(timeline(plant), [
        ["Run", "03:30", "06:10"],
        ["Down", "06:10", "06:20"],
        ["Run", "06:20", undefined]
      ])
      plant.cdf.calls.splice(0)
      yield* extract("production")
      assert.deepStrictEqual(plant.cdf.writes(), [])

      plant.plex.now = plexNow + 3 * 3_600_000
      rows.push(status("10:30", "Idle"))
      const later = yield* extract("production")
      assert.deepInclude(flowOf(later, "status-entries").counts, { read: 1, created: 1, updated: 0 })
      assert.deepStrictEqual(timeline(plant).slice(2), [
        ["Run", "06:20", "10:30"],
        ["Idle", "10:30", undefined]
      ])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("without workcenter or moment are dead letters that hold the record", () => {
    const bad = status("07:00", "Run", { workcenterId: null })
    const plant = makePlant({ plex: { lists: { [lists.statuses]: [bad, status("07:00", "Run")] } } })
    return Effect.gen(function* () {
      const found = yield* extract("production")
      assert.deepInclude(flowOf(found, "status-entries").counts, { read: 2, created: 1, deadLettered: 1 })
      assert.deepInclude((yield* deadLetters)[0]?.content, { workcenterCode: "WC-7", workcenterStatus: "Run" })
    }).pipe(Effect.provide(plant.layer))
  })
})

describe("live statuses", () => {
  const setup = (at: number, statusDescription: string | null) => ({
    id: uuid(at),
    code: `WC-${at}`,
    statusDescription
  })

  it.effect("are points where they differ from the last; the ids come from the ledger, else from Plex", () => {
    const plant = makePlant({
      plex: {
        lists: { [lists.workcenters]: [workcenterRow(7), workcenterRow(8)] },
        setups: [setup(7, "Run"), setup(8, null), setup(7, "Down")]
      }
    })
    return Effect.gen(function* () {
      const first = yield* extract("production")
      assert.deepInclude(flowOf(first, "workcenter-status").counts, { read: 3, created: 1, filtered: 1, duplicates: 1 })
      assert.deepStrictEqual(unbalanced(first), [])
      plant.plex.setups = [setup(7, "Down"), setup(8, "Run")]
      plant.plex.now += 60_000
      const second = yield* extract("production")
      assert.deepInclude(flowOf(second, "workcenter-status").counts, { read: 2, created: 1, unchanged: 1 })
      assert.deepStrictEqual(
        (yield* points(plant, ids.series("status", uuid(7)))).map(([, value]) => value),
        ["Down"]
      )
      assert.deepStrictEqual(plant.plex.calls.find(({ operation }) => operation === "search")?.asked, {
        workcenterIds: [uuid(7), uuid(8)]
      })
      yield* extract("master-data")
      const before = plant.plex.asked(lists.workcenters)
      yield* extract("production")
      assert.strictEqual(plant.plex.asked(lists.workcenters), before)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("that are too long are cut, which is counted with the point", () => {
    const plant = makePlant({
      plex: {
        lists: { [lists.workcenters]: [workcenterRow(7), workcenterRow(8)] },
        setups: [setup(7, "s".repeat(1400)), setup(8, "Run")]
      }
    })
    const cuts = Effect.map(extract("production"), (found) => flowOf(found, "workcenter-status").counts.cuts)
    return Effect.gen(function* () {
      assert.strictEqual(yield* cuts, 1)
      plant.plex.setups = [setup(7, "s".repeat(1400)), setup(8, "Down")]
      plant.plex.now += 60_000
      assert.strictEqual(yield* cuts, 0)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("are asked for no workcenter at all where there is none", () => {
    const plant = makePlant()
    return Effect.gen(function* () {
      assert.strictEqual(flowOf(yield* extract("production"), "workcenter-status").status, "ok")
      assert.deepStrictEqual(
        plant.plex.calls.filter(({ operation }) => operation === "search"),
        []
      )
    }).pipe(Effect.provide(plant.layer))
  })
})
