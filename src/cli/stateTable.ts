/**
 * What the state holds, for people.
 */
import type { FacilityKey } from "../layers/state/FacilityNumber.js"
import type { FlowOverview, SeenHolder, StateOverview } from "../layers/state/StateOverview.js"
import type { TableCell } from "./Table.js"

/** A state as a whole. */
export interface ShownState {
  /** Where it is, without what lets somebody in. */
  readonly place: string
  readonly bytes: number
  readonly version: number
  readonly facility: FacilityKey
  /** Nothing where the version is not this program's. */
  readonly overview: StateOverview | undefined
}

const time = (at: number | undefined): string => {
  if (at === undefined) return ""
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? String(at) : `${date.toISOString().slice(0, 19)}Z`
}

/** A number of bytes in the greatest unit that leaves digits before the point. */
export const sizeInWords = (bytes: number): string => {
  const units = ["bytes", "KiB", "MiB", "GiB"]
  const power = Math.min(units.length - 1, bytes === 0 ? 0 : Math.floor(Math.log2(bytes) / 10))
  return power === 0 ? `${bytes} bytes` : `${(bytes / 1024 ** power).toFixed(1)} ${units[power]}`
}

/** Who has the lease, since when, and in which run. */
export const holderInWords = ({ host, pid, renewed, run }: SeenHolder): string =>
  `pid ${pid} on ${host}${run === undefined ? "" : `, in run ${run.runId} (${run.name}) since ${time(run.started)}`}, ` +
  `lease renewed ${time(renewed)}`

export const facilityInWords = ({ cdf, externalIdPrefix, pcn }: FacilityKey): string =>
  `PCN ${pcn}, ${externalIdPrefix === "" ? "no prefix" : `prefix ${externalIdPrefix}`}, ${cdf}`

/** The lines above the table, each a name and a text. */
export const stateHead = (state: ShownState): ReadonlyArray<readonly [name: string, text: string]> => {
  const { bytes, facility, overview, place, version } = state
  const others = overview?.others ?? 0
  return [
    ["state", place],
    ["size", sizeInWords(bytes)],
    ["version", String(version)],
    ["facility", facilityInWords(facility)],
    ...(overview === undefined
      ? []
      : ([
          ["lease", overview.lease === undefined ? "free" : holderInWords(overview.lease)],
          ["runs", String(overview.runs)],
          ["other facilities", String(others)]
        ] as const))
  ]
}

export const flowHeadings = [
  "flow",
  "rows",
  "retired",
  "pending links",
  "dead letters",
  "points",
  "watermark",
  "swept objects",
  "due",
  "oldest look"
]

export const flowRow = (flow: FlowOverview): ReadonlyArray<TableCell> => [
  flow.flow,
  flow.rows,
  flow.retired,
  flow.pendingLinks,
  flow.deadLetters,
  flow.points,
  time(flow.watermark),
  flow.sweep?.objects ?? "",
  flow.sweep?.due ?? "",
  time(flow.sweep?.oldest)
]

const iso = (at: number | undefined): string | undefined => (at === undefined ? undefined : time(at))

/** The same for programs; moments as text. */
export const stateJson = ({ overview, ...state }: ShownState) => ({
  ...state,
  ...(overview === undefined
    ? {}
    : {
        ...overview,
        lease:
          overview.lease === undefined
            ? null
            : {
                ...overview.lease,
                renewed: time(overview.lease.renewed),
                until: time(overview.lease.until),
                run:
                  overview.lease.run === undefined
                    ? undefined
                    : { ...overview.lease.run, started: time(overview.lease.run.started) }
              },
        flows: overview.flows.map((flow) => ({
          ...flow,
          watermark: iso(flow.watermark),
          sweep: flow.sweep === undefined ? undefined : { ...flow.sweep, oldest: iso(flow.sweep.oldest) }
        }))
      })
})
