/**
 * What earlier passes had to make and Plex lists no more: marked as retired, everything else as it was.
 */
import { type Expectation, Must } from "./Expectation.js"
import type { World } from "./World.js"

/** The flows that list everything, by what stands in the ids of their objects. */
const listed = {
  assets: {
    building: "buildings",
    part: "parts",
    operation: "operations",
    supply_item: "supply-items",
    production_line: "production-lines",
    workcenter: "workcenters",
    equipment: "equipment",
    location: "locations",
    container: "containers",
    specification: "specifications",
    control_plan: "control-plans",
    inspection_point: "control-plan-lines"
  },
  events: { job: "jobs", deviation: "deviations" },
  sequences: { routing: "routings", bom: "boms" }
} as const

type Kind = keyof typeof listed

/** Plex's clock tells whole seconds, and passes take a while. */
const tolerance = 120_000

const noticedWithin = (begin: number, end: number): Must =>
  new Must(`an instant from about ${new Date(begin).toISOString()} to ${new Date(end).toISOString()}`, (actual) => {
    const told = typeof actual === "string" ? Date.parse(actual) : Number.NaN
    return told > begin - tolerance && told < end + tolerance && new Date(told).toISOString() === actual
  })

const marked = (object: Expectation, kind: Kind, noticed: Must): Expectation => {
  const metadata = typeof object["metadata"] === "object" ? object["metadata"] : {}
  if (metadata !== null && "active" in metadata) return object
  return {
    ...object,
    ...(kind === "sequences" ? { rows: [] } : {}),
    metadata: { ...metadata, active: "false", retired_at: noticed }
  }
}

/** Adds to a world what was expected before it and is listed no more, by the policy `mark`. */
export const retire = (world: World, before: Readonly<Record<Kind, ReadonlyMap<string, Expectation>>>): void => {
  const { now, since, without } = world.circumstances
  const kinds: ReadonlyArray<Kind> = ["assets", "events", "sequences"]
  for (const kind of kinds) {
    const ran = Object.entries(listed[kind]).flatMap(([name, flow]) => (without.has(flow) ? [] : [world.id(name, "")]))
    for (const [id, object] of before[kind]) {
      if (world[kind].has(id) || !ran.some((prefix) => id.startsWith(prefix))) continue
      world[kind].set(id, marked(object, kind, noticedWithin(since, now)))
    }
  }
}
