/**
 * The keys of a file of facilities: which variable each sets. Whatever has a key here belongs to one facility; every other variable to
 * the process.
 */
import { dataSetNames } from "../../domain/Facility.js"
import { extractors } from "../../domain/Flow.js"
import { cdfVariables as cdf, dataSetVariables } from "./CdfVariables.js"
import { extractorVariables, passVariables as pass } from "./ExtractorVariables.js"
import { facilityVariables as facility } from "./FacilityVariables.js"
import { plexVariables as plex } from "./PlexVariables.js"
import { fileVariable, type Variable } from "./Variable.js"

/** Where a variable stands in what is said of a facility: `plex.apiKey`. */
type Place = readonly [path: string, variable: Variable<unknown>]

const lookback = (name: (typeof extractors)[number]): ReadonlyArray<Place> => {
  const variable = extractorVariables[name].lookback
  return variable === undefined
    ? []
    : [[`extractors.${name}.${variable.name.endsWith("_HOURS") ? "lookbackHours" : "lookbackDays"}`, variable]]
}

const places: ReadonlyArray<Place> = [
  ["pcn", plex.customerId],
  ["code", facility.code],
  ["name", facility.name],
  ["timezone", facility.timezone],
  ["country", facility.country],
  ["externalIdPrefix", facility.externalIdPrefix],
  ["namingStrategy", facility.namingStrategy],
  ["tenantTables", facility.tenantTables],
  ["includePersonalData", facility.includePersonalData],
  ["removedRecords", facility.removedRecords],
  ["retiredRetentionDays", facility.retiredRetention],
  ["pendingLinkDays", facility.pendingLinkDays],
  ["plex.apiKey", plex.apiKey],
  ["plex.useTest", plex.useTest],
  ["plex.baseUrl", plex.baseUrl],
  ["plex.pcnCode", plex.pcnCode],
  ["plex.rateLimit", plex.rateLimit],
  ["plex.concurrency", plex.concurrency],
  ["plex.dataSource.baseUrl", plex.dataSourceUrl],
  ["plex.dataSource.username", plex.dataSourceUsername],
  ["plex.dataSource.password", plex.dataSourcePassword],
  ["plex.dataSource.rateLimit", plex.dataSourceRateLimit],
  ["cdf.host", cdf.host],
  ["cdf.cluster", cdf.cluster],
  ["cdf.project", cdf.project],
  ["cdf.clientId", cdf.clientId],
  ["cdf.clientSecret", cdf.clientSecret],
  ["cdf.tokenUrl", cdf.tokenUrl],
  ["cdf.scopes", cdf.scopes],
  ["cdf.audience", cdf.audience],
  ["cdf.extractionPipeline", cdf.extractionPipeline],
  ["cdf.concurrency", cdf.concurrency],
  ["cdf.batchSize", cdf.batchSize],
  ...dataSetNames.map((name): Place => [`cdf.dataSets.${name}`, dataSetVariables[name]]),
  ...extractors.flatMap(
    (name): ReadonlyArray<Place> => [
      [`extractors.${name}.enabled`, extractorVariables[name].enabled],
      [`extractors.${name}.interval`, extractorVariables[name].interval],
      ...lookback(name)
    ]
  ),
  ["extractors.jobs.fullListInterval", pass.jobsFullListInterval],
  ["extractors.jobs.includeCompleted", pass.jobsIncludeCompleted],
  ["extractors.quality.specificationsSource", facility.specificationsSource],
  ["flowsDisabled", pass.flowsDisabled],
  ["maxConcurrentExtractors", pass.maxConcurrentExtractors],
  ["history.startDate", pass.startDate],
  ["history.windowHours", pass.historyWindowHours],
  ["history.overlapMinutes", pass.historyOverlap],
  ["history.recheckDays", pass.historyRecheck],
  ["sweep.share", pass.sweepShare],
  ["sweep.maxMinutes", pass.sweepMost]
]

/** What is true of one facility alone, and so has no default that facilities share. */
const ownPaths: ReadonlySet<string> = new Set(["pcn", "code", "name"])

/** One key that has a value. */
export interface Key {
  /** The variable that it sets, or `X_FILE` of a secret. */
  readonly name: string
  readonly variable: Variable<unknown>
  /** From the facility on, with dots. */
  readonly path: string
}

/** Keys with what is below them. */
export type Keys = ReadonlyMap<string, Key | KeyTable>
export interface KeyTable {
  readonly below: Keys
}

export const isTable = (entry: Key | KeyTable): entry is KeyTable => "below" in entry

/** Every key that has a value; of a secret its file's too. */
export const facilityKeys: ReadonlyArray<Key> = places.flatMap(([path, variable]) => [
  { path, variable, name: variable.name },
  ...(variable.format.secret ? [{ path: `${path}File`, variable, name: fileVariable(variable.name) }] : [])
])

const nested = (keys: ReadonlyArray<Key>, depth = 0): Keys => {
  const found = new Map<string, Key | KeyTable>()
  for (const key of keys) {
    const steps = key.path.split(".")
    const step = steps[depth] ?? ""
    if (steps.length === depth + 1) found.set(step, key)
    else if (!found.has(step)) {
      const prefix = [...steps.slice(0, depth + 1), ""].join(".")
      const inside = keys.filter(({ path }) => path.startsWith(prefix))
      found.set(step, { below: nested(inside, depth + 1) })
    }
  }
  return found
}

/** What may be said of a facility. */
export const keysOfFacility: Keys = nested(facilityKeys)

/** What may be said of all at once. */
export const keysOfDefaults: Keys = nested(facilityKeys.filter(({ path }) => !ownPaths.has(path)))
