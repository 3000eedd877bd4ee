/**
 * Assets that a chunk of records names by human keys, looked up in one question per kind.
 */
import type { Chunk } from "effect"
import { Effect, Either } from "effect"
import type { EventDraft } from "../domain/cdf/Draft.js"
import type { Find } from "../domain/EventMapping.js"
import type { ExternalId } from "../domain/ExternalId.js"
import type { Unmappable } from "../domain/Mapping.js"
import type { AwaitedReference, NaturalKeyKind, NaturalReference } from "../domain/NaturalKey.js"
import { IdResolver } from "../services/IdResolver.js"
import { FlowRun } from "./FlowRun.js"

/** What the human keys of a chunk of records stand for. */
export interface Finder<R> {
  /** The one asset that a key stands for; a key that fits several makes no link and is counted. */
  readonly find: Find
  /** All that a key fits, without counting. */
  readonly fitting: (key: string) => ReadonlyArray<ExternalId>
  /** The references of a record that fit no asset yet. */
  readonly awaits: (record: R) => ReadonlyArray<NaturalReference>
}

export const findAssets =
  <R>(referencesOf: (record: R) => ReadonlyArray<NaturalReference>) =>
  (records: Chunk.Chunk<R>) =>
    Effect.gen(function* () {
      const { tally } = yield* FlowRun
      const resolver = yield* IdResolver
      const byKind = new Map<NaturalKeyKind, Set<string>>()
      for (const record of records) {
        for (const { key, kind } of referencesOf(record)) {
          byKind.set(kind, (byKind.get(kind) ?? new Set<string>()).add(key))
        }
      }
      const found = new Map<string, ReadonlyArray<ExternalId>>()
      for (const [kind, keys] of byKind) {
        for (const [key, assets] of yield* resolver.find(kind, keys)) found.set(key, assets)
      }
      const fitting = (key: string) => found.get(key) ?? []
      const find: Find = (key) => {
        const [asset, ...others] = fitting(key)
        if (others.length === 0) return asset
        tally.add("ambiguous")
        return undefined
      }
      const finder: Finder<R> = {
        find,
        fitting,
        awaits: (record) => referencesOf(record).filter(({ key }) => fitting(key).length === 0)
      }
      return finder
    })

/** A mapped event that waits for the assets of these keys. */
export const awaiting = (
  mapped: Either.Either<EventDraft, Unmappable>,
  awaits: ReadonlyArray<AwaitedReference>
): Either.Either<EventDraft, Unmappable> =>
  awaits.length === 0 ? mapped : Either.map(mapped, (draft) => ({ ...draft, awaits }))
