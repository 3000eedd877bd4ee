/**
 * The facility of the examples: Plex's demo tenant.
 */
import { type Facility, type FacilityIdentity, makeFacility } from "../../src/domain/Facility.js"
import { defaultTenantTables } from "../../src/domain/TenantTables.js"

export const demoFacility = (over: Partial<FacilityIdentity> = {}): Facility =>
  makeFacility({
    pcn: "340884",
    name: "Demo",
    code: "DEMO",
    timezone: "America/Detroit",
    country: "US",
    dataSets: { master: 1, production: 2, scheduling: 3, quality: 4, inventory: 5, maintenance: 6 },
    externalIdPrefix: "",
    includePersonalData: false,
    tables: defaultTenantTables,
    ...over
  })
