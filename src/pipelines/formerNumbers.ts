/**
 * Numbers that assets had in CDF before: remembered when an asset loses its own, so that dead links go where new ones are made.
 */
import { Effect } from "effect"
import type { StateError } from "../domain/Errors.js"
import type { ExternalId } from "../domain/ExternalId.js"
import { decodeFormerNumbers, formerNumbersFact, withFormerNumber } from "../domain/FormerNumbers.js"
import { type Confirmation, factsOfFacility, Ledger, type LedgerRow } from "../services/Ledger.js"

/** To be confirmed together with the loss of these assets' numbers; the rows are those from before. */
export const losingNumbers = (
  rows: ReadonlyArray<LedgerRow>
): Effect.Effect<Pick<Confirmation, "facts">, StateError, Ledger> =>
  Effect.gen(function* () {
    const numbered = rows.flatMap(({ externalId, id, kind }) =>
      kind !== "assets" || id === undefined ? [] : [{ name: formerNumbersFact(externalId), id }]
    )
    if (numbered.length === 0) return {}
    const known = yield* (yield* Ledger).facts(
      factsOfFacility,
      numbered.map(({ name }) => name)
    )
    const facts = new Map(numbered.map(({ id, name }) => [name, withFormerNumber(known.get(name), id)]))
    return { facts: { flow: factsOfFacility, facts } }
  })

/** The numbers that these assets had before, of those that had any. */
export const formerNumbers = (
  assets: Iterable<ExternalId>
): Effect.Effect<ReadonlyMap<ExternalId, ReadonlyArray<number>>, StateError, Ledger> =>
  Effect.gen(function* () {
    const names = new Map([...assets].map((asset) => [formerNumbersFact(asset), asset]))
    if (names.size === 0) return new Map()
    const facts = yield* (yield* Ledger).facts(factsOfFacility, [...names.keys()])
    return new Map(
      [...names].flatMap(([name, asset]) => {
        const numbers = decodeFormerNumbers(facts.get(name))
        return numbers.length === 0 ? [] : [[asset, numbers] as const]
      })
    )
  })
