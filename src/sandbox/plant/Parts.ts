import { dateText, dateTextWith, day } from "./Instant.js"
import { partHoles } from "./PartHoles.js"
import type { PartHole } from "./PartHoles.js"
import type { Row } from "./Plant.js"
import type { Random } from "./Random.js"
import type { Part, Step, World } from "./World.js"
import { nextNumber } from "./World.js"

const fruits = ["Mango", "Strawberry", "Blueberry", "Pineapple", "Peach", "Cherry", "Papaya", "Raspberry", "Kiwi"]
const short = ["MNG", "STR", "BLU", "PIN", "PCH", "CHR", "PAP", "RSP", "KIW"]
/** Code, words, type. The first two are the demo tenant's. */
const forms: ReadonlyArray<readonly [string, string, string]> = [
  ["CHK-05", "chunks frozen 5 kg", "Finished Good"],
  ["RAW", "raw", "Raw Material"],
  ["SLC-02", "slices frozen 2 kg", "Finished Good"],
  ["PUR", "purée", "Sub Assembly"]
]

interface Naming {
  readonly number: string
  readonly name: string
  readonly type: string
  readonly group: string
}

const naming = (index: number): Naming => {
  const formIndex = Math.floor(index / 2 / fruits.length) % 2
  const fruit = Math.floor(index / 2) % fruits.length
  const [code, words, type] = forms[(index % 2) + formIndex * 2] ?? ["CHK-05", "chunks", "Finished Good"]
  const series = Math.floor(index / (4 * fruits.length))
  const suffix = series === 0 ? "" : `-${series}`
  return {
    number: `${short[fruit]}-${code}${suffix}`,
    name: `${fruits[fruit]} ${words}${suffix}`,
    type,
    group: "Fruit"
  }
}

const joined = (number: string | null, revision: string | null): string | null =>
  number === null ? null : revision === null || revision === "" ? number : `${number}-${revision}`

/** Steps of a made part: freezing at the first workcenter for the first part, else what its kind and chance say. */
const routing = (world: World, random: Random, first: boolean): ReadonlyArray<Step> => {
  const count = first ? 1 : random.int(1, 3)
  return Array.from({ length: count }, (_, i) => {
    const at = first ? 0 : random.int(0, world.workcenters.length - 1)
    const workcenter = world.workcenters[at]
    const operation = world.operations[first ? 0 : (at % 4) % world.operations.length]
    if (workcenter === undefined || operation === undefined)
      throw new RangeError("a plant needs a workcenter and an operation")
    return {
      id: random.uuid(),
      number: (i + (first ? 2 : 1)) * 10,
      operation,
      workcenter,
      rate: first ? 200 : random.int(4, 40) * 10
    }
  })
}

/** A new record: the fields in Plex's order, then those of a hole; `undefined` takes a field out. */
const withHole = (row: Row, hole: PartHole | undefined): Row => (hole === undefined ? row : { ...row, ...hole.fields })

const steps = (world: World, random: Random, part: Part): void => {
  for (const step of part.steps) {
    world.stepsAt.get(step.workcenter.id)?.push({ part, step })
    world.tables.partOperations.put({
      id: step.id,
      partId: part.id,
      operationId: step.operation.id,
      type: "Production",
      operationNumber: step.number,
      active: true,
      subOperation: false,
      shippable: step === part.steps.at(-1),
      multiple: 1,
      netWeight: random.decimal(0.5, 25, 3)
    })
    world.tables.approvedWorkcenters.put({
      workcenterId: step.workcenter.id,
      workcenterCode: step.workcenter.code,
      workcenterName: step.workcenter.name,
      partId: part.id,
      partNo: part.number,
      partRevision: part.revision,
      partNoRevision: part.numberRevision,
      partOperationId: step.id,
      operationId: step.operation.id,
      operationNo: step.number,
      operationCode: step.operation.code,
      crewSize: random.int(1, 4),
      standardProductionRate: step.rate,
      note: null,
      setupTime: 0.5,
      idealRate: Math.round(step.rate * 1.1),
      targetRate: step.rate,
      setupCrewSize: 1,
      sequenceRate: null
    })
  }
}

