/**
 * Objects are deleted from CDF; what stands under an asset is moved away first, and waits for it.
 */
import { Chunk, Effect, Stream } from "effect"
import type { StoredAsset } from "../../domain/cdf/Stored.js"
import type { CdfError, StateError } from "../../domain/Errors.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import type { ListedKind } from "../../domain/Listed.js"
import { isOurs } from "../../domain/Ownership.js"
import { households } from "../../domain/Tree.js"
import { Cdf } from "../../services/Cdf.js"
import { IdResolver } from "../../services/IdResolver.js"
import { Ledger, type PendingLink, unknownHash } from "../../services/Ledger.js"
import { FlowRun } from "../FlowRun.js"
import { sendEach } from "./sendEach.js"

/** Kinds of object that can be taken out of CDF. */
export type RemovableKind = ListedKind | "timeseries"

/** CDF takes so many parents in one filter. */
const parentsPerList = 100

/** The assets under those of these numeric ids, as CDF lists them. */
export const listedUnder = (parents: ReadonlyArray<number>): Stream.Stream<StoredAsset, CdfError, Cdf> =>
  Stream.fromIterable(
    Array.from({ length: Math.ceil(parents.length / parentsPerList) }, (_, at) =>
      parents.slice(at * parentsPerList, (at + 1) * parentsPerList)
    )
  ).pipe(Stream.flatMap((parentIds) => Stream.unwrap(Effect.map(Cdf, (cdf) => cdf.list("assets", { parentIds })))))

/** The assets under these, by what CDF lists and, as its lists are late, by what the ledger knows. */
const childrenOf = (parents: ReadonlyArray<StoredAsset>) =>
  Effect.gen(function* () {
    const cdf = yield* Cdf
    const ledger = yield* Ledger
    const numbers = parents.map(({ id }) => id)
    const listed = yield* Stream.runCollect(listedUnder(numbers))
    const names = parents.flatMap(({ externalId }) => externalId ?? [])
    const linked = (yield* ledger.linkedTo(names)).filter(({ kind }) => kind === "assets")
    const listedNames = new Set(Chunk.toReadonlyArray(listed).map(({ externalId }) => externalId))
    const known = yield* cdf.byids(
      "assets",
      linked.map(({ externalId }) => externalId).filter((id) => !listedNames.has(id))
    )
    const under = new Set(numbers)
    return [...listed, ...known].filter(({ parentId }) => parentId !== undefined && under.has(parentId))
  })

/** Children of ours go to the root of their kind, where they wait for their parent; those of others stay where they are. */
const freeChildren = (externalIds: ReadonlyArray<ExternalId>) =>
  Effect.gen(function* () {
    const cdf = yield* Cdf
    const ledger = yield* Ledger
    const { facility, flow } = yield* FlowRun
    const { ids } = facility
    const mayHave = externalIds.filter((id) => households.some(({ parent }) => id.startsWith(ids.prefix(parent))))
    if (mayHave.length === 0) return
    const parents = yield* cdf.byids("assets", mayHave)
    const names = new Map(parents.map(({ externalId, id }) => [id, externalId]))
    const children = (yield* childrenOf(parents)).flatMap(({ dataSetId, externalId, parentId }) => {
      const household = households.find(({ child }) => externalId?.startsWith(ids.prefix(child)) === true)
      const parent = names.get(parentId ?? 0)
      return household === undefined || externalId === undefined || parent === undefined || !isOurs(facility, dataSetId)
        ? []
        : [{ externalId, parent, root: ids.root(household.waitsUnder) }]
    })
    yield* ledger.doubt(
      "assets",
      children.map(({ externalId }) => externalId)
    )
    const refused = yield* sendEach(
      children.map(({ externalId, root }) => ({ externalId, update: { parentExternalId: { set: root } } })),
      (some) => cdf.update("assets", some)
    )
    const stayed = new Set(refused.map(({ item }) => item.externalId))
    const moved = new Map(
      children.flatMap(({ externalId, parent }) => (stayed.has(externalId) ? [] : [[externalId, parent] as const]))
    )
    const rows = yield* ledger.rows("assets", [...moved.keys()])
    yield* ledger.confirm({
      rows: [...rows.values()].map((row) => ({
        ...row,
        hash: unknownHash,
        links: row.links.filter((link) => link !== moved.get(row.externalId))
      })),
      pending: [...moved].flatMap(([from, to]): ReadonlyArray<PendingLink> => {
        const row = rows.get(from)
        return row === undefined ? [] : [{ kind: "assets", from, to, flow: row.flow }]
      })
    })
    yield* Effect.logInfo("assets moved away from one that is deleted").pipe(
      Effect.annotateLogs({ count: moved.size, flow })
    )
  })

/** Deletes objects; gives those that CDF will not delete, as an asset under which somebody else has one. */
export const remove = (
  kind: RemovableKind,
  externalIds: ReadonlyArray<ExternalId>
): Effect.Effect<ReadonlySet<ExternalId>, CdfError | StateError, Cdf | FlowRun | IdResolver | Ledger> =>
  Effect.gen(function* () {
    const cdf = yield* Cdf
    if (kind === "assets") yield* freeChildren(externalIds)
    const refused = yield* sendEach(externalIds, (some) => cdf.delete(kind, some))
    if (kind === "assets") yield* (yield* IdResolver).forget(externalIds)
    return new Set(refused.map(({ item }) => item))
  })
