import { assert, describe, it } from "@effect/vitest"
import { FastCheck, Schema } from "effect"
import { complete } from "../../src/domain/cdf/Complete.js"
import { oeeOf, oeeSeries } from "../../src/domain/Oee.js"
import { DailyPerformance, rowsByWorkcenter } from "../../src/domain/records/DailyPerformance.js"
import { defaultTenantTables, type TenantTables } from "../../src/domain/TenantTables.js"
import { demoFacility } from "../support/DemoFacility.js"
import { plexRecord } from "../support/PlexRecords.js"

const decode = Schema.decodeUnknownSync(DailyPerformance)

/** The row of the reference page. */
const example = {
  Workcenter_Key: 51003,
  Workcenter_Code: "NFF-01",
  Part_Key: 8265836,
  Part_No: "MNG-CHK-05",
  Operation_Code: "Freeze",
  Production_Qty: 4120,
  Reject_Qty: 12,
  Scrap_Qty: 30,
  Throwouts: 0,
  Downtime_DB: 1.25,
  Planned_Production_Time: 22.5,
  Standard_Production_Rate: 200.0,
  Multiple: 1,
  Number_Of_Children: 0
}
const row = (over: Record<string, unknown> = {}) => decode({ ...example, ...over })

const byDefault = defaultTenantTables.oee
const settings = (over: Partial<TenantTables["oee"]>): TenantTables["oee"] => ({ ...byDefault, ...over })

const percent = (ratio: number | undefined, digits: number): string =>
  ratio === undefined ? "none" : (ratio * 100).toFixed(digits)

const percents = ({ availability, oee, performance, quality }: ReturnType<typeof oeeOf>) => [
  percent(availability, 1),
  percent(performance, 1),
  percent(quality, 2),
  percent(oee, 1)
]

describe("OEE of a day", () => {
  it("is as in the worked check", () => {
    assert.deepStrictEqual(percents(oeeOf(byDefault, [row()])), ["94.4", "96.9", "98.98", "90.6"])
  })

  it("is the same when the times come in minutes and the setting says so", () => {
    const inMinutes = row({ Planned_Production_Time: 1350, Downtime_DB: 75 })
    assert.deepStrictEqual(percents(oeeOf(settings({ timeUnit: "minutes" }), [inMinutes])), [
      "94.4",
      "96.9",
      "98.98",
      "90.6"
    ])
  })

  it("is the same when the quantity comes without rejects and the setting says so", () => {
    const goodOnly = row({ Production_Qty: 4078 })
    assert.deepStrictEqual(percents(oeeOf(settings({ quantityIncludesRejects: false }), [goodOnly])), [
      "94.4",
      "96.9",
      "98.98",
      "90.6"
    ])
  })

  it("sums rows, each at its own rate", () => {
    const rows = [
      row({ Planned_Production_Time: 10, Downtime_DB: 1, Production_Qty: 900, Standard_Production_Rate: 200 }),
      row({ Planned_Production_Time: 10, Downtime_DB: 1, Production_Qty: 600, Standard_Production_Rate: 100 })
    ]
    const oee = oeeOf(byDefault, rows)
    assert.strictEqual(oee.availability, 18 / 20)
    assert.strictEqual(oee.performance, (4.5 + 6) / 18)
    assert.strictEqual(oee.quality, (1500 - 84) / 1500)
  })

  it("takes times once that stand on each row for the whole workcenter", () => {
    const rows = [row({ Production_Qty: 2060 }), row({ Production_Qty: 2060, Scrap_Qty: 0, Reject_Qty: 0 })]
    assert.deepStrictEqual(percents(oeeOf(settings({ plannedTimePer: "workcenter" }), rows)), [
      "94.4",
      "96.9",
      "98.98",
      "90.6"
    ])
  })

  it("is not clamped", () => {
    const oee = oeeOf(byDefault, [row({ Production_Qty: 8240, Downtime_DB: -2.25 })])
    assert.isAbove(oee.availability ?? 0, 1)
    assert.isAbove(oee.performance ?? 0, 1)
    assert.isBelow(oeeOf(byDefault, [row({ Downtime_DB: 30 })]).availability ?? 0, 0)
  })

  it("counts an unknown downtime, scrap or reject as none", () => {
    const oee = oeeOf(byDefault, [row({ Downtime_DB: null, Scrap_Qty: null, Reject_Qty: undefined })])
    assert.deepStrictEqual([oee.availability, oee.quality], [1, 1])
  })

  const undefinedFactors: ReadonlyArray<
    readonly [why: string, rows: ReadonlyArray<DailyPerformance>, missing: string]
  > = [
    ["nothing planned", [row({ Planned_Production_Time: 0, Downtime_DB: 0 })], "availability performance oee"],
    ["planned time unknown", [row({ Planned_Production_Time: null })], "availability performance oee"],
    ["down all the time", [row({ Downtime_DB: 22.5 })], "performance oee"],
    ["rate 0", [row({ Standard_Production_Rate: 0 })], "performance oee"],
    ["rate unknown", [row({ Standard_Production_Rate: null })], "performance oee"],
    ["rate 0 on one of two rows", [row(), row({ Standard_Production_Rate: 0 })], "performance oee"],
    ["nothing produced", [row({ Production_Qty: 0, Scrap_Qty: 0, Reject_Qty: 0 })], "quality oee"],
    ["quantity unknown", [row({ Production_Qty: null })], "performance quality oee"],
    ["no rows", [], "availability performance quality oee"]
  ]
  for (const [why, rows, missing] of undefinedFactors) {
    it(`${why}: no ${missing}`, () => {
      const factors = Object.entries(oeeOf(byDefault, rows))
      assert.strictEqual(
        factors
          .filter(([, value]) => value === undefined)
          .map(([name]) => name)
          .join(" "),
        missing
      )
    })
  }

  it("a row without rate that produced nothing does not hide the performance of the others", () => {
    const idle = row({
      Production_Qty: 0,
      Scrap_Qty: 0,
      Reject_Qty: 0,
      Standard_Production_Rate: 0,
      Planned_Production_Time: 0,
      Downtime_DB: 0
    })
    assert.strictEqual(percent(oeeOf(byDefault, [row(), idle]).performance, 1), "96.9")
  })
})

