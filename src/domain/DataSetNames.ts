/**
 * The data sets that `setup` makes for a facility: how they are named, so that facilities have their own or share them.
 */
import type { DataSetName, FacilityIdentity } from "./Facility.js"
import { cutToCharacters, wellFormed } from "./Text.js"

/**
 * Whose a data set is. `separate_datasets`: each facility has six of its own. `shared_datasets`: all facilities have the same six.
 * `hybrid`: what describes a plant (master, maintenance) is in data sets that all share, what happens in it in data sets of its own.
 */
export const namingStrategies = ["separate_datasets", "shared_datasets", "hybrid"] as const
export type NamingStrategy = (typeof namingStrategies)[number]

/** A data set as it is to be in CDF. */
export interface NamedDataSet {
  /** `ds_plex_{data set}_{code}`, or `ds_plex_{data set}` of one that is shared. */
  readonly externalId: string
  /** `plex:{data set}:{code}`, or `plex:{data set}`; at most 50 characters. */
  readonly name: string
  readonly description: string
}

/** CDF's limit of names of data sets, in characters. */
const longestName = 50

const descriptions: Readonly<Record<DataSetName, string>> = {
  master: "Facility, buildings, parts, operations, supply items, bills of material and routings from Plex",
  production:
    "Production lines, workcenters, production and scrap entries, workcenter status, output and OEE from Plex",
  scheduling: "Jobs and their operations from Plex",
  quality: "Specifications, control plans, checksheets, problems and deviations from Plex",
  inventory: "Locations, containers, movements, adjustments and levels of work in process from Plex",
  maintenance: "Equipment from Plex"
}

const isShared = (name: DataSetName, strategy: NamingStrategy): boolean =>
  strategy === "shared_datasets" || (strategy === "hybrid" && (name === "master" || name === "maintenance"))

/** The code of a facility as it stands in external ids of data sets: small letters and digits of any script, `_` for all else. */
export const codeInDataSets = ({ code, pcn }: Pick<FacilityIdentity, "code" | "pcn">): string => {
  const plain = wellFormed(code)
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "_")
    .replaceAll(/^_|_$/g, "")
  return plain === "" ? `f${pcn}` : plain
}

const named = (
  name: DataSetName,
  facility: Pick<FacilityIdentity, "code" | "pcn">,
  strategy: NamingStrategy
): NamedDataSet => {
  const description = descriptions[name]
  return isShared(name, strategy)
    ? { externalId: `ds_plex_${name}`, name: `plex:${name}`, description }
    : {
        externalId: `ds_plex_${name}_${codeInDataSets(facility)}`,
        name: cutToCharacters(`plex:${name}:${wellFormed(facility.code)}`, longestName),
        description
      }
}

/** The six data sets of a facility under a strategy. The same facility and strategy always give the same. */
export const namedDataSets = (
  facility: Pick<FacilityIdentity, "code" | "pcn">,
  strategy: NamingStrategy
): Readonly<Record<DataSetName, NamedDataSet>> => ({
  master: named("master", facility, strategy),
  production: named("production", facility, strategy),
  scheduling: named("scheduling", facility, strategy),
  quality: named("quality", facility, strategy),
  inventory: named("inventory", facility, strategy),
  maintenance: named("maintenance", facility, strategy)
})
