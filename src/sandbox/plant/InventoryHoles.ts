import { dateText, hour } from "./Instant.js"
import type { HoleNote } from "./Holes.js"
import { addAdjustment } from "./Inventory.js"
import type { Row } from "./Plant.js"
import { RawNumber } from "./RawNumber.js"
import type { World } from "./World.js"

/** Serial numbers of up to 25 characters that a path or an id has to be careful with. */
const oddSerials = ["S/00 12#34?&%", "Ä-ß ñ 0001", "..", "s0001234"]

const oddStatuses = ["HOLD", "on Hold", "quarantäne", "", null]

/** The flaws of containers, moves and adjustments; takes the youngest containers for it, so that they are there for a while. */
export const makeInventoryHoles = (world: World): void => {
  const random = world.random.fork("inventory holes")
  const { startedAt } = world.options
  const table = world.tables.containers
  if (world.options.poison) {
    table.put({ partNo: "NO-SERIAL", quantity: 1 }, "poison")
    world.holes.note("poison", "containers", "poison")
  }
  if (!world.holes.enabled) return
  const victims = table.rows.filter((row) => row["serialNo"] !== undefined).slice(-24)
  const change = (hole: HoleNote["hole"], fields: Row): void => {
    const row = victims.pop()
    if (row === undefined) return
    table.put({ ...row, ...fields })
    world.holes.note(hole, "containers", row["serialNo"])
  }
  change("container-without-location", { locationId: null, location: null })
  change("container-without-location", { locationId: undefined, location: undefined })
  change("container-unknown-location", { locationId: random.uuid(), location: "GONE-01" })
  for (const containerStatus of oddStatuses) change("container-odd-status", { containerStatus })
  change("number-as-text", { quantity: "12.5", netWeight: "12.50" })
  change("number-long-decimal", { quantity: new RawNumber("12345678901234.56789") })
  change("fields-absent", {
    partOperationId: undefined,
    operationNo: undefined,
    lotId: undefined,
    inventoryType: undefined
  })
  change("fields-unknown", { temperature: -18.5, holds: [{ by: "QA" }] })
  for (const serialNo of oddSerials) {
    const row = victims.pop()
    if (row === undefined) continue
    table.remove(table.keyOf(row))
    table.put({ ...row, serialNo })
    world.holes.note("container-odd-serial", "containers", serialNo)
  }

  const at = startedAt - 8 * hour
  const [place] = world.places
  const move: Row = {
    adjustmentDate: dateText(at),
    serialNo: null,
    quantity: 0,
    netWeight: null,
    adjustmentCode: null,
    partId: null,
    partNumber: null,
    revision: null,
    partNumberRevision: null,
    partOperationId: null,
    operationCode: null,
    operationNumber: null,
    location: place?.code ?? null,
    locationId: place?.id ?? null,
    movedFromLocation: "GONE-01",
    movedFromLocationId: random.uuid()
  }
  world.locationMoves.add(move, at, at)
  world.holes.note("move-without-container", "locationMoves", move["adjustmentDate"])

  if (world.options.size.adjustments > 4) {
    const adjustment = addAdjustment(world, random, at, false)
    world.adjustments.add({ ...adjustment }, at, at)
    world.holes.note("adjustment-identical", "adjustments", adjustment["adjustmentDate"])
  }
}
