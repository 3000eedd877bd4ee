import { day, dayBefore, hour, localDay } from "./Instant.js"
import type { Row } from "./Plant.js"
import type { Part, Step, Workcenter, World } from "./World.js"

/** What one workcenter did of one part's operation in a range. */
interface Output {
  readonly part: Part
  readonly step: Step
  made: number
  spoiled: number
}

const numeric = (value: unknown): number => (typeof value === "number" ? value : 0)

const downtimeTexts = new Set(["Mechanical Breakdown", "Maintenance", "Cleaning"])

const outputs = (world: World, begin: number, end: number): Map<Workcenter, Map<string, Output>> => {
  const all = new Map<Workcenter, Map<string, Output>>()
  const output = (workcenter: Workcenter, part: Part, step: Step): Output => {
    const at = all.get(workcenter) ?? new Map<string, Output>()
    const one = at.get(step.id) ?? { part, step, made: 0, spoiled: 0 }
    all.set(workcenter, at.set(step.id, one))
    return one
  }
  for (const { of, row } of world.productionEntries.factsBetween(begin, end)) {
    if (of !== undefined) output(of.workcenter, of.run.part, of.run.step).made += numeric(row["quantity"])
  }
  for (const { of, row } of world.scrapEntries.factsBetween(begin, end)) {
    if (of !== undefined) output(of.workcenter, of.run.part, of.run.step).spoiled += numeric(row["quantity"])
  }
  return all
}

/** Hours of each workcenter in a status that is downtime. */
const downtimes = (world: World, begin: number, end: number): Map<Workcenter, number> => {
  const hours = new Map<Workcenter, number>()
  for (const { at, of, row } of world.statusEntries.factsBetween(0, end)) {
    if (of === undefined || !downtimeTexts.has(String(row["workcenterStatus"]))) continue
    const overlap = Math.min(of.until ?? world.clock.now, end) - Math.max(at, begin)
    if (overlap > 0) hours.set(of.workcenter, (hours.get(of.workcenter) ?? 0) + overlap / hour)
  }
  return hours
}

const performanceRow = (workcenter: Workcenter, part: Part, step: Step, fields: Row): Row => ({
  Workcenter_Key: workcenter.key,
  Workcenter_Code: workcenter.code,
  Part_Key: part.key,
  Part_No: part.number,
  Operation_Code: step.operation.code,
  Production_Qty: 0,
  Reject_Qty: 0,
  Scrap_Qty: 0,
  Throwouts: 0,
  Downtime_DB: 0,
  Planned_Production_Time: 0,
  Standard_Production_Rate: step.rate,
  Multiple: 1,
  Number_Of_Children: 0,
  ...fields
})

/** The worked example of the documentation: A 94.4 %, P 96.9 %, Q 98.98 %, OEE 90.6 %. */
const workedCheck = {
  Production_Qty: 4120,
  Reject_Qty: 12,
  Scrap_Qty: 30,
  Downtime_DB: 1.25,
  Planned_Production_Time: 22.5,
  Standard_Production_Rate: 200
}

/** Whether a range is the local day before the plant's first instant, in whatever zone its borders were taken. */
const isYesterday = (world: World, begin: number, end: number): boolean => {
  const { startedAt, timeZone } = world.options
  const length = end - begin
  if (length < 23 * hour || length > 25 * hour) return false
  return localDay(begin + length / 2, timeZone) === dayBefore(localDay(startedAt, timeZone))
}

const round = (n: number, digits: number): number => Number(n.toFixed(digits))

const rowsOf = (workcenter: Workcenter, made: Iterable<Output>, planned: number, downtime: number): Array<Row> => {
  const all = [...made]
  const rate = (output: Output): number => Math.max(output.step.rate, 1)
  const hours = all.reduce((sum, output) => sum + output.made / rate(output), 0)
  return all.map((output) => {
    const share = hours > 0 ? output.made / rate(output) / hours : 1 / all.length
    return performanceRow(workcenter, output.part, output.step, {
      Production_Qty: Math.round(output.made),
      Reject_Qty: Math.floor(output.made / 400),
      Scrap_Qty: Math.round(output.spoiled),
      Downtime_DB: round(Math.min(downtime, planned) * share, 2),
      Planned_Production_Time: round(planned * share, 2)
    })
  })
}

