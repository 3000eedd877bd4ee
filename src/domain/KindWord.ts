/**
 * The words that stand for a kind in external ids, and which kinds of CDF object each of them stands for.
 */
import type { ResourceKind } from "./cdf/Resource.js"
import { assetFlows } from "./Origin.js"
import type { AssetKind, ExternalIds, Metric, OtherKind, OwnKind, OwnWord, RootKind } from "./ExternalId.js"

type AssetWord = Exclude<AssetKind, OwnKind>
type OtherWord = Exclude<OtherKind, OwnKind> | `ts_${Metric}`
type LabelKind = Parameters<ExternalIds["label"]>[0]
/** Words that a key follows. */
export type KeyedWord = AssetWord | OtherWord
export type KindWord = KeyedWord | OwnWord | RootKind | `label_${LabelKind}`

type Kinds = ReadonlyArray<ResourceKind>

const assets: Kinds = ["assets"]
const events: Kinds = ["events"]
const timeseries: Kinds = ["timeseries"]

/** Of words that are no kind of asset by themselves. */
const others: Readonly<Record<OtherWord, Kinds>> = {
  specification_key: assets,
  routing: ["relationships", "sequences"],
  bom: ["relationships", "sequences"],
  job_routing: ["sequences"],
  job: events,
  production_entry: events,
  scrap_entry: events,
  workcenter_status: events,
  movement: events,
  adjustment: events,
  checksheet: events,
  ncr: events,
  deviation: events,
  ts_status: timeseries,
  ts_output: timeseries,
  ts_scrap: timeseries,
  ts_wip: timeseries,
  ts_inventory: timeseries,
  ts_ncr_count: timeseries,
  ts_oee: timeseries,
  ts_availability: timeseries,
  ts_performance: timeseries,
  ts_quality: timeseries,
  ts_live_performance: timeseries
}

/** Assets of which a facility has one each. */
const roots: Readonly<Record<RootKind, true>> = {
  facility: true,
  master_root: true,
  parts_library: true,
  operations_library: true,
  supply_items_library: true,
  resources_library: true,
  production_root: true,
  production_lines_root: true,
  workcenters_root: true,
  inventory_root: true,
  locations_root: true,
  containers_root: true,
  quality_root: true,
  specifications_root: true,
  control_plans_root: true,
  inspection_points_root: true,
  checksheets_root: true
}

const labels: Readonly<Record<LabelKind, true>> = { bom: true, routing: true }

const namesOf = <K extends string>(table: Readonly<Record<K, unknown>>): ReadonlyArray<K> => {
  const names: Array<K> = []
  for (const name in table) names.push(name)
  return names
}

export const keyedWords: ReadonlyArray<KeyedWord> = [...namesOf<AssetWord>(assetFlows), ...namesOf<OtherWord>(others)]

/** Words that stand for objects made from records, and for the roots. */
export const wordsOfObjects: ReadonlyArray<KeyedWord | RootKind> = [...namesOf(roots), ...keyedWords]

const isOther = (word: KeyedWord | RootKind): word is OtherWord => word in others

/** The kinds of CDF object that a word stands for; the first is the one that records become. */
export const kindsOfWord = (word: KeyedWord | RootKind): Kinds => (isOther(word) ? others[word] : assets)

/** Labels have no keys, so an application makes none of a kind of its own. */
const isKeyed = (kind: ResourceKind): boolean => kind !== "labels"

/**
 * Tells by which word of this facility an external id of a kind is made, and its key; nothing where it is made by none. What an
 * application makes beside this program may be of any kind: where its word ends and its key begins is not told, and both are the key.
 */
export type KindReader = (
  kind: ResourceKind,
  externalId: string
) => { readonly word: KindWord; readonly key: string } | undefined

export const kindReader = (ids: ExternalIds): KindReader => {
  const whole = new Map<string, { readonly word: KindWord; readonly kind: ResourceKind }>([
    ...namesOf(roots).map((word) => [ids.root(word), { word, kind: "assets" }] as const),
    ...namesOf(labels).map((name) => [ids.label(name), { word: `label_${name}`, kind: "labels" }] as const)
  ])
  const own = ids.prefix("own")
  // `specification_key_…` begins as `specification_…` does: the longer word first.
  const begins = keyedWords
    .map((word) => ({ word, kinds: kindsOfWord(word), prefix: ids.prefix(word) }))
    .sort((one, other) => other.prefix.length - one.prefix.length)
  return (kind, externalId) => {
    if (!externalId.startsWith(ids.facilityPrefix)) return undefined
    const one = whole.get(externalId)
    if (one?.kind === kind) return { word: one.word, key: "" }
    if (isKeyed(kind) && externalId.startsWith(own) && externalId.length > own.length)
      return { word: "own", key: externalId.slice(own.length) }
    const found = begins.find(({ kinds, prefix }) => kinds.includes(kind) && externalId.startsWith(prefix))
    return found === undefined ? undefined : { word: found.word, key: externalId.slice(found.prefix.length) }
  }
}
