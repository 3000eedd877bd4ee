/**
 * Takes all that is a facility's out of CDF: what refers to assets first, then the assets from the bottom of the tree up.
 */
import { Chunk, Deferred, Effect, Stream } from "effect"
import type { ResourceKind } from "../domain/cdf/Resource.js"
import type { CdfError } from "../domain/Errors.js"
import type { ExternalId, OwnWord } from "../domain/ExternalId.js"
import type { Facility } from "../domain/Facility.js"
import { type KeyedWord, keyedWords, kindReader, kindsOfWord } from "../domain/KindWord.js"
import { ownership } from "../domain/Ownership.js"
import { SeenKeys } from "../domain/SeenKeys.js"
import { households, rootLevels } from "../domain/Tree.js"
import { AppConfig } from "../services/AppConfig.js"
import { Cdf } from "../services/Cdf.js"
import { IdResolver } from "../services/IdResolver.js"
import { type HeldObject, objectsUnder } from "./objectsUnder.js"
import { sendEach } from "./stages/sendEach.js"
import { dataSetsOf, type Stock } from "./takeStock.js"

/** The kinds in the order in which they go. */
export const clearingOrder: ReadonlyArray<ResourceKind> = [
  "relationships",
  "sequences",
  "timeseries",
  "events",
  "assets",
  "labels"
]

const isParent = (word: KeyedWord): boolean => households.some(({ parent }) => parent === word)

/** Kinds of asset that stand under others before those; what an application adds stands under ours. */
const assetOrder: ReadonlyArray<KeyedWord | OwnWord> = [
  "own",
  ...keyedWords
    .filter((word) => kindsOfWord(word).includes("assets"))
    .sort((one, other) => Number(isParent(one)) - Number(isParent(other)))
]

export interface ClearingOptions {
  /** Nothing new is begun once this is done. */
  readonly stop: Deferred.Deferred<void>
  /** Stays, although it is the facility's. */
  readonly spared: ReadonlySet<ExternalId>
  /** Told after each call how many of a kind are gone. */
  readonly watch: (kind: ResourceKind, deleted: number) => Effect.Effect<void>
}

/** What came of it. */
export interface Cleared {
  readonly deleted: ReadonlyMap<ResourceKind, number>
  /** What CDF does not delete, by kind, and what it says. */
  readonly refused: ReadonlyMap<ResourceKind, ReadonlyMap<ExternalId, string>>
}

/** Deletes in calls of one kind, and remembers what became of everything. */
const makeDeletion = ({ watch }: ClearingOptions) =>
  Effect.gen(function* () {
    const cdf = yield* Cdf
    const resolver = yield* IdResolver
    const deleted = new Map<ResourceKind, number>()
    const refused = new Map<ResourceKind, Map<ExternalId, string>>()
    const tried = new SeenKeys()

    const refusedOf = (kind: ResourceKind): Map<ExternalId, string> => {
      const known = refused.get(kind) ?? new Map<ExternalId, string>()
      refused.set(kind, known)
      return known
    }
    const send = (kind: ResourceKind, externalIds: ReadonlyArray<ExternalId>) =>
      Effect.gen(function* () {
        const left = yield* sendEach(externalIds, (some) => cdf.delete(kind, some))
        const stayed = refusedOf(kind)
        for (const externalId of externalIds) {
          tried.add(kind, externalId)
          stayed.delete(externalId)
        }
        for (const { error, item } of left) stayed.set(item, error.detail)
        if (kind === "assets") yield* resolver.forget(externalIds.filter((id) => !stayed.has(id)))
        const count = (deleted.get(kind) ?? 0) + externalIds.length - left.length
        deleted.set(kind, count)
        yield* watch(kind, count)
      })
    const count = (): number => [...deleted.values()].reduce((sum, one) => sum + one, 0)
    return {
      send,
      deleted,
      refused,
      refusedOf,
      count,
      wasTried: (kind: ResourceKind, id: string) => tried.has(kind, id)
    }
  })

/**
 * Deletes what is the facility's. An asset under which somebody else has one stays, and so does all that is above it. Goes over
 * everything again until nothing more is found, as CDF's lists are late.
 */
export const clearOut = (
  facility: Facility,
  stocks: ReadonlyArray<Stock>,
  options: ClearingOptions
): Effect.Effect<Cleared, CdfError, AppConfig | Cdf | IdResolver> =>
  Effect.gen(function* () {
    const { batchSize, concurrency } = (yield* AppConfig).cdf
    const cdf = yield* Cdf
    const { spared, stop } = options
    const alienBy = ownership(facility)
    const deletion = yield* makeDeletion(options)
    const wordOf = kindReader(facility.ids)
    let isFirst = true
    const ours = (kind: ResourceKind, held: HeldObject): ReadonlyArray<ExternalId> =>
      held.externalId === undefined || spared.has(held.externalId) || alienBy(kind, held) !== undefined
        ? []
        : [held.externalId]

    const drain = (kind: ResourceKind, word?: KeyedWord | OwnWord) => {
      const unlisted = stocks.flatMap((stock) => (stock.kind === kind ? stock.unlisted : []))
      return Stream.concat(
        objectsUnder(facility.ids, kind, {
          dataSets: dataSetsOf(facility),
          ...(word === undefined ? {} : { word })
        }).pipe(Stream.mapConcat((held) => ours(kind, held))),
        Stream.fromIterable(unlisted.filter((id) => word === undefined || wordOf(kind, id)?.word === word))
      ).pipe(
        Stream.filter((id) => isFirst || !deletion.wasTried(kind, id)),
        Stream.haltWhenDeferred(stop),
        Stream.rechunk(batchSize),
        Stream.chunks,
        Stream.mapEffect((some) => deletion.send(kind, Chunk.toReadonlyArray(some)), { concurrency, unordered: true }),
        Stream.runDrain
      )
    }

    /** Few, and known by name. */
    const remove = (kind: ResourceKind, externalIds: ReadonlyArray<ExternalId>) =>
      Effect.gen(function* () {
        if (yield* Deferred.isDone(stop)) return
        const held: ReadonlyArray<HeldObject> = yield* cdf.byids(kind, externalIds)
        yield* deletion.send(
          kind,
          held.flatMap((one) => ours(kind, one))
        )
      })

    /** What stood under assets that are gone by now, wherever somebody had moved it. */
    const climb = Effect.gen(function* () {
      const left = deletion.refusedOf("assets")
      let before = Infinity
      while (left.size > 0 && left.size < before && !(yield* Deferred.isDone(stop))) {
        before = left.size
        yield* deletion.send("assets", [...left.keys()])
      }
    })

    const everything = Effect.gen(function* () {
      const before = deletion.count()
      for (const kind of clearingOrder) {
        if (kind === "labels") yield* remove(kind, [facility.ids.label("bom"), facility.ids.label("routing")])
        else if (kind !== "assets") yield* drain(kind)
        else {
          for (const word of assetOrder) yield* drain(kind, word)
          if (!isFirst && deletion.count() === before) continue
          yield* climb
          for (const level of rootLevels(facility.ids)) yield* remove(kind, level)
        }
      }
    })

    for (let before = -1; deletion.count() > before && !(yield* Deferred.isDone(stop)); ) {
      before = deletion.count()
      yield* everything
      isFirst = false
    }
    return deletion
  })
