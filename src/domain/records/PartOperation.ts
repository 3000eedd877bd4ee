/**
 * Operations of a part (`/mdm/v1/part-operations`): its routing. Each becomes a relationship from the part to the operation, and
 * all of a part together a sequence.
 */
import { Either, Schema } from "effect"
import { doubleColumn, flagColumn, integerColumn, textColumn } from "../cdf/Cells.js"
import type { RelationshipDraft, SequenceDraft } from "../cdf/Draft.js"
import type { Facility } from "../Facility.js"
import { keyField, type Mapping } from "../Mapping.js"
import { flag, number, text } from "../plex/Fields.js"
import { inOrder, partSequence, type SequencedPart } from "../SequenceMapping.js"

/** A step of a part's routing, as `/mdm/v1/part-operations` lists it. */
export const PartOperation = Schema.Struct({
  id: text,
  partId: text,
  operationId: text,
  type: text,
  operationNumber: number,
  active: flag,
  subOperation: flag,
  shippable: flag,
  multiple: number,
  netWeight: number
})
export interface PartOperation extends Schema.Schema.Type<typeof PartOperation> {}

/** The step as a relationship part → operation. */
export const routingRelationship: Mapping<PartOperation, RelationshipDraft> =
  ({ ids }) =>
  ({ id, operationId, partId }) =>
    Either.flatMap(keyField("id", id), (key) =>
      Either.zipWith(
        keyField("partId", partId, key),
        keyField("operationId", operationId, key),
        (part, operation): RelationshipDraft => ({
          kind: "relationships",
          externalId: ids.of("routing", key),
          dataSet: "master",
          plexId: key,
          source: ids.of("part", part),
          target: ids.of("operation", operation),
          label: ids.label("routing")
        })
      )
    )

const columns = (codeOf: (operationId: string) => string | undefined) => [
  integerColumn("operation_number", (step: PartOperation) => step.operationNumber),
  textColumn("operation_id", (step: PartOperation) => step.operationId),
  textColumn("operation_code", ({ operationId }: PartOperation) => (operationId ? codeOf(operationId) : undefined)),
  textColumn("type", (step: PartOperation) => step.type),
  flagColumn("active", (step: PartOperation) => step.active),
  doubleColumn("net_weight", (step: PartOperation) => step.netWeight),
  integerColumn("multiple", (step: PartOperation) => step.multiple)
]

/**
 * The whole routing of a part, by operation number and id. `codeOf` gives the code of an operation by its Plex id, where it is
 * known.
 */
export const routingSequence =
  (facility: Facility) =>
  (
    part: SequencedPart,
    operations: ReadonlyArray<PartOperation>,
    codeOf: (operationId: string) => string | undefined
  ): SequenceDraft =>
    partSequence(facility, part, {
      kind: "routing",
      title: "Routing",
      columns: columns(codeOf),
      records: inOrder(
        operations,
        ({ operationNumber }) => operationNumber,
        ({ id }) => id
      )
    })
