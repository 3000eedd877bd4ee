import { dateText, dateTextWith, day, minute } from "./Instant.js"
import { runAt } from "./Jobs.js"
import type { Row } from "./Plant.js"
import type { Random } from "./Random.js"
import type { Run, Workcenter, World } from "./World.js"
import { nextNumber } from "./World.js"

const scrapReasons = ["Temperature", "Foreign body", "Underweight", "Bag leak", "Start-up"]

/** When Plex learns of what happened at `at`: at once, or, one time in 25, ten minutes to three days later. */
export const visibleFrom = (world: World, random: Random, at: number): number => {
  if (!world.holes.enabled || !random.chance(0.04)) return at
  return at + Math.min(3 * day, Math.round(10 * minute * (1 - random.next()) ** -1.2))
}

/** Most instants have three fractional digits, one in ten another form; what is cut off is not there. */
const historyDate = (world: World, random: Random, at: number): string => {
  if (!world.holes.enabled || !random.chance(0.1)) return dateText(at)
  const form = random.int(0, 8)
  return dateTextWith(at, form === 8 ? "minute" : form, String(random.int(0, 9999)).padStart(4, "0"))
}

const lotOf = (world: World, workcenter: Workcenter, at: number): { readonly no: string; readonly id: string } => {
  const no = `L${dateText(at).slice(2, 10).replaceAll("-", "")}-${workcenter.code}`
  const known = world.lots.get(no)
  if (known !== undefined) return { no, id: known }
  const id = world.random.fork(`lot/${no}`).uuid()
  world.lots.set(no, id)
  return { no, id }
}

/** What was made of it at once: the rate over the usual time between two entries of one workcenter. */
const quantityOf = (world: World, random: Random, run: Run): number => {
  const { archivedEntriesPerDay, entriesPerDay, workcenters } = world.options.size
  const perDay = entriesPerDay || archivedEntriesPerDay || 1
  const amount = run.step.rate * ((24 * workcenters) / perDay) * (0.78 + random.next() * 0.16)
  return run.step.workcenter.unit === "ea"
    ? Math.max(1, Math.round(amount))
    : Number(amount.toFixed(random.chance(0.1) ? 5 : 1))
}

/** Sometimes the second workcenter counts in pounds what it counts in kilograms otherwise. */
const unitOf = (world: World, random: Random, workcenter: Workcenter): string =>
  world.holes.enabled && workcenter === world.workcenters[1] && random.chance(0.25) ? "lb" : workcenter.unit

/** A production entry's record, in Plex's order. */
export const entryRow = (world: World, random: Random, workcenter: Workcenter, run: Run, at: number): Row => {
  const lot = lotOf(world, workcenter, at)
  const who = random.pick(world.employees)
  const date = historyDate(world, random, at)
  return {
    transactionDate: date,
    workcenterId: workcenter.id,
    workcenterCode: workcenter.code,
    serialNo: `S${String(nextNumber(world, "serial", 1233)).padStart(7, "0")}`,
    lotNo: lot.no,
    employeeId: who.id,
    employeeName: `${who.last}, ${who.first}`,
    quantity: quantityOf(world, random, run),
    jobId: run.job?.id ?? null,
    jobCode: run.job?.number ?? null,
    jobNo: run.job?.number ?? null,
    partId: run.part.id,
    partNumber: run.part.number,
    revision: run.part.revision,
    partNumberRevision: run.part.numberRevision,
    partOperationId: run.step.id,
    operationNumber: run.step.number,
    operationCode: run.step.operation.code,
    masterUnitNo: null,
    masterUnitId: null,
    lotId: lot.id,
    heatCode: null,
    heatNo: null,
    heatId: null,
    unit: unitOf(world, random, workcenter),
    trackingNo: null,
    shelfDateTime: null,
    manufacturedDateTime: date,
    bestByDateTime: null,
    useByDateTime: null,
    sellByDateTime: null
  }
}

/** Where the row's own text puts it; never after the instant it was made from. */
const instantOf = (row: Row): number => Date.parse(String(row["transactionDate"]))

/** A workcenter makes something at `at`; `undefined` when the chosen one makes nothing. */
export const addEntry = (
  world: World,
  random: Random,
  at: number
): { readonly row: Row; readonly run: Run; readonly at: number } | undefined => {
  const workcenter = random.pick(world.workcenters)
  const run = runAt(world, workcenter, at)
  if (run === undefined) return undefined
  const row = entryRow(world, random, workcenter, run, at)
  const cut = instantOf(row)
  world.productionEntries.add(row, cut, visibleFrom(world, random, at), { workcenter, run })
  return { row, run, at: cut }
}

/** A workcenter spoils something at `at`. */
export const addScrap = (world: World, random: Random, at: number): void => {
  const workcenter = random.pick(world.workcenters)
  const run = runAt(world, workcenter, at)
  if (run === undefined) return
  const row: Row = {
    transactionDate: historyDate(world, random, at),
    scrapReason: random.pick(scrapReasons),
    transactionType: random.chance(0.5) ? "Scrap" : "Control Panel Scrap",
    quantity: random.int(1, 9),
    workcenterId: workcenter.id,
    workcenterCode: workcenter.code,
    jobId: run.job?.id ?? null,
    jobCode: run.job?.number ?? null,
    partId: run.part.id,
    partNumber: run.part.number,
    revision: run.part.revision,
    partNumberRevision: run.part.numberRevision,
    partOperationId: run.step.id,
    operationNumber: run.step.number,
    operationCode: run.step.operation.code,
    serialNo: random.chance(0.3) ? `S${String(random.int(1234, 1300)).padStart(7, "0")}` : null
  }
  world.scrapEntries.add(row, instantOf(row), visibleFrom(world, random, at), { workcenter, run })
}

/** Production and scrap of the last days. */
export const makeProduction = (world: World): void => {
  const random = world.random.fork("production")
  const { entriesPerDay, historyDays, scrapPerDay } = world.options.size
  const begin = world.options.startedAt - historyDays * day
  const spread = (perDay: number, add: (at: number) => void): void => {
    const count = Math.round(perDay * historyDays)
    const gap = (historyDays * day) / Math.max(count, 1)
    for (let i = 0; i < count; i++) add(begin + Math.floor((i + random.next()) * gap))
  }
  spread(entriesPerDay, (at) => addEntry(world, random, at))
  spread(scrapPerDay, (at) => addScrap(world, random, at))
}
