/**
 * Human keys that fit several assets. Each is remembered, not each link that it does not make: should it fit a single one later,
 * history that names it is found in CDF.
 */
import { Effect } from "effect"
import type { CdfError, StateError } from "../domain/Errors.js"
import type { ExternalId } from "../domain/ExternalId.js"
import type { Facility } from "../domain/Facility.js"
import { namingsByKey } from "../domain/Naming.js"
import { isNaturalKeyKind, type NaturalReference } from "../domain/NaturalKey.js"
import type { AppConfig } from "../services/AppConfig.js"
import type { Cdf } from "../services/Cdf.js"
import type { IdResolver } from "../services/IdResolver.js"
import { factsOfFacility, Ledger } from "../services/Ledger.js"
import { byHumanKey } from "./byHumanKey.js"
import { dropFacilityFacts } from "./facilityFacts.js"
import { awaitInHistory } from "./stages/namedInHistory.js"

const prefix = "several assets fit "

const factOf = ({ key }: NaturalReference): string => `${prefix}${key}`

/** Remembers these keys; writes nothing where all of them are remembered. */
export const noteSeveral = (references: ReadonlyArray<NaturalReference>): Effect.Effect<void, StateError, Ledger> =>
  Effect.gen(function* () {
    if (references.length === 0) return
    const ledger = yield* Ledger
    const facts = new Map(references.map((reference) => [factOf(reference), reference.kind]))
    for (const name of (yield* ledger.facts(factsOfFacility, [...facts.keys()])).keys()) facts.delete(name)
    if (facts.size > 0) yield* ledger.keepFacts(factsOfFacility, facts)
  })

/** A key that fitted several assets and fits one now. */
export interface SettledKey {
  readonly reference: NaturalReference
  readonly asset: ExternalId
}

/** Those of the remembered keys that fit a single asset by now. */
export const settledKeys: Effect.Effect<
  ReadonlyArray<SettledKey>,
  CdfError | StateError,
  IdResolver | Ledger
> = Effect.gen(function* () {
  const facts = yield* (yield* Ledger).facts(factsOfFacility)
  const remembered = [...facts].flatMap(
    ([name, kind]): ReadonlyArray<NaturalReference> =>
      name.startsWith(prefix) && isNaturalKeyKind(kind) ? [{ kind, key: name.slice(prefix.length) }] : []
  )
  const found = yield* byHumanKey(remembered)
  return remembered.flatMap((reference) => {
    const [asset, ...others] = found.get(reference.key) ?? []
    return asset === undefined || others.length > 0 ? [] : [{ reference, asset }]
  })
})

/** History that names these keys waits for what they stand for, and they are remembered no longer. */
export const awaitSettled = (
  facility: Facility,
  settled: ReadonlyArray<SettledKey>
): Effect.Effect<void, CdfError | StateError, AppConfig | Cdf | Ledger> =>
  settled.length === 0
    ? Effect.void
    : Effect.zipRight(
        awaitInHistory(
          facility,
          settled.flatMap(({ asset, reference }) => namingsByKey(reference).map((naming) => ({ asset, naming })))
        ),
        dropFacilityFacts(settled.map(({ reference }) => factOf(reference)))
      )
