import { assert, describe, it } from "@effect/vitest"
import { complete } from "../../src/domain/cdf/Complete.js"
import { labelDrafts, rootDrafts } from "../../src/domain/Tree.js"
import { refusals } from "../support/CdfRules.js"
import { demoFacility } from "../support/DemoFacility.js"

const facility = demoFacility()

describe("rootDrafts", () => {
  it("gives the facility and its roots as the contract has them", () => {
    assert.deepStrictEqual(
      rootDrafts(facility).map(({ dataSet, externalId, name, parent }) => [
        externalId as string,
        name,
        dataSet,
        parent as string | undefined
      ]),
      [
        ["PCN340884_facility_340884", "Demo - Facility", "master", undefined],
        ["PCN340884_master_root_340884", "Demo - Master Data", "master", "PCN340884_facility_340884"],
        ["PCN340884_parts_library_340884", "Demo - Parts Library", "master", "PCN340884_master_root_340884"],
        ["PCN340884_operations_library_340884", "Demo - Operations Library", "master", "PCN340884_master_root_340884"],
        [
          "PCN340884_supply_items_library_340884",
          "Demo - Supply Items Library",
          "master",
          "PCN340884_master_root_340884"
        ],
        ["PCN340884_resources_library_340884", "Demo - Resources Library", "master", "PCN340884_master_root_340884"],
        ["PCN340884_production_root_340884", "Demo - Production", "production", "PCN340884_facility_340884"],
        [
          "PCN340884_production_lines_root_340884",
          "Demo - Production Lines",
          "production",
          "PCN340884_production_root_340884"
        ],
        ["PCN340884_workcenters_root_340884", "Demo - Workcenters", "production", "PCN340884_production_root_340884"],
        ["PCN340884_inventory_root_340884", "Demo - Inventory", "inventory", "PCN340884_facility_340884"],
        ["PCN340884_locations_root_340884", "Demo - Locations", "inventory", "PCN340884_inventory_root_340884"],
        ["PCN340884_containers_root_340884", "Demo - Containers", "inventory", "PCN340884_inventory_root_340884"],
        ["PCN340884_quality_root_340884", "Demo - Quality", "quality", "PCN340884_facility_340884"],
        ["PCN340884_specifications_root_340884", "Demo - Specifications", "quality", "PCN340884_quality_root_340884"],
        ["PCN340884_control_plans_root_340884", "Demo - Control Plans", "quality", "PCN340884_quality_root_340884"],
        [
          "PCN340884_inspection_points_root_340884",
          "Demo - Inspection Points",
          "quality",
          "PCN340884_quality_root_340884"
        ],
        ["PCN340884_checksheets_root_340884", "Demo - Checksheets", "quality", "PCN340884_quality_root_340884"]
      ]
    )
  })

  it("describes the facility", () => {
    const [first] = rootDrafts(facility)
    assert.strictEqual(first?.description, "Facility for PCN 340884")
    assert.deepStrictEqual(first?.metadata, {
      pcn: "340884",
      facility_name: "Demo",
      facility_code: "DEMO",
      country: "US",
      timezone: "America/Detroit",
      source: "PlexMES",
      plex_id: "340884",
      asset_type: "facility",
      type: "facility"
    })
    assert.include(first?.owns ?? [], "type")
  })

  it("gives every root its kind, and parents before children", () => {
    const seen = new Set<string>()
    for (const { externalId, metadata, parent } of rootDrafts(facility)) {
      assert.isTrue(parent === undefined || seen.has(parent), externalId)
      assert.strictEqual(externalId, `PCN340884_${metadata["asset_type"]}_340884`)
      seen.add(externalId)
    }
  })

  it("leaves out the roots whose data set is not configured", () => {
    const kinds = rootDrafts(demoFacility({ dataSets: { master: 1, production: 2 } })).map(({ dataSet }) => dataSet)
    assert.deepStrictEqual([...new Set(kinds)], ["master", "production"])
    assert.strictEqual(kinds.length, 9)
  })

  it("puts the prefix before every id", () => {
    const prefixed = rootDrafts(demoFacility({ externalIdPrefix: "TRIAL_" }))
    assert.isTrue(prefixed.every(({ externalId }) => externalId.startsWith("TRIAL_PCN340884_")))
    assert.strictEqual(prefixed[1]?.parent as string | undefined, "TRIAL_PCN340884_facility_340884")
  })

  it("gives only what CDF takes", () => {
    for (const draft of rootDrafts(facility)) {
      const { resource } = complete("assets", draft, { dataSetId: 1, numericIds: new Map() })
      assert.deepStrictEqual(refusals("assets", resource), [])
      assert.strictEqual(resource.parentExternalId, draft.parent)
    }
  })
})

describe("labelDrafts", () => {
  it("gives the labels of relationships, in data set master", () => {
    assert.deepStrictEqual(
      labelDrafts(facility).map(({ dataSet, externalId, name }) => [externalId as string, name, dataSet]),
      [
        ["PCN340884_label_bom", "BOM", "master"],
        ["PCN340884_label_routing", "Routing", "master"]
      ]
    )
  })
})
