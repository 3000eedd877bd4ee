/**
 * A draft becomes the resource that is sent: links as numeric ids, the data set by its id, every field within its limit.
 */
import { hash } from "node:crypto"
import type { ExternalId } from "../ExternalId.js"
import type {
  AssetDraft,
  Draft,
  Drafts,
  EventDraft,
  LabelDraft,
  RelationshipDraft,
  SequenceDraft,
  TimeSeriesDraft
} from "./Draft.js"
import type { AwaitedReference } from "../NaturalKey.js"
import { Fit, lengths, metadataLimits } from "./Limits.js"
import type { ResourceKind, Resources } from "./Resource.js"

/** An asset to link to, by its id or, as long as none fits, by a human key. */
export type LinkTarget = ExternalId | AwaitedReference

/** A draft made ready to be sent. */
export interface Completed<K extends ResourceKind> {
  readonly draft: Drafts[K]
  readonly resource: Resources[K]
  /** Digest of everything that is written for this draft: the same content is always the same hash. */
  readonly hash: string
  /** External ids of linked assets that exist; for an asset its parent, for a relationship its two ends. */
  readonly links: ReadonlyArray<ExternalId>
  /** Linked assets that do not exist yet. */
  readonly pending: ReadonlyArray<LinkTarget>
  /** Fields, and cells of rows, that were cut to fit. */
  readonly cuts: number
}

/** What completing needs beside the draft. */
export interface Surroundings {
  readonly dataSetId: number
  /** Numeric ids of the assets that exist, of those `references` named. */
  readonly numericIds: ReadonlyMap<ExternalId, number>
}

const none: ReadonlyArray<ExternalId> = []

/** The assets that a draft refers to and that must exist to be linked. */
export const references = (draft: Draft): ReadonlyArray<ExternalId> => {
  switch (draft.kind) {
    case "assets":
      // A parent that always exists, or is made in the same breath, need not be looked up.
      return draft.parent === undefined || draft.parent === draft.waitsUnder ? none : [draft.parent]
    case "events":
      return draft.links
    case "timeseries":
    case "sequences":
      return draft.link === undefined ? none : [draft.link]
    case "relationships":
    case "labels":
      return none
  }
}

/** Object without the members that are undefined, which JSON would drop anyway but the types forbid. */
const defined = <A>(key: string, value: A | undefined): Record<string, A> =>
  value === undefined ? {} : { [key]: value }

const asset = (draft: AssetDraft, fit: Fit, { dataSetId, numericIds }: Surroundings): Resources["assets"] => {
  const { parent, waitsUnder } = draft
  const under = parent === undefined || numericIds.has(parent) ? parent : waitsUnder
  return {
    externalId: draft.externalId,
    name: fit.text(draft.name, lengths.assets.name),
    ...defined("parentExternalId", under),
    ...defined("description", fit.optional(draft.description, lengths.assets.description)),
    dataSetId,
    source: "Plex",
    metadata: fit.metadata(draft.metadata, metadataLimits.assets)
  }
}

const event = (draft: EventDraft, fit: Fit, { dataSetId, numericIds }: Surroundings): Resources["events"] => {
  const assetIds = [...new Set(draft.links.flatMap((link) => numericIds.get(link) ?? []))].sort((a, b) => a - b)
  return {
    externalId: draft.externalId,
    type: fit.text(draft.type, lengths.events.type),
    ...defined("subtype", fit.optional(draft.subtype, lengths.events.subtype)),
    ...defined("description", fit.optional(draft.description, lengths.events.description)),
    ...defined("startTime", draft.startTime),
    ...defined("endTime", draft.endTime),
    dataSetId,
    source: "Plex",
    metadata: fit.metadata(draft.metadata, metadataLimits.events),
    ...(assetIds.length === 0 ? {} : { assetIds })
  }
}

const assetIdOf = (link: ExternalId | undefined, numericIds: Surroundings["numericIds"]) =>
  defined("assetId", link === undefined ? undefined : numericIds.get(link))

const series = (
  draft: TimeSeriesDraft,
  fit: Fit,
  { dataSetId, numericIds }: Surroundings
): Resources["timeseries"] => ({
  externalId: draft.externalId,
  name: fit.text(draft.name, lengths.timeseries.name),
  isString: draft.isString,
  isStep: draft.isStep,
  ...defined("unit", fit.optional(draft.unit, lengths.timeseries.unit)),
  ...assetIdOf(draft.link, numericIds),
  dataSetId,
  metadata: fit.metadata(draft.metadata, metadataLimits.timeseries)
})

const sequence = (draft: SequenceDraft, fit: Fit, { dataSetId, numericIds }: Surroundings): Resources["sequences"] => ({
  externalId: draft.externalId,
  name: fit.text(draft.name, lengths.sequences.name),
  ...assetIdOf(draft.link, numericIds),
  dataSetId,
  metadata: fit.metadata(draft.metadata, metadataLimits.sequences),
  columns: draft.columns
})

const relationship = (draft: RelationshipDraft, _: Fit, { dataSetId }: Surroundings): Resources["relationships"] => ({
  externalId: draft.externalId,
  sourceExternalId: draft.source,
  sourceType: "asset",
  targetExternalId: draft.target,
  targetType: "asset",
  dataSetId,
  labels: [{ externalId: draft.label }]
})

const label = (draft: LabelDraft, fit: Fit, { dataSetId }: Surroundings): Resources["labels"] => ({
  externalId: draft.externalId,
  name: fit.text(draft.name, lengths.labels.name),
  dataSetId
})

const makers: {
  readonly [K in ResourceKind]: (draft: Drafts[K], fit: Fit, surroundings: Surroundings) => Resources[K]
} = {
  assets: asset,
  events: event,
  timeseries: series,
  sequences: sequence,
  relationships: relationship,
  labels: label
}

/** Pure and total: the same draft and surroundings give the same bytes. */
export const complete = <K extends ResourceKind>(
  kind: K,
  draft: Drafts[K],
  surroundings: Surroundings
): Completed<K> => {
  const fit = new Fit()
  const resource = makers[kind](draft, fit, surroundings)
  const links: Array<ExternalId> = draft.kind === "relationships" ? [draft.source, draft.target] : []
  const pending: Array<LinkTarget> = draft.kind === "events" ? [...(draft.awaits ?? [])] : []
  for (const reference of references(draft)) {
    ;(surroundings.numericIds.has(reference) ? links : pending).push(reference)
  }
  const written = draft.kind === "sequences" ? JSON.stringify([resource, draft.rows]) : JSON.stringify(resource)
  return {
    draft,
    resource,
    hash: hash("sha1", written, "base64url"),
    links,
    pending,
    cuts: fit.cuts + (draft.kind === "sequences" ? (draft.cuts ?? 0) : 0)
  }
}
