import { dateText, minute } from "./Instant.js"
import { addAdjustment, addMove, consumeContainer, containerOf } from "./Inventory.js"
import { addJob, completeJob, progress } from "./Jobs.js"
import { addPart } from "./Parts.js"
import { addEntry, addScrap } from "./Production.js"
import { addChecksheet, addProblem, moveProblem } from "./Quality.js"
import type { Random } from "./Random.js"
import { changeStatus, putSetup } from "./Statuses.js"
import type { World } from "./World.js"

const minutesPerDay = 1440

/** How often something with a daily rate is due in a minute of the plant's time: evenly, whatever the chunks of `advance`. */
const due = (perDay: number, tick: number): number =>
  Math.floor((tick * perDay) / minutesPerDay) - Math.floor(((tick - 1) * perDay) / minutesPerDay)

const produce = (world: World, random: Random, at: number): void => {
  const made = addEntry(world, random, at)
  if (made === undefined) return
  const quantity = made.row["quantity"]
  progress(world, made.run, typeof quantity === "number" ? quantity : 0)
  containerOf(world, random, made.row, made.run, at)
  putSetup(world, made.run.step.workcenter)
}

/** A supervisor corrects the quantity of an entry of the last two days. */
const correctEntry = (world: World, random: Random): void => {
  const now = world.clock.now
  const recent = world.productionEntries
    .between(now - 48 * 60 * minute, now)
    .filter((row) => typeof row["quantity"] === "number" && row["jobId"] !== null)
  if (recent.length === 0) return
  const row = random.pick(recent)
  const quantity = Number((Number(row["quantity"]) + random.int(1, 9)).toFixed(5))
  world.productionEntries.correct(row, { ...row, quantity })
  world.holes.note("entry-corrected", "productionEntries", row["transactionDate"])
}

const finishJob = (world: World, random: Random, at: number): void => {
  const jobs = [...world.openJobs.values()]
  // the documentation's job stays open for the first day
  const [, ...others] = jobs
  if (others.length > 3) completeJob(world, random.pick(others.slice(0, 20)), at)
}

const modifyPart = (world: World, random: Random, at: number): void => {
  const row = random.pick(world.tables.parts.rows.slice(0, 400))
  world.tables.parts.put({
    ...row,
    leadTimeDays: random.int(1, 40),
    modifiedById: random.pick(world.employees).id,
    modifiedDate: dateText(at)
  })
}

/** The youngest bought part goes; bills that name it keep its id. */
const removePart = (world: World): void => {
  const gone = world.tables.parts.rows.findLast((row) => row["type"] === "Raw Material" && row["id"] !== undefined)
  if (gone !== undefined) world.tables.parts.remove(world.tables.parts.keyOf(gone))
}

/** The only part that ever goes does so six hours after the start. */
const partRemovedAt = 360

/** Plays one minute of the plant; `tick` counts them from 1, the clock stands at its end. */
export const playMinute = (world: World, tick: number): void => {
  const { size } = world.options
  const random = world.random.fork(`minute/${tick}`)
  const end = world.clock.now
  const times = (perDay: number, act: (at: number) => void): void => {
    const instants = Array.from({ length: due(perDay, tick) }, () => end - random.int(1, minute))
    for (const at of instants.sort((one, other) => one - other)) act(at)
  }
  times(size.jobsPerDay, (at) => addJob(world, random, at, random.pick(world.made)))
  times(size.jobsPerDay, (at) => finishJob(world, random, at))
  times(size.entriesPerDay, (at) => produce(world, random, at))
  times(size.scrapPerDay, (at) => addScrap(world, random, at))
  times(size.statusesPerWorkcenterDay * size.workcenters, (at) => {
    const workcenter = random.pick(world.workcenters)
    changeStatus(world, random, workcenter, at)
    putSetup(world, workcenter)
  })
  times(size.movesPerDay, (at) => addMove(world, random, at, true))
  times(size.adjustments / size.historyDays, (at) => addAdjustment(world, random, at, true))
  times(size.entriesPerDay, () => consumeContainer(world))
  times(24, (at) => modifyPart(world, random, at))
  times(4, () => addPart(world, random))
  if (tick === partRemovedAt) removePart(world)
  times(size.checksheets / 30, (at) => addChecksheet(world, random, at))
  times(size.problems / 30, (at) => addProblem(world, random, at))
  times(12 + size.problems / 10, (at) => moveProblem(world, random, at))
  if (world.holes.enabled) times(24 + size.entriesPerDay / 100, () => correctEntry(world, random))
}
