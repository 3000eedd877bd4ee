/**
 * Which object a text names: by its external id, spelled with or without its prefixes, or by the Plex key of something that was written.
 */
import { Effect } from "effect"
import type { ResourceKind } from "../domain/cdf/Resource.js"
import type { StoredResources } from "../domain/cdf/Stored.js"
import { ExternalId } from "../domain/ExternalId.js"
import type { Facility } from "../domain/Facility.js"
import { flowNames } from "../domain/Flow.js"
import { type Origin, originsOf } from "../domain/Origin.js"
import { rootDrafts } from "../domain/Tree.js"
import { Cdf } from "../services/Cdf.js"
import { Ledger, type LedgerRow } from "../services/Ledger.js"

/** What CDF holds of it. */
export type Held = StoredResources[ResourceKind]

const kinds: ReadonlyArray<ResourceKind> = ["assets", "events", "timeseries", "sequences", "relationships", "labels"]

/** The ids that somebody may mean: as it is, with the prefix of a trial, with that of the facility. */
const spellings = ({ externalIdPrefix, ids, pcn }: Facility, text: string): ReadonlyArray<ExternalId> =>
  [
    text,
    ...(externalIdPrefix !== "" && text.startsWith(`PCN${pcn}_`) ? [`${externalIdPrefix}${text}`] : []),
    ...(text.startsWith(ids.facilityPrefix) ? [] : [`${ids.facilityPrefix}${text}`])
  ].map((spelling) => ExternalId.make(spelling))

/** An object that may be meant, with what the state and CDF know of it. */
export interface Met {
  readonly origin: Origin | undefined
  readonly externalId: ExternalId
  readonly kind: ResourceKind
  readonly row: LedgerRow | undefined
  readonly held: Held | undefined
}

const lookAt = (externalId: ExternalId, kind: ResourceKind, origin: Origin | undefined) =>
  Effect.gen(function* () {
    const rows = yield* (yield* Ledger).rows(kind, [externalId])
    const [held] = yield* (yield* Cdf).byids(kind, [externalId])
    const met: Met = { origin, externalId, kind, row: rows.get(externalId), held }
    return met
  })

export const isKnown = ({ held, row }: Met): boolean => held !== undefined || row !== undefined

const rootsOf = (facility: Facility): ReadonlySet<ExternalId> =>
  new Set(rootDrafts(facility).map(({ externalId }) => externalId))

/** The object of an id, spelled in whichever way; else the one that is likeliest meant. */
export const byId = (facility: Facility, text: string) =>
  Effect.gen(function* () {
    const roots = rootsOf(facility)
    let likeliest: Met | undefined
    for (const externalId of spellings(facility, text)) {
      for (const origin of originsOf(facility.ids, roots, externalId)) {
        const met = yield* lookAt(externalId, origin.kind, origin)
        if (isKnown(met)) return met
        likeliest ??= met
      }
    }
    return likeliest
  })

/** An object that no mapping of ours makes. */
export const foreign = (externalId: ExternalId) =>
  Effect.gen(function* () {
    for (const kind of kinds) {
      const met = yield* lookAt(externalId, kind, undefined)
      if (met.held !== undefined) return met
    }
    return undefined
  })

/** The object that a flow wrote of a Plex key. */
export const byPlexKey = (facility: Facility, key: string) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const roots = rootsOf(facility)
    for (const flow of flowNames) {
      const row = (yield* ledger.byPlexIds(flow, [key])).get(key)
      const origin =
        row === undefined
          ? undefined
          : originsOf(facility.ids, roots, row.externalId).find(({ kind }) => kind === row.kind)
      if (row !== undefined && origin !== undefined) return yield* lookAt(row.externalId, row.kind, origin)
    }
    return undefined
  })
