/**
 * The tree and what stands in it: buildings, parts, operations, supply items, lines, workcenters, equipment, routings, bills.
 */
import type { Row } from "../../../src/sandbox/plant/Plant.js"
import { good, grouped, numberOf, textOf } from "./Facts.js"
import type { Resource } from "./PlexFields.js"
import type { World } from "./World.js"

/** `code - name`; the one of them that there is; else the kind and the head of the id. */
export const nameOf = (kind: string, key: string, ...pieces: ReadonlyArray<string | undefined>): string => {
  const known = pieces.filter((piece) => piece !== undefined)
  return known.length > 0 ? known.join(" - ") : `${kind} ${key.slice(0, 8)}`
}

/** What a part is called in names of series and sequences. */
export const partCode = (world: World, id: string): string => {
  const part = world.parts.get(id)
  return (part === undefined ? undefined : textOf(part, "number")) ?? `Part ${id.slice(0, 8)}`
}

const roots = (world: World): void => {
  world.label("routing", "Routing")
  world.label("bom", "BOM")
  world.root("Facility", "facility", "master", undefined)
  world.root("Master Data", "master_root", "master", "facility")
  world.root("Parts Library", "parts_library", "master", "master_root")
  world.root("Operations Library", "operations_library", "master", "master_root")
  world.root("Supply Items Library", "supply_items_library", "master", "master_root")
  world.root("Resources Library", "resources_library", "master", "master_root")
  world.root("Production", "production_root", "production", "facility")
  world.root("Production Lines", "production_lines_root", "production", "production_root")
  world.root("Workcenters", "workcenters_root", "production", "production_root")
  world.root("Inventory", "inventory_root", "inventory", "facility")
  world.root("Locations", "locations_root", "inventory", "inventory_root")
  world.root("Containers", "containers_root", "inventory", "inventory_root")
  world.root("Quality", "quality_root", "quality", "facility")
  world.root("Specifications", "specifications_root", "quality", "quality_root")
  world.root("Control Plans", "control_plans_root", "quality", "quality_root")
  world.root("Inspection Points", "inspection_points_root", "quality", "quality_root")
  world.root("Checksheets", "checksheets_root", "quality", "quality_root")
}

/** One asset of each row, named after two of its fields. */
const library =
  (resource: Resource, table: "buildings" | "parts" | "operations" | "supplyItems" | "productionLines" | "equipment") =>
  (kind: string, title: string, dataSet: string, root: string, ...names: ReadonlyArray<string>) =>
  (world: World): void => {
    for (const row of good(resource, world.plant[table])) {
      const key = String(row["id"])
      const name = nameOf(title, key, ...names.map((field) => textOf(row, field)))
      world.asset({ resource, row, kind, key, name, dataSet, root })
    }
  }

const workcenters = (world: World): void => {
  for (const row of good("workcenters", world.plant.workcenters, "workcenterId")) {
    const key = String(row["workcenterId"])
    const line = textOf(row, "productionLineId")
    world.asset({
      resource: "workcenters",
      row,
      kind: "workcenter",
      key,
      name: nameOf("Workcenter", key, textOf(row, "workcenterCode"), textOf(row, "name")),
      dataSet: "production",
      root: "workcenters_root",
      parent: line === undefined ? undefined : world.id("production_line", line)
    })
  }
}

/** Rows of each part by the field of the part, in the order of another field. */
const byPart = (rows: ReadonlyArray<Row>, order: string): ReadonlyMap<string, ReadonlyArray<Row>> => {
  const groups = grouped(rows, (row) => String(row["partId"]))
  return new Map(
    Array.from(groups, ([part, each]) => [
      part,
      each.toSorted((a, b) => (numberOf(a, order) ?? 0) - (numberOf(b, order) ?? 0))
    ])
  )
}

const routingColumns =
  "operation_number LONG, operation_id STRING, operation_code STRING, type STRING, active STRING, net_weight DOUBLE, " +
  "multiple LONG"

