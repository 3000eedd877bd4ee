/**
 * A flow that an application adds to an extractor, and the state as this program finds it afterwards without that application.
 */
import { Effect, Layer, Schema } from "effect"
import { assetMapping } from "../../src/domain/Mapping.js"
import * as Fields from "../../src/domain/plex/Fields.js"
import * as DeadLettersSql from "../../src/layers/state/DeadLettersSql.js"
import * as LedgerSql from "../../src/layers/state/LedgerSql.js"
import { openState, StateDatabase } from "../../src/layers/state/StateDatabase.js"
import { layerLeaseAlone } from "../../src/layers/LeaseAlone.js"
import { definitions, type ExtractorDefinitions } from "../../src/pipelines/extractors.js"
import { flow } from "../../src/pipelines/runFlow.js"
import { decode } from "../../src/pipelines/stages/decode.js"
import { map } from "../../src/pipelines/stages/map.js"
import { list } from "../../src/pipelines/stages/read.js"
import { wholeList } from "../../src/pipelines/stages/wholeList.js"
import { toCdf } from "../../src/pipelines/stages/write.js"
import { OwnFlows } from "../../src/services/OwnFlows.js"

/** Where Plex lists them. */
export const suppliersPath = "/mdm/v1/suppliers"

const Supplier = Schema.Struct({ id: Fields.text, code: Fields.text, rating: Fields.number })
interface Supplier extends Schema.Schema.Type<typeof Supplier> {}

const supplierAsset = assetMapping<Supplier>({
  kind: "own_supplier",
  dataSet: "master",
  fields: Supplier.fields,
  key: ({ id }) => ["id", id],
  name: ({ code }) => [code],
  parent: (ids) => ({ parent: ids.root("master_root") })
})

export const suppliers = flow(
  "own-suppliers",
  list(suppliersPath).pipe(decode(Supplier), map(supplierAsset), toCdf("assets"), wholeList({ assets: "own_supplier" }))
)

/** The extractors of an application that adds the suppliers. */
export const withSuppliers: ExtractorDefinitions = {
  ...definitions,
  "master-data": {
    name: "master-data",
    plan: (settings) => [...definitions["master-data"].plan(settings), suppliers]
  }
}

/** A state that stays while programs come and go: the application's services over it, and those of this program alone. */
export const makeKeptState = Effect.map(openState(":memory:"), (sql) => {
  const plain = Layer.fresh(Layer.merge(DeadLettersSql.layer, LedgerSql.layer)).pipe(
    Layer.provideMerge(layerLeaseAlone),
    Layer.provide(Layer.succeed(StateDatabase, sql))
  )
  return { plain, application: plain.pipe(Layer.provide(Layer.succeed(OwnFlows, ["own-suppliers"]))) }
})
