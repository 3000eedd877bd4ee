/**
 * Assets that a chunk of records names by human keys, looked up in one question per kind.
 */
import type { Chunk } from "effect"
import { Effect } from "effect"
import type { Find, NaturalReference } from "../domain/EventMapping.js"
import type { ExternalId } from "../domain/ExternalId.js"
import type { NaturalKeyKind } from "../domain/NaturalKey.js"
import { IdResolver } from "../services/IdResolver.js"
import { FlowRun } from "./FlowRun.js"

/** The one asset that each key stands for; a key that fits several makes no link and is counted. */
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
      const find: Find = (key) => {
        const [asset, ...others] = found.get(key) ?? []
        if (others.length === 0) return asset
        tally.add("ambiguous")
        return undefined
      }
      return find
    })
