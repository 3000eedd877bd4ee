/**
 * External ids to numeric ids from memory, and from CDF what is not there.
 */
import { Chunk, Deferred, Effect, Exit, Layer, Metric, Stream } from "effect"
import type { StoredAsset } from "../domain/cdf/Stored.js"
import type { CdfError } from "../domain/Errors.js"
import { type ExternalId, makeExternalIds } from "../domain/ExternalId.js"
import { type NaturalKeyKind, naturalKeys } from "../domain/NaturalKey.js"
import { AppConfig } from "../services/AppConfig.js"
import { Cdf } from "../services/Cdf.js"
import { IdResolver } from "../services/IdResolver.js"
import { monotonicMillis } from "./http/MonotonicClock.js"
import { makeBoundedMap } from "./idresolver/BoundedMap.js"
import { makeNaturalKeyIndex } from "./idresolver/NaturalKeyIndex.js"

type Service = typeof IdResolver.Service

export interface IdResolverOptions {
  /** Assets kept; about 100 bytes each. */
  readonly mostEntries: number
  /** Milliseconds until an id is asked for again. */
  readonly timeToLive: number
  /** Milliseconds in which what CDF does not know is not asked for again. */
  readonly missTimeToLive: number
}

const defaults: IdResolverOptions = { mostEntries: 200_000, timeToLive: 3_600_000, missTimeToLive: 30_000 }

const lookups = Metric.counter("plex_cdf_id_lookups_total", {
  description: "External ids looked up, by who answered",
  incremental: true
})
const fromMemory = Metric.tagged(lookups, "answered_by", "memory")
const fromCdf = Metric.tagged(lookups, "answered_by", "cdf")

