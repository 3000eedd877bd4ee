import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { JsonObject } from "../../src/sandbox/cdf/Json.js"
import type { Snapshot } from "../../src/sandbox/cdf/Snapshot.js"
import { onePass, startSandbox } from "../support/SandboxProcess.js"
import { compare, expectedOf } from "../support/Verdict.js"
import { factorsOf } from "../support/verdict/Performance.js"

type Kind = "assets" | "events" | "timeSeries" | "sequences" | "relationships" | "labels"

const idIn = (snapshot: Snapshot, kind: Kind, pattern: RegExp): string => {
  const id = Object.keys(snapshot[kind]).find((each) => pattern.test(each))
  if (id === undefined) throw new RangeError(`no ${kind} like ${pattern}`)
  return id
}

const replaced = (snapshot: Snapshot, kind: Kind, id: string, value: JsonObject): Snapshot => ({
  ...snapshot,
  [kind]: { ...snapshot[kind], [id]: value }
})

const without = (snapshot: Snapshot, kind: Kind, id: string): Snapshot => ({
  ...snapshot,
  [kind]: Object.fromEntries(Object.entries(snapshot[kind]).filter(([each]) => each !== id))
})

const metadataOf = (value: JsonObject): object =>
  typeof value["metadata"] === "object" ? { ...value["metadata"] } : {}

const listOf = (value: JsonObject, field: string): ReadonlyArray<unknown> => {
  const list = value[field]
  return Array.isArray(list) ? list : []
}

/** One damage to a right CDF each: its name, the kind and the object it is done to, and what it does. */
const damages: ReadonlyArray<readonly [string, Kind, RegExp, (value: JsonObject) => JsonObject | undefined]> = [
  ["a missing part", "assets", /_part_/, () => undefined],
  ["a missing event", "events", /_scrap_entry_/, () => undefined],
  ["a missing relationship", "relationships", /_bom_/, () => undefined],
  ["a missing label", "labels", /_routing$/, () => undefined],
  ["a wrong name", "assets", /_workcenter_/, (value) => ({ ...value, name: "Workcenter" })],
  ["a wrong parent", "assets", /_container_S/, (value) => ({ ...value, parent: "PCN340884_containers_root_340884" })],
  ["a wrong data set", "assets", /_equipment_/, (value) => ({ ...value, dataSet: "master" })],
  [
    "a field that is not written",
    "assets",
    /_location_/,
    (value) => ({ ...value, metadata: { ...metadataOf(value), location_type: undefined } })
  ],
  [
    "a person's name",
    "events",
    /_production_entry_/,
    (value) => ({ ...value, metadata: { ...metadataOf(value), employee_name: "Garcia, Ana" } })
  ],
  ["an invented end", "events", /_job_J004217$/, (value) => ({ ...value, endTime: 1_781_272_800_000 })],
  ["a shifted time", "events", /_movement_/, (value) => ({ ...value, startTime: Number(value["startTime"]) - 1 })],
  ["a wrong subtype", "events", /_job_J004217$/, (value) => ({ ...value, subtype: "completed" })],
  [
    "a link that is lost",
    "events",
    /_scrap_entry_/,
    (value) => ({ ...value, assets: listOf(value, "assets").slice(1) })
  ],
  [
    "a point that is lost",
    "timeSeries",
    /_ts_output_.*_ea$/,
    (value) => ({ ...value, points: listOf(value, "points").slice(1) })
  ],
  [
    "a missing day without a problem",
    "timeSeries",
    /_ts_ncr_count_/,
    (value) => ({ ...value, points: listOf(value, "points").toSpliced(9, 1) })
  ],
  [
    "a missing OEE of yesterday",
    "timeSeries",
    /_ts_oee_/,
    (value) => ({ ...value, points: listOf(value, "points").slice(0, -1) })
  ],
  ["a wrong level", "timeSeries", /_ts_inventory_/, (value) => ({ ...value, points: [[1_781_272_800_500, 99]] })],
  ["a wrong unit", "timeSeries", /_ts_wip_/, (value) => ({ ...value, unit: "lb" })],
  ["a series without its step", "timeSeries", /_ts_status_/, (value) => ({ ...value, isStep: false })],
  ["a row that is lost", "sequences", /_bom_/, (value) => ({ ...value, rows: listOf(value, "rows").slice(1) })],
  [
    "a relationship turned round",
    "relationships",
    /_routing_/,
    (value) => ({ ...value, sourceExternalId: value["targetExternalId"] })
  ]
]

describe("The verdict", () => {
  it.scopedLive("sees every kind of damage to a right CDF", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox()
      yield* onePass(sandbox)
      const right = sandbox.cdf.snapshot()
      const expected = expectedOf(sandbox.plant)
      assert.deepStrictEqual(compare(expected, right), [])
      for (const [name, kind, pattern, damage] of damages) {
        const id = idIn(right, kind, pattern)
        const value = damage(right[kind][id] ?? {})
        const damaged = value === undefined ? without(right, kind, id) : replaced(right, kind, id, value)
        assert.isNotEmpty(compare(expected, damaged), name)
        assert.isTrue(
          compare(expected, damaged).every((line) => line.includes(id)),
          name
        )
      }
      const twice = replaced(right, "events", "PCN340884_job_J004217_copy", { type: "production_job" })
      assert.lengthOf(compare(expected, twice), 1)
    })
  )

  it("computes the worked example of the contract: A 94.4 %, P 96.9 %, Q 98.98 %, OEE 90.6 %", () => {
    const row = {
      Planned_Production_Time: 22.5,
      Downtime_DB: 1.25,
      Standard_Production_Rate: 200,
      Production_Qty: 4120,
      Scrap_Qty: 30,
      Reject_Qty: 12
    }
    const { availability, oee, performance, quality } = factorsOf([row])
    assert.closeTo(availability ?? 0, 94.4, 0.05)
    assert.closeTo(performance ?? 0, 96.9, 0.05)
    assert.closeTo(quality ?? 0, 98.98, 0.005)
    assert.closeTo(oee ?? 0, 90.6, 0.05)
  })

  it.scopedLive("finds the worked example in CDF, where the plant's first workcenter had it yesterday", () =>
    Effect.gen(function* () {
      const sandbox = yield* startSandbox()
      yield* onePass(sandbox, ["--only", "master-data,performance", "--no-sweep"])
      const workcenter = String(sandbox.plant.workcenters[0]?.["workcenterId"])
      const yesterday = (metric: string): unknown =>
        sandbox.cdf.state
          .points(`PCN340884_ts_${metric}_${workcenter}`)
          .findLast(({ timestamp }) => timestamp === Date.parse("2026-06-11T00:00:00-04:00"))?.value
      assert.closeTo(Number(yesterday("availability")), 94.4, 0.05)
      assert.closeTo(Number(yesterday("performance")), 96.9, 0.05)
      assert.closeTo(Number(yesterday("quality")), 98.98, 0.005)
      assert.closeTo(Number(yesterday("oee")), 90.6, 0.05)
    })
  )
})
