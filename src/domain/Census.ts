/**
 * What CDF holds of a facility, counted object by object as it is read.
 */
import type { ResourceKind } from "./cdf/Resource.js"
import type { StoredResources } from "./cdf/Stored.js"
import type { ExternalId } from "./ExternalId.js"
import type { Facility } from "./Facility.js"
import type { FlowName } from "./Flow.js"
import { retiredAtOf } from "./Marks.js"
import { metricIn, originsOf } from "./Origin.js"
import { households, rootDrafts } from "./Tree.js"

/** Objects of one kind and type. */
export interface TypeCount {
  readonly kind: ResourceKind
  /** Asset type, event type, metric, what a sequence is of, label; empty where an object has none. */
  readonly type: string
  /** Nothing where no mapping makes such ids. */
  readonly flow: FlowName | undefined
  readonly count: number
  readonly retired: number
  /** By data set; empty text where an object has none. */
  readonly dataSets: ReadonlyMap<string, number>
  /** Of events. */
  readonly subtypes: ReadonlyMap<string, number>
  /** Of records of history: those that are as new as what the ledger keeps. */
  readonly recent: number
}

/** An asset that waits under its kind's root, although its record names a parent. */
export interface Orphan {
  readonly externalId: ExternalId
  readonly parent: ExternalId
  /** Whether CDF holds the parent: then the asset should be under it. */
  readonly parentExists: boolean
}

/** Events of a type that are linked to nothing. */
export interface Unlinked {
  readonly type: string
  readonly count: number
  /** Of these the ones that wait for an asset. */
  readonly waiting: number
  /** Of these the ones whose record names by its id an asset that CDF holds: they should be linked. */
  readonly unexplained: ReadonlyArray<ExternalId>
}

interface Counting {
  readonly kind: ResourceKind
  readonly type: string
  readonly flow: FlowName | undefined
  count: number
  retired: number
  recent: number
  readonly dataSets: Map<string, number>
  readonly subtypes: Map<string, number>
}

/** Metadata by which an event names an asset, and what the asset is. */
const namings = [
  ["part_id", "part"],
  ["workcenter_id", "workcenter"],
  ["location_id", "location"],
  ["serial_no", "container"]
] as const

/** Metadata by which an asset names its parent. */
const parentNamings = { production_line: "production_line_id", location: "location_id" } as const

