import { dateText, day } from "./Instant.js"
import type { Row } from "./Plant.js"
import type { Random } from "./Random.js"
import type { Part, Place, Run, World } from "./World.js"
import { nextNumber } from "./World.js"

const round = (n: number): number => Number(n.toFixed(5))

const numeric = (value: unknown): number => (typeof value === "number" ? value : 0)

interface Content {
  readonly serialNo: unknown
  readonly part: Part
  readonly run: Run | undefined
  readonly quantity: number
  readonly unit: unknown
  readonly lotId: unknown
  readonly lotNo: unknown
  readonly place: Place
  readonly added: number
}

const containerRow = (content: Content): Row => {
  const { added, part, place, quantity, run } = content
  return {
    serialNo: content.serialNo,
    partId: part.id,
    partNo: part.number,
    revision: part.revision,
    partNoRevision: part.numberRevision,
    partName: part.name,
    partOperationId: run?.step.id ?? null,
    operationNo: run?.step.number ?? null,
    operationCode: run?.step.operation.code ?? null,
    containerStatus: "OK",
    locationId: place.id,
    location: place.code,
    quantity,
    quantityInventoryUnit: content.unit,
    grossWeight: round(quantity + 4.2),
    netWeight: quantity,
    tareWeight: 4.2,
    containerType: "Tote",
    trackingNo: null,
    addDateTime: dateText(added),
    updateDateTime: dateText(added),
    containerShelfDateTime: null,
    masterUnitId: null,
    masterUnitNo: null,
    lotId: content.lotId,
    lotNo: content.lotNo,
    heatId: null,
    heatCode: null,
    heatNo: null,
    eun: null,
    inventoryType: run === undefined ? "Raw Material" : run.step.operation.inventoryType
  }
}

/** The container that a production entry filled. */
export const containerOf = (world: World, random: Random, entry: Row, run: Run, at: number): void => {
  world.tables.containers.put(
    containerRow({
      serialNo: entry["serialNo"],
      part: run.part,
      run,
      quantity: numeric(entry["quantity"]),
      unit: entry["unit"],
      lotId: entry["lotId"],
      lotNo: entry["lotNo"],
      place: random.pick(world.places),
      added: at
    })
  )
}

const received = (world: World, random: Random, bought: ReadonlyArray<Part>): void => {
  world.tables.containers.put(
    containerRow({
      serialNo: `R${String(nextNumber(world, "received")).padStart(7, "0")}`,
      part: random.pick(bought),
      run: undefined,
      quantity: random.int(1, 40) * 25,
      unit: "kg",
      lotId: null,
      lotNo: null,
      place: random.pick(world.places),
      added: world.options.startedAt - random.int(1, 60 * 24 * 20) * 60_000
    })
  )
}

/** The fields of a container that its history rows repeat. */
const about = (container: Row, at: number): Row => ({
  adjustmentDate: dateText(at),
  serialNo: container["serialNo"]
})

const partOf = (container: Row): Row => ({
  partId: container["partId"],
  partNumber: container["partNo"],
  revision: container["revision"],
  partNumberRevision: container["partNoRevision"],
  partOperationId: container["partOperationId"],
  operationCode: container["operationCode"],
  operationNumber: container["operationNo"]
})

/** A container is moved at `at`; with `live` its record follows. */
export const addMove = (world: World, random: Random, at: number, live: boolean): void => {
  const container = random.pick(world.tables.containers.rows)
  const to = random.pick(world.places)
  const from = random.pick(world.places)
  const movedFrom = live
    ? { movedFromLocation: container["location"], movedFromLocationId: container["locationId"] }
    : { movedFromLocation: from.code, movedFromLocationId: from.id }
  const row: Row = {
    ...about(container, at),
    quantity: 0,
    netWeight: 0,
    adjustmentCode: random.chance(0.9) ? "Move" : "Load",
    ...partOf(container),
    location: to.code,
    locationId: to.id,
    ...movedFrom
  }
  world.locationMoves.add(row, at, at)
  if (!live) return
  world.tables.containers.put({ ...container, locationId: to.id, location: to.code, updateDateTime: dateText(at) })
}

const codes = ["Cycle Count", "Cycle Count", "Spill", "Sample", "Correction"]

/** A container's quantity is corrected by hand at `at`; with `live` its record follows. */
export const addAdjustment = (world: World, random: Random, at: number, live: boolean): Row => {
  const container = random.pick(world.tables.containers.rows)
  const delta = random.decimal(-9, 5, 2)
  const row: Row = {
    ...about(container, at),
    quantity: delta,
    netWeight: delta,
    adjustmentCode: random.pick(codes),
    ...partOf(container),
    location: container["location"],
    locationId: container["locationId"]
  }
  world.adjustments.add(row, at, at)
  const quantity = container["quantity"]
  if (live && typeof quantity === "number") {
    const left = Math.max(0, round(quantity + delta))
    world.tables.containers.put({ ...container, quantity: left, netWeight: left, updateDateTime: dateText(at) })
  }
  return row
}

/** The oldest container is used up: it is not listed any more. */
export const consumeContainer = (world: World): void => {
  const key = world.tables.containers.firstKey()
  if (key !== undefined && world.tables.containers.size > 10) world.tables.containers.remove(key)
}

const containers = (world: World): void => {
  const random = world.random.fork("containers")
  const count = world.options.size.containers
  const bought = [...world.parts.values()].filter((part) => part.type === "Raw Material" && part.number !== null)
  const sources = bought.length > 0 ? bought : [...world.parts.values()]
  const made = world.productionEntries
    .factsBetween(0, Number.POSITIVE_INFINITY)
    .filter((fact) => fact.of !== undefined && typeof fact.row["quantity"] === "number")
    .slice(-Math.floor(count * 0.6))
  const bySerial = new Set(made.map((fact) => fact.row["serialNo"])).size
  while (world.tables.containers.size < count - bySerial) received(world, random, sources)
  for (const fact of made) if (fact.of !== undefined) containerOf(world, random, fact.row, fact.of.run, fact.at)
}

/** Containers, and their moves and adjustments of the last days; needs production. */
export const makeInventory = (world: World): void => {
  containers(world)
  const random = world.random.fork("inventory")
  const { adjustments, historyDays, movesPerDay } = world.options.size
  const { startedAt } = world.options
  const begin = startedAt - historyDays * day
  const moves = Math.round(movesPerDay * historyDays)
  for (let i = 0; i < moves; i++) {
    addMove(world, random, begin + Math.floor(((i + random.next()) / moves) * historyDays * day), false)
  }
  const twins = world.holes.enabled && adjustments > 4 ? 2 : 0
  for (let i = 0; i < adjustments - twins; i++) {
    addAdjustment(world, random, begin + Math.floor(((i + random.next()) / adjustments) * historyDays * day), false)
  }
}
