import { assert, describe, it } from "@effect/vitest"
import { toJson } from "../../../src/sandbox/plant/Json.js"
import { makePlant } from "../../../src/sandbox/plant/makePlant.js"
import type { Plant, PlantOptions, TableName } from "../../../src/sandbox/plant/Plant.js"
import { tableKeys } from "../../../src/sandbox/plant/Plant.js"
import { isTableName } from "./isTableName.js"

const hour = 3_600_000
const day = 24 * hour

/** Everything a reader can see of a plant, as bytes. */
const everything = (plant: Plant): string =>
  toJson([
    Object.keys(tableKeys)
      .filter(isTableName)
      .map((name: TableName) => plant[name]),
    plant.parts.map((part) => plant.boms(String(part["id"]))),
    plant.jobs.map((job) => plant.jobOperations(String(job["id"]))),
    plant.controlPlans.map((plan) => plant.controlPlanLines(String(plan["id"]))),
    plant.productionEntries.rows,
    plant.scrapEntries.rows,
    plant.statusEntries.rows,
    plant.locationMoves.rows,
    plant.adjustments.rows,
    plant.dailyPerformance(plant.now() - day, plant.now()),
    [...plant.workcenterKeys.values()].map((key) => plant.livePerformance(key)),
    plant.holes
  ])

const demo = (options: Partial<PlantOptions> = {}): Plant => makePlant({ seed: 7, ...options })

describe("a plant is reproducible", () => {
  it("the same seed gives the same bytes, another seed others", () => {
    assert.strictEqual(everything(demo()), everything(demo()))
    assert.notStrictEqual(everything(demo()), everything(demo({ seed: 8 })))
  })

  it("the same time in other pieces, with reading in between, gives the same plant", () => {
    const once = demo()
    once.advance(7 * hour + 30_500)
    const pieces = demo()
    for (let i = 0; i < 14; i++) {
      pieces.advance(hour / 2)
      everything(pieces)
    }
    pieces.advance(30_500)
    assert.strictEqual(pieces.now(), once.now())
    assert.strictEqual(everything(pieces), everything(once))
  })

  it("the clock starts at the given minute and moves by what it is told", () => {
    const plant = demo({ startedAt: Date.UTC(2026, 0, 2, 3, 4, 5) })
    assert.strictEqual(plant.now(), Date.UTC(2026, 0, 2, 3, 4))
    plant.advance(1_234)
    assert.strictEqual(plant.now(), Date.UTC(2026, 0, 2, 3, 4) + 1_234)
  })
})

describe("sizes", () => {
  it("the demo plant has the demo tenant's counts", () => {
    const plant = demo()
    const counts = [plant.tenants, plant.buildings, plant.workcenters, plant.parts, plant.operations, plant.locations]
    assert.deepStrictEqual(
      counts.map((rows) => rows.length),
      [1, 2, 4, 27, 8, 24]
    )
    assert.strictEqual(plant.containers.length, 60)
    assert.strictEqual(plant.jobs.length, 48)
    assert.strictEqual(plant.adjustments.rows.length, 36)
    assert.deepStrictEqual(
      plant.tenants.map((tenant) => tenant["code"]),
      ["ra-process"]
    )
    assert.isTrue(plant.jobs.some((job) => job["jobNumber"] === "J004217" && job["jobStatus"] === "In Progress"))
  })

  it("a custom size changes only what it names", () => {
    const plant = demo({ size: { parts: 60, jobs: 100 } })
    assert.deepStrictEqual([plant.parts.length, plant.jobs.length, plant.workcenters.length], [60, 100, 4])
  })

  it("the large plant has a real tenant's counts and is made in seconds", { timeout: 60_000 }, () => {
    const began = performance.now()
    const plant = demo({ size: "large" })
    const took = performance.now() - began
    assert.deepStrictEqual(
      [plant.parts, plant.jobs, plant.containers, plant.workcenters, plant.operations, plant.locations].map(
        (r) => r.length
      ),
      [16_921, 114_684, 10_676, 143, 122, 1_270]
    )
    assert.strictEqual(plant.supplyItems.length, 2_516)
    assert.strictEqual(plant.adjustments.rows.length, 6_298)
    assert.isAbove(plant.productionEntries.rows.length, 100_000)
    assert.isAbove(plant.productionEntries.between(plant.now() - day, plant.now()).length, 2_000)
    const open = plant.jobs.filter((job) => job["completedDate"] === null).length
    assert.isTrue(open >= 2_000 && open < 2_010, `${open} open jobs`)
    assert.isBelow(took, 30_000)
  })
})

