import { withArchive } from "./Archive.js"
import { bomOf, makeComponents } from "./Components.js"
import { minute } from "./Instant.js"
import { makeInventory } from "./Inventory.js"
import { makeInventoryHoles } from "./InventoryHoles.js"
import { jobOperationsOf } from "./JobOperations.js"
import { makeJobs } from "./Jobs.js"
import { makeParts } from "./Parts.js"
import { dailyPerformanceOf, livePerformanceOf, notePerformanceHoles } from "./Performance.js"
import { historyTimes } from "./Plant.js"
import type { HistoryName, Plant, PlantOptions, Row, TableName } from "./Plant.js"
import { playMinute } from "./Play.js"
import { makeProduction } from "./Production.js"
import { makeProductionHoles } from "./ProductionHoles.js"
import { makeQuality } from "./Quality.js"
import { makeSite } from "./Sites.js"
import { makeSpecifications } from "./Specifications.js"
import { makeStatuses } from "./Statuses.js"
import { makeWorld } from "./World.js"
import type { World } from "./World.js"

const furnish = (world: World): void => {
  makeSite(world)
  makeParts(world)
  makeComponents(world)
  makeJobs(world)
  makeProduction(world)
  makeStatuses(world)
  makeInventory(world)
  makeProductionHoles(world)
  makeInventoryHoles(world)
  makeSpecifications(world)
  makeQuality(world)
  notePerformanceHoles(world)
}

/** Makes a plant; the large one takes a few seconds. */
export const makePlant = (options: PlantOptions): Plant => {
  const world = makeWorld(options)
  furnish(world)
  const { clock, tables } = world
  const productionEntries = withArchive(world, world.productionEntries)
  let minutes = 0

  const advance = (ms: number): void => {
    const target = clock.now + ms
    const nextMinute = (): number => world.options.startedAt + (minutes + 1) * minute
    while (nextMinute() <= target) {
      clock.now = nextMinute()
      minutes += 1
      playMinute(world, minutes)
    }
    clock.now = target
  }

  const record = (history: HistoryName, row: Row, visibleAt = clock.now): void => {
    const at = Date.parse(String(row[historyTimes[history]]))
    world[history].add(row, Number.isNaN(at) ? clock.now : at, visibleAt)
  }

  return {
    options: world.options,
    pcn: world.options.pcn,
    code: world.options.code,
    holes: world.holes.notes,
    now: () => clock.now,
    advance,
    get tenants() {
      return tables.tenants.rows
    },
    get buildings() {
      return tables.buildings.rows
    },
    get parts() {
      return tables.parts.rows
    },
    get operations() {
      return tables.operations.rows
    },
    get partOperations() {
      return tables.partOperations.rows
    },
    get supplyItems() {
      return tables.supplyItems.rows
    },
    get productionLines() {
      return tables.productionLines.rows
    },
    get workcenters() {
      return tables.workcenters.rows
    },
    get workcenterStatuses() {
      return tables.workcenterStatuses.rows
    },
    get approvedWorkcenters() {
      return tables.approvedWorkcenters.rows
    },
    get equipment() {
      return tables.equipment.rows
    },
    get jobs() {
      return tables.jobs.rows
    },
    get locations() {
      return tables.locations.rows
    },
    get containers() {
      return tables.containers.rows
    },
    get partSpecifications() {
      return tables.partSpecifications.rows
    },
    get controlPlans() {
      return tables.controlPlans.rows
    },
    get deviations() {
      return tables.deviations.rows
    },
    get setups() {
      return tables.setups.rows
    },
    boms: (partId) => bomOf(world, partId),
    jobOperations: (jobId) => jobOperationsOf(world, jobId),
    controlPlanLines: (planId) =>
      tables.controlPlans.get(planId) === undefined ? undefined : (world.controlPlanLines.get(planId) ?? []),
    productionEntries,
    scrapEntries: world.scrapEntries,
    statusEntries: world.statusEntries,
    locationMoves: world.locationMoves,
    adjustments: world.adjustments,
    get checksheets() {
      return tables.checksheets.rows
    },
    get problems() {
      return tables.problems.rows
    },
    get specificationPicker() {
      return tables.specificationPicker.rows
    },
    dailyPerformance: (begin, end) => dailyPerformanceOf(world, begin, end),
    livePerformance: (workcenterKey) => livePerformanceOf(world, workcenterKey),
    partKeys: world.partKeys,
    workcenterKeys: world.workcenterKeys,
    specificationKeys: world.specificationKeys,
    put: (table: TableName, row: Row) => tables[table].put(row),
    remove: (table: TableName, key: string) => tables[table].remove(key),
    record,
    correct: (history, row, corrected) => world[history].correct(row, corrected)
  }
}
