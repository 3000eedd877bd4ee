/**
 * The operations that routings lead to, as far as the ledger knows them.
 */
import { Effect } from "effect"
import type { StateError } from "../domain/Errors.js"
import type { ExternalId, ExternalIds } from "../domain/ExternalId.js"
import { Ledger } from "../services/Ledger.js"

/** Operations by part operation id, in one question. */
export const operationsByRouting = (
  ids: ExternalIds,
  partOperationIds: Iterable<string>
): Effect.Effect<Map<string, ExternalId>, StateError, Ledger> =>
  Effect.gen(function* () {
    const routings = new Map([...partOperationIds].map((id) => [ids.of("routing", id), id]))
    const found = new Map<string, ExternalId>()
    if (routings.size === 0) return found
    for (const [externalId, { links }] of yield* (yield* Ledger).rows("relationships", [...routings.keys()])) {
      const [, operation] = links
      if (operation !== undefined) found.set(routings.get(externalId) ?? "", operation)
    }
    return found
  })
