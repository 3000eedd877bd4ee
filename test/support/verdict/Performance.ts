/**
 * OEE of each finished day, and the live performance.
 */
import type { Row } from "../../../src/sandbox/plant/Plant.js"
import { about, Must } from "./Expectation.js"
import { finishedDays } from "./LocalDay.js"
import { livePoints } from "./Production.js"
import type { Circumstances, World } from "./World.js"

const day = 86_400_000

const sum = (rows: ReadonlyArray<Row>, of: (row: Row) => number): number =>
  rows.reduce((total, row) => total + of(row), 0)

const at =
  (name: string) =>
  (row: Row): number =>
    Number(row[name])

interface Factors {
  readonly availability: number | undefined
  readonly performance: number | undefined
  readonly quality: number | undefined
}

/** Each factor where it is defined, in percent. Exported for the check of the contract's own example. */
export const factorsOf = (rows: ReadonlyArray<Row>): Factors & { readonly oee: number | undefined } => {
  const planned = sum(rows, at("Planned_Production_Time"))
  const run = planned - sum(rows, at("Downtime_DB"))
  const total = sum(rows, at("Production_Qty"))
  const bad = sum(rows, (row) => at("Reject_Qty")(row) + at("Scrap_Qty")(row))
  const rated = rows.every((row) => at("Standard_Production_Rate")(row) > 0 || at("Production_Qty")(row) === 0)
  const hours = sum(rows, (row) =>
    at("Production_Qty")(row) === 0 ? 0 : at("Production_Qty")(row) / at("Standard_Production_Rate")(row)
  )
  const availability = planned > 0 ? run / planned : undefined
  const performance = rated && run > 0 ? hours / run : undefined
  const good = total > 0 ? (total - bad) / total : undefined
  const oee =
    availability === undefined || performance === undefined || good === undefined
      ? undefined
      : availability * performance * good
  const percent = (factor: number | undefined): number | undefined => (factor === undefined ? undefined : factor * 100)
  return {
    availability: percent(availability),
    performance: percent(performance),
    quality: percent(good),
    oee: percent(oee)
  }
}

/** The metric of one workcenter, day by day. The first days of the look-back may or may not be whole: they are free. */
const daily = (points: ReadonlyArray<readonly [number, number | undefined]>, { now, again }: Circumstances): Must =>
  new Must(`the days ${JSON.stringify(points)}`, (actual) => {
    if (!Array.isArray(actual)) return false
    const found = new Map<unknown, unknown>(actual.map((point) => [point[0], point[1]]))
    const known = new Set(points.map(([begin]) => begin))
    return (
      actual.every((point) => known.has(point[0]) || (again && point[0] < now - 7 * day)) &&
      points.every(([begin, value]) => {
        const is = found.get(begin)
        if (begin < now - 6 * day && is === undefined) return true
        if (again && begin < now - 4 * day) return true
        return value === undefined ? is === undefined : about(value).holds(is)
      })
    )
  })

const titles = { oee: "OEE", availability: "Availability", performance: "Performance", quality: "Quality" } as const

const dailyPerformance = (world: World): void => {
  const { now, timeZone } = world.circumstances
  const days = finishedDays(now - 8 * day, now, timeZone).map(({ begin, end }) => ({
    begin,
    rows: world.plant.dailyPerformance(begin, end)
  }))
  for (const workcenter of world.plant.workcenters) {
    const id = String(workcenter["workcenterId"])
    const code = workcenter["workcenterCode"]
    for (const metric of ["oee", "availability", "performance", "quality"] as const) {
      const points = days.flatMap(({ begin, rows }) => {
        const own = rows.filter((row) => row["Workcenter_Code"] === code)
        return own.length === 0 ? [] : [[begin, factorsOf(own)[metric]] as const]
      })
      const certain = points.filter(([begin, value]) => value !== undefined && begin >= now - 6 * day)
      if (certain.length === 0) continue
      world.series({
        metric,
        key: id,
        name: `${String(code)} ${titles[metric]}`,
        dataSet: "production",
        unit: "%",
        isStep: false,
        asset: world.id("workcenter", id),
        points: daily(points, world.circumstances)
      })
    }
  }
}

const livePerformance = (world: World): void => {
  for (const workcenter of world.plant.workcenters) {
    const id = String(workcenter["workcenterId"])
    const rows = world.plant.livePerformance(world.plant.workcenterKeys.get(id) ?? 0)
    const value = rows.length === 1 ? rows[0]?.["Performance"] : undefined
    if (typeof value !== "number") continue
    world.series({
      metric: "live_performance",
      key: id,
      name: `${String(workcenter["workcenterCode"])} Live Performance`,
      dataSet: "production",
      unit: "%",
      isStep: false,
      asset: world.id("workcenter", id),
      points: livePoints(world, value)
    })
  }
}

export const performanceFlows: Readonly<Record<string, (world: World) => void>> = {
  "daily-performance": dailyPerformance,
  "live-performance": livePerformance
}
