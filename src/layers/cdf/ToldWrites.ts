/**
 * Tells who wants to know what is written to a `Cdf` that keeps its writes to itself.
 */
import { Effect } from "effect"
import type { ResourceKind } from "../../domain/cdf/Resource.js"
import type { PlannedChange, PlannedData, StoredObject } from "../../domain/cdf/PlannedChange.js"
import type { CdfError } from "../../domain/Errors.js"
import type { ExternalId } from "../../domain/ExternalId.js"
import type { FlowName } from "../../domain/Flow.js"
import type { Cdf } from "../../services/Cdf.js"
import { CurrentFlow } from "../../services/CurrentFlow.js"
import { PlannedWrites, type WritesObserver } from "../../services/PlannedWrites.js"

type Service = Omit<typeof Cdf.Service, "upsert">

/** Who wrote an object first, and what there was of it before. */
type Origin = Pick<PlannedChange, "flow" | "held">

type ById = ReadonlyMap<ExternalId, StoredObject>

const byId = (objects: ReadonlyArray<StoredObject>): ById =>
  new Map(objects.flatMap((one) => (one.externalId === undefined ? [] : [[one.externalId, one] as const])))

/**
 * The same calls; what they wrote is told to `PlannedWrites` once they have. A call that fails is not told. Where nobody wants to know,
 * nothing more is read, and nothing kept.
 */
export const toldWrites = (cdf: Service): Service => {
  const origins = new Map<ResourceKind, Map<ExternalId, Origin>>()
  /** What flows create: one origin for all of it. */
  const created = new Map<FlowName | undefined, Origin>()

  const createdBy = (flow: FlowName | undefined): Origin => {
    const origin = created.get(flow) ?? { flow, held: undefined }
    created.set(flow, origin)
    return origin
  }

  const originOf = (
    flow: FlowName | undefined,
    kind: ResourceKind,
    externalId: ExternalId,
    before: StoredObject | undefined
  ): Origin => {
    const ofKind = origins.get(kind) ?? new Map<ExternalId, Origin>()
    origins.set(kind, ofKind)
    const origin = ofKind.get(externalId) ?? (before === undefined ? createdBy(flow) : { flow, held: before })
    ofKind.set(externalId, origin)
    return origin
  }

  /** Does the call, and tells the observer where there is one. */
  const telling = <A>(
    call: Effect.Effect<A, CdfError>,
    tell: (observer: WritesObserver, flow: FlowName | undefined, answer: A) => void
  ): Effect.Effect<A, CdfError> =>
    Effect.gen(function* () {
      const observer = yield* PlannedWrites
      const flow = yield* CurrentFlow
      const answer = yield* call
      if (observer !== undefined) tell(observer, flow, answer)
      return answer
    })

  /** As `telling`, of objects; what was there before and is there after is read. */
  const changing = (
    kind: ResourceKind,
    externalIds: ReadonlyArray<ExternalId>,
    call: Effect.Effect<void, CdfError>
  ): Effect.Effect<void, CdfError> =>
    Effect.gen(function* () {
      const observer = yield* PlannedWrites
      if (observer === undefined) return yield* call
      const flow = yield* CurrentFlow
      const before = byId(yield* cdf.byids(kind, externalIds))
      yield* call
      const after = byId(yield* cdf.byids(kind, externalIds))
      for (const externalId of new Set(externalIds)) {
        const [was, is] = [before.get(externalId), after.get(externalId)]
        if (was === undefined && is === undefined) continue
        observer.changed({ ...originOf(flow, kind, externalId, was), kind, externalId, before: was, after: is })
      }
    })

  const data =
    (what: PlannedData["what"]) =>
    (
      call: Effect.Effect<void, CdfError>,
      items: () => Iterable<Pick<PlannedData, "externalId"> & Partial<Pick<PlannedData, "written" | "deleted">>>
    ): Effect.Effect<void, CdfError> =>
      telling(call, (observer, flow) => {
        for (const item of items()) observer.data({ flow, what, written: 0, deleted: 0, ...item })
      })
  const points = data("points")
  const rows = data("rows")

  return {
    ...cdf,
    create: (kind, resources) =>
      telling(cdf.create(kind, resources), (observer, flow, stored) => {
        for (const after of stored) {
          const { externalId } = after
          if (externalId === undefined) continue
          const origin = originOf(flow, kind, externalId, undefined)
          observer.changed({ ...origin, kind, externalId, before: undefined, after })
        }
      }),
    update: (kind, patches) =>
      changing(
        kind,
        patches.map(({ externalId }) => externalId),
        cdf.update(kind, patches)
      ),
    delete: (kind, externalIds) => changing(kind, externalIds, cdf.delete(kind, externalIds)),
    insertPoints: (series) =>
      points(cdf.insertPoints(series), () =>
        series.map(({ externalId, points }) => ({ externalId, written: points.length }))
      ),
    deletePoints: (ranges) =>
      // A range is that of one point which is known to be there.
      points(cdf.deletePoints(ranges), () => ranges.map(({ externalId }) => ({ externalId, deleted: 1 }))),
    insertRows: (sequences) =>
      rows(cdf.insertRows(sequences), () =>
        sequences.map(({ externalId, rows }) => ({ externalId, written: rows.length }))
      ),
    deleteRows: (sequences) =>
      rows(cdf.deleteRows(sequences), () =>
        sequences.map(({ externalId, rowNumbers }) => ({ externalId, deleted: rowNumbers.length }))
      )
  }
}
