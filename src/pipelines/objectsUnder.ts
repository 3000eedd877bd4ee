/**
 * All that CDF holds under the external ids of a facility, whoever made it.
 */
import { Effect, Stream } from "effect"
import type { ResourceKind } from "../domain/cdf/Resource.js"
import type { StoredResources } from "../domain/cdf/Stored.js"
import type { CdfError } from "../domain/Errors.js"
import type { ExternalIds, OwnWord } from "../domain/ExternalId.js"
import type { KeyedWord } from "../domain/KindWord.js"
import { Cdf } from "../services/Cdf.js"

export type HeldObject = StoredResources[ResourceKind]

const begins =
  (prefix: string) =>
  ({ externalId }: HeldObject): boolean =>
    externalId?.startsWith(prefix) === true

/** Relationships have no filter by prefix. Those that carry our labels are found in any data set, as long as CDF has these labels. */
const labelled = (ids: ExternalIds) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const cdf = yield* Cdf
      const labels = yield* cdf.byids("labels", [ids.label("bom"), ids.label("routing")])
      return labels.length === 0
        ? Stream.empty
        : cdf.list("relationships", { labels: { containsAny: labels.map(({ externalId }) => ({ externalId })) } })
    })
  )

/**
 * Objects of a kind whose external ids begin as those of a facility do, a page of CDF's at a time; of one kind in its ids where `word`
 * says which. Relationships are those with labels of the facility, and those in `dataSets`.
 */
export const objectsUnder = (
  ids: ExternalIds,
  kind: ResourceKind,
  { dataSets = [], word }: { readonly dataSets?: ReadonlyArray<number>; readonly word?: KeyedWord | OwnWord } = {}
): Stream.Stream<HeldObject, CdfError, Cdf> => {
  const prefix = word === undefined ? ids.facilityPrefix : ids.prefix(word)
  if (kind !== "relationships") {
    return Stream.unwrap(
      Effect.map(Cdf, (cdf): Stream.Stream<HeldObject, CdfError> => cdf.list(kind, { externalIdPrefix: prefix }))
    )
  }
  const inDataSets = Stream.unwrap(
    Effect.map(Cdf, (cdf) =>
      dataSets.length === 0 ? Stream.empty : cdf.list("relationships", { dataSetIds: dataSets.map((id) => ({ id })) })
    )
  )
  const elsewhere = Stream.filter(
    labelled(ids),
    ({ dataSetId }) => dataSetId === undefined || !dataSets.includes(dataSetId)
  )
  return Stream.concat(inDataSets, elsewhere).pipe(Stream.filter(begins(prefix)))
}
