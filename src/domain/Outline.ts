/**
 * What is known of a draft before it is made: enough to tell from the ledger that it need not be made.
 */
import { hash } from "node:crypto"
import type { ResourceKind } from "./cdf/Resource.js"
import type { ExternalId } from "./ExternalId.js"
import type { Facility, FacilityIdentity } from "./Facility.js"
import type { Offer } from "./SweepObject.js"

export interface Outline {
  readonly kind: ResourceKind
  readonly externalId: ExternalId
  /** The Plex key of the record. */
  readonly plexId: string
  /** Assets that the draft links or has for a parent, those that may not exist included. */
  readonly links: ReadonlyArray<ExternalId>
  /** All that the draft is made of, the facility apart; as JSON it tells whether it is another one. */
  readonly madeOf: unknown
  /** A sweep that is to look at the object of the record. */
  readonly offer?: Offer | undefined
}

/** Outlines of the records of a facility; nothing for one that cannot be mapped. */
export type Outlining<R> = (facility: Facility) => (record: R) => Outline | undefined

/**
 * To be raised by whoever changes what mappings make of the same record: what CDF holds was made by the one before, and is compared
 * with CDF anew. A test notices that it must be.
 */
export const mappingVersion = 1

/** Of what all drafts of a facility are made of beside their record, for `digestOf`. */
export const groundOf = (
  { code, country, dataSets, externalIdPrefix, includePersonalData, name, pcn, tables, timezone }: FacilityIdentity,
  programVersion: string
): string =>
  hash(
    "sha1",
    JSON.stringify([
      [mappingVersion, programVersion, externalIdPrefix, pcn, name, code, country, timezone, includePersonalData],
      Object.entries(dataSets).sort(([one], [other]) => (one < other ? -1 : 1)),
      tables
    ]),
    "base64url"
  )

/** 120 bits: no two contents of one object have ever the same. */
const digestLength = 20

/** Digest of all that a resource is made of: the same is always made of the same. `numericIds` are those of the assets that exist. */
export const digestOf = (
  ground: string,
  { links, madeOf }: Outline,
  numericIds: ReadonlyMap<ExternalId, number>
): string =>
  hash(
    "sha1",
    `${ground}${JSON.stringify(madeOf)}${links.map((link) => numericIds.get(link) ?? "").join()}`,
    "base64url"
  ).slice(0, digestLength)
