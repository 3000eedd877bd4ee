/**
 * Which facility this is, and what becomes of its records.
 */
import { Effect } from "effect"
import type { FacilityIdentity } from "../../domain/Facility.js"
import type { Extractor } from "../../domain/Flow.js"
import type { Settings } from "../../services/AppConfig.js"
import { dataSets } from "./CdfSettings.js"
import { facilityVariables as variables } from "./FacilityVariables.js"
import { plexVariables } from "./PlexVariables.js"
import { allProblems, everyPart, needed, type Problems, type Source } from "./Source.js"
import { tenantTables } from "./TenantTablesFile.js"

/** Quality and performance count by local day: a zone taken by default would be wrong without anyone noticing. */
const timezone = (source: Source, enabled: ReadonlySet<Extractor>): Effect.Effect<string, Problems> => {
  const local = (["quality", "performance"] as const).filter((extractor) => enabled.has(extractor))
  if (local.length === 0 || source.isSet(variables.timezone)) return source.read(variables.timezone)
  const because = `${local.join(" and ")} ${local.length === 1 ? "is" : "are"} enabled`
  return Effect.fail([needed(variables.timezone, because)])
}

export const facilityIdentity = (
  source: Source,
  enabled: ReadonlySet<Extractor>,
  withoutDataSets = false
): Effect.Effect<FacilityIdentity, Problems> =>
  Effect.gen(function* () {
    // Its own problem, if any, is told with Plex's settings.
    const pcn = (yield* source.peek(plexVariables.customerId)) ?? ""
    const { code, name, prefix, ...found } = yield* Effect.all(
      {
        name: source.read(variables.name),
        code: source.read(variables.code),
        timezone: timezone(source, enabled),
        country: source.read(variables.country),
        dataSets: dataSets(source, enabled, withoutDataSets),
        prefix: source.read(variables.externalIdPrefix),
        includePersonalData: source.read(variables.includePersonalData),
        tables: Effect.flatMap(source.read(variables.tenantTables), tenantTables)
      },
      everyPart
    ).pipe(Effect.mapError(allProblems))
    return { ...found, pcn, name: name ?? `Facility ${pcn}`, code: code ?? `F${pcn}`, externalIdPrefix: prefix ?? "" }
  })

const oneFacilityOnly = (source: Source): Effect.Effect<undefined, Problems> =>
  source.isSet(variables.facilities)
    ? Effect.fail([
        "FACILITIES names a file of facilities, and the settings of one are wanted here. Unset it, or load all of them (loadFacilities)."
      ])
    : Effect.succeed(undefined)

type RecordSettings = Pick<
  Settings,
  "removed" | "pendingLinkDays" | "qualitySpecificationsSource" | "namingStrategy" | "facilitiesFile"
>

export const recordSettings = (source: Source): Effect.Effect<RecordSettings, Problems> =>
  Effect.all(
    {
      policy: source.read(variables.removedRecords),
      retention: source.read(variables.retiredRetention),
      pendingLinkDays: source.read(variables.pendingLinkDays),
      qualitySpecificationsSource: source.read(variables.specificationsSource),
      namingStrategy: source.read(variables.namingStrategy),
      facilitiesFile: oneFacilityOnly(source)
    },
    everyPart
  ).pipe(
    Effect.mapError(allProblems),
    Effect.map(({ policy, retention, ...found }) => ({
      ...found,
      removed: { policy, containerRetentionDays: retention.containers, retentionDays: retention.others }
    }))
  )
