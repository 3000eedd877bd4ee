import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { metadataFields, recordMetadata, snakeCase, tags } from "../../src/domain/Metadata.js"
import { Building } from "../../src/domain/records/Building.js"
import { Checksheet } from "../../src/domain/records/Checksheet.js"
import { Container } from "../../src/domain/records/Container.js"
import { ControlPlanLine } from "../../src/domain/records/ControlPlanLine.js"
import { Deviation } from "../../src/domain/records/Deviation.js"
import { Equipment } from "../../src/domain/records/Equipment.js"
import { Part } from "../../src/domain/records/Part.js"
import { PartSpecification } from "../../src/domain/records/PartSpecification.js"
import { Problem } from "../../src/domain/records/Problem.js"
import { ProductionLine } from "../../src/domain/records/ProductionLine.js"
import { Workcenter } from "../../src/domain/records/Workcenter.js"
import { demoFacility } from "../support/DemoFacility.js"

const facility = demoFacility()

const schemas = {
  Building,
  Checksheet,
  Container,
  ControlPlanLine,
  Deviation,
  Equipment,
  Part,
  PartSpecification,
  Problem,
  ProductionLine,
  Workcenter
}

describe("snakeCase", () => {
  it("takes either writing of Plex", () => {
    assert.deepStrictEqual(
      ["modifiedDate", "Part_No", "plcName", "ipAddress", "Out_Of_Spec", "id", "unitOfUOM"].map(snakeCase),
      ["modified_date", "part_no", "plc_name", "ip_address", "out_of_spec", "id", "unit_of_uom"]
    )
  })
})

describe("recordMetadata", () => {
  const write = (fields: ReadonlyArray<string>, record: object, personal = false) =>
    recordMetadata(
      demoFacility({ includePersonalData: personal }),
      metadataFields(Object.fromEntries(fields.map((field) => [field, 0]))),
      "key",
      record
    )
  const ownTags = tags(facility, "key")

  it("writes the tags, then the scalar fields in schema order", () => {
    const record = { b: "1", a: true, c: ["y", "x", null, ""], d: null, e: "", f: { g: "no" }, unknown: "no" }
    const written = write(["b", "a", "c", "d", "e", "f"], record)
    assert.deepStrictEqual(Object.entries(written), [
      ...Object.entries(ownTags),
      ["b", "1"],
      ["a", "true"],
      ["c", "x,y"]
    ])
  })

  it("writes a field that would hide a tag or a mark under another name", () => {
    const fields = ["source", "country", "timezone", "pcn", "active", "retiredAt", "assetType", "facilityCode"]
    const record = Object.fromEntries(fields.map((field) => [field, `of ${field}`]))
    assert.deepStrictEqual(write(fields, record), {
      ...ownTags,
      plex_source: "of source",
      plex_country: "of country",
      plex_timezone: "of timezone",
      plex_pcn: "of pcn",
      plex_active: "of active",
      plex_retired_at: "of retiredAt",
      plex_asset_type: "of assetType",
      plex_facility_code: "of facilityCode"
    })
  })

  it("writes people only where the facility says so", () => {
    const people = [
      "employeeName",
      "employeeId",
      "accountId",
      "operators",
      "inspectorEmployeeId",
      "Inspector_First_Name",
      "Inspector_Last_Name",
      "addBy",
      "updateBy",
      "createdById",
      "modifiedById",
      "approvedByUserId",
      "champion",
      "Champion"
    ]
    const record = Object.fromEntries(people.map((field) => [field, "Garcia, Ana"]))
    assert.deepStrictEqual(write(people, record), ownTags)
    assert.strictEqual(Object.keys(write(people, record, true)).length, Object.keys(ownTags).length + people.length - 1)
  })

  it("writes what only looks like people", () => {
    const things = ["operationCode", "operationId", "inspectionMode", "addDateTime", "updateDateTime", "accountingCode"]
    const record = Object.fromEntries(things.map((field) => [field, "x"]))
    assert.strictEqual(Object.keys(write(things, record)).length, Object.keys(ownTags).length + things.length)
  })

  it("owns every key that it can write, each once, and the marks of a retired object, which it takes away", () => {
    for (const [name, { fields }] of Object.entries(schemas)) {
      const described = metadataFields(fields)
      const keys = described.fields.map(({ key }) => key)
      assert.strictEqual(new Set(keys).size, keys.length, name)
      assert.includeMembers([...described.keys], keys)
      assert.includeMembers([...described.keys], ["active", "retired_at"])
    }
  })

  it.prop(
    "writes only keys that it owns",
    [FastCheck.dictionary(FastCheck.constantFrom(...Object.keys(Container.fields)), FastCheck.jsonValue())],
    ([record]) => {
      const described = metadataFields(Container.fields)
      const written = recordMetadata(facility, described, "key", record)
      for (const key of Object.keys(written)) assert.include(described.keys, key)
    }
  )
})

describe("tags", () => {
  it("leave out what the facility does not have", () => {
    assert.notProperty(tags(demoFacility({ country: "" }), "key"), "country")
  })
})
