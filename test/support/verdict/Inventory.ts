/**
 * Locations, containers, what is in them, and their movements and adjustments.
 */
import { anything } from "./Expectation.js"
import { decodable, good, grouped, numberOf, textOf } from "./Facts.js"
import { keysOf } from "./Keys.js"
import { nameOf, partCode } from "./MasterData.js"
import { livePoints } from "./Production.js"
import type { World } from "./World.js"

const locations = (world: World): void => {
  for (const row of good("locations", world.plant.locations, "locationId")) {
    const key = String(row["locationId"])
    world.asset({
      resource: "locations",
      row,
      kind: "location",
      key,
      name: nameOf("Location", key, textOf(row, "buildingCode"), textOf(row, "locationCode")),
      dataSet: "inventory",
      root: "locations_root"
    })
  }
}

const containers = (world: World): void => {
  for (const row of good("containers", world.plant.containers, "serialNo")) {
    const key = String(row["serialNo"])
    const location = textOf(row, "locationId")
    world.asset({
      resource: "containers",
      row,
      kind: "container",
      key,
      name: `Container ${key}`,
      dataSet: "inventory",
      root: "containers_root",
      parent: location === undefined ? undefined : world.id("location", location)
    })
  }
}

const levels = (world: World): void => {
  const places = new Map(world.plant.locations.map((row) => [row["locationId"], row]))
  const all = good("containers", world.plant.containers, "serialNo")
  for (const [location, here] of grouped(all, (row) => textOf(row, "locationId"))) {
    if (location === undefined) continue
    const place = places.get(location)
    const code = place === undefined ? textOf(here[0] ?? {}, "location") : textOf(place, "locationCode")
    world.series({
      metric: "inventory",
      key: location,
      name: `${code} Inventory`,
      dataSet: "inventory",
      isStep: true,
      asset: world.id("location", location),
      points: livePoints(world, here.length)
    })
  }
  const wip = all.filter(
    (row) => textOf(row, "inventoryType") === "WIP" && textOf(row, "partId") !== undefined && "quantity" in row
  )
  const keyOf = (row: (typeof wip)[number]): string => {
    const unit = textOf(row, "quantityInventoryUnit")
    return `${String(row["partId"])}${unit === undefined ? "" : `_${unit}`}`
  }
  for (const [key, same] of grouped(wip, keyOf)) {
    const part = String(same[0]?.["partId"])
    world.series({
      metric: "wip",
      key,
      plexId: part,
      name: `${textOf(same[0] ?? {}, "partNo") ?? partCode(world, part)} WIP`,
      dataSet: "inventory",
      unit: textOf(same[0] ?? {}, "quantityInventoryUnit"),
      isStep: true,
      asset: world.id("part", part),
      points: livePoints(
        world,
        same.reduce((sum, row) => sum + (numberOf(row, "quantity") ?? 0), 0)
      )
    })
  }
}

const changes =
  (resource: "locationMoves" | "adjustments", kind: string, fields: string) =>
  (world: World): void => {
    const rows = world.histories[resource].filter((row) => decodable(resource, row))
    for (const { at, key, row } of keysOf(rows, fields.split(" "))) {
      const link = (asset: string, field: string): string | undefined => {
        const id = textOf(row, field)
        return id === undefined ? undefined : world.id(asset, id)
      }
      world.event({
        resource,
        row,
        kind,
        key,
        type: `inventory_${kind}`,
        subtype: textOf(row, "adjustmentCode"),
        dataSet: "inventory",
        start: at,
        end: at,
        description: anything,
        links: [
          link("container", "serialNo"),
          link("part", "partId"),
          link("location", "locationId"),
          ...(resource === "locationMoves" ? [link("location", "movedFromLocationId")] : [])
        ]
      })
    }
  }

export const inventory: Readonly<Record<string, (world: World) => void>> = {
  locations,
  containers,
  wip: levels,
  movements: changes(
    "locationMoves",
    "movement",
    "adjustmentDate serialNo locationId movedFromLocationId adjustmentCode quantity"
  ),
  adjustments: changes("adjustments", "adjustment", "adjustmentDate serialNo locationId adjustmentCode quantity")
}
