import { assert, describe, it } from "@effect/vitest"
import { holeNames } from "../../../src/sandbox/plant/Holes.js"
import type { HoleName } from "../../../src/sandbox/plant/Holes.js"
import { toJson } from "../../../src/sandbox/plant/Json.js"
import { makePlant } from "../../../src/sandbox/plant/makePlant.js"
import { historyTimes, tableKeys } from "../../../src/sandbox/plant/Plant.js"
import type { Plant, Row } from "../../../src/sandbox/plant/Plant.js"
import { RawNumber } from "../../../src/sandbox/plant/RawNumber.js"
import { isHistoryName, isTableName } from "./isTableName.js"

const hour = 3_600_000
const day = 24 * hour

/** The rows that the notes of a hole name. */
const showing = (plant: Plant, hole: HoleName): ReadonlyArray<Row> =>
  plant.holes
    .filter((note) => note.hole === hole)
    .flatMap(({ key, resource }): ReadonlyArray<Row> => {
      if (isTableName(resource)) {
        const field = tableKeys[resource]
        return plant[resource].filter((row) => String(row[field]) === key)
      }
      if (isHistoryName(resource)) {
        return plant[resource].rows.filter((row) => String(row[historyTimes[resource]]) === key)
      }
      if (resource === "boms") return plant.boms(key)
      if (resource === "jobOperations") return plant.jobOperations(key) ?? []
      if (resource === "livePerformance") return plant.livePerformance(Number(key))
      const days = Array.from({ length: 3 }, (_, i) =>
        plant.dailyPerformance(plant.now() - (i + 1) * day, plant.now() - i * day)
      )
      return days.flat().filter((row) => row["Workcenter_Code"] === key)
    })

const text = (row: Row, field: string): string => String(row[field])
const bytes = (value: string): number => new TextEncoder().encode(value).length
const anyPart = (plant: Plant, id: unknown): boolean => plant.parts.some((part) => part["id"] === id)

/** What some record of a hole must look like. */
const looks: Readonly<
  Record<Exclude<HoleName, "entry-late" | "entry-corrected">, (row: Row, plant: Plant) => boolean>
