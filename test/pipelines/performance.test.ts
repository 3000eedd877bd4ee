import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { CdfError } from "../../src/domain/Errors.js"
import { AppConfig } from "../../src/services/AppConfig.js"
import { Ledger } from "../../src/services/Ledger.js"
import type { DataSourceInputs } from "../../src/services/PlexDataSource.js"
import { settings } from "../layers/cdf/Settings.js"
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
import { plexError, type PlexScript } from "../support/PlexScripted.js"
import { lists, uuid, workcenterRow } from "./Rows.js"

const { ids } = demoFacility()

const row = (code: string | null, over: object = {}) => ({
  Workcenter_Key: `9${String(code).slice(-1)}`,
  Workcenter_Code: code,
  Production_Qty: 4120,
  Scrap_Qty: 30,
  Reject_Qty: 12,
  Downtime_DB: 1.25,
  Planned_Production_Time: 22.5,
  Standard_Production_Rate: 200,
  ...over
})

const whole = (...rows: ReadonlyArray<unknown>) => ({ rows, truncated: false })

type Report = NonNullable<PlexScript["dataSources"]["dailyPerformance"]>

const plantWith = (
  dailyPerformance: Report,
  livePerformance: PlexScript["dataSources"]["livePerformance"] = () => whole()
) =>
  makePlant({
    plex: {
      lists: { [lists.workcenters]: [workcenterRow(7), workcenterRow(8)] },
      dataSources: { dailyPerformance, livePerformance }
    }
  })

const values = (
  { cdf }: PipelinePlant,
  metric: "oee" | "availability" | "performance" | "live_performance",
  at: number
) =>
  Effect.map(cdf.cdf.points([ids.series(metric, uuid(at))], { begin: 0, end: 4e12 }), (found) =>
    [...found.values()]
      .flat()
      .map(({ timestamp, value }) => [
        new Date(timestamp).toISOString().slice(5, 13),
        typeof value === "number" ? Math.round(value * 10) / 10 : value
      ])
  )

/** History begins six days ago. */
const longAgo = { history: { ...settings.history, startDate: Date.UTC(2026, 5, 6, 4) } }
const all = ["06-06", "06-07", "06-08", "06-09", "06-10", "06-11"]

const refused = (operation: string) =>
  new CdfError({ operation, reason: "Refused", detail: "no", status: 400, missing: [], duplicated: [] })

const dayOf = (inputs: DataSourceInputs) => String(inputs["Start_Date"]).slice(5, 10)

