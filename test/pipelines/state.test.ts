/**
 * What becomes of flows when the state fails.
 */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { StateError } from "../../src/domain/Errors.js"
import { layerStateMemory } from "../../src/layers/state/StateMemory.js"
import { Ledger } from "../../src/services/Ledger.js"
import { extract, flowOf, makePlant } from "../support/PipelineHarness.js"

const full = Effect.fail(new StateError({ operation: "confirm", detail: "database or disk is full" }))

/** A ledger in memory that fails where `fails` says so. */
const ledgerWith = (over: (ledger: typeof Ledger.Service) => Partial<typeof Ledger.Service>) =>
  Layer.map(layerStateMemory, (context) => {
    const ledger = Context.get(context, Ledger)
    return Context.make(Ledger, { ...ledger, ...over(ledger) })
  })

const lists = {
  "/mdm/v1/parts": [{ id: "ba079f00-255d-4373-aa99-3e021c39e466", number: "P-1", name: "Part" }],
  "/mdm/v1/buildings": [{ id: "b", buildingCode: "B", name: "Building" }]
}

describe("A state that fails", () => {
  it.effect("leaves the flow degraded and says why, keeps nothing by halves, and lets the other flows finish", () =>
    Effect.gen(function* () {
      const plant = makePlant({ plex: { lists } })
      let failing = true
      const ledger = ledgerWith(({ confirm }) => ({
        confirm: (chunk) => (failing && chunk.rows?.some(({ flow }) => flow === "parts") ? full : confirm(chunk))
      }))
      yield* Effect.gen(function* () {
        const report = yield* extract("master-data", { sweep: false })
        assert.strictEqual(report.status, "degraded")
        assert.deepInclude(flowOf(report, "parts"), {
          status: "degraded",
          notice: "state confirm: database or disk is full",
          finished: false,
          refused: false
        })
        assert.strictEqual(flowOf(report, "buildings").status, "ok")
        assert.isFalse(yield* (yield* Ledger).knows("parts"))

        failing = false
        const again = yield* extract("master-data", { sweep: false })
        assert.deepInclude(flowOf(again, "parts"), { status: "ok", notice: undefined })
        assert.deepInclude(flowOf(again, "parts").counts, { read: 1, created: 0, unchanged: 1 })
      }).pipe(Effect.provide(ledger.pipe(Layer.provideMerge(plant.layer))))
    })
  )

  it.effect("that cannot be read at all leaves the extractor failed, and CDF untouched", () =>
    Effect.gen(function* () {
      const plant = makePlant({ plex: { lists } })
      const report = yield* extract("master-data", { sweep: false }).pipe(
        Effect.provide(ledgerWith(() => ({ rows: () => full })).pipe(Layer.provideMerge(plant.layer)))
      )
      assert.strictEqual(report.status, "failed")
      assert.match(flowOf(report, "hierarchy").notice ?? "", /^state confirm: database or disk is full$/)
    })
  )
})
