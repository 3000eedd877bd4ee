/**
 * Stage 4, link: the assets a chunk refers to are looked up in one go, and each draft becomes the resource that is sent.
 */
import { Chunk, Effect, Stream } from "effect"
import { complete, type Completed, references } from "../../domain/cdf/Complete.js"
import type { Draft, Drafts } from "../../domain/cdf/Draft.js"
import type { ResourceKind } from "../../domain/cdf/Resource.js"
import { CdfError } from "../../domain/Errors.js"
import { dataSetVariable } from "../../domain/DataSetUse.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import type { DataSetName, Facility } from "../../domain/Facility.js"
import type { AppConfig } from "../../services/AppConfig.js"
import { IdResolver } from "../../services/IdResolver.js"
import { inStage } from "../../services/Pulse.js"
import { placed } from "../../services/SettingPlaces.js"
import { FlowRun } from "../FlowRun.js"

/** A completed draft with the numeric ids of what it links, for the comparison with CDF. */
export interface Linked<K extends ResourceKind> extends Completed<K> {
  readonly parentId: number | undefined
}

/** An object is never written without its data set. */
const dataSetId = (facility: Facility, name: DataSetName): Effect.Effect<number, CdfError, AppConfig> => {
  const id = facility.dataSets[name]
  return id === undefined
    ? Effect.flatMap(
        placed(`the data set ${name} is not configured: set ${dataSetVariable(name)}`),
        (detail) => new CdfError({ operation: "write", reason: "Forbidden", detail, missing: [], duplicated: [] })
      )
    : Effect.succeed(id)
}

/** The assets whose numeric ids are of use: those to link, and parents, as some answers of CDF name these by number alone. */
const named = (draft: Draft): ReadonlyArray<ExternalId> =>
  draft.kind === "assets" ? [draft.parent, draft.waitsUnder].flatMap((asset) => asset ?? []) : references(draft)

/** Completes drafts with what exists now. */
export const linkAll = <K extends ResourceKind>(
  kind: K,
  drafts: ReadonlyArray<Drafts[K]>
): Effect.Effect<ReadonlyArray<Linked<K>>, CdfError, AppConfig | FlowRun | IdResolver> =>
  Effect.gen(function* () {
    const { facility } = yield* FlowRun
    const resolver = yield* IdResolver
    const numericIds = yield* resolver.resolve(new Set(drafts.flatMap(named)))
    const dataSetIds = new Map<DataSetName, number>()
    for (const { dataSet } of drafts) {
      if (!dataSetIds.has(dataSet)) dataSetIds.set(dataSet, yield* dataSetId(facility, dataSet))
    }
    return drafts.map((draft) => {
      const completed = complete(kind, draft, { dataSetId: dataSetIds.get(draft.dataSet) ?? 0, numericIds })
      const { resource } = completed
      const parent = "parentExternalId" in resource ? resource.parentExternalId : undefined
      return { ...completed, parentId: parent === undefined ? undefined : numericIds.get(parent) }
    })
  })

export const link =
  <K extends ResourceKind>(kind: K) =>
  <E, R>(
    drafts: Stream.Stream<Drafts[K], E, R>
  ): Stream.Stream<Linked<K>, E | CdfError, R | AppConfig | FlowRun | IdResolver> =>
    Stream.mapChunksEffect(drafts, (chunk) =>
      inStage("link")(Effect.map(linkAll(kind, Chunk.toReadonlyArray(chunk)), Chunk.unsafeFromArray))
    )
