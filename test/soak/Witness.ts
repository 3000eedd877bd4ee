/**
 * What must be in CDF while the plant goes on for days: of histories what Plex has shown, of everything else what it shows now, and
 * of what is gone that it was retired.
 */
import type { JournalEntry } from "../../src/sandbox/Journal.js"
import { type HistoryName, historyTimes, type Row } from "../../src/sandbox/plant/Plant.js"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"
import { compare, type Expected, expectedOf, plain } from "../support/Verdict.js"
import type { Expectation } from "../support/verdict/Expectation.js"

const histories: Readonly<Record<string, HistoryName>> = {
  "/production/v1/production-history/production-entries": "productionEntries",
  "/production/v1/production-history/scrap-entries": "scrapEntries",
  "/production/v1/production-history/workcenter-status-entries": "statusEntries",
  "/inventory/v1/inventory-history/container-location-moves": "locationMoves",
  "/inventory/v1/inventory-history/container-adjustments": "adjustments"
}

interface Reading {
  readonly name: HistoryName
  readonly begin: number
  readonly end: number
  readonly rows: ReadonlyArray<Row>
}

/** Series that end with 0, or just end, when there is nothing to be measured any more. */
const level = /_ts_(wip|inventory)_/
const live = /_ts_live_performance_/

/** Of a line of a comparison. */
const idIn = (line: string): string => line.split(" ")[1] ?? ""

const metadataOf = ({ metadata }: Expectation): object =>
  typeof metadata === "object" && metadata !== null ? metadata : {}

const isRetired = (object: Expectation): boolean => {
  const metadata = metadataOf(object)
  return "active" in metadata && metadata.active === "false"
}

export class Witness {
  readonly #readings = new Map<number, Reading>()
  readonly #rows: Record<HistoryName, ReadonlyArray<Row>> = {
    productionEntries: [],
    scrapEntries: [],
    statusEntries: [],
    locationMoves: [],
    adjustments: []
  }
  /** Containers that Plex has listed at any time, by their external ids. */
  readonly #containers = new Set<string>()
  #before: Expected | undefined
  #since: number

  constructor(readonly sandbox: Sandbox) {
    this.#since = sandbox.plant.now()
    this.look()
  }

  /** To be told of each exchange when it begins and when it is over. */
  heard(entry: JournalEntry): void {
    const { fault, outcome, path, query, sequence, status } = entry
    const name = histories[path]
    if (name === undefined) return
    if (outcome === "pending") {
      const given = new URLSearchParams(query)
      const [begin, end] = [Date.parse(given.get("beginDate") ?? ""), Date.parse(given.get("endDate") ?? "")]
      this.#readings.set(sequence, { name, begin, end, rows: this.sandbox.plant[name].between(begin, end) })
      return
    }
    const reading = this.#readings.get(sequence)
    this.#readings.delete(sequence)
    if (reading !== undefined && status === 200 && outcome === "answered" && fault === undefined) this.#shown(reading)
  }

  /** To be told to look at the plant before and after each time that it moves. */
  look(): void {
    const { containers, pcn } = this.sandbox.plant
    for (const { serialNo } of containers) this.#containers.add(`PCN${pcn}_container_${String(serialNo)}`)
  }

  /** What is wrong with CDF now that a pass over the plant as it stands has ended. */
  judge(): ReadonlyArray<string> {
    const { cdf, plant } = this.sandbox
    const before = this.#before
    const now = expectedOf(plant, {
      histories: this.#rows,
      ...(before === undefined ? {} : { before }),
      since: this.#since
    })
    const held = cdf.snapshot()
    const assets = new Map(now.assets)
    for (const [id, asset] of Object.entries(held.assets)) {
      const wanted = now.assets.get(id)
      // What came and went since the last verdict, and what went, is as a pass in between saw it last.
      const came = wanted === undefined && this.#containers.has(id)
      const went = wanted !== undefined && isRetired(wanted) && !isRetired(before?.assets.get(id) ?? {})
      if ((came || went) && this.#isRetiredSince(asset)) assets.set(id, plain(asset))
    }
    const over = (id: string): boolean =>
      live.test(id) || (level.test(id) ? cdf.state.points(id).at(-1)?.value === 0 : before?.timeSeries.has(id) === true)
    const tolerated = new Set(Object.keys(held.timeSeries).filter(over))
    const expected = { ...now, assets }
    this.#before = { ...expected, timeSeries: new Map([...(before?.timeSeries ?? []), ...now.timeSeries]) }
    this.#since = plant.now()
    return compare(expected, held, 10_000).filter(
      (line) => !(line.includes(" must not be there") && tolerated.has(idIn(line)))
    )
  }

  /** Retired between the last verdict and this one; Plex's clock tells whole seconds. */
  #isRetiredSince(object: Expectation): boolean {
    const metadata = metadataOf(object)
    const at = "retired_at" in metadata ? Date.parse(String(metadata.retired_at)) : Number.NaN
    return isRetired(object) && at >= this.#since - 1000 && at <= this.sandbox.plant.now() + 60_000
  }

  #shown({ begin, end, name, rows }: Reading): void {
    const at = (row: Row): number => Date.parse(String(row[historyTimes[name]]))
    const others = this.#rows[name].filter((row) => at(row) < begin || at(row) >= end)
    this.#rows[name] = [...others, ...rows]
  }
}
