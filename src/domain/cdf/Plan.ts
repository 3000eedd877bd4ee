/**
 * What a pass without writes has found to be written: counted per flow, with a few samples of each kind of change. Of each object its
 * end counts: one that is created and then updated is created.
 */
import type { ExternalId } from "../ExternalId.js"
import { type FlowName, flowNames } from "../Flow.js"
import { Smallest } from "../Smallest.js"
import {
  type ChangeName,
  changeNameOf,
  changeNames,
  type PlannedChange,
  type PlannedData,
  type StoredObject
} from "./PlannedChange.js"
import type { ResourceKind } from "./Resource.js"

/** What is counted per flow; `points` and `rows` are those that would be written. */
export const planCountNames = [...changeNames, "points", "pointsDeleted", "rows", "rowsDeleted"] as const
export type PlanCountName = (typeof planCountNames)[number]
export type PlanCounts = Readonly<Record<PlanCountName, number>>

export const noPlan: PlanCounts = {
  create: 0,
  update: 0,
  mark: 0,
  delete: 0,
  expire: 0,
  revive: 0,
  retract: 0,
  points: 0,
  pointsDeleted: 0,
  rows: 0,
  rowsDeleted: 0
}

/** Counts added up. */
export const sumOf = (all: ReadonlyArray<PlanCounts>): PlanCounts => {
  const sum: Record<PlanCountName, number> = { ...noPlan }
  for (const counts of all) for (const name of planCountNames) sum[name] += counts[name]
  return sum
}

/** Whether there is anything to be written. */
export const isSomething = (counts: PlanCounts): boolean => planCountNames.some((name) => counts[name] !== 0)

/** Where changes are counted that no flow makes: links that had to wait for their assets. */
export const betweenFlows = "pending-links"
export type PlannedFlow = FlowName | typeof betweenFlows

/** Each of these once, in the order in which flows run; at the end what is between them. */
export const inFlowOrder = (flows: Iterable<PlannedFlow>): ReadonlyArray<PlannedFlow> => {
  const named = new Set(flows)
  const order: ReadonlyArray<PlannedFlow> = [...flowNames, betweenFlows]
  return order.filter((name) => named.has(name))
}

/** An object that would change: what CDF holds of it, and what it would hold. */
export interface ObjectSample {
  readonly change: ChangeName
  readonly kind: ResourceKind
  readonly externalId: ExternalId
  readonly held: StoredObject | undefined
  readonly now: StoredObject | undefined
}

/** What would be written to one series or one sequence, and deleted from it. */
export type DataSample = Omit<PlannedData, "flow">

class FlowChanges {
  readonly counts: Record<PlanCountName, number> = { ...noPlan }
  readonly objects: Readonly<Record<ChangeName, Smallest<ObjectSample>>>
  readonly data: Readonly<Record<PlannedData["what"], Smallest<DataSample>>>

  constructor(most: number) {
    const few = () => new Smallest<ObjectSample>(most)
    this.objects = {
      create: few(),
      update: few(),
      mark: few(),
      delete: few(),
      expire: few(),
      revive: few(),
      retract: few()
    }
    this.data = { points: new Smallest(most), rows: new Smallest(most) }
  }
}

/** Counts are exact however much there is; of the rest only samples are kept, `most` of each kind of change. */
export class Plan {
  readonly #flows = new Map<PlannedFlow, FlowChanges>()

  constructor(readonly most: number) {}

  #of(flow: FlowName | undefined): FlowChanges {
    const name = flow ?? betweenFlows
    const changes = this.#flows.get(name) ?? new FlowChanges(this.most)
    this.#flows.set(name, changes)
    return changes
  }

  changed(change: PlannedChange): void {
    const { after, before, externalId, flow, held, kind } = change
    const { counts, objects } = this.#of(flow)
    const key = `${kind} ${externalId}`
    const [was, is] = [changeNameOf(change, before), changeNameOf(change, after)]
    if (was !== undefined) counts[was]--
    if (was !== undefined && was !== is) objects[was].drop(key)
    if (is === undefined) return
    counts[is]++
    objects[is].put(key, { change: is, kind, externalId, held, now: after })
  }

  data({ flow, ...sample }: PlannedData): void {
    const { counts, data } = this.#of(flow)
    const { deleted, externalId, what, written } = sample
    counts[what] += written
    counts[what === "points" ? "pointsDeleted" : "rowsDeleted"] += deleted
    const former = data[what].get(externalId)
    data[what].put(externalId, {
      ...sample,
      written: written + (former?.written ?? 0),
      deleted: deleted + (former?.deleted ?? 0)
    })
  }

  /** The flows that anything was told of. */
  get flows(): ReadonlyArray<PlannedFlow> {
    return [...this.#flows.keys()]
  }

  countsOf(flow: PlannedFlow): PlanCounts {
    return { ...(this.#flows.get(flow)?.counts ?? noPlan) }
  }

  /** By kind of change, then by kind of object and external id. */
  objectsOf(flow: PlannedFlow): ReadonlyArray<ObjectSample> {
    const changes = this.#flows.get(flow)
    return changes === undefined ? [] : changeNames.flatMap((name) => changes.objects[name].values)
  }

  /** By external id, points before rows. */
  dataOf(flow: PlannedFlow): ReadonlyArray<DataSample> {
    const data = this.#flows.get(flow)?.data
    return data === undefined ? [] : [...data.points.values, ...data.rows.values]
  }
}