describe("OEE series", () => {
  const day = Date.parse("2026-06-10T04:00:00Z")
  const workcenter = { id: "20b51426-f8d1-450c-a735-00a1e0178ea0", code: "NFF-01" }

  it("have a point in percent at the start of the day", () => {
    const series = oeeSeries(demoFacility())(workcenter, [row()], day)
    assert.deepStrictEqual<unknown>(
      series.map(({ point, series: { dataSet, externalId, isStep, isString, link, name, unit } }) => ({
        dataSet,
        externalId,
        isStep,
        isString,
        link,
        name,
        unit,
        timestamp: point.timestamp,
        value: Number(point.value).toFixed(1)
      })),
      (
        [
          ["oee", "OEE", "90.6"],
          ["availability", "Availability", "94.4"],
          ["performance", "Performance", "96.9"],
          ["quality", "Quality", "99.0"]
        ] as const
      ).map(([metric, words, value]) => ({
        dataSet: "production",
        externalId: `PCN340884_ts_${metric}_20b51426-f8d1-450c-a735-00a1e0178ea0`,
        isStep: false,
        isString: false,
        link: "PCN340884_workcenter_20b51426-f8d1-450c-a735-00a1e0178ea0",
        name: `NFF-01 ${words}`,
        unit: "%",
        timestamp: day,
        value
      }))
    )
  })

  it("leave out what is undefined", () => {
    const series = oeeSeries(demoFacility())(workcenter, [row({ Standard_Production_Rate: 0 })], day)
    assert.deepStrictEqual(
      series.map(({ series: { name } }) => name),
      ["NFF-01 Availability", "NFF-01 Quality"]
    )
  })

  it.prop(
    "whatever Plex reports, every point is one that CDF holds, and the same each time",
    [FastCheck.array(plexRecord(DailyPerformance), { maxLength: 4 })],
    ([rows]) => {
      const facility = demoFacility()
      const series = oeeSeries(facility)(workcenter, rows, day)
      for (const { point, series: draft } of series) {
        assert.isTrue(typeof point.value === "number" && Math.abs(point.value) < 1e100)
        assert.strictEqual(complete("timeseries", draft, { dataSetId: 2, numericIds: new Map() }).cuts, 0)
      }
      assert.deepStrictEqual(oeeSeries(facility)(workcenter, rows, day), series)
    }
  )
})

describe("rowsByWorkcenter", () => {
  it("groups by code without regard to case, and counts rows that name no workcenter", () => {
    const { rows, unnamed } = rowsByWorkcenter([
      row(),
      row({ Workcenter_Code: "nff-01 " }),
      row({ Workcenter_Code: "NFF-02" }),
      row({ Workcenter_Code: null }),
      row({ Workcenter_Code: " " })
    ])
    assert.deepStrictEqual(
      [...rows].map(([key, group]) => [key, group.length]),
      [
        ["workcenter:NFF-01", 2],
        ["workcenter:NFF-02", 1]
      ]
    )
    assert.strictEqual(unnamed, 2)
  })
})
