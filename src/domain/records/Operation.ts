/**
 * Operations (`/mdm/v1/operations`), and the asset each becomes.
 */
import { Schema } from "effect"
import { assetMapping } from "../Mapping.js"
import { text } from "../plex/Fields.js"

/** An operation, as `/mdm/v1/operations` lists it. */
export const Operation = Schema.Struct({
  id: text,
  code: text,
  type: text,
  inventoryType: text
})
export interface Operation extends Schema.Schema.Type<typeof Operation> {}

/** An operation as an asset of the operations library. */
export const operationAsset = assetMapping<Operation>({
  kind: "operation",
  dataSet: "master",
  fields: Operation.fields,
  key: ({ id }) => ["id", id],
  name: ({ code }) => [code],
  parent: (ids) => ({ parent: ids.root("operations_library") })
})
