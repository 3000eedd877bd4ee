import { assert, describe, it } from "@effect/vitest"
import { Either, FastCheck, Schema } from "effect"
import { complete, references } from "../../../src/domain/cdf/Complete.js"
import type { Draft } from "../../../src/domain/cdf/Draft.js"
import { parseDecimal } from "../../../src/domain/Decimal.js"
import { ExternalId } from "../../../src/domain/ExternalId.js"
import { HistoryKeys } from "../../../src/domain/HistoryKey.js"
import { isFinished, localDayOf } from "../../../src/domain/LocalDay.js"
import type { Unmappable } from "../../../src/domain/Mapping.js"
import { number, text } from "../../../src/domain/plex/Fields.js"
import { BomComponent, bomRelationship, bomSequence } from "../../../src/domain/records/BomComponent.js"
import { Building, buildingAsset } from "../../../src/domain/records/Building.js"
import { Checksheet, checksheetEvent } from "../../../src/domain/records/Checksheet.js"
import { Container, containerAsset } from "../../../src/domain/records/Container.js"
import { ContainerAdjustment, containerAdjustmentEvent } from "../../../src/domain/records/ContainerAdjustment.js"
import { ContainerMove, containerMoveEvent } from "../../../src/domain/records/ContainerMove.js"
import { ControlPlan, controlPlanAsset } from "../../../src/domain/records/ControlPlan.js"
import { ControlPlanLine, inspectionPointAsset } from "../../../src/domain/records/ControlPlanLine.js"
import { Deviation, deviationEvent } from "../../../src/domain/records/Deviation.js"
import { Equipment, equipmentAsset } from "../../../src/domain/records/Equipment.js"
import { Location, locationAsset } from "../../../src/domain/records/Location.js"
import { NcrCount } from "../../../src/domain/records/NcrCount.js"
import { Operation, operationAsset } from "../../../src/domain/records/Operation.js"
import { Part, partAsset } from "../../../src/domain/records/Part.js"
import { PartOperation, routingRelationship, routingSequence } from "../../../src/domain/records/PartOperation.js"
import { PartSpecification, partSpecificationAsset } from "../../../src/domain/records/PartSpecification.js"
import { Problem, problemEvent } from "../../../src/domain/records/Problem.js"
import { ProductionLine, productionLineAsset } from "../../../src/domain/records/ProductionLine.js"
import { SpecificationRow, specificationRowAsset } from "../../../src/domain/records/SpecificationRow.js"
import { SupplyItem, supplyItemAsset } from "../../../src/domain/records/SupplyItem.js"
import { WipLevels } from "../../../src/domain/records/WipLevels.js"
import { Workcenter, workcenterAsset } from "../../../src/domain/records/Workcenter.js"
import { wellFormed } from "../../../src/domain/Text.js"
import { refusals, rowRefusals } from "../../support/CdfRules.js"
import { demoFacility } from "../../support/DemoFacility.js"
import { wireRecord } from "../../support/WireRecords.js"

const facility = demoFacility({ includePersonalData: true })

type Mapped = Either.Either<Draft, Unmappable>

/** A record on its way: JSON as sent, then what the mapping makes of it. */
interface Journey {
  readonly name: string
  readonly fields: Schema.Struct.Fields
  readonly wire: FastCheck.Arbitrary<Record<string, unknown>>
  readonly map: (json: unknown) => Mapped
}

const journey = <A, I>(
  name: string,
  schema: Schema.Schema<A, I> & { readonly fields: Schema.Struct.Fields },
  map: () => (record: A) => Mapped,
  given: Readonly<Record<string, FastCheck.Arbitrary<unknown>>> = {}
): Journey => {
  const decode = Schema.decodeUnknownSync(schema)
  return {
    name,
    fields: schema.fields,
    wire: wireRecord(schema.fields, given),
    map: (json) => map()(decode(json))
  }
}

const found = ExternalId.make("PCN340884_part_1")
const anyToleranceType = wireRecord(
  Object.fromEntries([
    ...["name", "unit", "measurementText", "compareValue", "referencePopupMessage"].map((field) => [field, text]),
    ...["target", "targetPlus", "targetMinus", "decimalPrecision", "oneSidedMinimum", "oneSidedMaximum"].map(
      (field) => [field, number]
    )
  ])
)
const anyDeviatingParts = FastCheck.array(wireRecord({ partId: text, specificationId: text, target: number }), {
  maxLength: 3
})

