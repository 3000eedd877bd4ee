/**
 * Variables that say which facility this is and how its records are written.
 */
import { namingStrategies } from "../../domain/DataSetNames.js"
import { boolean, integer, matching, oneOf, text, timezone } from "./Formats.js"
import { retention } from "./Retention.js"
import { optional, withDefault } from "./Variable.js"

export const facilityVariables = {
  name: optional("FACILITY_NAME", text("a name", 100), "Name of the facility.", "Facility {PLEX_CUSTOMER_ID}"),
  code: optional("FACILITY_CODE", text("a short code", 50), "Code of the facility.", "F{PLEX_CUSTOMER_ID}"),
  timezone: withDefault(
    "FACILITY_TIMEZONE",
    timezone,
    "UTC",
    "Time zone of the facility. Must be set when quality or performance is enabled."
  ),
  country: withDefault("FACILITY_COUNTRY", text("a country", 50), "US", "Country of the facility."),
  externalIdPrefix: optional(
    "EXTERNAL_ID_PREFIX",
    matching("a prefix of 1 to 64 printable ASCII characters without blanks", /^[\x21-\x7e]{1,64}$/),
    "Goes before every external id, so that a trial can run beside another system in one project."
  ),
  includePersonalData: withDefault(
    "INCLUDE_PERSONAL_DATA",
    boolean,
    "false",
    "Whether names and ids of people are written."
  ),
  tenantTables: optional(
    "TENANT_TABLES",
    text("the path of a YAML or JSON file", 4096),
    "File that replaces parts of the tenant tables, see below."
  ),
  removedRecords: withDefault(
    "REMOVED_RECORDS",
    oneOf(["mark", "delete", "keep"]),
    "mark",
    "What becomes of what Plex no longer lists: mark, delete, keep."
  ),
  retiredRetention: withDefault(
    "RETIRED_RETENTION_DAYS",
    retention,
    "containers:90,others:never",
    "Days after which retired objects are deleted, see below."
  ),
  pendingLinkDays: withDefault(
    "PENDING_LINK_DAYS",
    integer(1, 3650, "days"),
    "30",
    "How long a link waits for its asset."
  ),
  specificationsSource: withDefault(
    "QUALITY_SPECIFICATIONS_SOURCE",
    oneOf(["rest", "datasource"]),
    "rest",
    "Where specifications come from: rest, datasource."
  ),
  namingStrategy: withDefault(
    "NAMING_STRATEGY",
    oneOf(namingStrategies),
    "separate_datasets",
    "Names of the data sets that `setup` makes: separate_datasets, shared_datasets, hybrid."
  ),
  facilities: optional(
    "FACILITIES",
    text("the path of a YAML file of facilities", 4096),
    "File of several facilities for one process, see below; replaces all variables that describe one."
  )
}
