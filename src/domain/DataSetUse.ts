/**
 * Which kinds of resource are written to which data set, by whom.
 */
import type { ResourceKind } from "./cdf/Resource.js"
import { aclOf, type Need } from "./cdf/Rights.js"
import { type DataSetName, dataSetNames, type FacilityIdentity } from "./Facility.js"
import { type Extractor, extractors } from "./Flow.js"

/** The variable that names a data set. */
export const dataSetVariable = (name: DataSetName): string => `CDF_DATASET_PLEX${name.toUpperCase()}`

type Use = Readonly<Partial<Record<DataSetName, ReadonlyArray<ResourceKind>>>>

/** The tree of the facility, which every extractor makes: its roots stand in the data sets of what is below them. */
const tree: Use = { master: ["assets", "labels"], production: ["assets"], inventory: ["assets"], quality: ["assets"] }

const uses: Readonly<Record<Extractor, Use>> = {
  "master-data": {
    master: ["assets", "relationships", "sequences"],
    production: ["assets"],
    maintenance: ["assets"]
  },
  jobs: { scheduling: ["events", "sequences"] },
  production: { production: ["events", "timeseries"] },
  inventory: { inventory: ["assets", "events", "timeseries"] },
  quality: { quality: ["assets", "events", "timeseries"] },
  performance: { production: ["timeseries"] }
}

/** The extractors that are switched on. */
export const enabledOf = (
  switches: Readonly<Record<Extractor, { readonly enabled: boolean }>>
): ReadonlySet<Extractor> => new Set(extractors.filter((name) => switches[name].enabled))

/** The extractors that write to a data set, the tree apart. */
export const writersOf = (name: DataSetName): ReadonlyArray<Extractor> =>
  extractors.filter((extractor) => name in uses[extractor])

/** The data sets that these extractors cannot do without; master holds the tree of every facility. */
export const neededDataSets = (enabled: ReadonlySet<Extractor>): ReadonlyArray<DataSetName> =>
  dataSetNames.filter((name) => name === "master" || writersOf(name).some((extractor) => enabled.has(extractor)))

/** One kind that is written to one data set. */
export interface WrittenKind {
  readonly kind: ResourceKind
  readonly dataSet: DataSetName
}

/** What these extractors write, each once: the tree only where its data sets are configured. */
export const writtenKinds = (
  enabled: ReadonlySet<Extractor>,
  configured: FacilityIdentity["dataSets"]
): ReadonlyArray<WrittenKind> =>
  dataSetNames
    .filter((dataSet) => configured[dataSet] !== undefined)
    .flatMap((dataSet) => {
      const kinds = [tree, ...Array.from(enabled, (extractor) => uses[extractor])].flatMap((use) => use[dataSet] ?? [])
      return [...new Set(kinds)].map((kind) => ({ kind, dataSet }))
    })

/** What a client must be able to do so that these extractors can write: to read and write each kind where it is written. */
export const neededRights = (
  enabled: ReadonlySet<Extractor>,
  configured: FacilityIdentity["dataSets"],
  actions: ReadonlyArray<Need["action"]>
): ReadonlyArray<Need> =>
  writtenKinds(enabled, configured).flatMap(({ dataSet, kind }) => {
    const id = configured[dataSet]
    return id === undefined ? [] : actions.map((action) => ({ acl: aclOf[kind], action, dataSet: id }))
  })
