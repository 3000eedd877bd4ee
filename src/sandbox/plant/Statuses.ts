import { dateText, day, hour } from "./Instant.js"
import { jobOperationId } from "./JobOperations.js"
import { runAt } from "./Jobs.js"
import { visibleFrom } from "./Production.js"
import type { Row } from "./Plant.js"
import { RawNumber } from "./RawNumber.js"
import type { Random } from "./Random.js"
import { statusTexts } from "./Sites.js"
import type { StatusSpell, Workcenter, World } from "./World.js"

/** Half the time a workcenter goes back to production. */
const nextText = (random: Random, last: string | null | undefined): string =>
  last !== "Production" && random.chance(0.7) ? "Production" : random.pick(statusTexts.filter((text) => text !== last))

/** A workcenter changes its status; the spell before ends. `text` null: Plex names none. */
export const changeStatus = (
  world: World,
  random: Random,
  workcenter: Workcenter,
  at: number,
  text?: string | null
): Row => {
  const last = world.lastStatus.get(workcenter.id)
  const status = text === undefined ? nextText(random, last?.text) : text
  const run = runAt(world, workcenter, at)
  if (last !== undefined) last.spell.until = at
  const spell: StatusSpell = { workcenter, until: undefined }
  const row: Row = {
    workcenterId: workcenter.id,
    workcenterCode: workcenter.code,
    logDate: dateText(at),
    workcenterStatus: status,
    jobId: run?.job?.id ?? null,
    jobCode: run?.job?.number ?? null,
    partId: run?.part.id ?? null,
    partNumber: run?.part.number ?? null,
    revision: run?.part.revision ?? null,
    partNumberRevision: run?.part.numberRevision ?? null,
    partOperationId: run?.step.id ?? null,
    operationNumber: run?.step.number ?? null,
    operationCode: run?.step.operation.code ?? null,
    duration: 0
  }
  world.statusEntries.add(row, at, text === undefined ? visibleFrom(world, random, at) : at, spell)
  world.lastStatus.set(workcenter.id, { spell, text: status })
  return row
}

/** The live state of a workcenter as `workcenter-setups` has it. */
export const putSetup = (world: World, workcenter: Workcenter): void => {
  const run = runAt(world, workcenter, world.clock.now)
  const text = world.lastStatus.get(workcenter.id)?.text ?? null
  const status = world.tables.workcenterStatuses.rows.find((row) => row["description"] === text)
  const job = run?.job
  world.tables.setups.put({
    id: workcenter.id,
    code: workcenter.code,
    name: workcenter.name,
    type: workcenter.type,
    group: workcenter.group,
    statusId: status?.["id"] ?? null,
    statusDescription: text,
    jobId: job?.id ?? null,
    jobNumber: job?.number ?? null,
    jobOperationId: run === undefined || job === undefined ? null : jobOperationId(world, job.id, run.step),
    operationNumber: run?.step.number ?? null,
    operationCode: run?.step.operation.code ?? null,
    jobOperationQuantity: job?.quantity ?? null,
    partId: run?.part.id ?? null,
    partNumber: run?.part.number ?? null,
    partRevision: run?.part.revision ?? null,
    partNumberRevision: run?.part.numberRevision ?? null,
    partName: run?.part.name ?? null,
    jobOperationStatus: job === undefined ? null : job.done > 0 ? "In Process" : "New",
    jobOperationQuantityCompleted: job?.done ?? null,
    jobOperationQuantityBalance: job === undefined ? null : Math.max(0, job.quantity - job.done),
    containerType: "Tote",
    standardQuantity: 100
  })
}

/** Three rows of one workcenter and millisecond, a status longer than two days, texts that no setup table has. */
const statusHoles = (world: World, random: Random): void => {
  const { startedAt } = world.options
  const [busy, odd] = world.workcenters
  if (busy === undefined || odd === undefined) return
  const tie = startedAt - 40 * 60_000
  for (const text of ["Setup", "Idle", "Production"]) {
    world.holes.note("status-one-millisecond", "statusEntries", changeStatus(world, random, busy, tie, text)["logDate"])
  }
  const texts = ["IN PRODUCTION ", "läuft / unplanned", null]
  for (const [i, text] of texts.entries()) {
    const row = changeStatus(world, random, odd, startedAt - (45 - i * 12) * 60_000, text)
    world.holes.note("status-odd-text", "statusEntries", row["logDate"])
  }
  changeStatus(world, random, odd, startedAt - 60_000, "Production")
}

/** Status changes of the last days and the live state they lead to; the last workcenter has been off for 50 hours. */
export const makeStatuses = (world: World): void => {
  const random = world.random.fork("statuses")
  const { historyDays, statusesPerWorkcenterDay } = world.options.size
  const { startedAt } = world.options
  const mean = day / Math.max(statusesPerWorkcenterDay, 0.01)
  const holes = world.holes.enabled && world.workcenters.length > 1
  const long = holes ? world.workcenters.at(-1) : undefined
  for (const workcenter of world.workcenters) {
    const end = workcenter === long ? startedAt - 50 * hour : startedAt - hour
    for (let at = startedAt - historyDays * day; at < end; at += Math.ceil(mean * (0.3 + random.next() * 1.4))) {
      const row = changeStatus(world, random, workcenter, at)
      // production lasts, all else is short
      at -= row["workcenterStatus"] === "Production" ? 0 : Math.floor(mean * 0.25)
    }
  }
  if (long !== undefined) {
    const row = changeStatus(world, random, long, startedAt - 50 * hour, "Off")
    world.holes.note("status-long", "statusEntries", row["logDate"])
    changeStatus(world, random, long, startedAt - 30 * 60_000, "Production")
    statusHoles(world, random)
  }
  if (world.options.poison && world.workcenters[0] !== undefined) {
    const row = { workcenterId: null, logDate: dateText(startedAt - hour), duration: new RawNumber("1e400") }
    world.statusEntries.add(row, startedAt - hour, startedAt - hour)
    world.holes.note("poison", "statusEntries", row.logDate)
  }
  for (const workcenter of world.workcenters) putSetup(world, workcenter)
}
