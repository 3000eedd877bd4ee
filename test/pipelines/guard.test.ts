import { assert, describe, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { CdfError } from "../../src/domain/Errors.js"
import { ExternalId } from "../../src/domain/ExternalId.js"
import { isWithin } from "../../src/domain/TimeSlice.js"
import { guard } from "../../src/pipelines/guard.js"
import { hierarchy } from "../../src/pipelines/tree.js"
import { Ledger } from "../../src/services/Ledger.js"
import { demoFacility } from "../support/DemoFacility.js"
import { extract, makePlant, type PlantOptions, report } from "../support/PipelineHarness.js"
import { plexExamples } from "../support/PlexExamples.js"
import { plexError } from "../support/PlexScripted.js"
import { settings } from "../layers/cdf/Settings.js"
import { containerRow, jobRow, lists } from "./Rows.js"

const tenants = (...codes: ReadonlyArray<string | null>) => ({
  lists: { "/mdm/v1/tenants": codes.map((code) => ({ id: "f16106ee-43f6-44f9-a7a5-87411e70c1fe", code })) }
})

/** What the guard says of a plant whose Plex code is `pcnCode`. */
const verdict = (options: PlantOptions, pcnCode: string | undefined) => {
  const plain = makePlant(options)
  const plant = makePlant({ ...options, settings: { plex: { ...plain.settings.plex, pcnCode } } })
  return {
    ...plant,
    said: Effect.provide(Effect.either(guard(demoFacility(options.facility))), plant.layer)
  }
}

describe("the guard", () => {
  it.effect("lets through the tenant that is configured, in any case", () =>
    Effect.gen(function* () {
      assert.isTrue(Either.isRight(yield* verdict({ plex: tenants("RA-Process") }, "ra-process").said))
      assert.isTrue(Either.isRight(yield* verdict({ plex: tenants("other", "ra-process") }, "RA-PROCESS").said))
    })
  )

  it.effect("lets through where either code is unknown", () =>
    Effect.gen(function* () {
      assert.isTrue(Either.isRight(yield* verdict({ plex: tenants("anything") }, undefined).said))
      assert.isTrue(Either.isRight(yield* verdict({ plex: tenants(null) }, "ra-process").said))
    })
  )

  it.effect("stops a key that answers for another tenant, before anything is written", () =>
    Effect.gen(function* () {
      const { cdf, said } = verdict({ plex: tenants("other-plant") }, "ra-process")
      const outcome = yield* said
      assert.isTrue(Either.isLeft(outcome) && outcome.left._tag === "WrongFacility")
      assert.match(
        String(Either.isLeft(outcome) ? outcome.left.message : ""),
        /other-plant.*PLEX_PCN_CODE is ra-process/
      )
      assert.deepStrictEqual(cdf.writes(), [])
    })
  )

  it.effect(
    "forgets a state that is not of this CDF, as it would keep objects from being written, and keeps one that is",
    () =>
      Effect.gen(function* () {
        const facility = demoFacility()
        const root = facility.ids.root("facility")
        const plant = makePlant({ plex: tenants() })
        yield* Effect.gen(function* () {
          const ledger = yield* Ledger
          yield* report(hierarchy)
          yield* ledger.moveWatermark("problems", 1)
          yield* guard(facility)
          assert.isTrue(yield* ledger.knows("hierarchy"))
          assert.strictEqual(yield* ledger.watermark("problems"), 1)

          const known = (yield* ledger.rows("assets", [root])).get(root)
          if (known === undefined) return assert.fail("the tree is not in the ledger")
          yield* ledger.confirm({ rows: [{ ...known, id: 7 }], pending: [] })
          yield* guard(facility)
          assert.isFalse(yield* ledger.knows("hierarchy"))
          assert.isUndefined(yield* ledger.watermark("problems"))
        }).pipe(Effect.provide(plant.layer))
      })
  )

  it.effect(
    "does not take a CDF for empty whose assets were deleted: jobs that vanish are retired, links are there again",
    () => {
      const facility = demoFacility()
      const { ids } = facility
      const moves = ["2026-06-07T08:00:00Z", "2026-06-11T08:00:00Z"].map((adjustmentDate) => ({
        ...plexExamples.containerMove,
        serialNo: "S1",
        adjustmentDate
      }))
      const plant = makePlant({
        plex: {
          lists: {
            ...tenants().lists,
            [lists.jobs]: [jobRow(1), jobRow(2), jobRow(3)],
            [lists.containers]: [containerRow(1)],
            [lists.moves]: ({ slice }) =>
              moves.filter(({ adjustmentDate }) => slice !== undefined && isWithin(slice, Date.parse(adjustmentDate)))
          }
        },
        settings: {
          history: { ...settings.history, recheck: 3_600_000 },
          pendingLinkDays: 0,
          extractors: { ...settings.extractors, inventory: { enabled: true, interval: 1, lookback: 7 * 86_400_000 } }
        }
      })
      const pass = Effect.gen(function* () {
        yield* guard(facility)
        yield* extract("jobs")
        yield* extract("inventory")
      })
      const container = () => plant.cdf.held.assets.get(ids.of("container", "S1"))?.id ?? 0
      const linkedMoves = () =>
        [...plant.cdf.held.events.values()].filter(
          (event) => event?.type === "inventory_movement" && event.assetIds.includes(container())
        ).length
      return Effect.gen(function* () {
        yield* pass
        const before = container()
        assert.strictEqual(linkedMoves(), 2)
        for (const name of [...plant.cdf.held.assets.keys()].reverse()) {
          yield* plant.cdf.cdf.delete("assets", [ExternalId.make(name)])
        }
        plant.plex.lists[lists.jobs] = [jobRow(1), jobRow(2)]
        yield* pass
        assert.strictEqual(plant.cdf.held.events.get(ids.of("job", "J3"))?.metadata["active"], "false")
        assert.notStrictEqual(container(), before)
        assert.strictEqual(linkedMoves(), 2)
      }).pipe(Effect.provide(plant.layer))
    }
  )

  it.effect("stops where Plex refuses the key", () =>
    Effect.gen(function* () {
      const outcome = yield* verdict({ plex: { lists: { "/mdm/v1/tenants": plexError("Unauthenticated") } } }, "x").said
      assert.isTrue(Either.isLeft(outcome) && outcome.left._tag === "PlexError")
    })
  )

  it.effect("stops where a data set does not exist, and names it", () =>
    Effect.gen(function* () {
      const dataSets = { master: 1, quality: 99 }
      const outcome = yield* verdict({ facility: { dataSets } }, undefined).said
      assert.match(String(Either.isLeft(outcome) ? outcome.left.message : ""), /no data set for \S*quality \(99\)/i)
    })
  )

  it.effect("trusts data sets that the client may not read", () =>
    Effect.gen(function* () {
      const forbidden = new CdfError({
        operation: "datasets",
        reason: "Forbidden",
        detail: "",
        missing: [],
        duplicated: []
      })
      const over = () => ({ dataSets: () => Effect.fail(forbidden) })
      assert.isTrue(Either.isRight(yield* verdict({ over }, undefined).said))
    })
  )

  it.effect("stops where the facility's asset is another one's", () =>
    Effect.gen(function* () {
      const { cdf, said } = verdict({}, undefined)
      const externalId = demoFacility().ids.root("facility")
      const asset = { externalId, name: "x", dataSetId: 1, source: "Plex" }
      yield* cdf.cdf.create("assets", [{ ...asset, metadata: { pcn: "1" } }])
      const outcome = yield* said
      assert.match(String(Either.isLeft(outcome) ? outcome.left.message : ""), /not this facility's \(its pcn is 1\)/)
      yield* cdf.cdf.update("assets", [{ externalId, update: { metadata: { add: { pcn: "340884" }, remove: [] } } }])
      assert.isTrue(Either.isRight(yield* said))
    })
  )
})
