/**
 * External ids to numeric ids: from memory, from the ledger, from Redis where there is one, and from CDF what none of them knows.
 */
import { Chunk, Effect, Layer, Metric, Option, Stream } from "effect"
import { randomUUID } from "node:crypto"
import type { StoredAsset } from "../domain/cdf/Stored.js"
import type { CdfError } from "../domain/Errors.js"
import { type ExternalId, makeExternalIds } from "../domain/ExternalId.js"
import { type NaturalKeyKind, naturalKeys } from "../domain/NaturalKey.js"
import { AppConfig } from "../services/AppConfig.js"
import { Cdf } from "../services/Cdf.js"
import { type Hits, IdResolver } from "../services/IdResolver.js"
import { isGone, Ledger, type NamedAsset } from "../services/Ledger.js"
import { oneAtATime } from "../services/Pulse.js"
import { monotonicMillis } from "./http/MonotonicClock.js"
import { type KnownIdsOptions, makeKnownIds } from "./idresolver/KnownIds.js"
import { makeLookUp } from "./idresolver/LookUp.js"
import { makeNaturalKeyIndex, type Without } from "./idresolver/NaturalKeyIndex.js"
import { RedisConnection } from "./idresolver/RedisConnection.js"
import { day, makeSharedIds, type SharedIds } from "./idresolver/SharedIds.js"

type Service = typeof IdResolver.Service

/** What a resolver looks things up in. */
export interface IdSources {
  readonly cdf: typeof Cdf.Service
  readonly ledger: Pick<typeof Ledger.Service, "rows" | "facts" | "naturalKeys" | "meetNaturalKeys">
  readonly shared: SharedIds | undefined
  /** What the external ids of a kind begin with. */
  readonly prefixOf: (kind: NaturalKeyKind) => string
}

const defaults: KnownIdsOptions = { mostEntries: 200_000, timeToLive: 3_600_000, missTimeToLive: 30_000 }

const lookups = Metric.counter("plex_cdf_id_lookups_total", {
  description: "External ids looked up, by who answered",
  incremental: true
})
const missed = Metric.counter("plex_cdf_id_misses_total", {
  description: "External ids looked up that no asset has",
  incremental: true
})
const answeredBy = {
  memory: Metric.tagged(lookups, "answered_by", "memory"),
  ledger: Metric.tagged(lookups, "answered_by", "ledger"),
  redis: Metric.tagged(lookups, "answered_by", "redis"),
  cdf: Metric.tagged(lookups, "answered_by", "cdf")
}

/** `IdResolver`, and how it hears of other processes. */
export interface Resolver extends Service {
  /** Assets that another process has forgotten. */
  readonly hearForgotten: (externalIds: ReadonlyArray<ExternalId>) => Effect.Effect<void>
}