const count = (counts: Map<string, number>, name: string): void => {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

const typeIn = (facility: Facility, kind: ResourceKind, held: StoredResources[ResourceKind], of: string): string => {
  if (kind === "assets" && "metadata" in held) return held.metadata["asset_type"] ?? ""
  if (kind === "events" && "type" in held) return held.type ?? ""
  if (kind === "timeseries") return metricIn(facility.ids, held.externalId ?? "") ?? ""
  if (kind === "relationships" && "labels" in held) return held.labels.map(({ externalId }) => externalId).join(" ")
  return of
}

export interface CensusOptions {
  /** External ids of objects that wait for a link. */
  readonly pending: ReadonlySet<string>
  /** Of history flows since when (epoch milliseconds) the ledger keeps their records. */
  readonly kept: ReadonlyMap<FlowName, number>
}

/** To be given the objects of a facility, assets first. */
export class Census {
  readonly #facility: Facility
  readonly #options: CensusOptions
  readonly #roots: ReadonlySet<ExternalId>
  readonly #types = new Map<string, Counting>()
  readonly #dataSets: ReadonlyMap<number, string>
  readonly #assets = new Set<string>()
  readonly #waiting: Array<{ readonly externalId: ExternalId; readonly parent: ExternalId }> = []
  readonly #unlinked = new Map<string, { count: number; waiting: number; readonly unexplained: Array<ExternalId> }>()
  readonly #series: Array<ExternalId> = []

  constructor(facility: Facility, options: CensusOptions) {
    this.#facility = facility
    this.#options = options
    this.#roots = new Set(rootDrafts(facility).map(({ externalId }) => externalId))
    this.#dataSets = new Map(Object.entries(facility.dataSets).map(([name, id]) => [id, name]))
  }

  /** Objects of others are left alone. */
  add<K extends ResourceKind>(kind: K, held: StoredResources[K]): void {
    const { externalId } = held
    if (externalId === undefined || !externalId.startsWith(this.#facility.ids.facilityPrefix)) return
    const origin = originsOf(this.#facility.ids, this.#roots, externalId).find((one) => one.kind === kind)
    const metadata = "metadata" in held ? held.metadata : undefined
    const counting = this.#countingOf(kind, typeIn(this.#facility, kind, held, origin?.of ?? ""), origin?.flow)
    counting.count++
    if (metadata !== undefined && retiredAtOf(metadata) !== undefined) counting.retired++
    const { dataSetId } = held
    count(counting.dataSets, dataSetId === undefined ? "" : (this.#dataSets.get(dataSetId) ?? String(dataSetId)))
    if (kind === "assets" && "parentExternalId" in held) this.#asset(externalId, held.parentExternalId, metadata ?? {})
    else if (kind === "assets") this.#assets.add(externalId)
    if (kind === "timeseries") this.#series.push(externalId)
    if ("assetIds" in held) this.#event(externalId, held, counting)
  }

  get types(): ReadonlyArray<TypeCount> {
    return [...this.#types.values()].toSorted((one, other) =>
      one.kind === other.kind ? (one.type < other.type ? -1 : 1) : one.kind < other.kind ? -1 : 1
    )
  }

  get series(): ReadonlyArray<ExternalId> {
    return this.#series
  }

  get orphans(): ReadonlyArray<Orphan> {
    return this.#waiting.map((one) => ({ ...one, parentExists: this.#assets.has(one.parent) }))
  }

  get unlinked(): ReadonlyArray<Unlinked> {
    return [...this.#unlinked].map(([type, found]) => ({ type, ...found }))
  }

  #countingOf(kind: ResourceKind, type: string, flow: FlowName | undefined): Counting {
    const key = `${kind} ${type} ${flow ?? ""}`
    const known = this.#types.get(key)
    if (known !== undefined) return known
    const made = {
      kind,
      type,
      flow,
      count: 0,
      retired: 0,
      recent: 0,
      dataSets: new Map<string, number>(),
      subtypes: new Map<string, number>()
    }
    this.#types.set(key, made)
    return made
  }

  #asset(externalId: ExternalId, under: string | undefined, metadata: Readonly<Record<string, string>>): void {
    const { ids } = this.#facility
    this.#assets.add(externalId)
    for (const { child, parent, waitsUnder } of households) {
      const named = metadata[parentNamings[parent]]
      if (metadata["asset_type"] === child && under === ids.root(waitsUnder) && named !== undefined) {
        this.#waiting.push({ externalId, parent: ids.of(parent, named) })
      }
    }
  }

  #event(externalId: ExternalId, held: StoredResources["events"], counting: Counting): void {
    if (held.subtype !== undefined) count(counting.subtypes, held.subtype)
    const { flow, type } = counting
    const kept = flow === undefined ? undefined : this.#options.kept.get(flow)
    if (kept !== undefined && (held.startTime ?? -Infinity) >= kept) counting.recent++
    if (held.assetIds.length > 0) return
    const found = this.#unlinked.get(type) ?? { count: 0, waiting: 0, unexplained: [] }
    this.#unlinked.set(type, found)
    found.count++
    if (this.#options.pending.has(externalId)) found.waiting++
    else if (this.#namesOne(held.metadata)) found.unexplained.push(externalId)
  }

  /** Whether the metadata names an asset that CDF holds. */
  #namesOne(metadata: Readonly<Record<string, string>>): boolean {
    return namings.some(([field, kind]) => {
      const key = metadata[field]
      return key !== undefined && this.#assets.has(this.#facility.ids.of(kind, key))
    })
  }
}