const journeys: ReadonlyArray<Journey> = [
  journey("building", Building, () => buildingAsset(facility)),
  journey("part", Part, () => partAsset(facility)),
  journey("operation", Operation, () => operationAsset(facility)),
  journey("supply item", SupplyItem, () => supplyItemAsset(facility)),
  journey("production line", ProductionLine, () => productionLineAsset(facility)),
  journey("workcenter", Workcenter, () => workcenterAsset(facility)),
  journey("equipment", Equipment, () => equipmentAsset(facility)),
  journey("part operation", PartOperation, () => routingRelationship(facility)),
  journey("component", BomComponent, () => bomRelationship(facility)),
  journey("location", Location, () => locationAsset(facility)),
  journey("container", Container, () => containerAsset(facility)),
  journey("move", ContainerMove, () => containerMoveEvent(facility, new HistoryKeys())),
  journey("adjustment", ContainerAdjustment, () => containerAdjustmentEvent(facility, new HistoryKeys())),
  journey("part specification", PartSpecification, () => partSpecificationAsset(facility), {
    toleranceType: anyToleranceType
  }),
  journey("specification row", SpecificationRow, () => specificationRowAsset(facility)),
  journey("control plan", ControlPlan, () => controlPlanAsset(facility)),
  journey("control plan line", ControlPlanLine, () => (line) => inspectionPointAsset(facility)(line, "12")),
  journey("checksheet", Checksheet, () => (record) => checksheetEvent(facility)(record, () => found)),
  journey("problem", Problem, () => (record) => problemEvent(facility)(record, () => undefined)),
  journey("deviation", Deviation, () => (record) => deviationEvent(facility)(record, () => [found, found]), {
    parts: anyDeviatingParts
  })
]

/** Every other asset that the draft refers to exists. */
const completed = (draft: Draft) => {
  const numericIds = new Map(references(draft).flatMap((link, index) => (index % 2 === 0 ? [[link, index + 1]] : [])))
  return complete(draft.kind, draft, { dataSetId: 7, numericIds })
}

/** The values of a kind of field as they should be found in metadata. */
const sent = (fields: Schema.Struct.Fields, json: Readonly<Record<string, unknown>>, kind: unknown) =>
  Object.entries(json).flatMap(([name, value]) =>
    fields[name] === kind && value !== null && value !== undefined && value !== "" ? [value] : []
  )

describe("every record that Plex can send", () => {
  for (const { fields, map, name, wire } of journeys) {
    it.prop(`becomes something that CDF takes: ${name}`, [wire], ([json]) => {
      const mapped = map(json)
      if (Either.isLeft(mapped)) {
        assert.match(mapped.left.reason, /: a key field is null, empty or missing$/)
        return
      }
      const { resource } = completed(mapped.right)
      assert.deepStrictEqual(refusals(mapped.right.kind, resource), [])
    })

    it.prop(`becomes the same bytes twice: ${name}`, [wire], ([json]) => {
      const first = Either.map(map(json), completed)
      const second = Either.map(map(structuredClone(json)), completed)
      assert.strictEqual(JSON.stringify(first), JSON.stringify(second))
    })

    it.prop(`has nothing in a field that is left to others: ${name}`, [wire], ([json]) => {
      const mapped = map(json)
      if (Either.isLeft(mapped)) return
      for (const field of mapped.right.untouched ?? []) assert.notProperty(completed(mapped.right).resource, field)
    })

    it.prop(`keeps its numbers and texts: ${name}`, [wire], ([json]) => {
      const mapped = map(json)
      if (Either.isLeft(mapped) || !("metadata" in mapped.right)) return
      const { cuts, resource } = completed(mapped.right)
      if (cuts > 0 || !("metadata" in resource)) return
      const values = new Set(Object.values(resource.metadata))
      for (const value of sent(fields, json, text)) {
        if (typeof value === "string") assert.isTrue(values.has(wellFormed(value)), JSON.stringify(value))
        else assert.isTrue(values.has(String(value)), String(value))
      }
      for (const value of sent(fields, json, number)) {
        const decimal = parseDecimal(typeof value === "number" ? value : String(value))
        assert.isTrue(decimal === undefined || values.has(decimal), String(value))
        if (decimal !== undefined) assert.strictEqual(Number(decimal), Number(value) + 0)
      }
    })
  }
})

