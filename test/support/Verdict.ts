/**
 * The independent witness: what must be in CDF, computed from the plant's rows by the contract of the data alone, and
 * compared with what the sandbox CDF holds. Shares no code with the system it judges.
 */
import type { Snapshot } from "../../src/sandbox/cdf/Snapshot.js"
import { type HistoryName, historyTimes, type Plant, type Row } from "../../src/sandbox/plant/Plant.js"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { differencesAt, type Expectation } from "./verdict/Expectation.js"
import { inventory } from "./verdict/Inventory.js"
import { jobs } from "./verdict/Jobs.js"
import { masterData } from "./verdict/MasterData.js"
import { performanceFlows } from "./verdict/Performance.js"
import { production } from "./verdict/Production.js"
import { quality } from "./verdict/Quality.js"
import { retire } from "./verdict/Retired.js"
import { type HistoryRows, World } from "./verdict/World.js"

const flows = { ...masterData, ...jobs, ...production, ...inventory, ...quality, ...performanceFlows }

const histories: ReadonlyArray<HistoryName> = [
  "productionEntries",
  "scrapEntries",
  "statusEntries",
  "locationMoves",
  "adjustments"
]

export interface VerdictOptions {
  /** Flows that were off, left out or could not finish. */
  readonly without?: ReadonlyArray<string>
  readonly prefix?: string
  readonly personal?: boolean
  /** Rows the passes so far were to read; default: those of the last 24 hours, as one first pass does. */
  readonly histories?: HistoryRows
  /** For a pass that is not the first: what had to be there before it; of that what Plex lists no more is to be retired. */
  readonly before?: Expected
  /** When, by the plant's clock, the passes began whose work is judged; default: all was done now. */
  readonly since?: number
}

export type Expected = Readonly<
  Record<
    "assets" | "events" | "timeSeries" | "sequences" | "relationships" | "labels",
    ReadonlyMap<string, Expectation>
  >
>

/** The history rows of [begin, end) that Plex shows now. */
export const historyRows = (plant: Plant, begin: number, end: number): HistoryRows => {
  const rows = (name: HistoryName): ReadonlyArray<Row> => plant[name].between(begin, end)
  const [productionEntries, scrapEntries, statusEntries, locationMoves, adjustments] = histories.map(rows)
  return {
    productionEntries: productionEntries ?? [],
    scrapEntries: scrapEntries ?? [],
    statusEntries: statusEntries ?? [],
    locationMoves: locationMoves ?? [],
    adjustments: adjustments ?? []
  }
}

/**
 * The rows that passes read of the histories: the last day at first, from then on all from two hours before the last pass.
 * To be told of each pass before the plant moves on.
 */
export class Readings {
  #rows: HistoryRows | undefined
  #at = 0

  constructor(readonly plant: Plant) {}

  /** A pass reads now; what all passes so far have read. */
  read(): HistoryRows {
    const now = this.plant.now()
    const begin = this.#rows === undefined ? now - 24 * 3_600_000 : this.#at - 2 * 3_600_000
    const rows = historyRows(this.plant, begin, now)
    const before = this.#rows
    const joined = (name: HistoryName): ReadonlyArray<Row> => [
      ...(before === undefined
        ? []
        : before[name].filter((row) => Date.parse(String(row[historyTimes[name]])) < begin)),
      ...rows[name]
    ]
    this.#at = now
    this.#rows = {
      productionEntries: joined("productionEntries"),
      scrapEntries: joined("scrapEntries"),
      statusEntries: joined("statusEntries"),
      locationMoves: joined("locationMoves"),
      adjustments: joined("adjustments")
    }
    return this.#rows
  }
}

/** What a first pass reads of the histories: the last 24 hours. */
export const recentRows = (plant: Plant): HistoryRows => historyRows(plant, plant.now() - 24 * 3_600_000, plant.now())

/** What must be in CDF after a pass over this plant as it stands. */
export const expectedOf = (plant: Plant, options: VerdictOptions = {}): Expected => {
  const without = new Set(options.without)
  const now = plant.now()
  const world = new World(plant, options.histories ?? recentRows(plant), {
    facilityName: "RADEMO",
    facilityCode: "RA-UNIFIED-DEMO",
    timeZone: plant.options.timeZone,
    country: "US",
    prefix: options.prefix ?? "",
    personal: options.personal ?? false,
    without,
    now,
    since: options.since ?? now,
    again: options.before !== undefined,
    lingering: new Set([...(options.before?.assets.keys() ?? []), ...(options.before?.sequences.keys() ?? [])])
  })
  for (const [name, add] of Object.entries(flows)) {
    if (!without.has(name)) add(world)
  }
  world.settle()
  if (options.before !== undefined) retire(world, options.before)
  return world
}

/** What the sandbox adds of itself to some kinds. */
export const plain = ({ accessCategories: _a, securityCategories: _s, ...rest }: Expectation): Expectation => rest

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const kinds = ["assets", "events", "timeSeries", "sequences", "relationships", "labels"] as const

/** Every difference, one line each; none when CDF is what it must be. `only`: how many lines per kind at most. */
export const compare = (expected: Expected, actual: Snapshot, only = 20): ReadonlyArray<string> =>
  kinds.flatMap((kind) => {
    const found = actual[kind]
    const missing = Array.from(expected[kind].keys()).filter((id) => found[id] === undefined)
    const extra = Object.keys(found).filter((id) => !expected[kind].has(id))
    const named = Object.entries(found).filter(([, { name }]) => typeof name === "string" && uuid.test(name))
    const different = Array.from(expected[kind]).flatMap(([id, value]) => {
      const is = found[id]
      return is === undefined ? [] : differencesAt(`${kind} ${id}`, value, plain(is))
    })
    const lines = [
      ...missing.map((id) => `${kind} ${id} is missing`),
      ...extra.map((id) => `${kind} ${id} must not be there: ${JSON.stringify(found[id]).slice(0, 300)}`),
      ...named.map(([id]) => `${kind} ${id} is named by a bare UUID`),
      ...different
    ]
    return lines.length <= only ? lines : [...lines.slice(0, only), `${kind}: ${lines.length - only} more`]
  })

/** Judges a sandbox's CDF by its plant as it stands. */
export const verdict = (sandbox: Sandbox, options: VerdictOptions = {}): ReadonlyArray<string> =>
  compare(expectedOf(sandbox.plant, options), sandbox.cdf.snapshot())
