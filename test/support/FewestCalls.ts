/**
 * The fewest calls that could bring an empty CDF to what it holds: every flow writes full calls and asks for nothing that it can
 * know. A history flow confirms window by window, so that each window with rows costs calls of its own.
 */
import type { JournalEntry } from "../../src/sandbox/Journal.js"
import type { JsonObject } from "../../src/sandbox/cdf/Json.js"
import type { Sandbox } from "../../src/sandbox/Sandbox.js"

/** Calls by path below the project. */
export type Calls = ReadonlyMap<string, number>

const perCall = 1000

/** What tells the flows of a kind apart in their external ids; the roots are what is left of the assets. */
const flows: Readonly<Record<string, ReadonlyArray<RegExp>>> = {
  assets: [
    /_building_/,
    /_part_/,
    /_operation_/,
    /_supply_item_/,
    /_production_line_/,
    /_workcenter_/,
    /_equipment_/,
    /_location_/,
    /_container_/,
    /_specification_/,
    /_control_plan_/,
    /_inspection_point_/,
    /./
  ],
  relationships: [/_routing_/, /_bom_/],
  sequences: [/_job_routing_/, /_routing_/, /_bom_/],
  timeseries: [
    /_ts_output_/,
    /_ts_scrap_/,
    /_ts_status_/,
    /_ts_(wip|inventory)_/,
    /_ts_ncr_count_/,
    /_ts_(oee|availability|performance|quality)_/,
    /_ts_live_performance_/
  ],
  events: [
    /_job_/,
    /_production_entry_/,
    /_scrap_entry_/,
    /_workcenter_status_/,
    /_movement_/,
    /_adjustment_/,
    /_checksheet_/,
    /_ncr_/,
    /_deviation_/
  ]
}

/** The endpoint whose windows a flow of history is written by. */
const windowed: Readonly<Record<string, RegExp>> = {
  _production_entry_: /production-entries$/,
  _scrap_entry_: /scrap-entries$/,
  _workcenter_status_: /workcenter-status-entries$/,
  _movement_: /container-location-moves$/,
  _adjustment_: /container-adjustments$/,
  _checksheet_: /4142\/execute$/,
  _ncr_: /19938\/execute$/,
  _ts_output_: /production-entries$/,
  _ts_scrap_: /scrap-entries$/
}

const objectsOf = ({ cdf: { state } }: Sandbox): Readonly<Record<string, ReadonlyArray<JsonObject>>> => ({
  assets: state.assets.all(),
  relationships: state.relationships.all(),
  sequences: state.sequences.all(),
  timeseries: state.timeSeries.all(),
  events: state.events.all()
})

const hasRows = ({ answerBody, answerBytes }: JournalEntry): boolean =>
  answerBody === undefined ? answerBytes > 2 : answerBody.length > 2 && !/"rows":\[\]/.test(answerBody)

const calls = (count: number): number => Math.ceil(count / perCall)

/** How many windows of a flow had rows. */
const windowsOf = ({ journal }: Sandbox, flow: RegExp): number => {
  const path = windowed[flow.source]
  return path === undefined
    ? 1
    : journal.entries({ path }).filter((entry) => entry.status === 200 && hasRows(entry)).length
}

/** The fewest calls to load what CDF holds now in one process, by path. */
export const fewestCalls = (sandbox: Sandbox): Calls => {
  const found = new Map([
    ["token", 1],
    ["assets/byids", 1],
    ["datasets/byids", 1],
    ["labels", 1]
  ])
  const add = (path: string, count: number): void => {
    found.set(path, (found.get(path) ?? 0) + count)
  }
  for (const [kind, objects] of Object.entries(objectsOf(sandbox))) {
    const left = new Set(objects.map(({ externalId }) => String(externalId)))
    for (const flow of flows[kind] ?? []) {
      const own = Array.from(left).filter((id) => flow.test(id))
      for (const id of own) left.delete(id)
      if (own.length === 0) continue
      const windows = windowsOf(sandbox, flow)
      // Objects are made once, however many windows tell of them; rows of history belong to one window each.
      add(kind, kind === "events" ? Math.max(windows, calls(own.length)) : calls(own.length))
      if (kind === "sequences") add("sequences/data", calls(own.length))
      if (kind === "timeseries") add("timeseries/data", windows)
    }
  }
  return found
}

const pathOf = (path: string): string => (path === "/oauth2/token" ? "token" : path.split("/").slice(5).join("/"))

/** The calls that were made to CDF, by path. */
export const callsMade = ({ journal }: Sandbox, after = 0): Calls => {
  const made = new Map<string, number>()
  for (const { path } of journal.entries({ server: "cdf", after })) {
    const name = pathOf(path)
    made.set(name, (made.get(name) ?? 0) + 1)
  }
  return made
}

export const total = (all: Calls): number => Array.from(all.values()).reduce((sum, count) => sum + count, 0)

/** Where more calls were made than the fewest, a line each. */
export const tooMany = (made: Calls, fewest: Calls): ReadonlyArray<string> =>
  Array.from(made).flatMap(([path, count]) =>
    count > (fewest.get(path) ?? 0) ? [`${path}: ${count} of ${fewest.get(path) ?? 0}`] : []
  )
