/**
 * Bills of material (`/engineering/v1/boms?partId=`): each component becomes a relationship from the part to the component part or
 * supply item, and all of a part together a sequence.
 */
import { Either, Schema } from "effect"
import { doubleColumn, flagColumn, textColumn } from "../cdf/Cells.js"
import type { RelationshipDraft, SequenceDraft } from "../cdf/Draft.js"
import type { Facility } from "../Facility.js"
import { keyField, type Mapping, Unmappable } from "../Mapping.js"
import { flag, number, text } from "../plex/Fields.js"
import { inOrder, partSequence, type SequencedPart } from "../SequenceMapping.js"
import { present } from "../Text.js"

/** A component of a part's bill of material. */
export const BomComponent = Schema.Struct({
  id: text,
  partId: text,
  partNumber: text,
  partRevision: text,
  partNumberRevision: text,
  partOperationId: text,
  partOperationCode: text,
  partOperationNumber: number,
  partOperationType: text,
  componentPartId: text,
  componentPartNumber: text,
  componentPartRevision: text,
  componentPartNumberRevision: text,
  componentSupplyItemId: text,
  componentSupplyItemNumber: text,
  componentUnitOfMeasure: text,
  quantity: number,
  minimumQuantity: number,
  maximumQuantity: number,
  quantityFixed: flag,
  depletionUnitOfMeasure: text,
  depletionConversionFactor: number,
  sortOrder: number,
  active: flag,
  position: text,
  side: text,
  scaling: flag,
  validate: flag,
  autoDeplete: flag,
  transferHeat: flag,
  note: text
})
export interface BomComponent extends Schema.Schema.Type<typeof BomComponent> {}

/** What goes into the part: another part or, where there is none, a supply item. */
interface Component {
  readonly kind: "part" | "supply_item"
  readonly id: string
  readonly number: string | undefined
}

const componentOf = (row: BomComponent): Component | undefined => {
  const part = present(row.componentPartId)
  if (part !== undefined) return { kind: "part", id: part, number: present(row.componentPartNumber) }
  const item = present(row.componentSupplyItemId)
  if (item !== undefined) return { kind: "supply_item", id: item, number: present(row.componentSupplyItemNumber) }
  return undefined
}

/** The component as a relationship part → component. */
export const bomRelationship: Mapping<BomComponent, RelationshipDraft> =
  ({ ids }) =>
  (row) =>
    Either.gen(function* () {
      const key = yield* keyField("id", row.id)
      const part = yield* keyField("partId", row.partId, key)
      const component = componentOf(row)
      if (component === undefined) {
        const reason = "componentPartId, componentSupplyItemId: a key field is null, empty or missing"
        return yield* Either.left(new Unmappable({ key, reason }))
      }
      return {
        kind: "relationships",
        externalId: ids.of("bom", key),
        dataSet: "master",
        plexId: key,
        source: ids.of("part", part),
        target: ids.of(component.kind, component.id),
        label: ids.label("bom")
      } satisfies RelationshipDraft
    })

const columns = [
  textColumn("bom_id", (row: BomComponent) => row.id),
  textColumn("component_id", (row: BomComponent) => componentOf(row)?.id),
  textColumn("component_number", (row: BomComponent) => componentOf(row)?.number),
  textColumn("component_kind", (row: BomComponent) => componentOf(row)?.kind),
  textColumn("unit", (row: BomComponent) => row.componentUnitOfMeasure),
  doubleColumn("quantity", (row: BomComponent) => row.quantity),
  doubleColumn("minimum_quantity", (row: BomComponent) => row.minimumQuantity),
  doubleColumn("maximum_quantity", (row: BomComponent) => row.maximumQuantity),
  doubleColumn("sort_order", (row: BomComponent) => row.sortOrder),
  flagColumn("active", (row: BomComponent) => row.active)
]

/** The whole bill of material of a part, by sort order and id. */
export const bomSequence =
  (facility: Facility) =>
  (part: SequencedPart, components: ReadonlyArray<BomComponent>): SequenceDraft =>
    partSequence(facility, part, {
      kind: "bom",
      title: "BOM",
      columns,
      records: inOrder(
        components,
        ({ sortOrder }) => sortOrder,
        ({ id }) => id
      )
    })
