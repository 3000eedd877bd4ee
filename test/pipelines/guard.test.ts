import { assert, describe, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { CdfError } from "../../src/domain/Errors.js"
import { guard } from "../../src/pipelines/guard.js"
import { hierarchy } from "../../src/pipelines/tree.js"
import { Ledger } from "../../src/services/Ledger.js"
import { demoFacility } from "../support/DemoFacility.js"
import { makePlant, type PlantOptions, report } from "../support/PipelineHarness.js"
import { plexError } from "../support/PlexScripted.js"

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