const rework = {
  Operation_Code: "Rework",
  Production_Qty: 7,
  Reject_Qty: 0,
  Scrap_Qty: 0,
  Downtime_DB: 0,
  Planned_Production_Time: 0.5
}

/** Planned 0 and nothing produced at the last workcenter on alternate days, rate 0 at the second every third day, more rows. */
const withHoles = (world: World, workcenter: Workcenter, rows: Array<Row>, begin: number): Array<Row> => {
  const [first] = rows
  if (!world.holes.enabled || first === undefined) return rows
  const days = Math.floor(begin / day)
  if (workcenter === world.workcenters.at(-1)) {
    const nothing = { Production_Qty: 0, Reject_Qty: 0, Scrap_Qty: 0 }
    const change = days % 2 === 0 ? { Planned_Production_Time: 0, Downtime_DB: 0 } : nothing
    return rows.map((row) => ({ ...row, ...change }))
  }
  if (workcenter === world.workcenters[1] && days % 3 === 0)
    return [{ ...first, Standard_Production_Rate: 0 }, ...rows.slice(1)]
  if (workcenter === world.workcenters[2]) return [...rows, { ...first, ...rework }]
  return rows
}

/** Data source 18765 over [begin, end): what the histories say was made, planned 22.5 hours a day, times in hours. */
export const dailyPerformanceOf = (world: World, begin: number, end: number): ReadonlyArray<Row> => {
  const made = outputs(world, begin, end)
  const down = downtimes(world, begin, end)
  const planned = (22.5 * (end - begin)) / day
  const known = isYesterday(world, begin, end) ? world.workcenters[0] : undefined
  const rows: Array<Row> = []
  for (const workcenter of world.workcenters) {
    const part = world.made[0]
    const step = part?.steps[0]
    if (workcenter === known && part !== undefined && step !== undefined) {
      rows.push(performanceRow(workcenter, part, step, workedCheck))
      continue
    }
    const at = rowsOf(workcenter, made.get(workcenter)?.values() ?? [], planned, down.get(workcenter) ?? 0)
    rows.push(...withHoles(world, workcenter, at, begin))
  }
  const any = rows.at(-1)
  if (world.holes.enabled && any !== undefined) rows.push({ ...any, Workcenter_Key: 59_999, Workcenter_Code: "OLD-99" })
  return rows
}

const colours: Readonly<Record<string, string>> = { Production: "#00aa00", Setup: "#ffcc00", Idle: "#ffcc00" }

/** Data source 22870: one row, but two (two parts at once) for the second workcenter of a plant with holes. */
export const livePerformanceOf = (world: World, workcenterKey: number): ReadonlyArray<Row> => {
  const workcenter = world.workcenters.find((one) => one.key === workcenterKey)
  const setup = workcenter === undefined ? undefined : world.tables.setups.get(workcenter.id)
  if (workcenter === undefined || setup === undefined) return []
  const status = setup["statusDescription"]
  const off = status === "Off" || setup["partId"] === null
  const random = world.random.fork(`live/${workcenterKey}/${Math.floor(world.clock.now / (15 * 60_000))}`)
  const colour = colours[String(status)] ?? "#cc0000"
  const row: Row = {
    Part_No_Revision: setup["partNumberRevision"],
    Performance: off ? null : random.decimal(70, 104, 1),
    Performance_Color: colour,
    Workcenter_Code: workcenter.code,
    Workcenter_Status: status,
    Workcenter_Status_Color: colour
  }
  const two = world.holes.enabled && workcenter === world.workcenters[1]
  return two ? [row, { ...row, Part_No_Revision: "OTHER-A", Performance: 50.5 }] : [row]
}

/** Notes what {@link dailyPerformanceOf} and {@link livePerformanceOf} show by rule; needs three workcenters or more. */
export const notePerformanceHoles = (world: World): void => {
  if (!world.holes.enabled) return
  const code = (i: number): string | undefined => world.workcenters.at(i)?.code
  world.holes.note("performance-unknown-workcenter", "dailyPerformance", "OLD-99")
  world.holes.note("performance-planned-zero", "dailyPerformance", code(-1))
  world.holes.note("performance-nothing-produced", "dailyPerformance", code(-1))
  world.holes.note("performance-rate-zero", "dailyPerformance", code(1))
  world.holes.note("performance-several-rows", "dailyPerformance", code(2))
  world.holes.note("live-several-rows", "livePerformance", world.workcenters[1]?.key)
}