const decodeAll = <A, I>(schema: Schema.Schema<A, I>) => Schema.decodeUnknownSync(Schema.Array(schema))
const part = { id: "ba079f00-255d-4373-aa99-3e021c39e466", number: "MNG-CHK-05" }

describe("sequences of any records", () => {
  it.prop(
    "of routings have rows that CDF takes, in an order that does not depend on Plex's",
    [FastCheck.array(wireRecord(PartOperation.fields), { maxLength: 12 })],
    ([json]) => {
      const steps = decodeAll(PartOperation)(json)
      const draft = routingSequence(facility)(part, steps, (id) => `code of ${id}`)
      assert.deepStrictEqual(rowRefusals(draft), [])
      assert.deepStrictEqual(
        refusals("sequences", complete("sequences", draft, { dataSetId: 1, numericIds: new Map() }).resource),
        []
      )
      assert.deepStrictEqual(
        routingSequence(facility)(part, steps.toReversed(), (id) => `code of ${id}`),
        draft
      )
      assert.strictEqual(draft.rows.length, json.length)
    }
  )

  it.prop(
    "of bills of material likewise",
    [FastCheck.array(wireRecord(BomComponent.fields), { maxLength: 12 })],
    ([json]) => {
      const rows = decodeAll(BomComponent)(json)
      const draft = bomSequence(facility)(part, rows)
      assert.deepStrictEqual(rowRefusals(draft), [])
      assert.deepStrictEqual(bomSequence(facility)(part, rows.toReversed()), draft)
    }
  )
})

describe("levels of any containers", () => {
  it.prop(
    "are series that CDF takes, the same in whatever order and chunks the containers come",
    [
      FastCheck.array(wireRecord({ ...Container.fields }, { inventoryType: FastCheck.constant("wip") }), {
        maxLength: 12
      })
    ],
    ([json]) => {
      const containers = decodeAll(Container)(json).map((one, at) => ({ ...one, serialNo: String(at) }))
      const forward = new WipLevels(facility)
      forward.add(containers)
      const backward = new WipLevels(facility)
      for (const container of containers.toReversed()) backward.add([container])
      const byId = new Map(backward.levels().map((level) => [level.draft.externalId, level]))
      assert.strictEqual(forward.levels().length, byId.size)
      for (const level of forward.levels()) {
        const { resource } = complete("timeseries", level.draft, { dataSetId: 1, numericIds: new Map() })
        assert.deepStrictEqual(refusals("timeseries", resource), [])
        assert.deepStrictEqual(byId.get(level.draft.externalId), level)
      }
    }
  )
})

describe("counts of any problems", () => {
  const at = (iso: string) => Date.parse(iso)
  const moments = FastCheck.integer({ min: at("2026-10-25T00:00:00Z"), max: at("2026-11-05T00:00:00Z") })

  it.prop("add up to the problems reported on finished days", [FastCheck.array(moments)], ([reported]) => {
    const counts = new NcrCount(facility)
    counts.add(
      decodeAll(Problem)(
        reported.map((millis, index) => ({ Problem_No: index, Reported_Date: new Date(millis).toISOString() }))
      )
    )
    const [from, now] = [at("2026-10-25T04:00:00Z"), at("2026-11-03T12:00:00Z")]
    const points = counts.points(from, now)
    assert.strictEqual(points.length, 9)
    const onFinishedDays = reported.filter(
      (millis) => millis >= from && isFinished(localDayOf(facility.timezone, millis), now)
    )
    assert.strictEqual(
      points.reduce((sum, { value }) => sum + Number(value), 0),
      onFinishedDays.length
    )
    for (const { timestamp } of points) assert.strictEqual(localDayOf(facility.timezone, timestamp).start, timestamp)
  })
})