> = {
  "part-without-name": (row) => row["name"] === null,
  "part-name-absent": (row) => !toJson(row).includes('"name"'),
  "part-without-number": (row) => row["number"] === null,
  "part-obsolete": (row) => row["status"] === "Obsolete",
  "part-name-too-long": (row) => text(row, "name").length + text(row, "number").length > 140,
  "part-description-too-long": (row) => text(row, "description").length > 500,
  "part-note-too-long": (row) => bytes(text(row, "note")) > 10_240 && text(row, "note").length < 10_240,
  "part-revisions": (row, plant) => plant.parts.filter((part) => part["number"] === row["number"]).length === 2,
  "text-emoji": (row) => text(row, "name").includes("🥭"),
  "text-quotes": (row) => text(row, "name").includes('"') && text(row, "name").includes("\\"),
  "text-nul": (row) => toJson(row).includes("\\u0000"),
  "text-lone-surrogate": (row) => toJson(row).includes("\\ud83d"),
  "text-rtl": (row) => /\p{Script=Hebrew}/u.test(text(row, "name")),
  "number-as-text": (row) =>
    row["leadTimeDays"] === "12.5" || row["quantity"] === "12.5" || row["quantity"] === "1200.50",
  "number-long-integer": (row) => toJson(row).includes(":9007199254740993,"),
  "number-long-decimal": (row) => toJson(row).includes(":12345678901234.56789"),
  "fields-unknown": (row) => "custom" in row || "temperature" in row || "extra" in row,
  "fields-absent": (row) => Object.values(row).some((value) => value === undefined),
  "fields-null": (row) => row["description"] === null,
  "date-odd-digits": (row) => !/\.\d{3}Z$/.test(String(row["createdDate"] ?? row["transactionDate"])),
  "date-without-seconds": (row) => /T\d\d:\d\dZ$/.test(String(row["createdDate"] ?? row["transactionDate"])),
  "bom-empty": () => true,
  "bom-supply-item": (row) => row["componentSupplyItemId"] !== null && row["componentPartId"] === null,
  "bom-unknown-part": (row, plant) => row["componentPartId"] !== null && !anyPart(plant, row["componentPartId"]),
  "operation-code-shared": (row, plant) => plant.operations.filter((one) => one["code"] === row["code"]).length > 1,
  "workcenter-without-line": (row) => row["productionLineId"] === null,
  "workcenter-unknown-line": (row, plant) =>
    row["productionLineId"] !== null && !plant.productionLines.some((line) => line["id"] === row["productionLineId"]),
  "supply-item-without-number": (row) => row["supplyItemNumber"] === null,
  "location-without-building": (row) => row["buildingCode"] === null,
  "equipment-without-workcenter": (row) => row["workcenterId"] === null && row["parts"] === undefined,
  "job-odd-status": (row) => !["Open", "Scheduled", "In Progress", "Completed"].includes(text(row, "jobStatus")),
  "job-odd-priority": (row) => !["Low", "Medium", "High"].includes(text(row, "priority")),
  "job-number-shared": (row, plant) => plant.jobs.filter((job) => job["jobNumber"] === row["jobNumber"]).length === 2,
  "job-without-number": (row) => row["jobNumber"] === null,
  "job-completed-without-quantity": (row) => row["completedDate"] !== null && row["quantity"] === null,
  "job-completed-without-status": (row) => row["completedDate"] !== null && row["jobStatus"] === null,
  "job-ends-before-start": (row) => text(row, "completedDate") < text(row, "createdDate"),
  "job-operation-without-workcenter": (row) => row["workcenterId"] === null,
  "entry-identical": (row, plant) =>
    plant.productionEntries.rows.filter((one) => toJson(one) === toJson(row)).length === 3,
  "entry-identical-key": (row, plant) =>
    plant.productionEntries.rows.filter(
      (one) => one["serialNo"] === row["serialNo"] && one["quantity"] === row["quantity"]
    ).length === 2,
  "entry-one-millisecond": (row, plant) => {
    const at = Date.parse(text(row, "transactionDate"))
    return plant.productionEntries.between(at, at + 1).length >= 5
  },
  "entry-without-job": (row) => row["jobId"] === null,
  "entry-without-part": (row) => row["partId"] === null,
  "entry-without-workcenter": (row) => row["workcenterId"] === null,
  "entry-operation-by-code": (row) => row["partOperationId"] === null && row["operationCode"] === "Pack",
  "entry-mixed-units": (row) => row["unit"] === "lb",
  "entry-long-quantity": (row) => row["quantity"] instanceof RawNumber,
  "scrap-identical": (row, plant) => plant.scrapEntries.rows.filter((one) => toJson(one) === toJson(row)).length === 2,
  "status-one-millisecond": (row, plant) =>
    plant.statusEntries.rows.filter(
      (one) => one["workcenterId"] === row["workcenterId"] && one["logDate"] === row["logDate"]
    ).length === 3,
  "status-long": (row) => Number(row["duration"]) > 48 * 3600,
  "status-odd-text": (row, plant) =>
    !plant.workcenterStatuses.some((one) => one["description"] === row["workcenterStatus"]),
  "move-without-container": (row) => row["serialNo"] === null,
  "adjustment-identical": (row, plant) =>
    plant.adjustments.rows.filter((one) => toJson(one) === toJson(row)).length === 2,
  "container-without-location": (row) => row["locationId"] === null,
  "container-unknown-location": (row, plant) =>
    !plant.locations.some((place) => place["locationId"] === row["locationId"]),
  "container-odd-serial": (row) => /[^A-Z0-9]/.test(text(row, "serialNo")),
  "container-odd-status": (row) => row["containerStatus"] !== "OK",
  "specification-one-sided": (row) =>
    /"oneSided(Min|Max)imum":-?\d/.test(toJson(row)) && toJson(row).includes('"targetPlus":null'),
  "specification-without-tolerance": (row) => row["toleranceType"] === null,
  "checksheet-without-part": (row) => row["Part_No"] === null,
  "checksheet-null-measurements": (row) => row["Has_Null_Measurements"] === true,
  "problem-listed-twice": (row, plant) =>
    plant.problems.filter((one) => one["Problem_No"] === row["Problem_No"]).length === 2,
  "problem-without-part": (row) => row["Part_No"] === null,
  "deviation-without-parts": (row) =>
    toJson(row["parts"]) === "[]" && text(row, "expirationDate") < text(row, "effectiveDate"),
  "performance-planned-zero": (row) => row["Planned_Production_Time"] === 0 && row["Production_Qty"] !== 0,
  "performance-rate-zero": (row) => row["Standard_Production_Rate"] === 0,
  "performance-nothing-produced": (row) => row["Production_Qty"] === 0 && row["Planned_Production_Time"] !== 0,
  "performance-unknown-workcenter": (row, plant) =>
    ![...plant.workcenterKeys.values()].includes(Number(row["Workcenter_Key"])),
  "performance-several-rows": (row) => row["Operation_Code"] === "Rework",
  "live-several-rows": (row) => row["Part_No_Revision"] === "OTHER-A"
}

