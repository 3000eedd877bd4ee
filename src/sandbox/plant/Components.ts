import { dateText, day } from "./Instant.js"
import type { Row } from "./Plant.js"
import type { Random } from "./Random.js"
import type { Part, World } from "./World.js"

interface SupplyItem {
  readonly id: string
  readonly number: string | null
}

const supplyItems = (world: World): ReadonlyArray<SupplyItem> => {
  const random = world.random.fork("supplyItems")
  const kinds = ["Bag 5 kg", "Carton", "Label", "Pallet", "Stretch film", "Blade insert", "Nitrogen", "Sanitizer"]
  return Array.from({ length: world.options.size.supplyItems }, (_, i) => {
    const bare = world.holes.enabled && i === 3
    const item = { id: random.uuid(), number: bare ? null : String(990_910 + i) }
    world.tables.supplyItems.put({
      id: item.id,
      supplyItemNumber: item.number,
      type: "SUPPLY",
      category: i % 3 === 0 ? "Packaging" : "Tools & Inserts",
      group: bare ? null : "Packing",
      description: bare ? null : `${kinds[i % kinds.length]}${i < kinds.length ? "" : ` ${i}`}`,
      inventoryUnit: i % 4 === 0 ? "Roll" : "Ea"
    })
    if (bare) world.holes.note("supply-item-without-number", "supplyItems", item.id)
    return item
  })
}

const bomRow = (random: Random, part: Part, sort: number): Row => {
  const step = part.steps.at(-1)
  return {
    id: random.uuid(),
    partId: part.id,
    partNumber: part.number,
    partRevision: part.revision,
    partNumberRevision: part.numberRevision,
    partOperationId: step?.id ?? null,
    partOperationCode: step?.operation.code ?? null,
    partOperationNumber: step?.number ?? null,
    partOperationType: step === undefined ? null : "Production",
    componentPartId: null,
    componentPartNumber: null,
    componentPartRevision: null,
    componentPartNumberRevision: null,
    componentSupplyItemId: null,
    componentSupplyItemNumber: null,
    componentUnitOfMeasure: "kg",
    quantity: random.decimal(0.5, 10, 3),
    minimumQuantity: null,
    maximumQuantity: null,
    quantityFixed: false,
    depletionUnitOfMeasure: "kg",
    depletionConversionFactor: 1,
    sortOrder: sort,
    active: true,
    position: "Operator",
    side: null,
    scaling: false,
    validate: false,
    autoDeplete: true,
    transferHeat: false,
    note: null
  }
}

const ofPart = (component: Part): Row => ({
  componentPartId: component.id,
  componentPartNumber: component.number,
  componentPartRevision: component.revision,
  componentPartNumberRevision: component.numberRevision
})

/** A component that no part list has (any more). */
const ofUnknown = (random: Random): Row => ({
  componentPartId: random.uuid(),
  componentPartNumber: "OLD-RAW-99",
  componentPartRevision: "",
  componentPartNumberRevision: "OLD-RAW-99"
})

/** The components of a part, made when they are first asked for; a part that is bought or has no routing has none. */
export const bomOf = (world: World, partId: string): ReadonlyArray<Row> => {
  const known = world.boms.get(partId)
  if (known !== undefined) return known
  const part = world.parts.get(partId)
  if (part === undefined || part.steps.length === 0) return []
  const random = world.random.fork(`bom/${partId}`)
  const items = world.tables.supplyItems.rows
  const at = world.made.indexOf(part)
  // components are earlier parts only, so that no part contains itself
  const earlier = world.made.slice(0, Math.min(at, 400))
  const rows: Array<Row> = []
  for (let i = random.int(1, 3); i > 0 && earlier.length > 0; i--) {
    rows.push({ ...bomRow(random, part, rows.length + 1), ...ofPart(random.pick(earlier)) })
  }
  if (items.length > 0) {
    const item = random.pick(items)
    rows.push({
      ...bomRow(random, part, rows.length + 1),
      componentSupplyItemId: item["id"],
      componentSupplyItemNumber: item["supplyItemNumber"],
      componentUnitOfMeasure: item["inventoryUnit"]
    })
  }
  world.boms.set(partId, rows)
  return rows
}

