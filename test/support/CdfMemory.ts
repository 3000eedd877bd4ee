/**
 * CDF for tests of pipelines: in memory, as strict as CDF where it matters, and it tells what it was asked.
 */
import { Effect, Layer, Stream } from "effect"
import type { ResourceKind, Resources } from "../../src/domain/cdf/Resource.js"
import type { StoredDataSet } from "../../src/domain/cdf/Stored.js"
import { CdfError, type CdfReference } from "../../src/domain/Errors.js"
import { Cdf } from "../../src/services/Cdf.js"
import { emptyCdf } from "../../src/layers/cdf/CdfMemory.js"
import { type Overlay, overlay } from "../../src/layers/cdf/Overlay.js"
import { makeUpsert } from "../../src/layers/cdf/Upsert.js"

type Service = typeof Cdf.Service

/** One call as CDF would have seen it. */
export interface MemoryCall {
  readonly operation: keyof Service
  readonly kind?: ResourceKind | undefined
  readonly externalIds: ReadonlyArray<string>
}

/** Why the memory refuses an item of a create or an update. */
export interface MemoryRefusal {
  readonly message: string
  readonly status?: number | undefined
  /** Named in the error; without it the item must be found by halving. */
  readonly missing?: ReadonlyArray<CdfReference> | undefined
}

export interface CdfMemory {
  readonly cdf: Service
  /** Everything that was asked, in order; an upsert shows as the calls that it makes. */
  readonly calls: Array<MemoryCall>
  /** The calls that change something. */
  readonly writes: () => ReadonlyArray<MemoryCall>
  /** What is held, by external id; deleted ones are `undefined`. */
  readonly held: Overlay["held"]
  /** Set to refuse items of creates and updates. */
  refuse: (kind: ResourceKind, externalId: string) => MemoryRefusal | undefined
  /** Set to fail whole calls, for instance once. */
  fail: (call: MemoryCall) => CdfError | undefined
}

const changing: ReadonlySet<keyof Service> = new Set([
  "create",
  "update",
  "delete",
  "insertPoints",
  "deletePoints",
  "insertRows",
  "deleteRows"
])

export const transient = (operation: string): CdfError =>
  new CdfError({ operation, reason: "Unavailable", detail: "status 503", status: 503, missing: [], duplicated: [] })

/** A CDF of its own; numeric ids count up from 1,000,001. */
export const makeCdfMemory = (
  options: { readonly dataSets?: ReadonlyArray<StoredDataSet>; readonly chunkSize?: number } = {}
): CdfMemory => {
  let last = 1_000_000
  const { chunkSize = 1000, dataSets = [] } = options
  const store = overlay(
    { ...emptyCdf, dataSets: (ids) => Effect.succeed(dataSets.filter(({ id }) => ids.includes(id))) },
    { nextId: () => ++last, alone: true }
  )

  const asked = <A>(call: MemoryCall, effect: Effect.Effect<A, CdfError>): Effect.Effect<A, CdfError> =>
    Effect.suspend(() => {
      // As CDF's own: an empty list makes no call.
      if (call.externalIds.length > 0) memory.calls.push(call)
      const error = call.externalIds.length > 0 ? memory.fail(call) : undefined
      return error === undefined ? effect : Effect.fail(error)
    })

  const refusing = <A>(
    operation: "create" | "update",
    kind: ResourceKind,
    externalIds: ReadonlyArray<string>,
    effect: Effect.Effect<A, CdfError>
  ): Effect.Effect<A, CdfError> =>
    asked(
      { operation, kind, externalIds },
      Effect.suspend(() => {
        for (const externalId of externalIds) {
          const refusal = memory.refuse(kind, externalId)
          if (refusal !== undefined) {
            const { message, missing = [], status = 400 } = refusal
            return Effect.fail(
              new CdfError({ operation, reason: "Refused", detail: message, status, missing, duplicated: [] })
            )
          }
        }
        return effect
      })
    )

  const namesOf = (items: ReadonlyArray<{ readonly externalId: string }>) => items.map(({ externalId }) => externalId)

  const create: Service["create"] = <K extends ResourceKind>(kind: K, resources: ReadonlyArray<Resources[K]>) =>
    refusing("create", kind, namesOf(resources), store.create(kind, resources))
  const update: Service["update"] = (kind, patches) =>
    refusing("update", kind, namesOf(patches), store.update(kind, patches))
  const byids: Service["byids"] = (kind, externalIds) =>
    asked({ operation: "byids", kind, externalIds }, store.byids(kind, externalIds))

  const assetsByNumericIds: Service["assetsByNumericIds"] = (ids) =>
    asked({ operation: "assetsByNumericIds", externalIds: ids.map(String) }, store.assetsByNumericIds(ids))

  const cdf: Service = {
    create,
    update,
    byids,
    upsert: makeUpsert({ create, update, byids, assetsByNumericIds }, chunkSize),
    list: (kind, filter) =>
      Stream.unwrap(
        asked(
          { operation: "list", kind, externalIds: [JSON.stringify(filter)] },
          Effect.succeed(store.list(kind, filter))
        )
      ),
    event: (which, filter) =>
      asked({ operation: "event", kind: "events", externalIds: [JSON.stringify(filter)] }, store.event(which, filter)),
    delete: (kind, externalIds) => asked({ operation: "delete", kind, externalIds }, store.delete(kind, externalIds)),
    assetsByNumericIds,
    insertPoints: (series) =>
      asked({ operation: "insertPoints", externalIds: namesOf(series) }, store.insertPoints(series)),
    latestPoints: (externalIds) => asked({ operation: "latestPoints", externalIds }, store.latestPoints(externalIds)),
    points: (externalIds, slice) => asked({ operation: "points", externalIds }, store.points(externalIds, slice)),
    deletePoints: (ranges) =>
      asked({ operation: "deletePoints", externalIds: namesOf(ranges) }, store.deletePoints(ranges)),
    insertRows: (sequences) =>
      asked({ operation: "insertRows", externalIds: namesOf(sequences) }, store.insertRows(sequences)),
    rows: (externalId, columns) =>
      asked({ operation: "rows", externalIds: [externalId] }, store.rows(externalId, columns)),
    deleteRows: (rows) => asked({ operation: "deleteRows", externalIds: namesOf(rows) }, store.deleteRows(rows)),
    rights: Effect.succeed([]),
    dataSets: (ids) => asked({ operation: "dataSets", externalIds: ids.map(String) }, store.dataSets(ids)),
    reportRun: (run) => asked({ operation: "reportRun", externalIds: [run.externalId] }, store.reportRun(run))
  }

  const memory: CdfMemory = {
    cdf,
    calls: [],
    writes: () => memory.calls.filter(({ operation }) => changing.has(operation)),
    held: store.held,
    refuse: () => undefined,
    fail: () => undefined
  }
  return memory
}

/** `Cdf` of a memory that the test keeps hold of. */
export const layerCdfMemory = (memory: CdfMemory = makeCdfMemory()): Layer.Layer<Cdf> => Layer.succeed(Cdf, memory.cdf)
