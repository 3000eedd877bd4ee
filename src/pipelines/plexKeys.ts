/**
 * The Plex keys of assets that are known by their external ids.
 */
import { Effect } from "effect"
import type { StateError } from "../domain/Errors.js"
import type { AssetKind, ExternalId, ExternalIds } from "../domain/ExternalId.js"
import { keyIn } from "../domain/Listed.js"
import { Ledger } from "../services/Ledger.js"

/** The Plex key of each of these assets: as the ledger knows it, as an external id that was cut to fit does not hold all of it. */
export const plexKeys = (
  ids: ExternalIds,
  of: AssetKind,
  assets: Iterable<ExternalId>
): Effect.Effect<ReadonlyMap<ExternalId, string>, StateError, Ledger> =>
  Effect.gen(function* () {
    const wanted = [...new Set(assets)]
    const rows = yield* (yield* Ledger).rows("assets", wanted)
    return new Map(wanted.map((asset) => [asset, rows.get(asset)?.plexId ?? keyIn(ids, of, asset)]))
  })
