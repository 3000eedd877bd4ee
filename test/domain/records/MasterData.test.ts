import { assert, describe, it } from "@effect/vitest"
import { Either, Schema } from "effect"
import { complete } from "../../../src/domain/cdf/Complete.js"
import type { AssetDraft } from "../../../src/domain/cdf/Draft.js"
import { BomComponent, bomRelationship, bomSequence } from "../../../src/domain/records/BomComponent.js"
import { Building, buildingAsset } from "../../../src/domain/records/Building.js"
import { Equipment, equipmentAsset } from "../../../src/domain/records/Equipment.js"
import { Operation, operationAsset } from "../../../src/domain/records/Operation.js"
import { Part, partAsset } from "../../../src/domain/records/Part.js"
import { PartOperation, routingRelationship, routingSequence } from "../../../src/domain/records/PartOperation.js"
import { ProductionLine, productionLineAsset } from "../../../src/domain/records/ProductionLine.js"
import { SupplyItem, supplyItemAsset } from "../../../src/domain/records/SupplyItem.js"
import { Workcenter, workcenterAsset } from "../../../src/domain/records/Workcenter.js"
import { demoFacility } from "../../support/DemoFacility.js"
import { plexExamples as examples } from "../../support/PlexExamples.js"

const facility = demoFacility()
const decode = <A, I>(schema: Schema.Schema<A, I>, json: unknown): A => Schema.decodeUnknownSync(schema)(json)

const tags = {
  pcn: "340884",
  facility_name: "Demo",
  facility_code: "DEMO",
  country: "US",
  timezone: "America/Detroit",
  source: "PlexMES"
}

/** Id, name, data set, parent and waiting place. */
const placed = ({ dataSet, externalId, name, parent, waitsUnder }: AssetDraft): ReadonlyArray<string | undefined> => [
  externalId,
  name,
  dataSet,
  parent,
  waitsUnder
]

const under = (root: string) => [`PCN340884_${root}_340884`, `PCN340884_${root}_340884`]

