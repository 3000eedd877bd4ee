import { assert, describe, it } from "@effect/vitest"
import { Either, Schema } from "effect"
import { Fit } from "../../../src/domain/cdf/Limits.js"
import { percentSeries } from "../../../src/domain/Oee.js"
import { LivePerformance, livePerformancePoint } from "../../../src/domain/records/LivePerformance.js"
import { statusPoint, statusSeries, WorkcenterSetup } from "../../../src/domain/records/WorkcenterSetup.js"
import { demoFacility } from "../../support/DemoFacility.js"

const facility = demoFacility()
const id = "20b51426-f8d1-450c-a735-00a1e0178ea0"
const now = Date.parse("2026-06-11T14:03:22.417Z")

const setup = (over: Record<string, unknown> = {}) =>
  Schema.decodeUnknownSync(WorkcenterSetup)({
    id,
    code: "NFF-01",
    name: "Liquid Nitrogen Flash Freezer",
    type: "Freezer",
    group: "Freezing",
    statusId: "03c07d5b-ea32-40c7-a066-ec0a8b6b5d28",
    statusDescription: "Production",
    jobNumber: "J004217",
    operationNumber: 20,
    jobOperationQuantity: 1200.0,
    ...over
  })

describe("the status series of a workcenter", () => {
  it("is a step series of texts", () => {
    const { metadata, owns, ...series } = Either.getOrThrow(statusSeries(facility)(setup()))
    assert.deepStrictEqual<unknown>(series, {
      kind: "timeseries",
      externalId: `PCN340884_ts_status_${id}`,
      dataSet: "production",
      plexId: id,
      name: "NFF-01 Status",
      isString: true,
      isStep: true,
      unit: undefined,
      link: `PCN340884_workcenter_${id}`,
      untouched: ["unit"]
    })
    assert.strictEqual(metadata["plex_id"], id)
    assert.includeMembers([...owns], Object.keys(metadata))
  })

  it("is named by the id's head where there is no code, and is none without id", () => {
    assert.strictEqual(
      Either.getOrThrow(statusSeries(facility)(setup({ code: null }))).name,
      "Workcenter 20b51426 Status"
    )
    assert.isTrue(Either.isLeft(statusSeries(facility)(setup({ id: null }))))
  })

  it("gets the status as a point, and none where Plex gives no status", () => {
    assert.deepStrictEqual(statusPoint(setup(), now, new Fit()), { timestamp: now, value: "Production" })
    for (const statusDescription of [null, undefined, "", " "]) {
      assert.isUndefined(statusPoint(setup({ statusDescription }), now, new Fit()))
    }
  })

  it("a status that is too long is cut at a code point, which is counted", () => {
    const fit = new Fit()
    const value = String(statusPoint(setup({ statusDescription: "😀".repeat(400) }), now, fit)?.value)
    assert.isAtMost(Buffer.byteLength(value), 1023)
    assert.isTrue(value.isWellFormed() && value.endsWith("…"))
    assert.strictEqual(statusPoint(setup({ statusDescription: "a\u0000b" }), now, fit)?.value, "a\uFFFDb")
    assert.strictEqual(fit.cuts, 1)
  })
})

describe("live performance", () => {
  const row = (Performance: unknown) =>
    Schema.decodeUnknownSync(LivePerformance)({
      Part_No_Revision: "MNG-CHK-05-A",
      Performance,
      Performance_Color: "#00aa00",
      Workcenter_Code: "NFF-01",
      Workcenter_Status: "Production",
      Workcenter_Status_Color: "#00aa00"
    })

  it("is the value of the only row", () => {
    assert.deepStrictEqual(livePerformancePoint([row(92.5)], now), { timestamp: now, value: 92.5 })
    assert.deepStrictEqual(livePerformancePoint([row("0")], now), { timestamp: now, value: 0 })
  })

  it("is none where there is not exactly one row with a value", () => {
    for (const rows of [[], [row(92.5), row(92.5)], [row(null)], [row("")], [row("1e200")]]) {
      assert.isUndefined(livePerformancePoint(rows, now))
    }
  })

  it("stands in a series in percent", () => {
    const { externalId, link, name, unit } = percentSeries(facility, "live_performance", { id, code: "NFF-01" })
    assert.deepStrictEqual<unknown>(
      [externalId, link, name, unit],
      [`PCN340884_ts_live_performance_${id}`, `PCN340884_workcenter_${id}`, "NFF-01 Live Performance", "%"]
    )
  })
})