describe("daily performance", () => {
  it.effect("makes points of OEE for finished local days, stamped at their start", () => {
    const plant = plantWith(() => whole(row("WC-7"), row("wc-8 ", { Downtime_DB: 0, Scrap_Qty: 0, Reject_Qty: 0 })))
    return Effect.gen(function* () {
      yield* extract("master-data")
      const found = yield* extract("performance")
      assert.deepStrictEqual(yield* values(plant, "oee", 7), [
        ["06-09T04", 90.6],
        ["06-10T04", 90.6],
        ["06-11T04", 90.6]
      ])
      assert.strictEqual((yield* values(plant, "availability", 8)).length, 3)
      assert.deepInclude(flowOf(found, "daily-performance").counts, { read: 6, created: 6, points: 24 })
      assert.deepStrictEqual(unbalanced(found), [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("goes by the whole id of a workcenter, also where that is too long for an external id", () => {
    const id = "x".repeat(250)
    const plant = plantWith(() => whole(row("WC-7")))
    plant.plex.lists[lists.workcenters] = [workcenterRow(7, { workcenterId: id })]
    return Effect.gen(function* () {
      yield* extract("master-data")
      yield* extract("performance")
      const series = plant.cdf.held.timeseries.get(ids.series("oee", id))
      assert.strictEqual(series?.assetId, plant.cdf.held.assets.get(ids.of("workcenter", id))?.id)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("reads the last three days again on every run, and writes only what has changed", () => {
    let planned = 22.5
    const days: Array<string> = []
    const plant = plantWith((inputs) => {
      days.push(dayOf(inputs))
      return whole(row("WC-7", dayOf(inputs) === "06-10" ? { Planned_Production_Time: planned } : {}))
    })
    return Effect.gen(function* () {
      yield* extract("master-data")
      yield* extract("performance")
      plant.cdf.calls.splice(0)
      yield* extract("performance")
      assert.deepStrictEqual(plant.cdf.writes(), [])
      planned = 20
      const { counts } = flowOf(yield* extract("performance"), "daily-performance")
      assert.deepInclude(counts, { created: 1, unchanged: 2, points: 3 })
      assert.deepStrictEqual(days, ["06-09", "06-10", "06-11", "06-09", "06-10", "06-11", "06-09", "06-10", "06-11"])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("asks workcenter by workcenter where Plex cuts the report", () => {
    const plant = plantWith((inputs) => {
      const code = inputs["Workcenter_Code"]
      return code === undefined ? { rows: [row("WC-7")], truncated: true } : whole(row(String(code)))
    })
    return Effect.gen(function* () {
      yield* extract("master-data")
      const { counts, status } = flowOf(yield* extract("performance"), "daily-performance")
      assert.strictEqual(status, "ok")
      assert.deepInclude(counts, { read: 6, created: 6 })
      assert.strictEqual((yield* values(plant, "oee", 8)).length, 3)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("makes no point of a report that stays cut, says so, and does not take the day for read", () => {
    const plant = plantWith((inputs) => ({ rows: [row("WC-7")], truncated: dayOf(inputs) === "06-10" }))
    return Effect.gen(function* () {
      yield* extract("master-data")
      const found = flowOf(yield* extract("performance"), "daily-performance")
      assert.strictEqual(found.status, "degraded")
      assert.match(found.notice ?? "", /report of 2026-06-10/)
      assert.deepStrictEqual(
        (yield* values(plant, "oee", 7)).map(([at]) => at),
        ["06-09T04", "06-11T04"]
      )
      const watermark = yield* Effect.flatMap(Ledger, (ledger) => ledger.watermark("daily-performance"))
      assert.strictEqual(watermark, Date.UTC(2026, 5, 10, 4))
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("keeps the points of a workcenter that was retired since", () => {
    const plant = plantWith(() => whole(row("WC-7"), row("WC-8")))
    return Effect.gen(function* () {
      yield* extract("master-data")
      yield* extract("performance")
      plant.plex.lists[lists.workcenters] = [workcenterRow(7)]
      yield* extract("master-data")
      assert.strictEqual(plant.cdf.held.assets.get(ids.of("workcenter", uuid(8)))?.metadata["active"], "false")
      plant.cdf.calls.splice(0)
      yield* extract("performance")
      assert.strictEqual((yield* values(plant, "oee", 8)).length, 3)
      assert.deepStrictEqual(plant.cdf.writes(), [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect(
    "leaves the points of a workcenter as they are whose rows cannot all be read, and makes none of a part",
    () => {
      let rows: ReadonlyArray<unknown> = [row("WC-7"), row("WC-7", { Scrap_Qty: 0 }), row("WC-8")]
      const plant = plantWith(() => whole(...rows))
      const all = Effect.all([values(plant, "oee", 7), values(plant, "oee", 8)])
      return Effect.gen(function* () {
        yield* extract("master-data")
        yield* extract("performance")
        const before = yield* all
        for (const unread of [
          row("wc-7 ", { Scrap_Qty: "some" }),
          row("WC-7", { Scrap_Qty: "some", Workcenter_Code: { code: "WC-7" } })
        ]) {
          rows = [row("WC-7"), unread, row("WC-8")]
          const found = yield* extract("performance")
          assert.strictEqual(found.status, "degraded")
          assert.deepStrictEqual(unbalanced(found), [])
          assert.deepStrictEqual(yield* all, before)
        }
        rows = [row("WC-7", { Scrap_Qty: "some" }), row("WC-8")]
        yield* extract("performance")
        assert.deepStrictEqual(yield* all, before, "none of its rows can be read")
        rows = [row("WC-7"), row("WC-8", { Scrap_Qty: 0 })]
        yield* extract("performance")
        const after = yield* all
        assert.notDeepEqual(after[0], before[0])
        assert.notDeepEqual(after[1], before[1])
      }).pipe(Effect.provide(plant.layer))
    }
  )

  it.effect("makes no point for a workcenter that is unknown or whose code fits several, and counts those", () => {
    const plant = makePlant({
      plex: {
        lists: {
          [lists.workcenters]: [workcenterRow(7, { workcenterCode: "X" }), workcenterRow(8, { workcenterCode: "X" })]
        },
        dataSources: { dailyPerformance: () => whole(row("X"), row("gone"), row(null)) }
      }
    })
    return Effect.gen(function* () {
      yield* extract("master-data")
      const found = yield* extract("performance")
      const { counts } = flowOf(found, "daily-performance")
      assert.deepInclude(counts, { read: 9, filtered: 9, omitted: 9, ambiguous: 3, points: 0 })
      assert.deepStrictEqual(unbalanced(found), [])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("asks also for workcenters that only the cut report names, and awaits them", () => {
    const plant = makePlant({
      settings: longAgo,
      plex: {
        lists: { [lists.workcenters]: [workcenterRow(7)] },
        dataSources: {
          dailyPerformance: (inputs) => {
            const code = inputs["Workcenter_Code"]
            return code === undefined ? { rows: [row("wc-7"), row("WC-8")], truncated: true } : whole(row(String(code)))
          }
        }
      }
    })
    return Effect.gen(function* () {
      yield* extract("master-data")
      yield* extract("performance")
      assert.deepStrictEqual(
        (yield* values(plant, "oee", 7)).map(([, value]) => value),
        all.map(() => 90.6)
      )
      plant.plex.lists[lists.workcenters] = [workcenterRow(7), workcenterRow(8)]
      yield* extract("master-data")
      yield* extract("performance")
      assert.strictEqual((yield* values(plant, "oee", 8)).length, all.length)
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("asks where the report is cut for workcenters that were retired, too", () => {
    const asked = new Set<string>()
    const plant = plantWith((inputs) => {
      const code = inputs["Workcenter_Code"]
      if (code !== undefined) asked.add(String(code))
      return code === undefined ? { rows: [], truncated: true } : whole(row(String(code)))
    })
    return Effect.gen(function* () {
      yield* extract("master-data")
      plant.plex.lists[lists.workcenters] = [workcenterRow(7)]
      yield* extract("master-data")
      yield* extract("performance")
      assert.deepStrictEqual([...asked].sort(), ["WC-7", "WC-8"])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("goes on, where the state was lost, from the newest day that CDF has", () => {
    const plant = plantWith(() => whole(row("WC-7")))
    return Effect.gen(function* () {
      yield* extract("master-data")
      yield* extract("performance")
      const before = (yield* values(plant, "oee", 7)).length
      plant.plex.now += 20 * 86_400_000
      yield* Effect.flatMap(Ledger, ({ clear }) => clear)
      yield* extract("master-data")
      yield* extract("performance")
      assert.strictEqual((yield* values(plant, "oee", 7)).length, before + 20)
    }).pipe(Effect.provide(plant.layer))
  })

  for (const [what, refuse] of [
    [
      "points",
      (plant: PipelinePlant) => {
        plant.cdf.fail = ({ operation }) => (operation === "insertPoints" ? refused(operation) : undefined)
      }
    ],
    [
      "series",
      (plant: PipelinePlant) => {
        plant.cdf.refuse = (kind) => (kind === "timeseries" ? { message: "no" } : undefined)
      }
    ]
  ] as const) {
    it.effect(`whose ${what} CDF refuses are dead letters, and all of them land when these are tried again`, () => {
      const plant = makePlant({
        settings: longAgo,
        plex: {
          lists: { [lists.workcenters]: [workcenterRow(7)] },
          dataSources: { dailyPerformance: () => whole(row("WC-7")) }
        }
      })
      refuse(plant)
      return Effect.gen(function* () {
        yield* extract("master-data")
        const found = yield* extract("performance")
        assert.strictEqual(flowOf(found, "daily-performance").status, "degraded")
        assert.deepStrictEqual(unbalanced(found), [])
        assert.isNotEmpty(yield* deadLetters)
        plant.cdf.fail = () => undefined
        plant.cdf.refuse = () => undefined
        yield* extract("performance")
        assert.strictEqual((yield* values(plant, "oee", 7)).length, 3)
        assert.deepInclude(yield* retryAll, { failed: 0, untried: 0 })
        assert.strictEqual((yield* values(plant, "oee", 7)).length, all.length)
        assert.deepStrictEqual(yield* deadLetters, [])
      }).pipe(Effect.provide(plant.layer))
    })
  }

  for (const [what, over] of [
    ["the unit of its times", { oee: { ...demoFacility().tables.oee, timeUnit: "minutes" } }],
    ["the time zone", { timezone: "UTC" }]
  ] as const) {
    it.effect(`reads all days again, once, when ${what} is put right`, () => {
      const days: Array<string> = []
      const plant = makePlant({
        settings: longAgo,
        plex: {
          lists: { [lists.workcenters]: [workcenterRow(7)] },
          dataSources: {
            dailyPerformance: (inputs) => {
              days.push(dayOf(inputs))
              return whole(row("WC-7"))
            }
          }
        }
      })
      const { facility } = plant.settings
      const right =
        "timezone" in over ? { ...facility, ...over } : { ...facility, tables: { ...facility.tables, ...over } }
      const again = Effect.updateService(extract("performance"), AppConfig, (settings) => ({
        ...settings,
        facility: right
      }))
      return Effect.gen(function* () {
        yield* extract("master-data")
        yield* extract("performance")
        plant.plex.now += 86_400_000
        yield* again
        const found = yield* values(plant, "performance", 7)
        assert.strictEqual(new Set(found.map(([, value]) => value)).size, 1)
        assert.strictEqual(new Set(found.map(([at]) => String(at).slice(5))).size, 1)
        assert.isAtLeast(found.length, all.length)
        days.splice(0)
        yield* again
        assert.strictEqual(days.length, 3)
      }).pipe(Effect.provide(plant.layer))
    })
  }

  describe("of a workcenter that is not known yet", () => {
    /** A plant that lists one workcenter late, whose history begins six days ago, and the days that it was asked for. */
    const late = () => {
      const days: Array<string> = []
      const plant = makePlant({
        settings: longAgo,
        plex: {
          lists: { [lists.workcenters]: [workcenterRow(7)] },
          dataSources: {
            dailyPerformance: (inputs) => {
              days.push(dayOf(inputs))
              return whole(row("WC-7"), row("WC-8"))
            }
          }
        }
      })
      const appear = Effect.suspend(() => {
        plant.plex.lists[lists.workcenters] = [workcenterRow(7), workcenterRow(8)]
        return extract("master-data")
      })
      const askedIn = <E, R>(run: Effect.Effect<unknown, E, R>) =>
        Effect.suspend(() => {
          days.splice(0)
          return Effect.map(run, () => [...days])
        })
      return { plant, appear, askedIn }
    }
    it.effect("reads all days again that named it, once, when it is known", () => {
      const { appear, askedIn, plant } = late()
      return Effect.gen(function* () {
        yield* extract("master-data")
        assert.deepStrictEqual(yield* askedIn(extract("performance")), all)
        assert.deepStrictEqual(yield* askedIn(extract("performance")), all.slice(-3))
        assert.deepStrictEqual(yield* values(plant, "oee", 8), [])
        yield* appear
        const before = yield* values(plant, "oee", 7)
        assert.deepStrictEqual(yield* askedIn(extract("performance")), all)
        assert.strictEqual((yield* values(plant, "oee", 8)).length, all.length)
        assert.deepStrictEqual(yield* values(plant, "oee", 7), before)
        assert.deepStrictEqual(yield* askedIn(extract("performance")), all.slice(-3))
      }).pipe(Effect.provide(plant.layer))
    })

    it.effect("reads them by the next run where the stop cut the first", () => {
      const { appear, plant } = late()
      return Effect.gen(function* () {
        yield* extract("master-data")
        yield* extract("performance")
        yield* appear
        const stop = yield* Deferred.make<void>()
        const cut = extract("performance", { stop })
        plant.plex.dataSources.dailyPerformance = () => {
          Deferred.unsafeDone(stop, Effect.void)
          return whole(row("WC-7"), row("WC-8"))
        }
        yield* cut
        assert.strictEqual((yield* values(plant, "oee", 8)).length, 1)
        plant.plex.dataSources.dailyPerformance = () => whole(row("WC-7"), row("WC-8"))
        yield* extract("performance")
        assert.strictEqual((yield* values(plant, "oee", 8)).length, all.length)
      }).pipe(Effect.provide(plant.layer))
    })

    it.effect("gives those days up after PENDING_LINK_DAYS", () => {
      const { appear, plant } = late()
      return Effect.gen(function* () {
        yield* extract("master-data")
        yield* extract("performance")
        plant.plex.now += (settings.pendingLinkDays + 1) * 86_400_000
        plant.plex.dataSources.dailyPerformance = () => whole(row("WC-7"))
        yield* extract("performance")
        yield* appear
        plant.plex.dataSources.dailyPerformance = () => whole(row("WC-7"), row("WC-8"))
        yield* extract("performance")
        assert.strictEqual((yield* values(plant, "oee", 8)).length, 3)
      }).pipe(Effect.provide(plant.layer))
    })
  })
})

describe("live performance", () => {
  it.effect("is asked per workcenter that the report named; only an answer of one row makes a point", () => {
    const answers: Record<string, ReadonlyArray<unknown>> = {
      97: [{ Performance: 88.5, Workcenter_Code: "WC-7" }],
      98: [{ Performance: 1 }, { Performance: 2 }]
    }
    const plant = plantWith(
      () => whole(row("WC-7"), row("WC-8")),
      (inputs) => whole(...(answers[String(inputs["Workcenter_Key"])] ?? []))
    )
    return Effect.gen(function* () {
      yield* extract("master-data")
      const found = yield* extract("performance")
      assert.deepInclude(flowOf(found, "live-performance").counts, { read: 2, created: 1, filtered: 1, omitted: 1 })
      assert.deepStrictEqual(yield* values(plant, "live_performance", 7), [["06-12T08", 88.5]])
      assert.deepStrictEqual(unbalanced(found), [])
      plant.plex.now += 60_000
      assert.deepInclude(flowOf(yield* extract("performance"), "live-performance").counts, { created: 0, unchanged: 1 })
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("has the instant of its own answer, however long those of others take", () => {
    const plant = plantWith(
      () => whole(row("WC-7"), row("WC-8")),
      (inputs) => {
        if (inputs["Workcenter_Key"] === 98) plant.plex.now += 3_600_000
        return whole({ Performance: 5 })
      }
    )
    return Effect.gen(function* () {
      yield* extract("master-data")
      yield* extract("performance")
      assert.deepStrictEqual(yield* values(plant, "live_performance", 7), [["06-12T08", 5]])
      assert.deepStrictEqual(yield* values(plant, "live_performance", 8), [["06-12T09", 5]])
    }).pipe(Effect.provide(plant.layer))
  })

  it.effect("refused for one workcenter goes on with the others", () => {
    const plant = plantWith(
      () => whole(row("WC-7"), row("WC-8")),
      (inputs) => (inputs["Workcenter_Key"] === 97 ? plexError("Refused", "no such key") : whole({ Performance: 5 }))
    )
    return Effect.gen(function* () {
      yield* extract("master-data")
      const found = flowOf(yield* extract("performance"), "live-performance")
      assert.strictEqual(found.status, "degraded")
      assert.deepInclude(found.counts, { read: 1, created: 1 })
    }).pipe(Effect.provide(plant.layer))
  })
})