describe.each(["demo", "small"] as const)("the holes of a %s plant", (size) => {
  for (const seed of [1, 2, 3]) {
    it(`every hole is shown by the records that its notes name (seed ${seed})`, () => {
      const plant = makePlant({ seed, size })
      for (const hole of holeNames) {
        if (hole === "entry-late" || hole === "entry-corrected") continue
        if (hole === "bom-empty") {
          const note = plant.holes.find((one) => one.hole === hole)
          assert.isTrue(anyPart(plant, note?.key) && plant.boms(note?.key ?? "").length === 0)
          continue
        }
        const rows = showing(plant, hole)
        assert.isTrue(
          rows.some((row) => looks[hole](row, plant)),
          `${hole}: none of ${rows.length} records shows it`
        )
      }
    })
  }
})

describe("text and numbers on the wire", () => {
  it("a long number is printed as it is, and everything else is plain JSON", () => {
    const row = {
      a: new RawNumber("12345678901234567890.12345"),
      b: [new RawNumber("1e400")],
      c: "\ud83d\u0000",
      d: undefined,
      e: 1.5
    }
    assert.strictEqual(toJson(row), '{"a":12345678901234567890.12345,"b":[1e400],"c":"\\ud83d\\u0000","e":1.5}')
    assert.throws(() => new RawNumber("12,5"))
  })

  it("poison is there only when asked for, and noted", () => {
    const poisoned = (plant: Plant): Array<string> =>
      plant.holes.filter((note) => note.hole === "poison").map((note) => note.resource)
    assert.deepStrictEqual(poisoned(makePlant({ seed: 1 })), [])
    const plant = makePlant({ seed: 1, poison: true, holes: false })
    assert.sameMembers(
      [...new Set(poisoned(plant))],
      ["parts", "jobs", "productionEntries", "statusEntries", "containers"]
    )
    assert.isTrue(plant.parts.some((part) => part["id"] === undefined))
    assert.include(toJson(plant.jobs), '"quantity":1e400')
  })
})

describe("the data sources", () => {
  const localYesterday = (plant: Plant): number => Math.floor(plant.now() / day) * day - day

  it("the first workcenter's yesterday is the worked check of OEE, alone in its rows", () => {
    const plant = makePlant({ seed: 5 })
    const begin = localYesterday(plant)
    const rows = plant.dailyPerformance(begin, begin + day).filter((row) => row["Workcenter_Code"] === "NFF-01")
    assert.strictEqual(rows.length, 1)
    assert.include(rows[0], {
      Planned_Production_Time: 22.5,
      Downtime_DB: 1.25,
      Standard_Production_Rate: 200,
      Production_Qty: 4120,
      Scrap_Qty: 30,
      Reject_Qty: 12
    })
    plant.advance(day)
    const later = plant.dailyPerformance(begin, begin + day).filter((row) => row["Workcenter_Code"] === "NFF-01")
    assert.deepStrictEqual(later, rows)
    const before = plant.dailyPerformance(begin - day, begin).filter((row) => row["Workcenter_Code"] === "NFF-01")
    assert.isAbove(before.length, 0)
    assert.notDeepEqual(before, rows)
  })

  it("yesterday is the day of the plant's zone", () => {
    const plant = makePlant({ seed: 5, timeZone: "America/Detroit" })
    const begin = Date.UTC(2026, 5, 11, 4)
    const check = plant.dailyPerformance(begin, begin + day).find((row) => row["Workcenter_Code"] === "NFF-01")
    assert.strictEqual(check?.["Production_Qty"], 4120)
  })

  it("integer keys fit codes, not UUIDs, and an unknown key has no row", () => {
    const plant = makePlant({ seed: 5 })
    const [first] = plant.workcenters
    const key = plant.workcenterKeys.get(String(first?.["workcenterId"])) ?? 0
    assert.strictEqual(key, 51_003)
    assert.deepStrictEqual(
      plant.livePerformance(key).map((row) => row["Workcenter_Code"]),
      ["NFF-01"]
    )
    assert.deepStrictEqual(plant.livePerformance(1), [])
    assert.strictEqual(plant.partKeys.size, plant.parts.length)
    assert.strictEqual(plant.specificationKeys.size, plant.specificationPicker.length)
  })
})
