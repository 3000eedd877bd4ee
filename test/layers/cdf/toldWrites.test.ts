/**
 * What a dry run tells of its writes is what the same writes do to a CDF that takes them.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { differencesOf } from "../../../src/domain/cdf/Difference.js"
import { noPlan, Plan, type PlanCounts } from "../../../src/domain/cdf/Plan.js"
import type { PlannedChange } from "../../../src/domain/cdf/PlannedChange.js"
import type { FlowName } from "../../../src/domain/Flow.js"
import type { Cdf } from "../../../src/services/Cdf.js"
import { CurrentFlow } from "../../../src/services/CurrentFlow.js"
import { PlannedWrites } from "../../../src/services/PlannedWrites.js"
import { makeCdfMemory } from "../../support/CdfMemory.js"
import { base, columns, id, over, sequence, series, wanted } from "./DryRun.js"

const asset = (name: string, metadata = {}) => ({ ...base, externalId: id(name), name, metadata })
const event = (name: string, assetIds: ReadonlyArray<number> = []) => ({
  ...base,
  externalId: id(name),
  type: "job",
  assetIds
})

const held = Effect.gen(function* () {
  const memory = makeCdfMemory()
  yield* memory.cdf.create("assets", [asset("a", { old: "1", theirs: "2" }), asset("same"), asset("gone")])
  yield* memory.cdf.create("events", [event("e"), event("back")])
  yield* memory.cdf.create("sequences", [sequence])
  yield* memory.cdf.insertRows([{ externalId: id("seq"), columns, rows: [{ rowNumber: 0, values: ["x"] }] }])
  memory.calls.splice(0)
  return memory
})

const of =
  (flow: FlowName) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.provideService(effect, CurrentFlow, flow)

/** What some flows could write, in little. */
const writes = (cdf: typeof Cdf.Service) =>
  Effect.gen(function* () {
    const parts = yield* cdf
      .upsert("assets", [
        wanted<"assets">({ ...asset("a"), name: "better" }, true),
        wanted<"assets">(asset("same"), true),
        wanted<"assets">(asset("new"))
      ])
      .pipe(of("parts"))
    const links = parts.created.flatMap((one) => one.id ?? [])
    yield* of("jobs")(cdf.upsert("events", [wanted<"events">(event("e", links), true), wanted<"events">(event("f"))]))
    // Once more, by others.
    yield* cdf.update("events", [{ externalId: id("f"), update: { assetIds: { add: links, remove: [] } } }])
    yield* of("parts")(cdf.delete("assets", [id("gone"), id("never")]))
    yield* of("movements")(cdf.delete("events", [id("back")]))
    yield* of("wip")(cdf.create("timeseries", [series]))
    yield* of("wip")(
      cdf.insertPoints([{ externalId: id("ts"), points: [1, 2, 3].map((timestamp) => ({ timestamp, value: 1 })) }])
    )
    yield* of("wip")(cdf.deletePoints([{ externalId: id("ts"), begin: 2, end: 3 }]))
    yield* of("boms")(cdf.insertRows([{ externalId: id("seq"), columns, rows: [{ rowNumber: 1, values: ["y"] }] }]))
    yield* of("boms")(cdf.deleteRows([{ externalId: id("seq"), rowNumbers: [0] }]))
    yield* Effect.flip(cdf.create("assets", [asset("a")]))
  })

const counted = (counts: Partial<PlanCounts>): PlanCounts => ({ ...noPlan, ...counts })

describe("What a dry run tells of its writes", () => {
  it.scoped("is what they do, of each flow, with what CDF holds of each object and would hold in the end", () =>
    Effect.gen(function* () {
      const memory = yield* held
      const plan = new Plan(10)
      const ends = new Map<string, PlannedChange>()
      yield* Effect.provideService(writes(yield* over(memory)), PlannedWrites, {
        changed: (change) => {
          plan.changed(change)
          ends.set(`${change.kind} ${change.externalId}`, change)
        },
        data: (data) => plan.data(data)
      })
      assert.deepStrictEqual(memory.writes(), [])
      assert.deepStrictEqual(plan.countsOf("parts"), counted({ create: 1, update: 1, delete: 1 }))
      assert.deepStrictEqual(plan.countsOf("jobs"), counted({ create: 1, update: 1 }))
      assert.deepStrictEqual(plan.countsOf("movements"), counted({ retract: 1 }))
      assert.deepStrictEqual(plan.countsOf("wip"), counted({ create: 1, points: 3, pointsDeleted: 1 }))
      assert.deepStrictEqual(plan.countsOf("boms"), counted({ rows: 1, rowsDeleted: 1 }))
      assert.deepStrictEqual(plan.countsOf("pending-links"), noPlan)

      const live = yield* held
      const before = yield* held
      yield* writes(live.cdf)
      for (const { after, externalId, held: was, kind } of ends.values()) {
        const [now, then] = [live.held[kind].get(externalId), before.held[kind].get(externalId)]
        assert.deepStrictEqual(was, then, externalId)
        assert.strictEqual(after === undefined, now === undefined, externalId)
        const numberless = (one: object = {}) => ({ ...one, assetIds: [] })
        assert.deepStrictEqual(differencesOf(numberless(after), numberless(now), true), [], externalId)
      }
      const links = (one: PlannedChange["after"]) => (one !== undefined && "assetIds" in one ? one.assetIds.length : 0)
      assert.strictEqual(links(ends.get("events f")?.after), 1)
      assert.lengthOf([...ends.keys()], 7)
    })
  )

  it.scoped("costs nothing where nobody wants to know", () =>
    Effect.gen(function* () {
      const [memory, told] = [yield* held, yield* held]
      yield* writes(yield* over(memory))
      yield* Effect.provideService(writes(yield* over(told)), PlannedWrites, {
        changed: () => undefined,
        data: () => undefined
      })
      assert.isBelow(memory.calls.length, told.calls.length)
    })
  )
})
