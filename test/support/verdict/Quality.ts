/**
 * Specifications, control plans, inspections, problems, deviations.
 */
import type { Row } from "../../../src/sandbox/plant/Plant.js"
import { anything, Must } from "./Expectation.js"
import { good, instantOf, textOf } from "./Facts.js"
import { finishedDays, localDay } from "./LocalDay.js"
import { nameOf } from "./MasterData.js"
import type { World } from "./World.js"

const day = 86_400_000

const isRow = (value: unknown): value is Row => typeof value === "object" && value !== null && !Array.isArray(value)

/** A sum of two decimals as a person writes it. */
const decimal = (value: number): string => String(Number(value.toPrecision(12)))

/** Target and tolerances, or one side. */
const limitsOf = (tolerance: unknown): Record<string, string> => {
  if (!isRow(tolerance)) return {}
  const at = (name: string): number | undefined => {
    const value = tolerance[name]
    return typeof value === "number" ? value : undefined
  }
  const target = at("target")
  const plus = at("targetPlus")
  const minus = at("targetMinus")
  const upper = target !== undefined && plus !== undefined ? target + plus : at("oneSidedMaximum")
  const lower = target !== undefined && minus !== undefined ? target - minus : at("oneSidedMinimum")
  const unit = textOf(tolerance, "unit")
  return {
    ...(target === undefined ? {} : { nominal: decimal(target) }),
    ...(upper === undefined ? {} : { upper_limit: decimal(upper) }),
    ...(lower === undefined ? {} : { lower_limit: decimal(lower) }),
    ...(unit === undefined ? {} : { unit })
  }
}

const specifications = (world: World): void => {
  for (const row of good("partSpecifications", world.plant.partSpecifications)) {
    const key = String(row["id"])
    world.asset({
      resource: "partSpecifications",
      row,
      kind: "specification",
      key,
      name: nameOf("Specification", key, textOf(row, "specificationNumber"), textOf(row, "description")),
      dataSet: "quality",
      root: "specifications_root",
      more: limitsOf(row["toleranceType"])
    })
  }
}

const controlPlans = (world: World): void => {
  for (const row of good("controlPlans", world.plant.controlPlans)) {
    const key = String(row["id"])
    world.asset({
      resource: "controlPlans",
      row,
      kind: "control_plan",
      key,
      name: nameOf("Control Plan", key, textOf(row, "controlPlanNo"), textOf(row, "description")),
      dataSet: "quality",
      root: "control_plans_root"
    })
  }
}

const lines = (world: World): void => {
  for (const plan of good("controlPlans", world.plant.controlPlans)) {
    for (const row of world.plant.controlPlanLines(String(plan["id"])) ?? []) {
      const description = textOf(row, "description")
      const code = `${textOf(plan, "controlPlanNo")}-${textOf(row, "sortOrder")}`
      world.asset({
        resource: "controlPlanLines",
        row,
        kind: "inspection_point",
        key: String(row["id"]),
        name: description === undefined ? code : `${code} ${description}`,
        dataSet: "quality",
        root: "inspection_points_root"
      })
    }
  }
}

/** The one asset that a human key fits; none where it fits several. */
const only = (world: World, kind: string, ids: ReadonlyArray<unknown>): string | undefined =>
  ids.length === 1 ? world.id(kind, String(ids[0])) : undefined

const partOf = (world: World, number: string | undefined, revision?: string): string | undefined => {
  const parts = number === undefined ? [] : (world.numbered.get(number) ?? [])
  const fitting = revision === undefined ? parts : parts.filter((part) => textOf(part, "revision") === revision)
  return only(
    world,
    "part",
    fitting.map((part) => part["id"])
  )
}

const workcenterOf = (world: World, code: string | undefined): string | undefined =>
  code === undefined
    ? undefined
    : only(
        world,
        "workcenter",
        world.plant.workcenters.filter((row) => row["workcenterCode"] === code).map((row) => row["workcenterId"])
      )

const checksheets = (world: World): void => {
  for (const row of good("checksheets", world.plant.checksheets, "Checksheet_No")) {
    const at = instantOf(row, "Inspection_Date")
    world.event({
      resource: "checksheets",
      row,
      kind: "checksheet",
      key: String(row["Checksheet_No"]),
      type: "quality_inspection",
      subtype: row["Out_Of_Spec"] === true ? "fail" : "pass",
      dataSet: "quality",
      start: at,
      end: at,
      description: anything,
      links: [
        partOf(world, textOf(row, "Part_No"), textOf(row, "Revision")),
        workcenterOf(world, textOf(row, "Workcenter_Code"))
      ]
    })
  }
}