const text = (value: unknown): string | null => (typeof value === "string" ? value : null)

/** Makes the next part and everything that belongs to it; `revisionOf` gives it the number of an older one. */
export const addPart = (world: World, random: Random, hole?: PartHole, revisionOf?: Part): Part => {
  const index = nextNumber(world, "part") - 1
  const named = naming(index)
  const createdAt = world.options.startedAt - random.int(30, 1500) * day - random.int(0, day)
  const modifiedAt = createdAt + Math.floor(random.next() * (world.options.startedAt - createdAt))
  const building = random.pick(world.buildings)
  const id = random.uuid()
  const fields: Row = {
    id,
    number: revisionOf?.number ?? named.number,
    name: revisionOf?.name ?? named.name,
    revision: revisionOf === undefined ? "A" : "B",
    description: `IQF ${named.name.toLowerCase()}`,
    type: named.type,
    group: named.group,
    source: named.type === "Raw Material" ? "Purchased" : "Manufactured",
    productType: "Frozen",
    status: "Active",
    note: null,
    leadTimeDays: random.int(1, 20),
    buildingCode: building.code,
    createdById: random.pick(world.employees).id,
    createdDate: createdDate(world, createdAt, index, id),
    modifiedById: random.pick(world.employees).id,
    modifiedDate: dateText(modifiedAt),
    allergens: random.chance(0.1) ? ["Sulphites", "Milk"] : []
  }
  const row = withHole(fields, hole)
  const made = named.type !== "Raw Material" && row["status"] === "Active"
  const number = text(row["number"])
  const revision = text(row["revision"])
  const part: Part = {
    id,
    key: 8_265_836 + index * 13,
    number,
    revision,
    numberRevision: joined(number, revision),
    name: text(row["name"]),
    type: named.type,
    building,
    steps: made ? routing(world, random, index === 0) : []
  }
  world.parts.set(id, part)
  world.partKeys.set(id, part.key)
  world.tables.parts.put(row)
  if (hole !== undefined) world.holes.note(hole.hole, "parts", id)
  if (made) {
    world.made.push(part)
    steps(world, random, part)
  }
  return part
}

/** Among the first parts every form of an instant: 0 to 7 fractional digits and no seconds. */
const createdDate = (world: World, at: number, index: number, id: string): string => {
  if (!world.holes.enabled || index % 3 !== 2) return dateText(at)
  const form = Math.floor(index / 3) % 9
  if (index < 27) world.holes.note(form === 8 ? "date-without-seconds" : "date-odd-digits", "parts", id)
  return dateTextWith(at, form === 8 ? "minute" : form)
}

const holeParts = (world: World): ReadonlyArray<PartHole> => {
  if (!world.holes.enabled) return []
  const each = world.options.size.parts >= 100 ? 3 : 1
  return partHoles.flatMap((hole) => Array.from({ length: each }, () => hole))
}

/** Parts with routings and approved workcenters; the first six are flawless, then come the holes. */
export const makeParts = (world: World): void => {
  const random = world.random.fork("parts")
  const holes = holeParts(world)
  const count = world.options.size.parts
  let first: Part | undefined
  for (let i = 0; i < count; i++) {
    // the last part is a second revision of the first
    const twin = world.holes.enabled && i === count - 1 && i > 6 ? first : undefined
    const part = addPart(world, random, twin === undefined ? holes[i - 6] : undefined, twin)
    first ??= part
    if (twin !== undefined) world.holes.note("part-revisions", "parts", part.id)
  }
  if (world.options.poison) {
    world.tables.parts.put({ number: "NO-ID", name: "A part without its key" }, "poison")
    world.tables.parts.put({ id: random.uuid(), number: { nested: true }, name: ["not", "a", "text"] })
    world.holes.note("poison", "parts", "poison")
  }
}
