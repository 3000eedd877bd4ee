/**
 * The difference between what a record wants to be in CDF and what CDF holds: one update item, or nothing. Only what we wrote is
 * touched: metadata keys, links and labels that others added stay, and where there is not room for both, ours give way.
 */
import type { ExternalId } from "../ExternalId.js"
import type { Metadata } from "../Metadata.js"
import type { Asset, Event, Relationship, ResourceKind, Sequence, TimeSeries } from "./Resource.js"
import type {
  StoredAsset,
  StoredEvent,
  StoredRelationship,
  StoredResources,
  StoredSequence,
  StoredTimeSeries
} from "./Stored.js"
import { overOf } from "./ClaimedLinks.js"
import type { OptionalField } from "./Draft.js"
import { besideOthers, Fit, metadataLimits } from "./Limits.js"
import type { Wanted } from "./Upsert.js"

/** A change of one field, in the words of the update calls. */
export type Change =
  | { readonly set: unknown }
  | { readonly setNull: true }
  | { readonly add: unknown; readonly remove: ReadonlyArray<unknown> }

/** An item of an update call. */
export interface Patch {
  readonly externalId: ExternalId
  readonly update: Readonly<Record<string, Change>>
}

type Changes = Record<string, Change>

const scalar = (changes: Changes, field: string, wanted: unknown, held: unknown): void => {
  if (wanted === held) return
  changes[field] = wanted === undefined ? { setNull: true } : { set: wanted }
}

/** As `scalar`, of a field that not every mapping writes. */
const optional = (
  changes: Changes,
  field: OptionalField,
  { untouched = [] }: Pick<Wanted<ResourceKind>, "untouched">,
  wanted: string | undefined,
  held: string | undefined
): void => {
  if (wanted !== undefined || !untouched.includes(field)) scalar(changes, field, wanted, held)
}

/** Of metadata that CDF holds what is of others. */
const ofOthers = (held: Metadata, wanted: Metadata, owns: ReadonlyArray<string>): Metadata => {
  const ours = new Set([...owns, ...Object.keys(wanted)])
  return Object.fromEntries(Object.entries(held).filter(([key]) => !ours.has(key)))
}

const metadata = (
  changes: Changes,
  kind: keyof typeof metadataLimits,
  { owns, resource }: Wanted<keyof typeof metadataLimits>,
  held: Metadata,
  fit: Fit
): void => {
  const others = ofOthers(held, resource.metadata, owns)
  const wanted = fit.metadata(resource.metadata, besideOthers(others, metadataLimits[kind]))
  const add: Record<string, string> = {}
  for (const [key, value] of Object.entries(wanted)) if (held[key] !== value) add[key] = value
  const remove = owns.filter((key) => held[key] !== undefined && wanted[key] === undefined)
  if (remove.length > 0 || Object.keys(add).length > 0) changes["metadata"] = { add, remove }
}

const assetChanges = (wanted: Wanted<"assets">, held: StoredAsset, fit: Fit): Changes => {
  const { parentId, resource } = wanted
  const changes: Changes = {}
  scalar(changes, "name", resource.name, held.name)
  optional(changes, "description", wanted, resource.description, held.description)
  scalar(changes, "source", resource.source, held.source)
  scalar(changes, "dataSetId", resource.dataSetId, held.dataSetId)
  const { parentExternalId }: Asset = resource
  const sameParent =
    parentExternalId === held.parentExternalId || (parentId !== undefined && parentId === held.parentId)
  if (parentExternalId !== undefined && !sameParent) changes["parentExternalId"] = { set: parentExternalId }
  metadata(changes, "assets", wanted, held.metadata, fit)
  return changes
}

