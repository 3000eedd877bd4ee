import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { inFlowOrder, noPlan, Plan, sumOf } from "../../../src/domain/cdf/Plan.js"
import { type ChangeName, changeNameOf, type PlannedChange } from "../../../src/domain/cdf/PlannedChange.js"
import type { StoredAsset } from "../../../src/domain/cdf/Stored.js"
import { ExternalId } from "../../../src/domain/ExternalId.js"
import type { FlowName } from "../../../src/domain/Flow.js"
import { marksOf } from "../../../src/domain/Marks.js"

const ids = ["a", "b", "c", "d"].map((name) => ExternalId.make(name))
const [a = ExternalId.make("a"), b = ExternalId.make("b")] = ids

const asset = (externalId: ExternalId, name: string, retired = false): StoredAsset => ({
  id: 1,
  externalId,
  name,
  metadata: retired ? marksOf(0) : {}
})

type State = ReadonlyMap<ExternalId, StoredAsset>

const anyState = FastCheck.record({
  name: FastCheck.constantFrom("x", "y"),
  retired: FastCheck.boolean()
})
const anyOne = FastCheck.option(anyState, { nil: undefined })
const anyHeld = FastCheck.tuple(anyOne, anyOne, anyOne, anyOne)
const anyWrites = FastCheck.array(
  FastCheck.record({
    at: FastCheck.nat(ids.length - 1),
    next: anyOne,
    flow: FastCheck.boolean().map((first): FlowName => (first ? "parts" : "jobs"))
  })
)

const stateOf = (held: ReadonlyArray<{ readonly name: string; readonly retired: boolean } | undefined>): State =>
  new Map(
    held.flatMap((one, at) => {
      const id = ids[at]
      return one === undefined || id === undefined ? [] : [[id, asset(id, one.name, one.retired)]]
    })
  )

/** What the plan is told of these writes one after the other, and what there is in the end. */
const writing = (
  plan: Plan,
  held: State,
  writes: ReadonlyArray<readonly [FlowName, ExternalId, StoredAsset | undefined]>
) => {
  const now = new Map(held)
  const first = new Map<ExternalId, FlowName>()
  for (const [flow, externalId, after] of writes) {
    const owner = first.get(externalId) ?? flow
    first.set(externalId, owner)
    plan.changed({
      flow: owner,
      kind: "assets",
      externalId,
      held: held.get(externalId),
      before: now.get(externalId),
      after
    })
    if (after === undefined) now.delete(externalId)
    else now.set(externalId, after)
  }
  return { now, first }
}

/** By name and marks alone, as somebody would say it who compares the two. */
const becoming = (was: StoredAsset | undefined, is: StoredAsset | undefined): ChangeName | undefined => {
  const retired = (one: StoredAsset): boolean => one.metadata["active"] === "false"
  if (was === undefined) return is === undefined ? undefined : "create"
  if (is === undefined) return retired(was) ? "expire" : "delete"
  if (retired(was) !== retired(is)) return retired(is) ? "mark" : "revive"
  return was.name === is.name ? undefined : "update"
}

describe("A plan", () => {
  it.prop(
    "counts each object once, by what it is and what it would be in the end, for the flow that wrote it first",
    { held: anyHeld, writes: anyWrites },
    ({ held: states, writes }) => {
      const held = stateOf(states)
      const plan = new Plan(ids.length)
      const { first, now } = writing(
        plan,
        held,
        writes.flatMap(({ at, flow, next }) => {
          const id = ids[at]
          if (id === undefined) return []
          return [[flow, id, next === undefined ? undefined : asset(id, next.name, next.retired)] as const]
        })
      )
      for (const flow of ["parts", "jobs"] as const) {
        const ends = ids.flatMap((id) => {
          const change = becoming(held.get(id), now.get(id))
          return change === undefined || first.get(id) !== flow ? [] : [{ change, id }]
        })
        const counts = { ...noPlan }
        for (const { change } of ends) counts[change]++
        assert.deepStrictEqual(plan.countsOf(flow), counts)
        const samples = plan.objectsOf(flow)
        assert.deepStrictEqual(
          samples.map(({ change, externalId }) => `${change} ${externalId}`).toSorted(),
          ends.map(({ change, id }) => `${change} ${id}`).toSorted()
        )
        for (const { externalId, held: was, now: is } of samples) {
          assert.strictEqual(was, held.get(externalId))
          assert.strictEqual(is, now.get(externalId))
        }
      }
    }
  )

  it("keeps few samples of many changes, those whose ids come first, and counts all", () => {
    const plan = new Plan(2)
    const creates = ids.map((id) => ["parts", id, asset(id, "x")] as const)
    writing(plan, new Map(), creates.toReversed())
    assert.strictEqual(plan.countsOf("parts").create, ids.length)
    assert.deepStrictEqual(
      plan.objectsOf("parts").map(({ externalId }) => externalId),
      [a, b]
    )
    assert.deepStrictEqual(new Plan(0).objectsOf("parts"), [])
  })

  it("adds up the points and rows of a series or a sequence", () => {
    const plan = new Plan(1)
    for (const [externalId, written, deleted] of [
      [b, 1, 0],
      [a, 2, 1],
      [a, 3, 0]
    ] as const) {
      plan.data({ flow: undefined, what: "points", externalId, written, deleted })
    }
    plan.data({ flow: "boms", what: "rows", externalId: a, written: 0, deleted: 4 })
    assert.deepStrictEqual(plan.countsOf("pending-links"), { ...noPlan, points: 6, pointsDeleted: 1 })
    assert.deepStrictEqual(plan.dataOf("pending-links"), [{ what: "points", externalId: a, written: 5, deleted: 1 }])
    assert.deepStrictEqual(plan.countsOf("boms"), { ...noPlan, rowsDeleted: 4 })
    assert.deepStrictEqual(sumOf(plan.flows.map((flow) => plan.countsOf(flow))), {
      ...noPlan,
      points: 6,
      pointsDeleted: 1,
      rowsDeleted: 4
    })
    assert.deepStrictEqual(inFlowOrder([...plan.flows, "boms", "parts"]), ["parts", "boms", "pending-links"])
  })

  it("tells an event that Plex took back from one that is retired, and from one that was retired long ago", () => {
    const event = (metadata: Readonly<Record<string, string>>): PlannedChange["held"] => ({
      id: 1,
      externalId: a,
      metadata,
      assetIds: []
    })
    const gone = (flow: FlowName, metadata = {}) =>
      changeNameOf({ flow, kind: "events", held: event(metadata) }, undefined)
    assert.strictEqual(gone("movements"), "retract")
    assert.strictEqual(gone("jobs"), "delete")
    assert.strictEqual(gone("jobs", marksOf(0)), "expire")
    const linked = { id: 1, externalId: a, metadata: {}, assetIds: [1, 2] }
    const other = { ...linked, assetIds: [2, 1] }
    assert.isUndefined(changeNameOf({ flow: "jobs", kind: "events", held: linked }, other))
  })
})
