/**
 * What a list becomes in CDF: the kinds of object, and what stands for them in their external ids.
 */
import type { AssetKind, ExternalId, ExternalIds, OtherKind } from "./ExternalId.js"
import type { FlowName } from "./Flow.js"

/** The kinds of object that a list is the truth about, each with the kind in its external id. */
export interface Listed {
  readonly assets?: AssetKind
  readonly events?: OtherKind
  readonly relationships?: "routing" | "bom"
  readonly sequences?: "routing" | "bom" | "job_routing"
}
export type ListedKind = keyof Listed

const order: ReadonlyArray<ListedKind> = ["relationships", "assets", "events", "sequences"]

/** Kind by kind, what sequences are made of before the sequences. */
export const listedKinds = (
  listed: Listed
): ReadonlyArray<{ readonly kind: ListedKind; readonly of: AssetKind | OtherKind }> =>
  order.flatMap((kind) => {
    const of = listed[kind]
    return of === undefined ? [] : [{ kind, of }]
  })

/** The Plex key in an external id of a kind; of one that was cut to fit, what is left of it. */
export const keyIn = (ids: ExternalIds, of: AssetKind | OtherKind, externalId: ExternalId): string =>
  externalId.slice(ids.prefix(of).length)

/** The name of the fact, among those of the facility, that says how far the ledger knows what CDF holds of a list. */
export const listFact = (flow: FlowName): string => `list of ${flow}`
