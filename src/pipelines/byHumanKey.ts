/**
 * What human keys stand for, in one question per kind.
 */
import { Effect } from "effect"
import type { CdfError, StateError } from "../domain/Errors.js"
import type { ExternalId } from "../domain/ExternalId.js"
import type { NaturalKeyKind, NaturalReference } from "../domain/NaturalKey.js"
import { IdResolver } from "../services/IdResolver.js"
import type { Ledger } from "../services/Ledger.js"
import { isWhollyKnown } from "./whollyKnown.js"

/** All that each key fits; nothing as long as not all assets of its kind are known, as another one may fit it too. */
export const byHumanKey = (
  references: Iterable<NaturalReference>
): Effect.Effect<ReadonlyMap<string, ReadonlyArray<ExternalId>>, CdfError | StateError, IdResolver | Ledger> =>
  Effect.gen(function* () {
    const resolver = yield* IdResolver
    const byKind = new Map<NaturalKeyKind, Set<string>>()
    for (const { key, kind } of references) byKind.set(kind, (byKind.get(kind) ?? new Set<string>()).add(key))
    const found = new Map<string, ReadonlyArray<ExternalId>>()
    for (const [kind, keys] of byKind) {
      if (!(yield* isWhollyKnown(kind))) continue
      for (const [key, assets] of yield* resolver.find(kind, keys)) found.set(key, assets)
    }
    return found
  })