const states: Readonly<Record<string, string>> = {
  Open: "open",
  "In Review": "in_review",
  Approved: "approved",
  Rejected: "rejected",
  Closed: "closed"
}

/** The last row of each problem: one that is listed twice was updated meanwhile. */
const problemsOf = ({ plant }: World): ReadonlyArray<Row> => {
  const rows = good("problems", plant.problems, "Problem_No")
  return Array.from(new Map(rows.map((row) => [row["Problem_No"], row])).values())
}

const problems = (world: World): void => {
  const { again, now } = world.circumstances
  for (const row of problemsOf(world)) {
    const number = String(row["Problem_No"])
    const reported = instantOf(row, "Reported_Date")
    world.event({
      resource: "problems",
      row,
      kind: "ncr",
      key: number,
      type: "quality_ncr",
      subtype: states[String(row["Problem_Status"])],
      dataSet: "quality",
      start: reported,
      end: instantOf(row, "Closed_Date"),
      description: anything,
      links: [partOf(world, textOf(row, "Part_No")), workcenterOf(world, textOf(row, "Workcenter_Code"))]
    })
    // One that has left the look-back is not followed any more.
    if (again && reported !== undefined && reported < now - 29 * day) {
      const id = world.id("ncr", number)
      world.events.set(id, { ...world.events.get(id), subtype: anything, endTime: anything, metadata: anything })
    }
  }
}

const deviations = (world: World): void => {
  const partOfJob = new Map(world.plant.jobs.map((job) => [job["id"], textOf(job, "partId")]))
  for (const row of good("deviations", world.plant.deviations)) {
    const start = instantOf(row, "effectiveDate")
    const end = instantOf(row, "expirationDate")
    const parts = Array.isArray(row["parts"]) ? row["parts"].filter(isRow).map((part) => textOf(part, "partId")) : []
    const made = Array.isArray(row["jobIds"]) ? row["jobIds"].map((job) => partOfJob.get(job)) : []
    world.event({
      resource: "deviations",
      row,
      kind: "deviation",
      key: String(row["id"]),
      type: "quality_deviation",
      subtype: textOf(row, "deviationStatus"),
      dataSet: "quality",
      start,
      end: start !== undefined && end !== undefined && end < start ? undefined : end,
      description: anything,
      links: [...parts, ...made].map((part) => (part === undefined ? undefined : world.id("part", part)))
    })
  }
}

/** A point for each finished day without a gap, from the look-back of thirty days at the latest, each the day's problems. */
const countsPerDay = (world: World): Must => {
  const { again, now, timeZone } = world.circumstances
  const counts = new Map<string, number>()
  for (const row of problemsOf(world)) {
    const at = instantOf(row, "Reported_Date")
    if (at === undefined) continue
    const reported = localDay(at, timeZone)
    counts.set(reported, (counts.get(reported) ?? 0) + 1)
  }
  const due = finishedDays(now - 31 * day, now, timeZone).map(
    ({ begin }) => [begin, counts.get(localDay(begin, timeZone)) ?? 0] as const
  )
  return new Must(`the problems of each day, at least the last of ${JSON.stringify(due)}`, (actual) => {
    // Days that have left the look-back meanwhile are as earlier passes saw them.
    const seen: unknown = again && Array.isArray(actual) ? actual.slice(-due.length) : actual
    if (!Array.isArray(seen) || seen.length < 29 || seen.length > due.length) return false
    const last = due.slice(-seen.length)
    return last.every(([at, count], i) => seen[i]?.[0] === at && seen[i]?.[1] === count)
  })
}

export const quality: Readonly<Record<string, (world: World) => void>> = {
  specifications,
  "control-plans": controlPlans,
  "control-plan-lines": lines,
  checksheets,
  problems,
  deviations,
  "ncr-count": (world) =>
    world.series({
      metric: "ncr_count",
      key: world.plant.pcn,
      name: `${world.circumstances.facilityCode} NCR Count`,
      dataSet: "quality",
      isStep: false,
      asset: world.id("facility", world.plant.pcn),
      points: countsPerDay(world)
    })
}
