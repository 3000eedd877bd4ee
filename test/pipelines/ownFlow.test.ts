/**
 * Flows that an application adds: their state, and the kinds of object that they make.
 */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { assetName } from "../../src/domain/Mapping.js"
import { flow } from "../../src/pipelines/runFlow.js"
import { Ledger } from "../../src/services/Ledger.js"
import { OwnFlows } from "../../src/services/OwnFlows.js"
import { makePlant, report } from "../support/PipelineHarness.js"

const own = flow(
  "own-suppliers",
  Effect.flatMap(Ledger, (ledger) => ledger.watermark("own-suppliers"))
)

it.effect("a flow that the state was told of keeps its rows there", () =>
  Effect.gen(function* () {
    const { notice, status } = yield* report(own)
    assert.deepStrictEqual([status, notice], ["ok", undefined])
  }).pipe(Effect.provide(makePlant().layer), Effect.provideService(OwnFlows, ["own-suppliers"]))
)

it.effect("a flow that the state was not told of is degraded, and says what is to be done", () =>
  Effect.gen(function* () {
    const { notice, status } = yield* report(own)
    assert.strictEqual(status, "degraded")
    assert.match(notice ?? "", /without the flow own-suppliers: name it in OwnFlows/)
  }).pipe(Effect.provide(makePlant().layer))
)

it("an asset of a kind of one's own that Plex gives no name is named by its kind", () => {
  assert.strictEqual(
    assetName("own_raw_material", "c15dde8e-67c0-44c2-a9fc-5cc4f8230288", [null]),
    "Raw Material c15dde8e"
  )
})
