/**
 * Active containers (`/inventory/v1/inventory-tracking/containers`), and the asset each becomes: under its location.
 */
import { Schema } from "effect"
import { linkTo } from "../EventMapping.js"
import { assetMapping } from "../Mapping.js"
import { instant, number, text } from "../plex/Fields.js"

/** An active container, as `/inventory/v1/inventory-tracking/containers` lists it. */
export const Container = Schema.Struct({
  serialNo: text,
  partId: text,
  partNo: text,
  revision: text,
  partNoRevision: text,
  partName: text,
  partOperationId: text,
  operationNo: number,
  operationCode: text,
  containerStatus: text,
  locationId: text,
  location: text,
  quantity: number,
  quantityInventoryUnit: text,
  grossWeight: number,
  netWeight: number,
  tareWeight: number,
  containerType: text,
  trackingNo: text,
  addDateTime: instant,
  updateDateTime: instant,
  containerShelfDateTime: instant,
  masterUnitId: text,
  masterUnitNo: text,
  lotId: text,
  lotNo: text,
  heatId: text,
  heatCode: text,
  heatNo: text,
  eun: text,
  inventoryType: text
})
export interface Container extends Schema.Schema.Type<typeof Container> {}

/** A container as an asset under its location. */
export const containerAsset = assetMapping<Container>({
  kind: "container",
  dataSet: "inventory",
  fields: Container.fields,
  key: ({ serialNo }) => ["serialNo", serialNo],
  name: ({ serialNo }) => [`Container ${serialNo}`],
  parent: (ids, { locationId }) => {
    const root = ids.root("containers_root")
    return { parent: linkTo(ids, "location", locationId) ?? root, waitsUnder: root }
  }
})
