/**
 * The difference between what a record wants to be in CDF and what CDF holds: one update item, or nothing. Only what we wrote is
 * touched: metadata keys, links and labels that others added stay.
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

const metadata = (changes: Changes, wanted: Metadata, held: Metadata, owns: ReadonlyArray<string>): void => {
  const add: Record<string, string> = {}
  for (const [key, value] of Object.entries(wanted)) if (held[key] !== value) add[key] = value
  const remove = owns.filter((key) => held[key] !== undefined && wanted[key] === undefined)
  if (remove.length > 0 || Object.keys(add).length > 0) changes["metadata"] = { add, remove }
}

const assetChanges = ({ owns, parentId, resource }: Wanted<"assets">, held: StoredAsset): Changes => {
  const changes: Changes = {}
  scalar(changes, "name", resource.name, held.name)
  scalar(changes, "description", resource.description, held.description)
  scalar(changes, "source", resource.source, held.source)
  scalar(changes, "dataSetId", resource.dataSetId, held.dataSetId)
  const { parentExternalId }: Asset = resource
  const sameParent =
    parentExternalId === held.parentExternalId || (parentId !== undefined && parentId === held.parentId)
  if (parentExternalId !== undefined && !sameParent) changes["parentExternalId"] = { set: parentExternalId }
  metadata(changes, resource.metadata, held.metadata, owns)
  return changes
}

const eventChanges = (wanted: Wanted<"events">, held: StoredEvent): Changes => {
  const { deadLinks = [], heldLinks, leftLinks = heldLinks, owns } = wanted
  const changes: Changes = {}
  const event: Event = wanted.resource
  const over = overOf(wanted, held)
  const { description, startTime } = over === undefined ? event : over(held)
  scalar(changes, "type", event.type, held.type)
  scalar(changes, "subtype", event.subtype, held.subtype)
  scalar(changes, "description", description, held.description)
  scalar(changes, "startTime", startTime, held.startTime)
  scalar(changes, "endTime", event.endTime, held.endTime)
  scalar(changes, "source", event.source, held.source)
  scalar(changes, "dataSetId", event.dataSetId, held.dataSetId)
  metadata(changes, event.metadata, held.metadata, owns)
  const links = new Set(event.assetIds)
  const linked = new Set(held.assetIds)
  const add = [...links].filter((id) => !linked.has(id))
  const left = new Set(over === undefined ? [] : leftLinks)
  const ours = new Set([...heldLinks.filter((id) => !left.has(id)), ...deadLinks])
  const remove = [...ours].filter((id) => linked.has(id) && !links.has(id))
  if (add.length > 0 || remove.length > 0) changes["assetIds"] = { add, remove }
  return changes
}

const seriesChanges = ({ owns, resource }: Wanted<"timeseries">, held: StoredTimeSeries): Changes => {
  const changes: Changes = {}
  const series: TimeSeries = resource
  scalar(changes, "name", series.name, held.name)
  scalar(changes, "unit", series.unit, held.unit)
  scalar(changes, "isStep", series.isStep, held.isStep ?? false)
  scalar(changes, "assetId", series.assetId, held.assetId)
  scalar(changes, "dataSetId", series.dataSetId, held.dataSetId)
  metadata(changes, series.metadata, held.metadata, owns)
  return changes
}

const sequenceChanges = ({ owns, resource }: Wanted<"sequences">, held: StoredSequence): Changes => {
  const changes: Changes = {}
  const sequence: Sequence = resource
  scalar(changes, "name", sequence.name, held.name)
  scalar(changes, "assetId", sequence.assetId, held.assetId)
  scalar(changes, "dataSetId", sequence.dataSetId, held.dataSetId)
  metadata(changes, sequence.metadata, held.metadata, owns)
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

const changesByKind: { readonly [K in ResourceKind]: (wanted: Wanted<K>, held: StoredResources[K]) => Changes } = {
  assets: assetChanges,
  events: eventChanges,
  timeseries: seriesChanges,
  sequences: sequenceChanges,
  relationships: relationshipChanges,
  // Labels cannot be updated.
  labels: () => ({})
}

/** What must change in CDF for `held` to become `wanted`; nothing where it is that already. */
export const patchOf = <K extends ResourceKind>(
  kind: K,
  wanted: Wanted<K>,
  held: StoredResources[K]
): Patch | undefined => {
  const update = changesByKind[kind](wanted, held)
  return Object.keys(update).length === 0 ? undefined : { externalId: wanted.resource.externalId, update }
}
