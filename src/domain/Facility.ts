/**
 * A facility: one Plex PCN with its name, code, time zone, country and data sets.
 */
import { type ExternalIds, makeExternalIds } from "./ExternalId.js"
import type { TenantTables } from "./TenantTables.js"

/** The six CDF data sets, in the words of the configuration. */
export const dataSetNames = ["master", "production", "scheduling", "quality", "inventory", "maintenance"] as const
/** The name of one of them. */
export type DataSetName = (typeof dataSetNames)[number]

/** What a facility is; everything that is mapped for it depends on this and on the record alone. */
export interface FacilityIdentity {
  /** Plex Customer Number, digits. */
  readonly pcn: string
  readonly name: string
  readonly code: string
  /** IANA zone. */
  readonly timezone: string
  readonly country: string
  /** Numeric ids of the data sets that are configured. */
  readonly dataSets: Readonly<Partial<Record<DataSetName, number>>>
  /** `EXTERNAL_ID_PREFIX`, or empty. */
  readonly externalIdPrefix: string
  /** Whether names and ids of people are written. */
  readonly includePersonalData: boolean
  readonly tables: TenantTables
}

/** A facility with the maker of its external ids. */
export interface Facility extends FacilityIdentity {
  readonly ids: ExternalIds
}

/** A facility for people: `Demo Plant (F340884, PCN 340884)`. */
export const nameOfFacility = ({ code, name, pcn }: Pick<FacilityIdentity, "code" | "name" | "pcn">): string =>
  `${name} (${code}, PCN ${pcn})`

/** A facility of this identity; pure, made wherever it is needed. */
export const makeFacility = (identity: FacilityIdentity): Facility => ({
  ...identity,
  ids: makeExternalIds(identity.pcn, identity.externalIdPrefix)
})