describe("advance", () => {
  it("entries that Plex learns of late appear in windows that were already read", () => {
    const plant = demo()
    const [begin, end] = [plant.now() - 40 * hour, plant.now()]
    const before = plant.productionEntries.between(begin, end)
    plant.advance(21 * 60_000)
    const after = plant.productionEntries.between(begin, end)
    assert.isAbove(after.length, before.length)
    const late = plant.holes.find((note) => note.hole === "entry-late")
    assert.isFalse(before.some((row) => row["transactionDate"] === late?.key))
    assert.isTrue(after.some((row) => row["transactionDate"] === late?.key))
  })

  it("containers are made and used up, jobs come and go, parts come, change and one goes, problems move, states change", () => {
    const plant = demo()
    const was = { ...plant }
    const serials = (rows: Plant["containers"]): Set<unknown> => new Set(rows.map((row) => row["serialNo"]))
    plant.advance(day)
    const [old, now] = [serials(was.containers), serials(plant.containers)]
    assert.isTrue(
      [...old].some((serial) => !now.has(serial)),
      "none used up"
    )
    assert.isTrue(
      [...now].some((serial) => !old.has(serial)),
      "none made"
    )

    const finished = plant.jobs.filter(
      (job, i) => was.jobs[i]?.["completedDate"] === null && job["completedDate"] !== null
    )
    assert.isAbove(finished.length, 0)
    assert.isAbove(plant.jobs.length, was.jobs.length)

    const ids = new Set(plant.parts.map((part) => part["id"]))
    assert.strictEqual(was.parts.filter((part) => !ids.has(part["id"])).length, 1)
    assert.isAbove(plant.parts.length, was.parts.length)
    const changed = plant.parts.filter((part) => Date.parse(String(part["modifiedDate"])) > plant.options.startedAt)
    assert.isAbove(changed.length, 5)

    const states = (rows: Plant["problems"]): string =>
      rows
        .slice(0, 12)
        .map((row) => row["Problem_Status"])
        .join()
    assert.notStrictEqual(states(plant.problems), states(was.problems))
    assert.notStrictEqual(toJson(plant.setups), toJson(was.setups))
    assert.isAbove(plant.productionEntries.rows.length, 468)
    assert.isAbove(plant.locationMoves.between(plant.now() - day, plant.now()).length, 30)
  })

  it("a corrected entry keeps its instant and loses its old quantity", () => {
    const plant = demo()
    const [begin, end] = [plant.now() - 3 * day, plant.now()]
    const before = new Set(plant.productionEntries.between(begin, end).map((row) => toJson(row)))
    plant.advance(6 * hour)
    const after = new Set(plant.productionEntries.between(begin, end).map((row) => toJson(row)))
    const gone = [...before].filter((row) => !after.has(row))
    const notes = plant.holes.filter((note) => note.hole === "entry-corrected")
    assert.isAbove(notes.length, 0)
    assert.isAbove(gone.length, 0)
    for (const row of gone) assert.isTrue(notes.some((note) => row.includes(note.key)))
  })

  it("a plant without holes has none, and nothing late or corrected", () => {
    const plant = demo({ holes: false })
    const before = plant.productionEntries.between(0, plant.now())
    plant.advance(day)
    assert.deepStrictEqual(plant.holes, [])
    assert.deepStrictEqual(plant.productionEntries.between(0, plant.options.startedAt), before)
  })
})

describe("what readers hold stays as it is", () => {
  it("a list is the same array until something changes, and an old one is never changed", () => {
    const plant = demo()
    const parts = plant.parts
    assert.strictEqual(plant.parts, parts)
    const bytes = toJson(parts)
    plant.put("parts", { id: "x", number: "NEW" })
    assert.notStrictEqual(plant.parts, parts)
    assert.strictEqual(toJson(parts), bytes)
    assert.isTrue(plant.remove("parts", "x"))
    assert.isFalse(plant.remove("parts", "x"))
    assert.strictEqual(toJson(plant.parts), bytes)
  })

  it("a test can record, correct and take out history", () => {
    const plant = demo()
    const at = plant.now() - hour + 1
    const row = { transactionDate: new Date(at).toISOString(), quantity: 1 }
    plant.record("productionEntries", row, plant.now() + hour)
    assert.deepStrictEqual(plant.productionEntries.between(at, at + 1), [])
    plant.advance(hour)
    assert.deepStrictEqual(plant.productionEntries.between(at, at + 1), [row])
    const corrected = { ...row, quantity: 2 }
    assert.isTrue(plant.correct("productionEntries", row, corrected))
    assert.deepStrictEqual(plant.productionEntries.between(at, at + 1), [corrected])
    assert.isTrue(plant.correct("productionEntries", corrected, undefined))
    assert.deepStrictEqual(plant.productionEntries.between(at, at + 1), [])
    assert.isFalse(plant.correct("productionEntries", row, undefined))
  })
})

