/**
 * What CDF holds of the facility, counted by reading all of it, beside what the ledger holds.
 */
import { Chunk, Clock, Effect, Stream } from "effect"
import type { ResourceKind } from "../domain/cdf/Resource.js"
import type { StoredResources } from "../domain/cdf/Stored.js"
import { Census, type Orphan, type TypeCount, type Unlinked } from "../domain/Census.js"
import type { CdfError, StateError } from "../domain/Errors.js"
import { type Facility, makeFacility } from "../domain/Facility.js"
import { type FlowName, flowNames, historyFlows } from "../domain/Flow.js"
import { metricIn } from "../domain/Origin.js"
import { AppConfig, type Settings } from "../services/AppConfig.js"
import { CallObserver } from "../services/CallObserver.js"
import { Cdf, type CdfFilter } from "../services/Cdf.js"
import { Ledger } from "../services/Ledger.js"

/** What the ledger holds of a flow and a kind. */
export interface LedgerCount {
  /** Those that are not retired; of history only what is as new as what the ledger keeps. */
  readonly live: number
  /** How many CDF holds of the same. */
  readonly comparable: number
}

/** A type in CDF with what the ledger holds of it; nothing where no flow of ours writes it, or another row tells it already. */
export interface OverviewRow extends TypeCount {
  readonly ledger: LedgerCount | undefined
}

/** The newest points of the series of one metric; moments in epoch milliseconds. */
export interface Freshness {
  readonly metric: string
  readonly series: number
  /** Series without a point. */
  readonly empty: number
  readonly newest: number | undefined
  /** Of the series with points the one that is furthest behind. */
  readonly oldest: number | undefined
}

export interface Overview {
  /** When it was read. */
  readonly at: number
  /** Calls to CDF that it took. */
  readonly calls: number
  readonly rows: ReadonlyArray<OverviewRow>
  readonly freshness: ReadonlyArray<Freshness>
  readonly orphans: ReadonlyArray<Orphan>
  readonly unlinked: ReadonlyArray<Unlinked>
}

/** Assets first: what events name is looked for among them. */
const kinds: ReadonlyArray<ResourceKind> = ["assets", "events", "timeseries", "sequences", "relationships", "labels"]

/** Relationships have no filter by prefix: they are told by their data sets. */
const filterOf = ({ dataSets, ids }: Facility, kind: ResourceKind): CdfFilter =>
  kind === "relationships"
    ? { dataSetIds: [...new Set(Object.values(dataSets))].map((id) => ({ id })) }
    : { externalIdPrefix: ids.facilityPrefix }

const freshnessOf = (facility: Facility, series: Census["series"]) =>
  Effect.gen(function* () {
    const latest = yield* (yield* Cdf).latestPoints(series)
    const byMetric = new Map<string, Array<number | undefined>>()
    for (const externalId of series) {
      const metric = metricIn(facility.ids, externalId) ?? ""
      const moments = byMetric.get(metric)
      const moment = latest.get(externalId)?.timestamp
      if (moments === undefined) byMetric.set(metric, [moment])
      else moments.push(moment)
    }
    return [...byMetric].map(([metric, moments]): Freshness => {
      const known = moments.filter((moment) => moment !== undefined)
      return {
        metric,
        series: moments.length,
        empty: moments.length - known.length,
        newest: known.reduce<number | undefined>((max, moment) => Math.max(max ?? moment, moment), undefined),
        oldest: known.reduce<number | undefined>((min, moment) => Math.min(min ?? moment, moment), undefined)
      }
    })
  })

/** Since when the ledger surely keeps the records of each history flow: what is older than the recheck is forgotten. */
const keptSince = ({ history: { overlap, recheck } }: Settings) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const kept = new Map<FlowName, number>()
    for (const flow of historyFlows) {
      const watermark = yield* ledger.watermark(flow)
      if (watermark !== undefined) kept.set(flow, watermark - Math.max(overlap, recheck))
    }
    return kept
  })

/** What the ledger holds beside each; where several types are of one flow and kind, beside the first. */
const besideLedger = (types: ReadonlyArray<TypeCount>, kept: ReadonlyMap<FlowName, number>) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const told = new Set<string>()
    const liveOf = (flow: FlowName, kind: ResourceKind) =>
      historyFlows.includes(flow)
        ? Effect.map(
            ledger.within(flow, { begin: kept.get(flow) ?? Number.MAX_SAFE_INTEGER, end: Number.MAX_SAFE_INTEGER }),
            (rows) => rows.filter((row) => row.kind === kind).length
          )
        : Effect.map(ledger.live(flow, kind), ({ count }) => count)
    const beside = yield* Effect.forEach(types, (type) =>
      Effect.gen(function* () {
        const { flow, kind } = type
        const name = `${flow ?? ""} ${kind}`
        if (flow === undefined || told.has(name)) return { ...type, ledger: undefined }
        told.add(name)
        const same = types.filter((other) => other.flow === flow && other.kind === kind)
        const comparable = same.reduce(
          (sum, { count, recent, retired }) => sum + (historyFlows.includes(flow) ? recent : count - retired),
          0
        )
        const row: OverviewRow = { ...type, ledger: { live: yield* liveOf(flow, kind), comparable } }
        return row
      })
    )
    // What the ledger believes of CDF and CDF does not hold at all.
    const lost: Array<OverviewRow> = []
    for (const flow of flowNames) {
      for (const kind of kinds) {
        const live = told.has(`${flow} ${kind}`) ? 0 : yield* liveOf(flow, kind)
        if (live > 0) lost.push({ ...nothing, flow, kind, ledger: { live, comparable: 0 } })
      }
    }
    return [...beside, ...lost]
  })

const nothing = {
  type: "",
  count: 0,
  retired: 0,
  recent: 0,
  dataSets: new Map<string, number>(),
  subtypes: new Map<string, number>()
}

/** Reads all that CDF holds of the facility. CDF's lists are eventually consistent: what was written seconds ago may be missing. */
export const overview: Effect.Effect<Overview, CdfError | StateError, AppConfig | Cdf | Ledger> = Effect.gen(
  function* () {
    const settings = yield* AppConfig
    const facility = makeFacility(settings.facility)
    const cdf = yield* Cdf
    const at = yield* Clock.currentTimeMillis
    const kept = yield* keptSince(settings)
    const pending = yield* (yield* Ledger).pendingLinks
    const census = new Census(facility, { pending: new Set(pending.map(({ from }) => from)), kept })
    const read = <K extends ResourceKind>(kind: K) => {
      const found: Stream.Stream<StoredResources[K], CdfError> = cdf.list(kind, filterOf(facility, kind))
      return Stream.runForEachChunk(found, (chunk) =>
        Effect.sync(() => {
          for (const held of Chunk.toReadonlyArray(chunk)) census.add(kind, held)
        })
      )
    }
    let calls = 0
    const freshness = yield* Effect.zipRight(
      Effect.forEach(kinds, read, { discard: true }),
      Effect.suspend(() => freshnessOf(facility, census.series))
    ).pipe(
      Effect.provideService(CallObserver, ({ upstream }) =>
        Effect.sync(() => {
          if (upstream === "cdf") calls++
        })
      )
    )
    return {
      at,
      calls,
      rows: yield* besideLedger(census.types, kept),
      freshness,
      orphans: census.orphans,
      unlinked: census.unlinked
    }
  }
)
