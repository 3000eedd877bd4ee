/**
 * Resolvers over a CDF in memory and tiers that a test chooses.
 */
import { Effect, Option } from "effect"
import { StateError } from "../../../src/domain/Errors.js"
import { type ExternalId, makeExternalIds } from "../../../src/domain/ExternalId.js"
import type { NaturalKeyKind } from "../../../src/domain/NaturalKey.js"
import { type IdSources, makeIdResolver, type Resolver } from "../../../src/layers/IdResolverLive.js"
import type { Cdf } from "../../../src/services/Cdf.js"
import type { LedgerRow, NamedAsset } from "../../../src/services/Ledger.js"
import { type CdfMemory, makeCdfMemory } from "../../support/CdfMemory.js"

/** What a resolver needs of a ledger. */
export type LedgerPart = IdSources["ledger"]

export const ids = makeExternalIds("1")
export const part = (key: number): ExternalId => ids.of("part", String(key))
export const keys = (n: number): ReadonlyArray<ExternalId> => Array.from({ length: n }, (_, at) => part(at))

export const options = { mostEntries: 5000, timeToLive: 60_000, missTimeToLive: 30_000 }

/** A ledger in memory that a test can look into. */
export interface LedgerFake extends LedgerPart {
  readonly assets: Map<ExternalId, LedgerRow>
  readonly named: Map<ExternalId, NamedAsset>
  /** Facts about the facility's CDF. */
  readonly told: Map<string, string>
  /** What was asked of it. */
  readonly calls: Array<string>
}

export const newLedger = (): LedgerFake => {
  const assets = new Map<ExternalId, LedgerRow>()
  const named = new Map<ExternalId, NamedAsset>()
  const whole = new Set<NaturalKeyKind>()
  const told = new Map<string, string>()
  const calls: Array<string> = []
  return {
    assets,
    named,
    told,
    calls,
    facts: () => Effect.sync(() => told),
    rows: (_, externalIds) =>
      Effect.sync(() => {
        calls.push(`rows ${externalIds.length}`)
        return new Map(
          externalIds
            .flatMap((id) => Option.toArray(Option.fromNullable(assets.get(id))))
            .map((row) => [row.externalId, row])
        )
      }),
    naturalKeys: (kind) =>
      Effect.sync(() =>
        whole.has(kind)
          ? new Map(
              [...named.values()]
                .filter((asset) => asset.kind === kind)
                .map(({ externalId, keys }) => [externalId, keys])
            )
          : undefined
      ),
    meetNaturalKeys: (kind, met) =>
      Effect.sync(() => {
        for (const asset of met) if (!named.has(asset.externalId)) named.set(asset.externalId, asset)
        whole.add(kind)
      })
  }
}

/** A resolver over this CDF, with an empty ledger and no Redis where no others are given. */
export const resolverOver = (
  cdf: typeof Cdf.Service,
  tiers: Partial<Pick<IdSources, "ledger" | "shared">> = {},
  over: Partial<typeof options> = {}
): Resolver =>
  makeIdResolver(
    { cdf, ledger: newLedger(), shared: undefined, prefixOf: ids.prefix, ...tiers },
    { ...options, ...over }
  )

export const resolverOf = (memory: CdfMemory, over: Partial<typeof options> = {}): Resolver =>
  resolverOver(memory.cdf, {}, over)

export const assetOf = (at: number, over: Record<string, string> = {}) => ({
  externalId: part(at),
  name: `Part ${at}`,
  dataSetId: 1,
  source: "Plex",
  metadata: { asset_type: "part", number: `n${at}`, revision: "A", ...over }
})

/** Parts with numbers `n0`, `n1`, … in CDF; nothing of it counts as a call. */
export const withParts = (n: number, over: (at: number) => Record<string, string> = () => ({})) =>
  Effect.gen(function* () {
    const memory = makeCdfMemory()
    yield* memory.cdf.create(
      "assets",
      Array.from({ length: n }, (_, at) => assetOf(at, over(at)))
    )
    memory.calls.splice(0)
    return memory
  })

/** What was asked of CDF. */
export const asked = (memory: CdfMemory): ReadonlyArray<string> =>
  memory.calls.map(({ externalIds, operation }) => `${operation} ${externalIds.length}`)

export const ledgerRowOf = (externalId: ExternalId, id: number | undefined): LedgerRow => ({
  kind: "assets",
  externalId,
  hash: "h",
  id,
  flow: "parts",
  plexId: externalId,
  links: []
})

/** A ledger that fails where `fails` says so. */
export const failing = (ledger: LedgerPart, fails: () => boolean): LedgerPart => {
  const orFail = <A>(effect: Effect.Effect<A, StateError>) =>
    Effect.suspend(() => (fails() ? Effect.fail(new StateError({ operation: "read", detail: "away" })) : effect))
  return {
    rows: (kind, externalIds) => orFail(ledger.rows(kind, externalIds)),
    naturalKeys: (kind) => orFail(ledger.naturalKeys(kind)),
    facts: (flow, keys) => orFail(ledger.facts(flow, keys)),
    meetNaturalKeys: (kind, met) => orFail(ledger.meetNaturalKeys(kind, met))
  }
}
