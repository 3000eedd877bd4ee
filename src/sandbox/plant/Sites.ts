import { dateText, day } from "./Instant.js"
import type { Row } from "./Plant.js"
import type { Workcenter, World } from "./World.js"

const buildingNames = ["Main plant", "Cold store", "Packing hall", "Warehouse East"]
const towns = ["Detroit", "Troy", "Flint", "Lansing"]
const people = [
  "Ana Garcia",
  "Jo Smith",
  "Mei Chen",
  "Ola Nordmann",
  "Priya Rao",
  "Zoë Müller",
  "Ivan Petrov",
  "Sam Okoro"
]

/** Prefix of the code, name, type, group, unit. The first four are the demo tenant's. */
const workcenterKinds: ReadonlyArray<readonly [string, string, string, string, string]> = [
  ["NFF", "Liquid Nitrogen Flash Freezer", "Freezer", "Freezing", "kg"],
  ["CUT", "Dicer", "Cutter", "Preparation", "kg"],
  ["WSH", "Flume Washer", "Washer", "Preparation", "kg"],
  ["PKG", "Bag Packer", "Packer", "Packing", "ea"],
  ["SRT", "Optical Sorter", "Sorter", "Inspection", "kg"],
  ["PAL", "Palletizer", "Palletizer", "Packing", "ea"],
  ["MIX", "Blender", "Mixer", "Preparation", "lb"],
  ["TNK", "Brine Tank", "Tank", "Preparation", "L"]
]

/** Code, type, inventory type; the second `Pack` is the hole of a code that fits several operations. */
const operationKinds: ReadonlyArray<readonly [string, string, string]> = [
  ["Freeze", "Production", "WIP"],
  ["Cut", "Production", "WIP"],
  ["Wash", "Production", "WIP"],
  ["Pack", "Production", "Finished Goods"],
  ["Inspect", "Inspection", "WIP"],
  ["Palletize", "Production", "Finished Goods"],
  ["Receive", "Receiving", "Raw Material"],
  ["Pack", "Rework", "Finished Goods"],
  ["Blend", "Production", "WIP"],
  ["Thaw", "Production", "WIP"]
]

/** Description, then the flags that are true. Texts as a tenant writes them. */
const statusKinds: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
  ["Production", ["canRunProduction", "productionStatus", "defaultAfterJobChange"]],
  ["Idle", ["canRunProduction", "idleStatus"]],
  ["Setup", ["setupStatus"]],
  ["Mechanical Breakdown", ["downtimeStatus"]],
  ["Maintenance", ["downtimeStatus", "maintenanceStatus"]],
  ["Cleaning", ["downtimeStatus"]],
  ["No Operator", ["idleStatus", "noOperatorRequired"]],
  ["Off", ["offStatus", "clockoutOperators"]]
]

/** The status texts of the setup table, in its order. */
export const statusTexts: ReadonlyArray<string> = statusKinds.map(([text]) => text)

const pad = (n: number, width: number): string => String(n).padStart(width, "0")

const buildings = (world: World): void => {
  const random = world.random.fork("buildings")
  world.tables.tenants.put({ id: random.uuid(), code: world.options.code })
  for (let i = 0; i < world.options.size.buildings; i++) {
    const building = {
      id: random.uuid(),
      code: `B${i + 1}`,
      name: `${buildingNames[i % buildingNames.length]}${i < buildingNames.length ? "" : ` ${i}`}`
    }
    world.buildings.push(building)
    world.tables.buildings.put({
      id: building.id,
      buildingCode: building.code,
      buildingType: i === 0 ? "Production" : "Storage",
      name: building.name,
      oldBuildingCode: null,
      active: true,
      address: `${i + 1} Demo Way`,
      city: towns[i % towns.length],
      state: "MI",
      country: "US",
      zipCode: `482${pad(i + 1, 2)}`,
      phone: null,
      fax: null,
      dunsNo: null,
      taxId: null,
      vatRegistrationNo: null
    })
  }
  for (const person of people) {
    const [first = "", last = ""] = person.split(" ")
    world.employees.push({ id: random.uuid(), first, last })
  }
}

const operations = (world: World): void => {
  const random = world.random.fork("operations")
  for (let i = 0; i < world.options.size.operations; i++) {
    const [base, type, inventoryType] = operationKinds[i % operationKinds.length] ?? ["Pack", "Production", "WIP"]
    const twin = i === 7
    const code =
      i < 8 && !(twin && !world.holes.enabled) ? base : `${base} ${Math.floor(i / operationKinds.length) + 2}`
    const operation = { id: random.uuid(), code, type, inventoryType }
    world.operations.push(operation)
    world.tables.operations.put({ ...operation })
    if (twin && world.holes.enabled) world.holes.note("operation-code-shared", "operations", operation.id)
  }
}