/** The bills that the tests look for: raw material and a bag, nothing, an unknown part. */
const firstBoms = (world: World): void => {
  const random = world.random.fork("boms")
  const [first, second, third] = world.made
  const raw = [...world.parts.values()].find((part) => part.type === "Raw Material")
  const item = world.tables.supplyItems.rows[0]
  if (first === undefined || raw === undefined || item === undefined) return
  const supply = {
    componentSupplyItemId: item["id"],
    componentSupplyItemNumber: item["supplyItemNumber"],
    componentUnitOfMeasure: item["inventoryUnit"],
    quantity: 1
  }
  world.boms.set(first.id, [
    { ...bomRow(random, first, 1), ...ofPart(raw), quantity: 5.25 },
    { ...bomRow(random, first, 2), ...supply }
  ])
  if (!world.holes.enabled) return
  world.holes.note("bom-supply-item", "boms", first.id)
  if (second !== undefined) {
    world.boms.set(second.id, [])
    world.holes.note("bom-empty", "boms", second.id)
  }
  if (third !== undefined) {
    const obsolete = world.tables.parts.rows.find((row) => row["status"] === "Obsolete")
    const known = world.parts.get(String(obsolete?.["id"]))
    world.boms.set(third.id, [
      { ...bomRow(random, third, 1), ...ofUnknown(random) },
      { ...bomRow(random, third, 2), ...(known === undefined ? {} : ofPart(known)), active: false }
    ])
    world.holes.note("bom-unknown-part", "boms", third.id)
  }
}

const equipment = (world: World): void => {
  const random = world.random.fork("equipment")
  for (let i = 0; i < world.options.size.equipment; i++) {
    const loose = world.holes.enabled && i % 9 === 4
    const workcenter = loose ? undefined : world.workcenters[i % world.workcenters.length]
    const place = random.pick(world.places)
    const building = random.pick(world.buildings)
    const id = random.uuid()
    const attribute = {
      id: random.uuid(),
      attributeName: "Rated load",
      description: "Rated load",
      unit: "kg",
      useValues: false,
      typeAttribute: false,
      groupAttribute: false,
      categoryAttribute: false,
      smartAttribute: false,
      active: true,
      value: String(random.int(1, 9) * 100),
      note: null,
      plcName: null
    }
    const parts = world.made.slice(i % 3, (i % 3) + 2).map((part) => ({
      id: part.id,
      partNo: part.number,
      revision: part.revision,
      partName: part.name,
      partType: part.type
    }))
    world.tables.equipment.put({
      id,
      equipmentId: `EQ-${100 + i}`,
      description: i === 0 ? "LN2 tunnel freezer" : `Conveyor ${i}`,
      brand: "Acme",
      modelNo: `LN-${i + 2}`,
      equipmentType: i % 2 === 0 ? "Freezer" : null,
      equipmentTypeId: random.uuid(),
      equipmentGroup: null,
      equipmentCategory: null,
      equipmentPriority: null,
      location: place.code,
      locationId: place.id,
      building: building.name,
      buildingId: building.id,
      workcenter: workcenter?.code ?? null,
      workcenterId: workcenter?.id ?? null,
      department: "Freezing",
      status: "Active",
      taxClassification: null,
      champion: i === 0 ? "Garcia, Ana" : null,
      serialNo: `SN${i + 9}`,
      active: true,
      equipmentAttributes: loose ? null : [attribute],
      parts: loose ? undefined : parts,
      ...(loose ? { lastService: dateText(world.options.startedAt - 30 * day) } : {})
    })
    if (loose) world.holes.note("equipment-without-workcenter", "equipment", id)
  }
}

/** Supply items, bills of material and equipment; needs parts and places. */
export const makeComponents = (world: World): void => {
  supplyItems(world)
  firstBoms(world)
  equipment(world)
}