describe("assets of master data", () => {
  const building = (over: object = {}) => buildingAsset(facility)(decode(Building, { ...examples.building, ...over }))

  it("a building stands under the facility", () => {
    const draft = Either.getOrThrow(building())
    assert.deepStrictEqual(placed(draft), [
      "PCN340884_building_69d25225-b2b2-40b1-a316-731a439b80b6",
      "B1 - Main plant",
      "master",
      ...under("facility")
    ])
    assert.deepStrictEqual(draft.metadata, {
      ...tags,
      plex_id: "69d25225-b2b2-40b1-a316-731a439b80b6",
      building_code: "B1",
      building_type: "Production",
      name: "Main plant",
      plex_active: "true",
      address: "1 Demo Way",
      city: "Detroit",
      state: "MI",
      plex_country: "US",
      zip_code: "48201",
      id: "69d25225-b2b2-40b1-a316-731a439b80b6",
      asset_type: "building"
    })
  })

  it("has the code alone for a name where Plex gives no name, and the kind where it gives neither", () => {
    assert.strictEqual(Either.getOrThrow(building({ name: null })).name, "B1")
    assert.strictEqual(Either.getOrThrow(building({ name: "", buildingCode: null })).name, "Building 69d25225")
    assert.strictEqual(
      Either.getOrThrow(building({ name: null, buildingCode: examples.building.id })).name,
      "Building 69d25225"
    )
  })

  it("without its key is unmappable, by name", () => {
    const mapped = building({ id: null })
    assert.isTrue(Either.isLeft(mapped) && mapped.left.reason.startsWith("id:"))
  })

  it("a part stands in the parts library", () => {
    const draft = Either.getOrThrow(partAsset(facility)(decode(Part, examples.part)))
    assert.deepStrictEqual(placed(draft), [
      "PCN340884_part_ba079f00-255d-4373-aa99-3e021c39e466",
      "MNG-CHK-05 - Mango chunks frozen 5 kg",
      "master",
      ...under("parts_library")
    ])
    assert.strictEqual(draft.description, "IQF mango chunks")
    assert.strictEqual(draft.metadata["lead_time_days"], "1")
    assert.strictEqual(draft.metadata["plex_source"], "Manufactured")
    assert.strictEqual(draft.metadata["source"], "PlexMES")
    assert.notProperty(draft.metadata, "created_by_id")
  })

  it("an operation stands in the operations library under its code", () => {
    assert.deepStrictEqual(placed(Either.getOrThrow(operationAsset(facility)(decode(Operation, examples.operation)))), [
      "PCN340884_operation_19d24091-6bb3-4fd4-abc1-206122b0674e",
      "Freeze",
      "master",
      ...under("operations_library")
    ])
  })

  it("a supply item stands in the supply items library", () => {
    assert.deepStrictEqual(
      placed(Either.getOrThrow(supplyItemAsset(facility)(decode(SupplyItem, examples.supplyItem)))),
      [
        "PCN340884_supply_item_5d0647a3-42be-4e3a-ad1b-3551f9e28153",
        "990910 - Insert",
        "master",
        ...under("supply_items_library")
      ]
    )
  })

  it("a production line stands under the lines, without the names of those who edited it", () => {
    const map = (personal: boolean) =>
      Either.getOrThrow(
        productionLineAsset(demoFacility({ includePersonalData: personal }))(
          decode(ProductionLine, examples.productionLine)
        )
      )
    assert.deepStrictEqual(placed(map(false)), [
      "PCN340884_production_line_6bd8f36c-5874-40dc-ae6d-60ec10a6d869",
      "LINE-1 - Freezing line 1",
      "production",
      ...under("production_lines_root")
    ])
    assert.notInclude(JSON.stringify(map(false)), "Garcia")
    assert.strictEqual(map(true).metadata["add_by"], "Garcia, Ana")
    assert.include(map(false).owns, "add_by", "so that names written before are taken away")
  })

  it("a workcenter stands under its line, and waits under the workcenters until that exists", () => {
    const map = (over: object) =>
      Either.getOrThrow(workcenterAsset(facility)(decode(Workcenter, { ...examples.workcenter, ...over })))
    const draft = map({})
    const line = "PCN340884_production_line_6bd8f36c-5874-40dc-ae6d-60ec10a6d869"
    assert.deepStrictEqual(placed(draft), [
      "PCN340884_workcenter_20b51426-f8d1-450c-a735-00a1e0178ea0",
      "NFF-01 - Liquid Nitrogen Flash Freezer",
      "production",
      line,
      "PCN340884_workcenters_root_340884"
    ])
    assert.deepStrictEqual(placed(map({ productionLineId: null })).slice(3), under("workcenters_root"))
    const waiting = complete("assets", draft, { dataSetId: 2, numericIds: new Map() })
    assert.strictEqual(waiting.resource.parentExternalId as string, "PCN340884_workcenters_root_340884")
    assert.deepStrictEqual(waiting.pending as ReadonlyArray<string>, [line])
    const there = complete("assets", draft, { dataSetId: 2, numericIds: new Map([[draft.parent!, 5]]) })
    assert.strictEqual(there.resource.parentExternalId as string, line)
    assert.deepStrictEqual(there.pending, [])
  })

  it("equipment stands in the resources library, in data set maintenance, without what is nested in it", () => {
    const record = { ...examples.equipment, champion: "Garcia, Ana" }
    const draft = Either.getOrThrow(equipmentAsset(facility)(decode(Equipment, record)))
    assert.deepStrictEqual(placed(draft), [
      "PCN340884_equipment_740da22f-250e-4fa2-ad7d-9980bccad60f",
      "EQ-100 - LN2 tunnel freezer",
      "maintenance",
      ...under("resources_library")
    ])
    assert.notInclude(JSON.stringify(draft.metadata), "Rated load")
    assert.notInclude(JSON.stringify(draft.metadata), "Garcia")
    assert.notIncludeMembers([...draft.owns], ["parts", "equipment_attributes"])
  })
})

const part = { id: examples.part.id, number: examples.part.number }

