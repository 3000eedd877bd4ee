/**
 * The data sets that setup finds or makes: never a second one for an external id.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Layer } from "effect"
import { readFileSync } from "node:fs"
import { parse } from "yaml"
import { CdfError } from "../../../src/domain/Errors.js"
import { dataSetNames } from "../../../src/domain/Facility.js"
import { pipelineDocumentation } from "../../../src/domain/PipelineDocumentation.js"
import { setUpDataSets } from "../../../src/pipelines/setup/dataSets.js"
import { AppConfig, type Settings } from "../../../src/services/AppConfig.js"
import { CdfProject, type NewDataSet } from "../../../src/services/CdfProject.js"
import { settings } from "../../layers/cdf/Settings.js"
import { demoFacility } from "../../support/DemoFacility.js"

const unused = Effect.dieMessage("unused")

const cdfError = (status: number, duplicated: ReadonlyArray<string> = []) =>
  new CdfError({
    operation: "POST /datasets",
    reason: status === 403 ? "Forbidden" : "Refused",
    detail: `status ${status}`,
    status,
    missing: [],
    duplicated: duplicated.map((externalId) => ({ externalId }))
  })

/** A project that holds data sets of these external ids; `hidden` ones the client may not see. */
const project = (held: Array<string>, hidden: ReadonlyArray<string> = [], mayMake = true) => {
  const made: Array<NewDataSet> = []
  const numbered = (externalId: string) => ({ id: 100 + held.indexOf(externalId), externalId, name: undefined })
  const layer = Layer.succeed(CdfProject, {
    inspection: unused,
    now: unused,
    dataSets: (externalIds) => Effect.sync(() => externalIds.filter((each) => held.includes(each)).map(numbered)),
    createDataSets: (dataSets) =>
      Effect.suspend(() => {
        if (!mayMake) return Effect.fail(cdfError(403))
        const there = dataSets.map(({ externalId }) => externalId).filter((each) => [...held, ...hidden].includes(each))
        if (there.length > 0) return Effect.fail(cdfError(409, there))
        made.push(...dataSets)
        held.push(...dataSets.map(({ externalId }) => externalId))
        return Effect.succeed(dataSets.map(({ externalId }) => numbered(externalId)))
      }),
    pipeline: () => unused,
    createPipeline: () => unused
  })
  return { made, layer }
}

const setUp = (layer: Layer.Layer<CdfProject>, over: Partial<Settings> = {}, dataSets = {}) =>
  Effect.provide(
    setUpDataSets,
    Layer.merge(layer, Layer.succeed(AppConfig, { ...settings, facility: demoFacility({ dataSets }), ...over }))
  )

const onlyJobs = {
  extractors: {
    ...settings.extractors,
    ...Object.fromEntries(
      ["master-data", "production", "inventory", "quality", "performance"].map((name) => [
        name,
        { ...settings.extractors.jobs, enabled: false }
      ])
    )
  }
}

describe("setUpDataSets", () => {
  it.effect("makes those that are missing, in one call, and finds them the next time", () =>
    Effect.gen(function* () {
      const { layer, made } = project([])
      const first = yield* setUp(layer)
      assert.deepStrictEqual(
        first.map(({ how, name }) => [name, how]),
        dataSetNames.map((name) => [name, "made"])
      )
      const second = yield* setUp(layer)
      assert.deepStrictEqual(
        second.map(({ how, id }) => [how, id]),
        first.map(({ id }) => ["found", id])
      )
      assert.strictEqual(made.length, 6)
    })
  )

  it.effect("uses what is configured by its number, and makes none that no enabled extractor writes to", () =>
    Effect.gen(function* () {
      const { layer, made } = project([])
      const sets = yield* setUp(layer, onlyJobs, { master: 7, quality: 8 })
      assert.deepStrictEqual(
        sets.map(({ how, id, name }) => [name, how, id]),
        [
          ["master", "configured", 7],
          ["scheduling", "made", 100],
          ["quality", "configured", 8]
        ]
      )
      assert.deepStrictEqual(
        made.map(({ externalId }) => externalId),
        ["ds_plex_scheduling_demo"]
      )
    })
  )

  it.effect("finds the data sets that another facility shares", () =>
    Effect.gen(function* () {
      const { layer, made } = project(["ds_plex_master", "ds_plex_maintenance"])
      const sets = yield* setUp(layer, { namingStrategy: "hybrid" })
      assert.deepStrictEqual(
        sets.filter(({ how }) => how === "found").map(({ name }) => name),
        ["master", "maintenance"]
      )
      assert.strictEqual(made.length, 4)
    })
  )

  it.effect("makes nothing in a dry run, and says what it would", () =>
    Effect.gen(function* () {
      const { layer, made } = project(["ds_plex_master_demo"])
      const sets = yield* setUp(layer, { dryRun: true })
      assert.deepStrictEqual(
        sets.map(({ how }) => how),
        ["found", "missing", "missing", "missing", "missing", "missing"]
      )
      assert.strictEqual(new Set(sets.map(({ id }) => id)).size, 6)
      assert.deepStrictEqual(made, [])
    })
  )

  it.effect("does not make a second one where there is one that the client may not see: says which", () =>
    Effect.gen(function* () {
      const { layer, made } = project([], ["ds_plex_quality_demo"])
      const outcome = yield* Effect.either(setUp(layer))
      assert.isTrue(Either.isLeft(outcome))
      assert.match(
        Either.isLeft(outcome) ? outcome.left.message : "",
        /ds_plex_quality_demo.*may not see.*datasetsAcl READ/
      )
      assert.deepStrictEqual(made, [])
    })
  )

  it.effect("says which right is needed where the client may not make any", () =>
    Effect.gen(function* () {
      const { layer } = project([], [], false)
      const outcome = yield* Effect.either(setUp(layer))
      assert.match(
        Either.isLeft(outcome) ? outcome.left.message : "",
        /may not make data sets.*Nothing was made.*datasetsAcl WRITE.*deploy\/toolkit/
      )
    })
  )
})

it("the pipeline that setup makes says of itself what that of the Toolkit module says", () => {
  const file = "deploy/toolkit/modules/plex_cdf/extraction_pipelines/plex.ExtractionPipeline.yaml"
  const read: unknown = parse(readFileSync(file, "utf8"))
  const { documentation }: { readonly documentation?: unknown } = Object(read)
  const plain = (text: string) => text.replaceAll(/-{3,}/g, "---").replaceAll(/\s+/g, " ").trim()
  const ours = pipelineDocumentation(
    Object.fromEntries(dataSetNames.map((name) => [name, `ds_plex_${name}_{{ facility }}`]))
  )
  assert.strictEqual(plain(ours), plain(String(documentation)))
  assert.isBelow(ours.length, 10_000)
})
