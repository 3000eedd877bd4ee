/**
 * Assets that a chunk of records names by human keys, looked up in one question per kind.
 */
import type { Chunk } from "effect"
import { Effect, Either } from "effect"
import type { EventDraft } from "../domain/cdf/Draft.js"
import type { Find } from "../domain/EventMapping.js"
import type { ExternalId } from "../domain/ExternalId.js"
import type { Unmappable } from "../domain/Mapping.js"
import type { AwaitedReference, NaturalReference } from "../domain/NaturalKey.js"
import { byHumanKey } from "./byHumanKey.js"
import { FlowRun } from "./FlowRun.js"
import { noteSeveral } from "./severalFit.js"

/** What the human keys of a chunk of records stand for. */
export interface Finder<R> {
  /** The one asset that a key stands for; a key that fits several makes no link, is counted and remembered. */
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
      const references = [...records].flatMap(referencesOf)
      const found = yield* byHumanKey(references)
      yield* noteSeveral(references.filter(({ key }) => (found.get(key)?.length ?? 0) > 1))
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