/** `IdResolver` over its sources: memory, then the ledger, then what processes share, then CDF. */
export const makeIdResolver = (
  { cdf, ledger, prefixOf, shared }: IdSources,
  options: KnownIdsOptions = defaults
): Resolver => {
  const known = makeKnownIds(options)
  const lookUp = makeLookUp({ cdf, known, ledger, shared })
  const index = makeNaturalKeyIndex()
  const loaded = new Set<NaturalKeyKind>()
  const loading = Effect.unsafeMakeSemaphore(1)
  const counted = { memory: 0, ledger: 0, redis: 0, cdf: 0, misses: 0 }

  const count = ({ misses, ...answers }: Partial<Hits>) =>
    Effect.gen(function* () {
      counted.misses += misses ?? 0
      yield* Metric.incrementBy(missed, misses ?? 0)
      for (const tier of ["memory", "ledger", "redis", "cdf"] as const) {
        counted[tier] += answers[tier] ?? 0
        yield* Metric.incrementBy(answeredBy[tier], answers[tier] ?? 0)
      }
    })

  const learn = (assets: ReadonlyArray<StoredAsset>, now: number): void => {
    for (const { externalId, id } of assets) if (externalId !== undefined) known.know(externalId, id, now)
  }

  const resolve: Service["resolve"] = (externalIds) =>
    Effect.gen(function* () {
      const wanted = new Set(externalIds)
      const { answers, found } = yield* lookUp.resolve(wanted)
      yield* count({ ...answers, misses: wanted.size - found.size })
      return found
    })

  const reverse: Service["reverse"] = (ids) =>
    Effect.gen(function* () {
      const wanted = new Set(ids)
      const found = new Map<number, ExternalId>()
      const before = yield* monotonicMillis
      for (const id of wanted) {
        const name = known.name(id, before)
        if (name !== undefined) found.set(id, name)
      }
      const unknown = [...wanted].filter((id) => !found.has(id))
      const assets = unknown.length === 0 ? [] : yield* cdf.assetsByNumericIds(unknown)
      learn(assets, yield* monotonicMillis)
      for (const { externalId, id } of assets) if (externalId !== undefined) found.set(id, externalId)
      yield* count({
        memory: wanted.size - unknown.length,
        cdf: unknown.length,
        misses: wanted.size - found.size
      })
      return found
    })

  const subtree: Service["subtree"] = (root) =>
    cdf.list("assets", { assetSubtreeIds: [{ externalId: root }] }).pipe(
      Stream.runCollect,
      Effect.map((assets) => Chunk.toReadonlyArray(assets).flatMap(({ externalId }) => externalId ?? []))
    )

  /** Reads from CDF what the ledger does not know yet, so that the next process need not. */
  const loadFromCdf = (kind: NaturalKeyKind): Effect.Effect<void, CdfError> =>
    Effect.gen(function* () {
      const named: Array<NamedAsset> = []
      yield* cdf.list("assets", { externalIdPrefix: prefixOf(kind) }).pipe(
        Stream.runForEachChunk((page) =>
          Effect.map(monotonicMillis, (now) => {
            for (const { externalId, id, metadata } of page) {
              if (externalId === undefined) continue
              const keys = naturalKeys(metadata)
              named.push({ kind, externalId, keys })
              index.read(externalId, keys)
              known.know(externalId, id, now)
            }
          })
        )
      )
      // What was told or forgotten meanwhile counts more than the list.
      const current = named.map(({ externalId }) => ({ kind, externalId, keys: index.keysOf(externalId) }))
      yield* ledger
        .meetNaturalKeys(kind, current)
        .pipe(
          Effect.catchAll((error) =>
            Effect.logWarning("the ledger did not keep human keys: the next process reads them from CDF again").pipe(
              Effect.annotateLogs({ kind, error: error.message })
            )
          )
        )
    })

  const load = (kind: NaturalKeyKind): Effect.Effect<void, CdfError> =>
    oneAtATime(loading)(
      Effect.gen(function* () {
        if (loaded.has(kind)) return
        const held = yield* Effect.orElseSucceed(ledger.naturalKeys(kind), () => undefined)
        if (held === undefined) yield* loadFromCdf(kind)
        else for (const [externalId, keys] of held) index.read(externalId, keys)
        loaded.add(kind)
      })
    )

  /** What the ledger knows of these; one that fails knows nothing. */
  const withoutOf = (externalIds: ReadonlyArray<ExternalId>): Effect.Effect<Without> =>
    Effect.map(
      externalIds.length === 0
        ? Effect.succeed([])
        : ledger.rows("assets", externalIds).pipe(
            Effect.map((rows) => [...rows.values()].filter(({ retiredAt }) => retiredAt !== undefined)),
            Effect.orElseSucceed(() => [])
          ),
      (retired) => ({
        retired: new Set(retired.map(({ externalId }) => externalId)),
        gone: new Set(retired.flatMap((row) => (isGone(row) ? [row.externalId] : [])))
      })
    )

  const find: Service["find"] = (kind, keys) =>
    Effect.gen(function* () {
      if (!loaded.has(kind)) yield* load(kind)
      const wanted = new Set(keys)
      const candidates = new Set([...wanted].flatMap((key) => index.candidates(key)))
      const without = yield* withoutOf([...candidates])
      const found = new Map<string, ReadonlyArray<ExternalId>>()
      for (const key of wanted) {
        const fitting = index.find(key, without)
        if (fitting.length > 0) found.set(key, fitting)
      }
      return found
    })

  const remember: Service["remember"] = (assets) =>
    Effect.gen(function* () {
      const told = [...assets]
      for (const { externalId, naturalKeys } of told) {
        if (naturalKeys !== undefined) index.tell(externalId, naturalKeys)
      }
      yield* lookUp.confirm(told)
    })

  const forget: Service["forget"] = (externalIds) =>
    Effect.suspend(() => {
      const names = [...externalIds]
      for (const name of names) index.tell(name, [])
      return lookUp.forget(names)
    })

  const forgetNumeric: Service["forgetNumeric"] = (ids) =>
    Effect.flatMap(monotonicMillis, (now) => forget([...ids].flatMap((id) => known.forgetNumber(id, now) ?? [])))

  return {
    resolve,
    reverse,
    subtree,
    find,
    remember,
    forget,
    forgetNumeric,
    hits: Effect.sync(() => ({ ...counted })),
    hearForgotten: lookUp.doubt
  }
}

/** `IdResolver` of the facility of the settings. */
export const layer: Layer.Layer<IdResolver, never, AppConfig | Cdf | Ledger | RedisConnection> = Layer.scoped(
  IdResolver,
  Effect.gen(function* () {
    const { cdf: settings, facility } = yield* AppConfig
    const redis = yield* RedisConnection
    const shared = Option.isNone(redis)
      ? undefined
      : yield* makeSharedIds(redis.value, {
          cdf: `${settings.host.host}/${settings.project}`,
          self: randomUUID(),
          timeToLive: day,
          forgottenFor: 60
        })
    const resolver = makeIdResolver({
      cdf: yield* Cdf,
      ledger: yield* Ledger,
      shared,
      prefixOf: makeExternalIds(facility.pcn, facility.externalIdPrefix).prefix
    })
    if (shared !== undefined) yield* Effect.forkScoped(Stream.runForEach(shared.forgotten, resolver.hearForgotten))
    return resolver
  })
)
