/**
 * Mappings: pure functions from a Plex record to the draft of a CDF resource, and the parts they share.
 */
import { Data, Either } from "effect"
import type { AssetDraft, Draft, TimeSeriesDraft } from "./cdf/Draft.js"
import type { AssetKind, ExternalId, ExternalIds, Metric, OwnKind } from "./ExternalId.js"
import type { DataSetName, Facility } from "./Facility.js"
import type { Outlining } from "./Outline.js"
import { metadataFields, type MetadataFields, recordMetadata, tags } from "./Metadata.js"
import { joinPresent, present } from "./Text.js"

/** A record that cannot become a resource: a key field is missing. It goes to the dead letters. */
export class Unmappable extends Data.TaggedClass("Unmappable")<{
  /** Whatever identifies the record, or empty. */
  readonly key: string
  readonly reason: string
}> {}

/** The same facility and record always give the same draft, to the byte. */
export interface Mapping<R, D extends Draft> {
  (facility: Facility): (record: R) => Either.Either<D, Unmappable>
  /** Where a draft need not be made to know whether it is the one that CDF holds. */
  readonly outline?: Outlining<R> | undefined
}

/** The value of a key field, or the record is unmappable. */
export const keyField = (
  name: string,
  value: string | null | undefined,
  key = ""
): Either.Either<string, Unmappable> => {
  const found = present(value)
  return found === undefined
    ? Either.left(new Unmappable({ key, reason: `${name}: a key field is null, empty or missing` }))
    : Either.right(found)
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const titles: Record<Exclude<AssetKind, OwnKind>, string> = {
  building: "Building",
  part: "Part",
  operation: "Operation",
  supply_item: "Supply Item",
  equipment: "Equipment",
  production_line: "Production Line",
  workcenter: "Workcenter",
  location: "Location",
  container: "Container",
  specification: "Specification",
  control_plan: "Control Plan",
  inspection_point: "Inspection Point"
}

const isOwn = (kind: AssetKind): kind is OwnKind => kind.startsWith("own_")

/** `own_raw_material` → `Raw Material` */
const titleOf = (kind: AssetKind): string =>
  isOwn(kind)
    ? kind
        .split("_")
        .slice(1)
        .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)
        .join(" ")
    : titles[kind]

/**
 * The name of an asset: what Plex says, its pieces joined by ` - `; when Plex says nothing or only a UUID, the kind and the
 * first eight characters of the key.
 */
export const assetName = (kind: AssetKind, key: string, pieces: ReadonlyArray<string | null | undefined>): string => {
  const name = joinPresent(pieces, " - ")
  return name === undefined || uuid.test(name.trim()) ? `${titleOf(kind)} ${key.slice(0, 8)}` : name
}

/** What is particular to one kind of asset. */
export interface AssetRule<R extends object> {
  readonly kind: AssetKind
  readonly dataSet: DataSetName
  /** Names of the record schema's fields, in order: `Schema.fields`. */
  readonly fields: object
  /** Name and value of the field that Plex links by. */
  readonly key: (record: R) => readonly [name: string, value: string | null | undefined]
  /** Pieces of the name: code first. */
  readonly name: (record: R) => ReadonlyArray<string | null | undefined>
  /** Without it descriptions are no concern of the mapping: those of others stay. */
  readonly description?: (record: R) => string | null | undefined
  /** The wanted parent, and the root under which the asset waits until that exists. */
  readonly parent: (ids: ExternalIds, record: R) => { readonly parent: ExternalId; readonly waitsUnder?: ExternalId }
  /** Metadata that the mapping adds to the record's fields. */
  readonly more?: {
    readonly keys: ReadonlyArray<string>
    readonly values: (record: R) => Readonly<Record<string, string | undefined>>
  }
}

/** Of assets that have no description by themselves. */
export const withoutDescription = ["description"] as const

/** The mapping of one kind of asset. */
export const assetMapping = <R extends object>(rule: AssetRule<R>): Mapping<R, AssetDraft> => {
  const fields = metadataFields(rule.fields, rule.more?.keys)
  const untouched = rule.description === undefined ? withoutDescription : undefined
  const outline: Outlining<R> = (facility) => (record) => {
    const key = present(rule.key(record)[1])
    if (key === undefined) return undefined
    const { parent } = rule.parent(facility.ids, record)
    return {
      kind: "assets",
      externalId: facility.ids.of(rule.kind, key),
      plexId: key,
      links: [parent],
      madeOf: record
    }
  }
  const mapping: Mapping<R, AssetDraft> = (facility) => (record) =>
    Either.map(keyField(...rule.key(record)), (key) => {
      const { parent, waitsUnder = parent } = rule.parent(facility.ids, record)
      return {
        kind: "assets",
        externalId: facility.ids.of(rule.kind, key),
        dataSet: rule.dataSet,
        plexId: key,
        name: assetName(rule.kind, key, rule.name(record)),
        description: present(rule.description?.(record)),
        parent,
        waitsUnder,
        metadata: recordMetadata(facility, fields, key, record, {
          asset_type: rule.kind,
          ...rule.more?.values(record)
        }),
        owns: fields.keys,
        untouched
      }
    })
  return Object.assign(mapping, { outline })
}

/** The metric in words, for the name of its series. */
const metricWords: Record<Metric, string> = {
  status: "Status",
  output: "Output",
  scrap: "Scrap",
  wip: "WIP",
  inventory: "Inventory",
  ncr_count: "NCR Count",
  oee: "OEE",
  availability: "Availability",
  performance: "Performance",
  quality: "Quality",
  live_performance: "Live Performance"
}

/** Metrics that count, or say in words: their series have no unit of ours. */
const unitless: ReadonlySet<Metric> = new Set(["status", "scrap", "inventory", "ncr_count"])

const withoutUnit = ["unit"] as const

const seriesFields: MetadataFields = metadataFields({})

/** What a time series measures, and of what. */
export interface SeriesSubject {
  readonly metric: Metric
  /** Plex key of the workcenter, part or location. */
  readonly key: string
  /** Its code; the series' name begins with it. */
  readonly code: string
  readonly dataSet: DataSetName
  readonly link?: ExternalId | undefined
  readonly unit?: string | undefined
  /** Whether the unit is part of the external id. */
  readonly perUnit?: boolean
  readonly isString?: boolean
  readonly isStep?: boolean
}

/** The time series of a metric: `{code} {metric in words}`. */
export const seriesDraft = (facility: Facility, subject: SeriesSubject): TimeSeriesDraft => {
  const { code, dataSet, isStep = false, isString = false, key, link, metric, perUnit = false } = subject
  const unit = present(subject.unit)
  return {
    kind: "timeseries",
    externalId: facility.ids.series(metric, key, perUnit ? unit : undefined),
    dataSet,
    plexId: key,
    name: `${code} ${metricWords[metric]}`,
    isString,
    isStep,
    unit,
    link,
    metadata: tags(facility, key),
    owns: seriesFields.keys,
    // A unit that is part of the id never goes: a series without one never had one of ours.
    untouched: unit === undefined && (perUnit || unitless.has(metric)) ? withoutUnit : undefined
  }
}