const routings = (world: World): void => {
  const { plant } = world
  const codes = new Map(plant.operations.map((row) => [row["id"], row["code"]]))
  for (const row of plant.partOperations) {
    world.relationship(
      "routing",
      String(row["id"]),
      "routing",
      world.id("part", String(row["partId"])),
      world.id("operation", String(row["operationId"]))
    )
  }
  for (const [part, rows] of byPart(plant.partOperations, "operationNumber")) {
    world.sequence({
      kind: "routing",
      key: part,
      name: `${partCode(world, part)} Routing`,
      dataSet: "master",
      asset: world.id("part", part),
      columns: routingColumns,
      rows: rows.map((row) => ({
        operation_number: row["operationNumber"],
        operation_id: row["operationId"],
        operation_code: codes.get(row["operationId"]),
        type: row["type"],
        active: row["active"],
        net_weight: row["netWeight"],
        multiple: row["multiple"]
      }))
    })
  }
}

const bomColumns =
  "bom_id STRING, component_id STRING, component_number STRING, component_kind STRING, unit STRING, quantity DOUBLE, " +
  "minimum_quantity DOUBLE, maximum_quantity DOUBLE, sort_order DOUBLE, active STRING"

interface Component {
  readonly id: string | undefined
  readonly kind: "part" | "supply_item" | undefined
  readonly number: string | undefined
}

const componentOf = (row: Row): Component => {
  const part = textOf(row, "componentPartId")
  const item = textOf(row, "componentSupplyItemId")
  if (part !== undefined) return { id: part, kind: "part", number: textOf(row, "componentPartNumber") }
  if (item === undefined) return { id: undefined, kind: undefined, number: undefined }
  return { id: item, kind: "supply_item", number: textOf(row, "componentSupplyItemNumber") }
}

const boms = (world: World): void => {
  for (const id of world.parts.keys()) {
    const rows = byPart(world.plant.boms(id), "sortOrder").get(id) ?? []
    for (const row of rows) {
      const component = componentOf(row)
      if (component.id === undefined || component.kind === undefined) continue
      const target = world.id(component.kind, component.id)
      world.relationship("bom", String(row["id"]), "bom", world.id("part", id), target)
    }
    if (rows.length === 0) continue
    world.sequence({
      kind: "bom",
      key: id,
      name: `${partCode(world, id)} BOM`,
      dataSet: "master",
      asset: world.id("part", id),
      columns: bomColumns,
      rows: rows.map((row) => ({
        bom_id: row["id"],
        component_id: componentOf(row).id,
        component_number: componentOf(row).number,
        component_kind: componentOf(row).kind,
        unit: row["componentUnitOfMeasure"],
        quantity: row["quantity"],
        minimum_quantity: row["minimumQuantity"],
        maximum_quantity: row["maximumQuantity"],
        sort_order: row["sortOrder"],
        active: row["active"]
      }))
    })
  }
}

/** Each flow of the extractor with what it must leave in CDF. */
export const masterData: Readonly<Record<string, (world: World) => void>> = {
  hierarchy: roots,
  buildings: library("buildings", "buildings")("building", "Building", "master", "facility", "buildingCode", "name"),
  parts: library("parts", "parts")("part", "Part", "master", "parts_library", "number", "name"),
  operations: library("operations", "operations")("operation", "Operation", "master", "operations_library", "code"),
  "supply-items": library("supplyItems", "supplyItems")(
    "supply_item",
    "Supply Item",
    "master",
    "supply_items_library",
    "supplyItemNumber",
    "description"
  ),
  "production-lines": library("productionLines", "productionLines")(
    "production_line",
    "Production Line",
    "production",
    "production_lines_root",
    "code",
    "description"
  ),
  workcenters,
  equipment: library("equipment", "equipment")(
    "equipment",
    "Equipment",
    "maintenance",
    "resources_library",
    "equipmentId",
    "description"
  ),
  routings,
  boms
}