const lines = (world: World): Array<string> => {
  const random = world.random.fork("lines")
  const ids: Array<string> = []
  const since = world.options.startedAt - 900 * day
  for (let i = 0; i < world.options.size.lines; i++) {
    const id = random.uuid()
    ids.push(id)
    const bare = world.holes.enabled && i === 1
    const who = random.pick(world.employees)
    world.tables.productionLines.put({
      id,
      code: `LINE-${i + 1}`,
      description: bare ? null : `Freezing line ${i + 1}`,
      equipmentId: bare ? null : `EQ-${100 + i}`,
      equipmentDescription: bare ? null : "Line",
      active: true,
      addBy: `${who.last}, ${who.first}`,
      addDateTime: dateText(since + i * day + random.int(0, day)),
      updateBy: null,
      updateDateTime: null
    })
    if (bare) world.holes.note("fields-null", "productionLines", id)
  }
  return ids
}

const workcenterRow = (workcenter: Workcenter, lineId: string | null): Row => ({
  workcenterId: workcenter.id,
  workcenterCode: workcenter.code,
  name: workcenter.name,
  workcenterType: workcenter.type,
  workcenterGroup: workcenter.group,
  buildingId: workcenter.building.id,
  buildingCode: workcenter.building.code,
  tankSilo: workcenter.type === "Tank",
  productionLineId: lineId,
  ipAddress: null,
  plcName: null
})

/** The third workcenter's line is unknown and the fourth has none (every tenth has none in any plant). */
const workcenters = (world: World, lineIds: ReadonlyArray<string>): void => {
  const random = world.random.fork("workcenters")
  for (let i = 0; i < world.options.size.workcenters; i++) {
    const [prefix, name, type, group, unit] = workcenterKinds[i % workcenterKinds.length] ?? [
      "WC",
      "Workcenter",
      "",
      "",
      "ea"
    ]
    const turn = Math.floor(i / workcenterKinds.length) + 1
    const workcenter: Workcenter = {
      id: random.uuid(),
      code: `${prefix}-${pad(turn, 2)}`,
      name: turn === 1 ? name : `${name} ${turn}`,
      type,
      group,
      key: 51_003 + i * 7,
      unit,
      building: random.pick(world.buildings)
    }
    const unknownLine = world.holes.enabled && i === 2
    const noLine = lineIds.length === 0 || i % 10 === 3
    const lineId = unknownLine ? random.uuid() : noLine ? null : (lineIds[i % lineIds.length] ?? null)
    world.workcenters.push(workcenter)
    world.workcenterKeys.set(workcenter.id, workcenter.key)
    world.stepsAt.set(workcenter.id, [])
    world.tables.workcenters.put(workcenterRow(workcenter, lineId))
    if (unknownLine) world.holes.note("workcenter-unknown-line", "workcenters", workcenter.id)
    if (noLine && world.holes.enabled) world.holes.note("workcenter-without-line", "workcenters", workcenter.id)
  }
  const all = world.workcenters.map((workcenter) => workcenter.id)
  const flags = ["canRunProduction", "offStatus", "clockoutOperators", "idleStatus", "defaultAfterJobChange"]
  for (const [description, on] of statusKinds) {
    const has = (flag: string): boolean => on.includes(flag)
    const id = random.uuid()
    const laborCostSubTypeId = random.uuid()
    world.tables.workcenterStatuses.put({
      id,
      description,
      ...Object.fromEntries(flags.map((flag) => [flag, has(flag)])),
      productionStatus: has("productionStatus"),
      setupStatus: has("setupStatus"),
      downtimeStatus: has("downtimeStatus"),
      noOperatorRequired: has("noOperatorRequired"),
      laborCostSubTypeId,
      maintenanceStatus: has("maintenanceStatus"),
      active: true,
      excessSetup: false,
      workcenterGroupWorkcenters: all.slice(0, 4),
      linkedWorkcenterEvents: []
    })
  }
}

const locations = (world: World): void => {
  const random = world.random.fork("locations")
  const kinds: ReadonlyArray<readonly [string, string]> = [
    ["FRZ-A", "Freezer"],
    ["FRZ-B", "Freezer"],
    ["RACK", "Rack"],
    ["DOCK", "Dock"]
  ]
  for (let i = 0; i < world.options.size.locations; i++) {
    const [prefix, locationType] = kinds[i % kinds.length] ?? ["LOC", "Rack"]
    const building = random.pick(world.buildings)
    const place = { id: random.uuid(), code: `${prefix}-${pad(Math.floor(i / kinds.length) + 1, 2)}` }
    const homeless = world.holes.enabled && i === 9
    world.places.push(place)
    world.tables.locations.put({
      locationId: place.id,
      locationCode: place.code,
      buildingName: homeless ? null : building.name,
      buildingCode: homeless ? null : building.code,
      locationType,
      inventoryLocation: true,
      supplyLocation: prefix === "RACK",
      tankSilo: false
    })
    if (homeless) world.holes.note("location-without-building", "locations", place.id)
  }
}

/** The site: tenant, buildings, operations, lines, workcenters and their statuses, locations. */
export const makeSite = (world: World): void => {
  buildings(world)
  operations(world)
  workcenters(world, lines(world))
  locations(world)
}
