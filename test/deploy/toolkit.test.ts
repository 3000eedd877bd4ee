import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { join } from "node:path"
import { dataSetNames } from "../../src/domain/Facility.js"
import { resourceItems } from "../../src/layers/cdf/Answers.js"
import { Anything, documentAt, documentsOf, filesBelow, read } from "./Documents.js"

const module = "deploy/toolkit/modules/plex_cdf"

const DataSets = Schema.Array(
  Schema.Struct({
    externalId: Schema.String.pipe(Schema.maxLength(255)),
    name: Schema.String.pipe(Schema.maxLength(50)),
    description: Schema.String.pipe(Schema.maxLength(500))
  })
)

const Ids = Schema.Struct({ ids: Schema.Array(Schema.String) })
const Acl = Schema.Struct({
  actions: Schema.Array(Schema.Literal("READ", "WRITE")),
  scope: Schema.Union(Schema.Struct({ datasetScope: Ids }), Schema.Struct({ idScope: Ids }))
})
const Group = Schema.Struct({
  name: Schema.String,
  sourceId: Schema.String,
  capabilities: Schema.Array(Schema.Record({ key: Schema.String, value: Acl }))
})

const Pipeline = Schema.Struct({
  externalId: Schema.String.pipe(Schema.maxLength(255)),
  name: Schema.String.pipe(Schema.maxLength(140)),
  description: Schema.String.pipe(Schema.maxLength(500)),
  dataSetExternalId: Schema.String,
  documentation: Schema.String.pipe(Schema.maxLength(10_000)),
  notificationConfig: Schema.Struct({ allowedNotSeenRangeInMinutes: Schema.Number })
})

const defaults = documentAt(join(module, "default.config.yaml"), Anything)

/** A file of the module as the Toolkit builds it, its variables put in. */
const built = <A, I>(path: string, schema: Schema.Schema<A, I>): A => {
  const text = read(join(module, path)).replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => String(defaults[name]))
  const [document] = documentsOf(schema)(text)
  if (document === undefined) throw new Error(`${path} is empty`)
  return document
}

const dataSets = built("data_sets/plex.DataSet.yaml", DataSets)
const group = built("auth/plex.extractor.Group.yaml", Group)
const pipeline = built("extraction_pipelines/plex.ExtractionPipeline.yaml", Pipeline)

const acls = new Map(group.capabilities.flatMap((capability) => Object.entries(capability)))
const idsOf = (acl: typeof Acl.Type | undefined) =>
  acl === undefined ? [] : "idScope" in acl.scope ? acl.scope.idScope.ids : acl.scope.datasetScope.ids

/** The capability that a kind of resource needs, by its path in the API. */
const aclOf = (kind: string): string => (kind === "timeseries" ? "timeSeriesAcl" : `${kind}Acl`)

describe("the Toolkit module", () => {
  it("declares every variable that its files use, and no other", () => {
    const used = filesBelow(module)
      .filter((path) => /(?<!default\.config)\.yaml$/.test(path))
      .flatMap((path) => [...read(path).matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, name = ""]) => name))
    assert.sameMembers([...new Set(used)], Object.keys(defaults))
  })

  it("makes each of the program's data sets", () => {
    const facility = String(defaults["facility"])
    assert.sameMembers(
      dataSets.map(({ externalId }) => externalId),
      dataSetNames.map((name) => `ds_plex_${name}_${facility}`)
    )
  })

  it("lets the program read and write what it calls, in its data sets only", () => {
    const all = dataSets.map(({ externalId }) => externalId)
    for (const kind of Object.keys(resourceItems)) {
      assert.deepStrictEqual(acls.get(aclOf(kind))?.actions, ["READ", "WRITE"], kind)
      assert.deepStrictEqual(idsOf(acls.get(aclOf(kind))), all, kind)
    }
    assert.deepStrictEqual(acls.get("datasetsAcl"), { actions: ["READ"], scope: { idScope: { ids: all } } })
  })

  it("gives no right beyond the calls of the program and its pipeline", () => {
    assert.sameMembers(
      [...acls.keys()],
      [...Object.keys(resourceItems).map(aclOf), "datasetsAcl", "extractionPipelinesAcl", "extractionRunsAcl"]
    )
    assert.deepStrictEqual(acls.get("extractionPipelinesAcl")?.actions, ["READ"])
    for (const name of ["extractionPipelinesAcl", "extractionRunsAcl"]) {
      assert.deepStrictEqual(idsOf(acls.get(name)), [pipeline.dataSetExternalId], name)
    }
  })

  it("has a pipeline in the master data set that is patient enough to miss one report of the program", () => {
    assert.match(pipeline.dataSetExternalId, /master/)
    // Every ten minutes a report.
    assert.isAbove(pipeline.notificationConfig.allowedNotSeenRangeInMinutes, 20)
    // The Toolkit would put variables of the environment in.
    assert.notInclude(pipeline.documentation, "${")
    for (const { externalId } of dataSets) assert.include(pipeline.documentation, `\`${externalId}\``)
  })

  it("is described by what it makes", () => {
    const text = read(join(module, "README.md"))
    for (const name of dataSetNames) assert.match(text, new RegExp(`[{,]${name}[,}]`))
    for (const name of Object.keys(defaults).filter((one) => one.startsWith("extractor"))) assert.include(text, name)
    assert.match(read(join(module, "module.toml")), /^\[module\]\ntitle = "[^"]+"\nid = "plex_cdf"\n$/)
  })
})
