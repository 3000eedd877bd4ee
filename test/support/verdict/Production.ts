/**
 * What was produced and scrapped, and the states of the workcenters.
 */
import type { Row } from "../../../src/sandbox/plant/Plant.js"
import { about, anything, Must } from "./Expectation.js"
import { decodable, good, grouped, instantOf, numberOf, textOf } from "./Facts.js"
import { keysOf } from "./Keys.js"
import type { Resource } from "./PlexFields.js"
import type { World } from "./World.js"

/** Operation assets by the routing step, else by the only operation of the code. */
const operationOf = (world: World, row: Row): string | undefined => {
  const { plant } = world
  const step = textOf(row, "partOperationId")
  if (step !== undefined) {
    const operation = world.routed.get(step)
    return operation === undefined ? undefined : world.id("operation", String(operation))
  }
  const code = textOf(row, "operationCode")
  const same = code === undefined ? [] : plant.operations.filter((each) => each["code"] === code)
  return same.length === 1 ? world.id("operation", String(same[0]?.["id"])) : undefined
}

const linked = (world: World, kind: string, key: string | undefined): string | undefined =>
  key === undefined ? undefined : world.id(kind, key)

const made =
  (resource: "productionEntries" | "scrapEntries", kind: string, fields: string, subtype?: string) =>
  (world: World): void => {
    const rows = world.histories[resource].filter((row) => decodable(resource, row))
    for (const { at, key, row } of keysOf(rows, fields.split(" "))) {
      world.event({
        resource,
        row,
        kind,
        key,
        type: kind,
        subtype: subtype === undefined ? undefined : textOf(row, subtype),
        dataSet: "production",
        start: at,
        end: at,
        description: anything,
        links: [
          linked(world, "workcenter", textOf(row, "workcenterId")),
          linked(world, "part", textOf(row, "partId")),
          linked(world, "container", textOf(row, "serialNo")),
          operationOf(world, row)
        ]
      })
    }
  }

const statuses = (world: World): void => {
  const rows = good("statusEntries", world.histories.statusEntries, "workcenterId").filter(
    (row) => instantOf(row, "logDate") !== undefined
  )
  const order = (row: Row): string =>
    ["workcenterStatus", "jobId", "partId"].map((field) => textOf(row, field) ?? "").join("\u001F")
  for (const [workcenter, all] of grouped(rows, (row) => String(row["workcenterId"]))) {
    const sorted = all.toSorted(
      (a, b) =>
        (instantOf(a, "logDate") ?? 0) - (instantOf(b, "logDate") ?? 0) ||
        (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0)
    )
    sorted.forEach((row, i) => {
      const at = instantOf(row, "logDate") ?? 0
      const next = sorted[i + 1]
      const tie = sorted.slice(0, i).filter((each) => instantOf(each, "logDate") === at).length
      const part = textOf(row, "partId")
      world.event({
        resource: "statusEntries",
        row,
        kind: "workcenter_status",
        key: `${workcenter}_${at}${tie === 0 ? "" : `_${tie + 1}`}`,
        type: "workcenter_status",
        subtype: textOf(row, "workcenterStatus"),
        dataSet: "production",
        start: at,
        end: next === undefined ? undefined : instantOf(next, "logDate"),
        description: anything,
        links: [world.id("workcenter", workcenter), linked(world, "part", part)]
      })
    })
  }
}

/** The points of a live state: what it is now and was before, each only where it changed; the last at the present time. */
export const livePoints = (world: World, value: string | number | undefined): Must =>
  new Must(`one live point now, ${value}`, (actual) => {
    if (!Array.isArray(actual)) return false
    const last: unknown = actual.at(-1)
    if (!Array.isArray(last)) return value === undefined && actual.length === 0
    const [at, is]: ReadonlyArray<unknown> = last
    const right = typeof value === "number" && typeof is === "number" ? about(value).holds(is) : is === value
    const repeats = actual.some((point, i) => i > 0 && point[1] === actual[i - 1][1])
    return right && !repeats && typeof at === "number" && at <= world.circumstances.now + 600_000
  })

const liveStatus = (world: World): void => {
  for (const row of world.plant.setups) {
    const id = String(row["id"])
    const status = textOf(row, "statusDescription")
    if (status === undefined) continue
    world.series({
      metric: "status",
      key: id,
      name: `${textOf(row, "code")} Status`,
      dataSet: "production",
      isStep: true,
      isString: true,
      asset: world.id("workcenter", id),
      points: livePoints(world, status)
    })
  }
}

const sums = (world: World, resource: Resource & ("productionEntries" | "scrapEntries"), metric: string): void => {
  const rows = good(resource, world.histories[resource], "workcenterId").filter(
    (row) => numberOf(row, "quantity") !== undefined && instantOf(row, "transactionDate") !== undefined
  )
  const unitOf = (row: Row): string | undefined => (metric === "output" ? textOf(row, "unit") : undefined)
  const keyOf = (row: Row): string => {
    const unit = unitOf(row)
    return `${String(row["workcenterId"])}${unit === undefined ? "" : `_${unit}`}`
  }
  for (const [key, all] of grouped(rows, keyOf)) {
    const [first] = all
    if (first === undefined) continue
    const workcenter = String(first["workcenterId"])
    const instants = Array.from(grouped(all, (row) => instantOf(row, "transactionDate") ?? 0))
    world.series({
      metric,
      key,
      plexId: workcenter,
      name: `${textOf(first, "workcenterCode")} ${metric === "output" ? "Output" : "Scrap"}`,
      dataSet: "production",
      unit: unitOf(first),
      isStep: false,
      asset: world.id("workcenter", workcenter),
      points: instants
        .toSorted(([a], [b]) => a - b)
        .map(([at, same]) => [at, about(same.reduce((sum, row) => sum + (numberOf(row, "quantity") ?? 0), 0))])
    })
  }
}

export const production: Readonly<Record<string, (world: World) => void>> = {
  "production-entries": made(
    "productionEntries",
    "production_entry",
    "transactionDate workcenterId partOperationId jobId serialNo lotNo employeeId quantity"
  ),
  "scrap-entries": made(
    "scrapEntries",
    "scrap_entry",
    "transactionDate workcenterId partOperationId jobId serialNo scrapReason transactionType quantity",
    "scrapReason"
  ),
  "status-entries": statuses,
  "workcenter-status": liveStatus,
  output: (world) => {
    sums(world, "productionEntries", "output")
    sums(world, "scrapEntries", "scrap")
  }
}
