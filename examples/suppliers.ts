/**
 * A flow of one's own: the suppliers of Plex, as assets below the facility's master data.
 */
import { Schema } from "effect"
import { assetMapping, decode, Fields, flow, list, map, toCdf, wholeList } from "plex-cdf"

/** What is read of a record. Every field may be missing or null, as Plex marks nothing as required; fields not named here are let pass. */
export const Supplier = Schema.Struct({
  id: Fields.text,
  code: Fields.text,
  name: Fields.text,
  status: Fields.text,
  modifiedDate: Fields.instant
})
export interface Supplier extends Schema.Schema.Type<typeof Supplier> {}

/** Pure: the same supplier is always the same asset. Kinds of one's own begin with `own_`: `PCN340884_own_supplier_…`. */
export const supplierAsset = assetMapping<Supplier>({
  kind: "own_supplier",
  dataSet: "master",
  fields: Supplier.fields,
  key: ({ id }) => ["id", id],
  name: ({ code, name }) => [code, name],
  parent: (ids) => ({ parent: ids.root("master_root") })
})

/**
 * Reads as the way of a record. Counting, dead letters, comparison, retries and what vanishes come with the stages; names of flows of
 * one's own begin with `own-`. Optional: a tenant without this list is told so, and nothing is wrong.
 */
export const suppliers = flow(
  "own-suppliers",
  list("/mdm/v1/suppliers").pipe(
    decode(Supplier),
    map(supplierAsset),
    toCdf("assets"),
    wholeList({ assets: "own_supplier" })
  ),
  { optional: true }
)