const eventChanges = (wanted: Wanted<"events">, held: StoredEvent, fit: Fit): Changes => {
  const { deadLinks = [], heldLinks, leftLinks = heldLinks } = wanted
  const changes: Changes = {}
  const event: Event = wanted.resource
  const over = overOf(wanted, held)
  const { description, startTime } = over === undefined ? event : over(held)
  scalar(changes, "type", event.type, held.type)
  optional(changes, "subtype", wanted, event.subtype, held.subtype)
  optional(changes, "description", wanted, description, held.description)
  scalar(changes, "startTime", startTime, held.startTime)
  scalar(changes, "endTime", event.endTime, held.endTime)
  scalar(changes, "source", event.source, held.source)
  scalar(changes, "dataSetId", event.dataSetId, held.dataSetId)
  metadata(changes, "events", wanted, held.metadata, fit)
  const links = new Set(event.assetIds)
  const linked = new Set(held.assetIds)
  const add = [...links].filter((id) => !linked.has(id))
  const left = new Set(over === undefined ? [] : leftLinks)
  const ours = new Set([...heldLinks.filter((id) => !left.has(id)), ...deadLinks])
  const remove = [...ours].filter((id) => linked.has(id) && !links.has(id))
  if (add.length > 0 || remove.length > 0) changes["assetIds"] = { add, remove }
  return changes
}

const seriesChanges = (wanted: Wanted<"timeseries">, held: StoredTimeSeries, fit: Fit): Changes => {
  const changes: Changes = {}
  const series: TimeSeries = wanted.resource
  scalar(changes, "name", series.name, held.name)
  optional(changes, "unit", wanted, series.unit, held.unit)
  scalar(changes, "isStep", series.isStep, held.isStep ?? false)
  scalar(changes, "assetId", series.assetId, held.assetId)
  scalar(changes, "dataSetId", series.dataSetId, held.dataSetId)
  metadata(changes, "timeseries", wanted, held.metadata, fit)
  return changes
}

const sequenceChanges = (wanted: Wanted<"sequences">, held: StoredSequence, fit: Fit): Changes => {
  const changes: Changes = {}
  const sequence: Sequence = wanted.resource
  scalar(changes, "name", sequence.name, held.name)
  scalar(changes, "assetId", sequence.assetId, held.assetId)
  scalar(changes, "dataSetId", sequence.dataSetId, held.dataSetId)
  metadata(changes, "sequences", wanted, held.metadata, fit)
  const columns = new Set(held.columns.map(({ externalId }) => externalId))
  const add = sequence.columns.filter(({ externalId }) => !columns.has(externalId))
  if (add.length > 0) changes["columns"] = { add, remove: [] }
  return changes
}

const relationshipChanges = ({ resource }: Wanted<"relationships">, held: StoredRelationship): Changes => {
  const changes: Changes = {}
  const relationship: Relationship = resource
  scalar(changes, "sourceExternalId", relationship.sourceExternalId, held.sourceExternalId)
  scalar(changes, "targetExternalId", relationship.targetExternalId, held.targetExternalId)
  scalar(changes, "dataSetId", relationship.dataSetId, held.dataSetId)
  const labels = new Set(held.labels.map(({ externalId }) => externalId))
  const add = relationship.labels.filter(({ externalId }) => !labels.has(externalId))
  if (add.length > 0) changes["labels"] = { add, remove: [] }
  return changes
}

const changesByKind: {
  readonly [K in ResourceKind]: (wanted: Wanted<K>, held: StoredResources[K], fit: Fit) => Changes
} = {
  assets: assetChanges,
  events: eventChanges,
  timeseries: seriesChanges,
  sequences: sequenceChanges,
  relationships: relationshipChanges,
  // Labels cannot be updated.
  labels: () => ({})
}

/**
 * What must change in CDF for `held` to become `wanted`; nothing where it is that already. `fit` counts what had to be cut as others
 * added keys.
 */
export const patchOf = <K extends ResourceKind>(
  kind: K,
  wanted: Wanted<K>,
  held: StoredResources[K],
  fit = new Fit()
): Patch | undefined => {
  const update = changesByKind[kind](wanted, held, fit)
  return Object.keys(update).length === 0 ? undefined : { externalId: wanted.resource.externalId, update }
}
