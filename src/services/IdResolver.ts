import { Context, type Effect } from "effect"
import type { CdfError } from "../domain/Errors.js"
import type { ExternalId } from "../domain/ExternalId.js"
import type { NaturalKeyKind } from "../domain/NaturalKey.js"

/** An asset that was just created or met. */
export interface KnownAsset {
  readonly externalId: ExternalId
  readonly id: number
  readonly naturalKeys?: ReadonlyArray<string> | undefined
}

/** Ids looked up, by who answered. */
export interface Hits {
  readonly memory: number
  readonly ledger: number
  readonly redis: number
  /** Asked of CDF. */
  readonly cdf: number
  /** Of all these, the ones that no asset has. */
  readonly misses: number
}

/**
 * External ids of assets to CDF's numeric ids, many keys a call: what is known comes from memory, else from the ledger, else from
 * Redis where there is one, the rest in one `byids` per 1,000; concurrent asks for the same key share one call. Bounded, with a
 * time to live; misses are remembered briefly. A tier that fails or is wrong costs calls and nothing else.
 */
export class IdResolver extends Context.Tag("plex-cdf/IdResolver")<
  IdResolver,
  {
    /** The numeric ids of those that exist. */
    readonly resolve: (externalIds: Iterable<ExternalId>) => Effect.Effect<ReadonlyMap<ExternalId, number>, CdfError>
    /** The external ids of numeric asset ids, of those that exist and have one. */
    readonly reverse: (ids: Iterable<number>) => Effect.Effect<ReadonlyMap<number, ExternalId>, CdfError>
    /** The external ids of everything below an asset, itself included. Eventually consistent, as CDF lists are. */
    readonly subtree: (root: ExternalId) => Effect.Effect<ReadonlyArray<ExternalId>, CdfError>
    /**
     * The assets that human keys (codes, numbers; made by `NaturalKey.ts`) stand for; several where a key fits several, none
     * where it fits none. Retired assets count only where no other one fits. Where the ledger does not know all assets of the kind,
     * they are read from CDF, once.
     */
    readonly find: (
      kind: NaturalKeyKind,
      naturalKeys: Iterable<string>
    ) => Effect.Effect<ReadonlyMap<string, ReadonlyArray<ExternalId>>, CdfError>
    /** Assets that CDF has just confirmed: known from now on, misses forgotten. */
    readonly remember: (assets: Iterable<KnownAsset>) => Effect.Effect<void>
    /** Assets that are gone or were made anew: no tier is believed about them until CDF confirms them. The ledger is not changed. */
    readonly forget: (externalIds: Iterable<ExternalId>) => Effect.Effect<void>
    /** The same by numeric id, as CDF names them when an event refers to one that is gone. */
    readonly forgetNumeric: (ids: Iterable<number>) => Effect.Effect<void>
    readonly hits: Effect.Effect<Hits>
  }
>() {}