describe("routings", () => {
  const step = (over: object = {}) => decode(PartOperation, { ...examples.partOperation, ...over })

  it("relate a part to an operation", () => {
    assert.deepStrictEqual(Either.getOrThrow(routingRelationship(facility)(step())) as object, {
      kind: "relationships",
      externalId: "PCN340884_routing_8bf03904-8013-48ae-a780-6b77ea368940",
      dataSet: "master",
      plexId: "8bf03904-8013-48ae-a780-6b77ea368940",
      source: "PCN340884_part_ba079f00-255d-4373-aa99-3e021c39e466",
      target: "PCN340884_operation_19d24091-6bb3-4fd4-abc1-206122b0674e",
      label: "PCN340884_label_routing"
    })
    const mapped = routingRelationship(facility)(step({ operationId: null }))
    assert.isTrue(Either.isLeft(mapped) && mapped.left.reason.startsWith("operationId:"))
    assert.isTrue(Either.isLeft(mapped) && mapped.left.key === examples.partOperation.id)
  })

  it("are a sequence of the part in order of operation number, then id", () => {
    const steps = [
      step({ id: "c", operationNumber: null }),
      step({ id: "b", operationNumber: 100, operationId: "other" }),
      step({ id: "a", operationNumber: 100, operationId: null, active: null, netWeight: null, multiple: null }),
      step()
    ]
    const codes = new Map<string, string>([[examples.operation.id, "Freeze"]])
    const draft = routingSequence(facility)(part, steps, (id) => codes.get(id))
    assert.strictEqual(draft.externalId as string, "PCN340884_routing_ba079f00-255d-4373-aa99-3e021c39e466")
    assert.strictEqual(draft.name, "MNG-CHK-05 Routing")
    assert.strictEqual(draft.dataSet, "master")
    assert.strictEqual(draft.link as string, "PCN340884_part_ba079f00-255d-4373-aa99-3e021c39e466")
    assert.deepStrictEqual(draft.metadata, { ...tags, plex_id: part.id })
    assert.deepStrictEqual(draft.columns, [
      { externalId: "operation_number", valueType: "LONG" },
      { externalId: "operation_id", valueType: "STRING" },
      { externalId: "operation_code", valueType: "STRING" },
      { externalId: "type", valueType: "STRING" },
      { externalId: "active", valueType: "STRING" },
      { externalId: "net_weight", valueType: "DOUBLE" },
      { externalId: "multiple", valueType: "LONG" }
    ])
    const freeze = "19d24091-6bb3-4fd4-abc1-206122b0674e"
    assert.deepStrictEqual(draft.rows, [
      { rowNumber: 0, values: [20, freeze, "Freeze", "Production", "true", 1, 1] },
      { rowNumber: 1, values: [100, null, null, "Production", null, null, null] },
      { rowNumber: 2, values: [100, "other", null, "Production", "true", 1, 1] },
      { rowNumber: 3, values: [null, freeze, "Freeze", "Production", "true", 1, 1] }
    ])
  })

  it("of a part without a number are named after its id", () => {
    const draft = routingSequence(facility)({ id: part.id, number: null }, [step()], () => undefined)
    assert.strictEqual(draft.name, "Part ba079f00 Routing")
  })
})

describe("bills of material", () => {
  const row = (over: object = {}) => decode(BomComponent, { ...examples.bomComponent, ...over })
  const supplyItem = {
    id: "supply",
    componentPartId: null,
    componentPartNumber: null,
    componentSupplyItemId: examples.supplyItem.id,
    componentSupplyItemNumber: "990910",
    componentUnitOfMeasure: "Ea",
    sortOrder: 0.5,
    quantity: "0.1",
    active: false
  }

  it("relate a part to a component part or to a supply item", () => {
    assert.deepStrictEqual(Either.getOrThrow(bomRelationship(facility)(row())) as object, {
      kind: "relationships",
      externalId: "PCN340884_bom_c0135825-2493-4fdb-a7b8-2e1f93a8b6da",
      dataSet: "master",
      plexId: "c0135825-2493-4fdb-a7b8-2e1f93a8b6da",
      source: "PCN340884_part_ba079f00-255d-4373-aa99-3e021c39e466",
      target: "PCN340884_part_081373d7-a0b6-4d77-a871-e6638ce27fae",
      label: "PCN340884_label_bom"
    })
    const item = Either.getOrThrow(bomRelationship(facility)(row(supplyItem)))
    assert.strictEqual(item.target as string, "PCN340884_supply_item_5d0647a3-42be-4e3a-ad1b-3551f9e28153")
  })

  it("without any component are unmappable", () => {
    const mapped = bomRelationship(facility)(row({ componentPartId: null }))
    assert.isTrue(Either.isLeft(mapped) && mapped.left.reason.includes("componentSupplyItemId"))
  })

  it("are a sequence of the part in sort order", () => {
    const draft = bomSequence(facility)(part, [row(), row(supplyItem)])
    assert.strictEqual(draft.externalId as string, "PCN340884_bom_ba079f00-255d-4373-aa99-3e021c39e466")
    assert.strictEqual(draft.name, "MNG-CHK-05 BOM")
    assert.deepStrictEqual(
      draft.columns.map(({ externalId, valueType }) => `${externalId} ${valueType}`),
      [
        "bom_id STRING",
        "component_id STRING",
        "component_number STRING",
        "component_kind STRING",
        "unit STRING",
        "quantity DOUBLE",
        "minimum_quantity DOUBLE",
        "maximum_quantity DOUBLE",
        "sort_order DOUBLE",
        "active STRING"
      ]
    )
    assert.deepStrictEqual(draft.rows, [
      {
        rowNumber: 0,
        values: ["supply", examples.supplyItem.id, "990910", "supply_item", "Ea", 0.1, null, null, 0.5, "false"]
      },
      {
        rowNumber: 1,
        values: [
          "c0135825-2493-4fdb-a7b8-2e1f93a8b6da",
          "081373d7-a0b6-4d77-a871-e6638ce27fae",
          "MNG-RAW",
          "part",
          "kg",
          5.25,
          null,
          null,
          1,
          "true"
        ]
      }
    ])
  })
})
