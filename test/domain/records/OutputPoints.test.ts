import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { type Decimal, parseDecimal, sumDecimals, toDouble } from "../../../src/domain/Decimal.js"
import { Instant } from "../../../src/domain/Instant.js"
import { type OutputEntry, OutputPoints } from "../../../src/domain/records/OutputPoints.js"
import { ProductionEntry } from "../../../src/domain/records/ProductionEntry.js"
import { demoFacility } from "../../support/DemoFacility.js"
import { plexRecord } from "../../support/PlexRecords.js"

const facility = demoFacility()
const workcenterId = "20b51426-f8d1-450c-a735-00a1e0178ea0"
const decimal = (value: number | string): Decimal => {
  const parsed = parseDecimal(value)
  if (parsed === undefined) throw new Error(`${value} is no number`)
  return parsed
}
const entry = (time: string, quantity: number | string | null, over: Partial<OutputEntry> = {}): OutputEntry => ({
  transactionDate: Instant.make(`2026-06-11T${time}Z`),
  workcenterId,
  workcenterCode: "NFF-01",
  quantity: quantity === null ? null : decimal(quantity),
  unit: "kg",
  ...over
})
const at = (time: string) => Date.parse(`2026-06-11T${time}Z`)

const gather = (metric: "output" | "scrap", ...chunks: ReadonlyArray<ReadonlyArray<OutputEntry>>) => {
  const points = new OutputPoints(facility, metric)
  for (const chunk of chunks) points.add(chunk)
  return points
}

describe("points of output", () => {
  it("sum the entries of one millisecond exactly, across chunks, and are in order of time", () => {
    const [only, ...others] = gather(
      "output",
      [entry("15:00", 7), entry("14:03:22.417", "0.1"), entry("14:03:22.4170001", "0.2")],
      [entry("14:03:22.417", "1000000000000")]
    ).series()
    assert.deepStrictEqual(others, [])
    assert.deepStrictEqual(only?.points, [
      { timestamp: at("14:03:22.417"), value: 1000000000000.3 },
      { timestamp: at("15:00"), value: 7 }
    ])
  })

  it("stand in a series per workcenter and unit", () => {
    const series = gather("output", [
      entry("14:00", 1),
      entry("14:00", 2, { unit: "pcs" }),
      entry("14:00", 3, { unit: null }),
      entry("14:00", 4, { workcenterId: "w", workcenterCode: null })
    ]).series()
    assert.deepStrictEqual<unknown>(
      series.map(({ points, series: { dataSet, externalId, isStep, isString, link, name, unit } }) => ({
        dataSet,
        externalId,
        isStep,
        isString,
        link,
        name,
        unit,
        values: points.map(({ value }) => value)
      })),
      [
        { key: workcenterId, suffix: "", unit: undefined, name: "NFF-01 Output", value: 3 },
        { key: workcenterId, suffix: "_kg", unit: "kg", name: "NFF-01 Output", value: 1 },
        { key: workcenterId, suffix: "_pcs", unit: "pcs", name: "NFF-01 Output", value: 2 },
        { key: "w", suffix: "_kg", unit: "kg", name: "Workcenter w Output", value: 4 }
      ].map(({ key, name, suffix, unit, value }) => ({
        dataSet: "production",
        externalId: `PCN340884_ts_output_${key}${suffix}`,
        isStep: false,
        isString: false,
        link: `PCN340884_workcenter_${key}`,
        name,
        unit,
        values: [value]
      }))
    )
  })

  it("need a workcenter, a moment and a quantity", () => {
    const points = gather("output", [
      entry("14:00", 1, { workcenterId: null }),
      entry("14:00", 1, { workcenterId: " " }),
      entry("14:00", null),
      entry("14:00", 1, { transactionDate: null })
    ])
    assert.deepStrictEqual(points.series(), [])
    assert.strictEqual(points.skipped, 4)
  })

  it("a quantity of nought is a point, and one that CDF cannot hold is none", () => {
    const [only] = gather("output", [
      entry("14:00", 0),
      entry("15:00", "1e100"),
      entry("15:30", 1, { transactionDate: Instant.make("2100-01-01T00:00:00Z") })
    ]).series()
    assert.deepStrictEqual(only?.points, [{ timestamp: at("14:00"), value: 0 }])
  })

  it("the name follows the newest entry", () => {
    const renamed = gather("output", [
      entry("15:00", 1, { workcenterCode: "NEW" }),
      entry("14:00", 1, { workcenterCode: "OLD" }),
      entry("16:00", 1, { workcenterCode: null })
    ])
    assert.strictEqual(renamed.series()[0]?.series.name, "NEW Output")
  })
})

describe("points of scrap", () => {
  it("stand in one series per workcenter, without unit", () => {
    const [only, ...others] = gather("scrap", [entry("14:00", 3), entry("14:00", 2, { unit: undefined })]).series()
    assert.deepStrictEqual(others, [])
    assert.strictEqual(only?.series.externalId, `PCN340884_ts_scrap_${workcenterId}`)
    assert.deepInclude(only?.series, { name: "NFF-01 Scrap", unit: undefined, dataSet: "production" })
    assert.deepStrictEqual(only?.series.untouched, ["unit"])
    assert.deepStrictEqual(only?.points, [{ timestamp: at("14:00"), value: 5 }])
  })
})

describe("any window of entries", () => {
  const window = FastCheck.array(plexRecord(ProductionEntry), { maxLength: 20 }).chain((list) =>
    FastCheck.tuple(
      FastCheck.constant(list),
      FastCheck.shuffledSubarray(list, { minLength: list.length }),
      FastCheck.nat({ max: list.length })
    )
  )

  it.prop(
    "gives the same series and points however the entries are ordered and chunked",
    [window],
    ([[list, shuffled, cut]]) => {
      assert.deepStrictEqual(
        gather("output", shuffled.slice(0, cut), shuffled.slice(cut)).series(),
        gather("output", list).series()
      )
    }
  )

  it.prop(
    "loses nothing: the points of an instant are the exact sum of its quantities",
    [FastCheck.array(FastCheck.tuple(FastCheck.integer(), FastCheck.integer({ min: 0, max: 5 })), { minLength: 1 })],
    ([quantities]) => {
      const decimals = quantities.map(([digits, places]) => decimal(`${digits}e-${places}`))
      const [only] = gather(
        "output",
        decimals.map((quantity) => entry("14:00", quantity))
      ).series()
      const scaled = quantities.reduce((sum, [digits, places]) => sum + BigInt(digits) * 10n ** BigInt(5 - places), 0n)
      assert.deepStrictEqual(only?.points, [{ timestamp: at("14:00"), value: toDouble(decimal(`${scaled}e-5`)) }])
      assert.strictEqual(sumDecimals(decimals), decimal(`${scaled}e-5`))
    }
  )
})
