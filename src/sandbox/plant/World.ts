import { Facts } from "./Facts.js"
import { Holes } from "./Holes.js"
import { minute } from "./Instant.js"
import { defaultStart, tableKeys } from "./Plant.js"
import type { Plant, PlantOptions, Row, TableName } from "./Plant.js"
import { Random } from "./Random.js"
import { sizes } from "./Sizes.js"
import { Table } from "./Table.js"

export interface Building {
  readonly id: string
  readonly code: string
  readonly name: string
}

export interface Operation {
  readonly id: string
  readonly code: string
  readonly type: string
  readonly inventoryType: string
}

export interface Workcenter {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly type: string
  readonly group: string
  readonly key: number
  /** What it counts its output in. */
  readonly unit: string
  readonly building: Building
}

/** One step of a part's routing, and where it is done. */
export interface Step {
  readonly id: string
  readonly number: number
  readonly operation: Operation
  readonly workcenter: Workcenter
  /** Pieces or kilograms an hour. */
  readonly rate: number
}

export interface Part {
  readonly id: string
  readonly key: number
  readonly number: string | null
  readonly revision: string | null
  readonly numberRevision: string | null
  readonly name: string | null
  readonly type: string
  readonly building: Building
  readonly steps: ReadonlyArray<Step>
}

export interface Place {
  readonly id: string
  readonly code: string
}

/** A job that is not finished: what the plant works on. The record in the table is made from it. */
export interface OpenJob {
  readonly id: string
  readonly number: string | null
  readonly part: Part
  readonly quantity: number
  done: number
}

/** What a workcenter works on. */
export interface Run {
  readonly part: Part
  readonly step: Step
  readonly job: OpenJob | undefined
}

export interface Employee {
  readonly id: string
  readonly first: string
  readonly last: string
}

/** What a fact of production or scrap concerns. */
export interface Produced {
  readonly workcenter: Workcenter
  readonly run: Run
}

/** The open end of a workcenter's status history. */
export interface StatusSpell {
  readonly workcenter: Workcenter
  /** When the next one began; `undefined` while it lasts. */
  until: number | undefined
}

/** Everything the areas of the plant share. */
export interface World {
  readonly options: Plant["options"]
  readonly random: Random
  readonly holes: Holes
  readonly clock: { now: number }
  readonly tables: Readonly<Record<TableName, Table>>
  readonly productionEntries: Facts<Produced>
  readonly scrapEntries: Facts<Produced>
  readonly statusEntries: Facts<StatusSpell>
  readonly locationMoves: Facts<never>
  readonly adjustments: Facts<never>

  readonly buildings: Array<Building>
  readonly operations: Array<Operation>
  readonly workcenters: Array<Workcenter>
  readonly employees: Array<Employee>
  readonly places: Array<Place>
  readonly parts: Map<string, Part>
  /** Parts with a routing. */
  readonly made: Array<Part>
  /** Routing steps done at a workcenter, by its id. */
  readonly stepsAt: Map<string, Array<{ readonly part: Part; readonly step: Step }>>
  readonly openJobs: Map<string, OpenJob>
  /** Jobs whose last operation has no workcenter yet. */
  readonly unassigned: Set<string>
  /** What is to be done at a workcenter, by its id: open jobs with a step there. */
  readonly queues: Map<string, Array<Run>>
  /** What a workcenter works on, by its id and shift. */
  readonly runs: Map<string, Run>
  readonly lots: Map<string, string>
  readonly boms: Map<string, ReadonlyArray<Row>>
  readonly controlPlanLines: Map<string, ReadonlyArray<Row>>
  readonly partKeys: Map<string, number>
  readonly workcenterKeys: Map<string, number>
  readonly specificationKeys: Map<string, number>
  readonly lastStatus: Map<string, { readonly spell: StatusSpell; readonly text: string | null }>
  /** The last number given out, by kind of number. */
  readonly counters: Map<string, number>
}

const resolve = (options: PlantOptions): Plant["options"] => {
  const size = options.size ?? "demo"
  const startedAt = options.startedAt ?? defaultStart
  return {
    seed: options.seed,
    size: typeof size === "string" ? sizes[size] : { ...sizes.demo, ...size },
    startedAt: startedAt - (startedAt % minute),
    holes: options.holes ?? true,
    poison: options.poison ?? false,
    timeZone: options.timeZone ?? "UTC",
    pcn: options.pcn ?? "340884",
    code: options.code ?? "ra-process"
  }
}

const statusRow = (now: () => number): Facts<StatusSpell> =>
  new Facts<StatusSpell>(now, (fact) => {
    if (fact.of === undefined || typeof fact.row["duration"] !== "number") return fact.row
    const duration = Math.round(((fact.of.until ?? now()) - fact.at) / 1000)
    return fact.row["duration"] === duration ? fact.row : { ...fact.row, duration }
  })

/** An empty world with its clock at the start. */
export const makeWorld = (given: PlantOptions): World => {
  const options = resolve(given)
  const clock = { now: options.startedAt }
  const now = (): number => clock.now
  const table = (name: TableName): Table => new Table(tableKeys[name])
  return {
    options,
    random: new Random(`${options.seed}/${options.pcn}`),
    holes: new Holes(options.holes),
    clock,
    tables: {
      tenants: table("tenants"),
      buildings: table("buildings"),
      parts: table("parts"),
      operations: table("operations"),
      partOperations: table("partOperations"),
      supplyItems: table("supplyItems"),
      productionLines: table("productionLines"),
      workcenters: table("workcenters"),
      workcenterStatuses: table("workcenterStatuses"),
      equipment: table("equipment"),
      jobs: table("jobs"),
      locations: table("locations"),
      containers: table("containers"),
      partSpecifications: table("partSpecifications"),
      controlPlans: table("controlPlans"),
      deviations: table("deviations"),
      approvedWorkcenters: table("approvedWorkcenters"),
      setups: table("setups"),
      checksheets: table("checksheets"),
      problems: table("problems"),
      specificationPicker: table("specificationPicker")
    },
    productionEntries: new Facts(now),
    scrapEntries: new Facts(now),
    statusEntries: statusRow(now),
    locationMoves: new Facts(now),
    adjustments: new Facts(now),
    buildings: [],
    operations: [],
    workcenters: [],
    employees: [],
    places: [],
    parts: new Map(),
    made: [],
    stepsAt: new Map(),
    openJobs: new Map(),
    unassigned: new Set(),
    queues: new Map(),
    runs: new Map(),
    lots: new Map(),
    boms: new Map(),
    controlPlanLines: new Map(),
    partKeys: new Map(),
    workcenterKeys: new Map(),
    specificationKeys: new Map(),
    lastStatus: new Map(),
    counters: new Map()
  }
}

/** The next number of a kind: 1, 2, … after what it was started from. */
export const nextNumber = (world: World, kind: string, from = 0): number => {
  const next = (world.counters.get(kind) ?? from) + 1
  world.counters.set(kind, next)
  return next
}