/** `prefixOf` gives what the external ids of a kind begin with. */
export const makeIdResolver = (
  cdf: typeof Cdf.Service,
  prefixOf: (kind: NaturalKeyKind) => string,
  options: IdResolverOptions = defaults
): Service => {
  const { mostEntries, missTimeToLive, timeToLive } = options
  const names = new Map<number, ExternalId>()
  const numbers = makeBoundedMap<ExternalId, number>({
    most: mostEntries,
    timeToLive,
    onEvict: (_, number) => names.delete(number)
  })
  const misses = makeBoundedMap<ExternalId, true>({ most: mostEntries, timeToLive: missTimeToLive })
  /** Who asks CDF for a key at this moment; whoever else wants it waits. */
  const asking = new Map<ExternalId, Deferred.Deferred<void, CdfError>>()
  const index = makeNaturalKeyIndex()
  const loaded = new Set<NaturalKeyKind>()
  const loading = Effect.unsafeMakeSemaphore(1)
  let memoryHits = 0
  let cdfHits = 0

  const know = (externalId: ExternalId, number: number, now: number): void => {
    const before = numbers.get(externalId, now)
    if (before !== undefined && before !== number) names.delete(before)
    numbers.set(externalId, number, now)
    names.set(number, externalId)
    misses.delete(externalId)
  }

  const learn = (assets: ReadonlyArray<StoredAsset>, now: number): void => {
    for (const { externalId, id } of assets) if (externalId !== undefined) know(externalId, id, now)
  }

  /** Asks CDF for keys that nobody else is asking for. An interruption fails nobody who waits: they ask themselves. */
  const ask = (keys: ReadonlyArray<ExternalId>): Effect.Effect<ReadonlyArray<StoredAsset>, CdfError> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(Deferred.make<void, CdfError>(), (done) => {
        for (const key of keys) asking.set(key, done)
        return restore(cdf.byids("assets", keys)).pipe(
          Effect.zip(monotonicMillis),
          Effect.map(([found, now]) => {
            const there = new Map(found.map((asset) => [asset.externalId, asset.id]))
            for (const key of keys) {
              // Forgotten or told meanwhile: this answer may be older.
              if (asking.get(key) !== done) continue
              const number = there.get(key)
              if (number === undefined) misses.set(key, true, now)
              else know(key, number, now)
            }
            return found
          }),
          Effect.onExit((exit) => {
            for (const key of keys) if (asking.get(key) === done) asking.delete(key)
            return Deferred.done(done, Exit.isInterrupted(exit) ? Exit.void : Exit.asVoid(exit))
          })
        )
      })
    )

  const resolve: Service["resolve"] = (externalIds) =>
    Effect.gen(function* () {
      const found = new Map<ExternalId, number>()
      let open: ReadonlyArray<ExternalId> = [...new Set(externalIds)]
      const wanted = open.length
      let asked = 0
      while (open.length > 0) {
        const now = yield* monotonicMillis
        const unknown: Array<ExternalId> = []
        /** Keys that others are asking for. */
        const awaited: Array<ExternalId> = []
        const others = new Set<Deferred.Deferred<void, CdfError>>()
        for (const key of open) {
          const number = numbers.get(key, now)
          if (number !== undefined) {
            found.set(key, number)
            continue
          }
          if (misses.get(key, now) === true) continue
          const other = asking.get(key)
          if (other === undefined) unknown.push(key)
          else {
            others.add(other)
            awaited.push(key)
          }
        }
        if (unknown.length > 0) {
          for (const { externalId, id } of yield* ask(unknown)) if (externalId !== undefined) found.set(externalId, id)
        }
        for (const other of others) yield* Deferred.await(other)
        asked += unknown.length
        open = awaited
      }
      memoryHits += wanted - asked
      cdfHits += asked
      yield* Metric.incrementBy(fromMemory, wanted - asked)
      yield* Metric.incrementBy(fromCdf, asked)
      return found
    })

  const reverse: Service["reverse"] = (ids) =>
    Effect.gen(function* () {
      const wanted = new Set(ids)
      const found = new Map<number, ExternalId>()
      const before = yield* monotonicMillis
      for (const id of wanted) {
        const name = names.get(id)
        if (name !== undefined && numbers.get(name, before) === id) found.set(id, name)
      }
      const unknown = [...wanted].filter((id) => !found.has(id))
      const assets = unknown.length === 0 ? [] : yield* cdf.assetsByNumericIds(unknown)
      learn(assets, yield* monotonicMillis)
      for (const { externalId, id } of assets) if (externalId !== undefined) found.set(id, externalId)
      memoryHits += wanted.size - unknown.length
      cdfHits += unknown.length
      return found
    })

  const subtree: Service["subtree"] = (root) =>
    cdf.list("assets", { assetSubtreeIds: [{ externalId: root }] }).pipe(
      Stream.runCollect,
      Effect.map((assets) => Chunk.toReadonlyArray(assets).flatMap(({ externalId }) => externalId ?? []))
    )

  const load = (kind: NaturalKeyKind): Effect.Effect<void, CdfError> =>
    loading.withPermits(1)(
      Effect.suspend(() =>
        loaded.has(kind)
          ? Effect.void
          : cdf.list("assets", { externalIdPrefix: prefixOf(kind) }).pipe(
              Stream.runForEachChunk((page) =>
                Effect.map(monotonicMillis, (now) => {
                  for (const { externalId, id, metadata } of page) {
                    if (externalId === undefined) continue
                    index.read(externalId, naturalKeys(metadata))
                    know(externalId, id, now)
                  }
                })
              ),
              Effect.tap(() => Effect.sync(() => loaded.add(kind))),
              Effect.asVoid
            )
      )
    )

  const find: Service["find"] = (kind, keys) =>
    Effect.map(loaded.has(kind) ? Effect.void : load(kind), () => {
      const found = new Map<string, ReadonlyArray<ExternalId>>()
      for (const key of keys) {
        const fitting = index.find(key)
        if (fitting.length > 0) found.set(key, fitting)
      }
      return found
    })

  const remember: Service["remember"] = (assets) =>
    Effect.map(monotonicMillis, (now) => {
      for (const { externalId, id, naturalKeys } of assets) {
        asking.delete(externalId)
        know(externalId, id, now)
        if (naturalKeys !== undefined) index.tell(externalId, naturalKeys)
      }
    })

  const drop = (externalId: ExternalId, now: number): void => {
    const number = numbers.get(externalId, now)
    if (number !== undefined) names.delete(number)
    numbers.delete(externalId)
    misses.delete(externalId)
    asking.delete(externalId)
    index.tell(externalId, [])
  }

  const forget: Service["forget"] = (externalIds) =>
    Effect.map(monotonicMillis, (now) => {
      for (const externalId of externalIds) drop(externalId, now)
    })

  const forgetNumeric: Service["forgetNumeric"] = (ids) =>
    Effect.map(monotonicMillis, (now) => {
      for (const id of ids) {
        const name = names.get(id)
        if (name !== undefined) drop(name, now)
      }
    })

  return {
    resolve,
    reverse,
    subtree,
    find,
    remember,
    forget,
    forgetNumeric,
    hits: Effect.sync(() => ({ memory: memoryHits, cdf: cdfHits }))
  }
}

/** `IdResolver` of the facility of the settings. */
export const layer: Layer.Layer<IdResolver, never, AppConfig | Cdf> = Layer.effect(
  IdResolver,
  Effect.gen(function* () {
    const { facility } = yield* AppConfig
    const ids = makeExternalIds(facility.pcn, facility.externalIdPrefix)
    return makeIdResolver(yield* Cdf, ids.prefix)
  })
)