describe("references", () => {
  it("those of a plant without holes all resolve", () => {
    const plant = demo({ holes: false, size: "small" })
    const ids = (rows: Plant["parts"], key: string): Set<unknown> => new Set(rows.map((row) => row[key]))
    const parts = ids(plant.parts, "id")
    const jobs = ids(plant.jobs, "id")
    const workcenters = ids(plant.workcenters, "workcenterId")
    const locations = ids(plant.locations, "locationId")
    const steps = ids(plant.partOperations, "id")
    for (const row of plant.jobs) assert.isTrue(parts.has(row["partId"]))
    for (const row of plant.containers) assert.isTrue(parts.has(row["partId"]) && locations.has(row["locationId"]))
    for (const row of plant.productionEntries.rows) {
      assert.isTrue(
        workcenters.has(row["workcenterId"]) && parts.has(row["partId"]) && steps.has(row["partOperationId"])
      )
      assert.isTrue(row["jobId"] === null || jobs.has(row["jobId"]))
    }
    for (const row of plant.jobs.slice(-200)) {
      for (const operation of plant.jobOperations(String(row["id"])) ?? []) {
        assert.isTrue(workcenters.has(operation["workcenterId"]))
      }
    }
    const items = ids(plant.supplyItems, "id")
    for (const part of plant.parts) {
      for (const line of plant.boms(String(part["id"]))) {
        assert.isTrue(parts.has(line["componentPartId"]) || items.has(line["componentSupplyItemId"]))
      }
    }
    assert.isUndefined(plant.jobOperations("nobody"))
    assert.isUndefined(plant.controlPlanLines("nobody"))
  })

  it("most of those of a plant with holes resolve too", () => {
    const plant = demo({ size: "small" })
    const parts = new Set(plant.parts.map((row) => row["id"]))
    const resolved = plant.productionEntries.rows.filter((row) => parts.has(row["partId"])).length
    assert.isAbove(resolved / plant.productionEntries.rows.length, 0.95)
  })

  it("the live operation of a workcenter is one of its job's operations", () => {
    const plant = demo()
    const setup = plant.setups.find((row) => row["code"] === "NFF-01")
    const operations = plant.jobOperations(String(setup?.["jobId"])) ?? []
    assert.include(
      operations.map((row) => row["jobOperationId"]),
      setup?.["jobOperationId"]
    )
  })
})

describe("the archive", () => {
  const size = { archivedDays: 300, archivedEntriesPerDay: 200 }

  it("reaches further back than the plant's own history, and shows the same rows in any slices and in any order", () => {
    const plant = demo({ size })
    const end = plant.now() - plant.options.size.historyDays * day
    const begin = end - 300 * day
    assert.lengthOf(plant.productionEntries.between(0, end), 300 * 200)
    const last = toJson(plant.productionEntries.between(end - 2 * day, end))
    const halves = [begin + 10 * day + hour, begin + 11 * day, begin + 12 * day]
    const sliced = halves.flatMap((from, i) => plant.productionEntries.between(from, halves[i + 1] ?? from))
    assert.strictEqual(
      toJson(sliced),
      toJson(plant.productionEntries.between(begin + 10 * day + hour, begin + 12 * day))
    )
    assert.strictEqual(toJson(demo({ size }).productionEntries.between(end - 2 * day, end)), last)
  })

  it("is followed by the plant's own history, which it leaves as it is", () => {
    const [plain, archived] = [demo(), demo({ size })]
    assert.strictEqual(toJson(archived.productionEntries.rows), toJson(plain.productionEntries.rows))
    const own = archived.productionEntries.rows.length
    const recent = archived.productionEntries.between(archived.now() - 5 * day, archived.now())
    assert.strictEqual(toJson(recent.slice(-own)), toJson(plain.productionEntries.rows))
    assert.lengthOf(recent, own + 200)
  })
})
