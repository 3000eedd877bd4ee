import { assert, describe, it } from "@effect/vitest"
import { Either, Schema } from "effect"
import { ExternalId } from "../../../src/domain/ExternalId.js"
import {
  inspectionPointKey,
  partNumberKey,
  partRevisionKey,
  workcenterCodeKey
} from "../../../src/domain/NaturalKey.js"
import { Checksheet, checksheetEvent, checksheetReferences } from "../../../src/domain/records/Checksheet.js"
import { ControlPlan, controlPlanAsset } from "../../../src/domain/records/ControlPlan.js"
import { ControlPlanLine, inspectionPointAsset } from "../../../src/domain/records/ControlPlanLine.js"
import { Deviation, deviationEvent, deviationJobs } from "../../../src/domain/records/Deviation.js"
import { NcrCount, ncrCountSeries } from "../../../src/domain/records/NcrCount.js"
import { PartSpecification, partSpecificationAsset } from "../../../src/domain/records/PartSpecification.js"
import { Problem, problemEvent, problemReferences } from "../../../src/domain/records/Problem.js"
import { SpecificationRow, specificationRowAsset } from "../../../src/domain/records/SpecificationRow.js"
import { defaultTenantTables } from "../../../src/domain/TenantTables.js"
import { demoFacility } from "../../support/DemoFacility.js"
import { plexExamples as examples } from "../../support/PlexExamples.js"

const facility = demoFacility()
const decode = <A, I>(schema: Schema.Schema<A, I>, json: unknown): A => Schema.decodeUnknownSync(schema)(json)
const nothing = () => undefined

describe("specifications", () => {
  const limits = (tolerance: object) => {
    const record = { ...examples.partSpecification, toleranceType: { ...tolerance } }
    const { metadata } = Either.getOrThrow(partSpecificationAsset(facility)(decode(PartSpecification, record)))
    return [metadata["nominal"], metadata["upper_limit"], metadata["lower_limit"], metadata["unit"]]
  }

  it("stand under the specifications", () => {
    const draft = Either.getOrThrow(
      partSpecificationAsset(facility)(decode(PartSpecification, examples.partSpecification))
    )
    assert.strictEqual(draft.externalId as string, "PCN340884_specification_40e1c74b-5f0b-451a-a2d7-dad872388d6b")
    assert.strictEqual(draft.name, "10 - Core temperature")
    assert.strictEqual(draft.dataSet, "quality")
    assert.strictEqual(draft.parent as string, "PCN340884_specifications_root_340884")
    assert.strictEqual(draft.metadata["asset_type"], "specification")
    assert.includeMembers([...draft.owns], ["nominal", "upper_limit", "lower_limit", "unit"])
    assert.notInclude(draft.owns, "tolerance_type")
  })

  it("have their limits at target plus and minus the tolerance, exactly", () => {
    assert.deepStrictEqual(limits(examples.partSpecification.toleranceType), ["-18", "-16", "-20", "°C"])
    assert.deepStrictEqual(limits({ target: 0.3, targetPlus: "0.1", targetMinus: 0.1 }), [
      "0.3",
      "0.4",
      "0.2",
      undefined
    ])
    assert.deepStrictEqual(limits({ target: 0.1, targetPlus: 0.2, targetMinus: 0.3 }), [
      "0.1",
      "0.3",
      "-0.2",
      undefined
    ])
    assert.deepStrictEqual(limits({ target: 5, targetPlus: 0 }), ["5", "5", undefined, undefined])
    assert.deepStrictEqual(limits({ targetPlus: 1, targetMinus: 1 }), [undefined, undefined, undefined, undefined])
  })

  it("with one side have that limit only", () => {
    assert.deepStrictEqual(limits({ oneSidedMinimum: 5.25, unit: "kg" }), [undefined, undefined, "5.25", "kg"])
    assert.deepStrictEqual(limits({ oneSidedMaximum: 0, target: -1, targetPlus: 0, targetMinus: 0 }), [
      "-1",
      "0",
      undefined,
      undefined
    ])
  })

  it("of the data source have an id of their own kind and their limits as they are", () => {
    const row = {
      Specification_Key: 8801,
      Specification_No: "10",
      Name: "Core temperature",
      Part_No: "MNG-CHK-05",
      Nominal: -18,
      Upper_Limit: -16.5,
      Lower_Limit: "-19.50",
      Unit: "°C",
      Something_Else: 1
    }
    const draft = Either.getOrThrow(specificationRowAsset(facility)(decode(SpecificationRow, row)))
    assert.strictEqual(draft.externalId as string, "PCN340884_specification_key_8801")
    assert.strictEqual(draft.name, "10 - Core temperature")
    assert.strictEqual(draft.parent as string, "PCN340884_specifications_root_340884")
    assert.strictEqual(draft.metadata["asset_type"], "specification")
    assert.strictEqual(draft.metadata["nominal"], "-18")
    assert.strictEqual(draft.metadata["upper_limit"], "-16.5")
    assert.strictEqual(draft.metadata["lower_limit"], "-19.50")
    assert.strictEqual(draft.metadata["unit"], "°C")
    assert.notProperty(draft.metadata, "something_else")
  })
})

describe("control plans", () => {
  it("stand under the control plans", () => {
    const draft = Either.getOrThrow(controlPlanAsset(facility)(decode(ControlPlan, examples.controlPlan)))
    assert.strictEqual(draft.externalId as string, "PCN340884_control_plan_de5e3bc8-dfc1-415b-a7fd-e53ad39de9f7")
    assert.strictEqual(draft.name, "12 - Freezing control plan")
    assert.strictEqual(draft.dataSet, "quality")
    assert.strictEqual(draft.parent as string, "PCN340884_control_plans_root_340884")
  })

  it("have lines that are inspection points", () => {
    const map = (over: object, plan: string | undefined) =>
      Either.getOrThrow(
        inspectionPointAsset(facility)(decode(ControlPlanLine, { ...examples.controlPlanLine, ...over }), plan)
      )
    const draft = map({ reactionPlanOwner: "Shift lead" }, "12")
    assert.strictEqual(draft.externalId as string, "PCN340884_inspection_point_784f1e58-bac0-4779-afc8-93459dccca8b")
    assert.strictEqual(draft.name, "12-1 Core temperature")
    assert.strictEqual(draft.dataSet, "quality")
    assert.strictEqual(draft.parent as string, "PCN340884_inspection_points_root_340884")
    assert.strictEqual(draft.metadata["description"], "Core temperature")
    assert.strictEqual(draft.metadata["reaction_plan_owner"], "Shift lead")
    assert.strictEqual(map({}, undefined).name, "1 Core temperature")
    assert.strictEqual(map({ sortOrder: null, description: null }, undefined).name, "Inspection Point 784f1e58")
  })

  it("without the id of a line have no inspection point, and say that it is the id", () => {
    const line = decode(ControlPlanLine, { ...examples.controlPlanLine, id: null })
    const unmappable = Either.getOrThrow(Either.flip(inspectionPointAsset(facility)(line, "12")))
    assert.strictEqual(unmappable.reason, "id: a key field is null, empty or missing")
  })
})

describe("checksheets", () => {
  const example = {
    Checksheet_No: 55021,
    Part_Key: 8265836,
    Part_No: "MNG-CHK-05",
    Revision: "A",
    Operation_Code: "Freeze",
    Inspection_Mode: "In Process",
    Inspection_Date: "2026-06-11T14:03:22.417Z",
    Inspector_First_Name: "Ana",
    Inspector_Last_Name: "Garcia",
    Workcenter_Code: "NFF-01",
    Out_Of_Spec: false,
    Has_Null_Measurements: false
  }
  const checksheet = (over: object = {}) => decode(Checksheet, { ...example, ...over })
  const map = (over: object = {}, find: (key: string) => ExternalId | undefined = nothing) =>
    checksheetEvent(facility)(checksheet(over), find)

  it("are moment events at their inspection date, linked to what their codes stand for", () => {
    const assets = new Map([
      [partRevisionKey("MNG-CHK-05", "A"), ExternalId.make("part")],
      [workcenterCodeKey("NFF-01"), ExternalId.make("workcenter")]
    ])
    const draft = Either.getOrThrow(map({}, (key) => assets.get(key)))
    assert.strictEqual(draft.externalId as string, "PCN340884_checksheet_55021")
    assert.strictEqual(draft.type, "quality_inspection")
    assert.strictEqual(draft.subtype, "pass")
    assert.strictEqual(draft.dataSet, "quality")
    assert.strictEqual(draft.startTime, Date.parse("2026-06-11T14:03:22.417Z"))
    assert.strictEqual(draft.endTime, draft.startTime)
    assert.strictEqual(draft.description, "Checksheet 55021 | MNG-CHK-05 rev A | WC NFF-01 | In Process")
    assert.deepStrictEqual(draft.links as ReadonlyArray<string>, ["part", "workcenter"])
    assert.strictEqual(draft.metadata["part_key"], "8265836")
    assert.strictEqual(draft.metadata["out_of_spec"], "false")
    assert.notInclude(JSON.stringify(draft.metadata), "Garcia")
    assert.notInclude(JSON.stringify(draft.metadata), "Ana")
  })

  it("fail when out of specification, and are neither where Plex does not say", () => {
    const subtype = (Out_Of_Spec: unknown) => Either.getOrThrow(map({ Out_Of_Spec })).subtype
    assert.strictEqual(subtype(true), "fail")
    assert.strictEqual(subtype(1), "fail")
    assert.strictEqual(subtype("False"), "pass")
    assert.isUndefined(subtype(null))
    assert.isUndefined(subtype("perhaps"))
  })

  it("tell which assets they name", () => {
    assert.deepStrictEqual(checksheetReferences(checksheet({ Inspection_Point: "Core temperature" })), [
      { kind: "part", key: partRevisionKey("MNG-CHK-05", "A") },
      { kind: "workcenter", key: workcenterCodeKey("NFF-01") },
      { kind: "inspection_point", key: inspectionPointKey("Core temperature") }
    ])
    assert.deepStrictEqual(checksheetReferences(checksheet({ Revision: null, Workcenter_Code: null })), [
      { kind: "part", key: partNumberKey("MNG-CHK-05") }
    ])
    assert.deepStrictEqual(checksheetReferences(checksheet({ Revision: "", Workcenter_Code: "" })), [
      { kind: "part", key: partRevisionKey("MNG-CHK-05", "") }
    ])
    assert.deepStrictEqual(checksheetReferences(checksheet({ Part_No: null, Workcenter_Code: null })), [])
  })

  it("take their date from the first present of the tenant's columns, also one that the schema does not name", () => {
    const time = (over: object) => Either.getOrThrow(map(over)).startTime
    assert.strictEqual(
      time({ Inspection_Date: null, Check_Date: "2026-06-10T00:00Z" }),
      Date.parse("2026-06-10T00:00Z")
    )
    assert.strictEqual(
      time({ Inspection_Date: "", Add_Date: "2026-06-09T00:00Z", Check_Date: "2026-06-10T00:00Z" }),
      Date.parse("2026-06-10T00:00Z")
    )
    const { checksheets } = defaultTenantTables.dataSources
    const tables = {
      ...defaultTenantTables,
      dataSources: {
        ...defaultTenantTables.dataSources,
        checksheets: { ...checksheets, inspectionDateColumns: ["Gemessen_Am"] }
      }
    }
    const record = checksheet({ Gemessen_Am: "2026-06-08T00:00:00Z" })
    assert.strictEqual(
      Either.getOrThrow(checksheetEvent(demoFacility({ tables }))(record, nothing)).endTime,
      Date.parse("2026-06-08T00:00:00Z")
    )
  })

  it("without a date have no times: none is invented", () => {
    const draft = Either.getOrThrow(map({ Inspection_Date: undefined }))
    assert.isUndefined(draft.startTime)
    assert.isUndefined(draft.endTime)
  })

  it("with a date that is none are unmappable, by name, as are those without a number", () => {
    const mapped = map({ Inspection_Date: null, Add_Date: "06/11/2026" })
    assert.isTrue(Either.isLeft(mapped) && mapped.left.reason.startsWith("Add_Date:"))
    assert.isTrue(Either.isLeft(map({ Checksheet_No: null })))
  })
})

describe("problems", () => {
  const example = {
    Problem_Key: 310_001,
    Problem_No: "PR-00001",
    Problem_Status: "In Review",
    Title: "Core temperature too high",
    Part_No: "MNG-CHK-05",
    Revision: "A",
    Workcenter_Code: "NFF-01",
    Reported_Date: "2026-06-11T14:03:22Z",
    Closed_Date: null,
    Champion: "Garcia, Ana"
  }
  const problem = (over: object = {}) => decode(Problem, { ...example, ...over })
  const map = (over: object = {}) => problemEvent(facility)(problem(over), nothing)
  const draftOf = (over: object = {}) => Either.getOrThrow(map(over))
  const closed = "2026-06-12T08:00:00Z"

  it("are events from report to close, linked to part and workcenter", () => {
    const draft = Either.getOrThrow(
      problemEvent(facility)(problem({ Problem_Status: "Closed", Closed_Date: closed }), (key) => ExternalId.make(key))
    )
    assert.strictEqual(draft.externalId as string, "PCN340884_ncr_PR-00001")
    assert.strictEqual(draft.type, "quality_ncr")
    assert.strictEqual(draft.subtype, "closed")
    assert.strictEqual(draft.dataSet, "quality")
    assert.strictEqual(draft.startTime, Date.parse("2026-06-11T14:03:22Z"))
    assert.strictEqual(draft.endTime, Date.parse(closed))
    assert.strictEqual(draft.description, "Problem PR-00001 | Core temperature too high | MNG-CHK-05 rev A | WC NFF-01")
    assert.deepStrictEqual(draft.links as ReadonlyArray<string>, [
      partNumberKey("MNG-CHK-05"),
      workcenterCodeKey("NFF-01")
    ])
    assert.notInclude(JSON.stringify(draft.metadata), "Garcia")
    assert.deepStrictEqual(problemReferences(problem({ Part_No: null, Workcenter_Code: " " })), [])
  })

  it("have the subtype of their status", () => {
    const subtype = (Problem_Status: unknown) => draftOf({ Problem_Status }).subtype
    assert.strictEqual(subtype("In Review"), "in_review")
    assert.strictEqual(subtype("APPROVED"), "approved")
    assert.strictEqual(subtype("Not approved"), "open")
    assert.strictEqual(subtype("Rejected"), "rejected")
    assert.strictEqual(subtype("Open"), "open")
    assert.strictEqual(subtype("Foo"), "open")
    assert.strictEqual(subtype(null), "open")
  })

  it("without a status are closed by their closed date", () => {
    const draft = draftOf({ Problem_Status: null, Closed_Date: closed })
    assert.strictEqual(draft.subtype, "closed")
    assert.strictEqual(draft.endTime, Date.parse(closed))
  })

  it("end when Plex says that they were closed, and never before their start", () => {
    assert.isUndefined(draftOf().endTime)
    assert.strictEqual(draftOf({ Problem_Status: "Open", Closed_Date: closed }).endTime, Date.parse(closed))
    assert.isUndefined(draftOf({ Problem_Status: "Closed", Closed_Date: "2026-06-01T00:00:00Z" }).endTime)
    assert.isDefined(draftOf({ Problem_Status: "Closed", Closed_Date: "2026-06-01T00:00:00Z" }).startTime)
  })

  it("are known by the first present of the tenant's number columns", () => {
    assert.strictEqual(draftOf({ Problem_No: null }).externalId as string, "PCN340884_ncr_310001")
    assert.strictEqual(draftOf({ Problem_No: "", Problem_Log_No: 17 }).externalId as string, "PCN340884_ncr_17")
    const mapped = map({ Problem_No: null, Problem_Key: null })
    assert.isTrue(Either.isLeft(mapped) && mapped.left.reason.startsWith("Problem_No,"))
  })
})

describe("deviations", () => {
  const deviation = (over: object = {}) => decode(Deviation, { ...examples.deviation, ...over })
  const partOfJob = ExternalId.make("PCN340884_part_of_job")

  it("are events from effective to expiration, linked to their parts and the parts of their jobs", () => {
    const draft = Either.getOrThrow(
      deviationEvent(facility)(deviation(), (jobId) => (jobId === examples.deviation.jobIds[0] ? [partOfJob] : []))
    )
    assert.strictEqual(draft.externalId as string, "PCN340884_deviation_89f3ed57-4ff1-43f1-a2d9-9672268f9d99")
    assert.strictEqual(draft.type, "quality_deviation")
    assert.strictEqual(draft.subtype, "Approved")
    assert.strictEqual(draft.dataSet, "quality")
    assert.strictEqual(draft.startTime, Date.parse("2026-06-11T14:03:22.417Z"))
    assert.strictEqual(draft.endTime, draft.startTime)
    assert.strictEqual(draft.description, "Deviation D-0007 | Process | Temperature out of range | [Approved]")
    assert.deepStrictEqual(draft.links as ReadonlyArray<string>, [
      "PCN340884_part_ba079f00-255d-4373-aa99-3e021c39e466",
      "PCN340884_part_of_job"
    ])
    assert.strictEqual(draft.metadata["job_ids"], examples.deviation.jobIds[0])
    assert.strictEqual(draft.metadata["pieces_affected"], "1")
    assert.notInclude(JSON.stringify(draft.metadata), "agarcia")
    assert.notInclude(draft.owns, "parts")
  })

  it("leave out an end before the start, and link without jobs and parts to nothing", () => {
    const record = deviation({ expirationDate: "2026-06-10T00:00:00Z", jobIds: null, parts: [{ partId: null }] })
    const draft = Either.getOrThrow(deviationEvent(facility)(record, () => [partOfJob]))
    assert.isDefined(draft.startTime)
    assert.isUndefined(draft.endTime)
    assert.deepStrictEqual(draft.links, [])
    assert.deepStrictEqual(deviationJobs(deviation({ jobIds: ["a", null, "", "b"] })), ["a", "b"])
  })
})

describe("counts of problems", () => {
  const problems = (...rows: ReadonlyArray<readonly [string, string | null]>) =>
    rows.map(([Problem_No, Reported_Date]) => decode(Problem, { Problem_No, Reported_Date }))

  it("are a series of the facility", () => {
    const draft = ncrCountSeries(facility)
    assert.strictEqual(draft.externalId as string, "PCN340884_ts_ncr_count_340884")
    assert.strictEqual(draft.name, "DEMO NCR Count")
    assert.strictEqual(draft.dataSet, "quality")
    assert.strictEqual(draft.link as string, "PCN340884_facility_340884")
    assert.isFalse(draft.isString)
  })

  it("is not known of the day of a problem that cannot be read, nor of any where that tells none", () => {
    const counts = new NcrCount(facility)
    const [day, next] = [Date.parse("2026-06-11T04:00:00Z"), Date.parse("2026-06-12T04:00:00Z")]
    counts.addUnread([{ Reported_Date: "2026-06-11T12:00:00Z", Title: {} }])
    assert.deepStrictEqual([counts.isUnclear(day), counts.isUnclear(next)], [true, false])
    counts.addUnread([{ Reported_Date: "soon" }])
    assert.isTrue(counts.isUnclear(next))
  })

  it("are points of finished local days, zero days too, at the day's start; each problem counts once", () => {
    const counts = new NcrCount(facility)
    counts.add(
      problems(
        ["A", "2026-06-10T03:59:59Z"],
        ["B", "2026-06-10T04:00:00Z"],
        ["C", "2026-06-11T03:59:59.9999999Z"],
        ["D", "2026-06-13T12:00:00Z"],
        ["E", null]
      )
    )
    counts.add(problems(["C", "2026-06-11T03:59:59.9999999Z"]))
    assert.deepStrictEqual(counts.points(Date.parse("2026-06-10T04:00:00Z"), Date.parse("2026-06-13T20:00:00Z")), [
      { timestamp: Date.parse("2026-06-10T04:00:00Z"), value: 2 },
      { timestamp: Date.parse("2026-06-11T04:00:00Z"), value: 0 },
      { timestamp: Date.parse("2026-06-12T04:00:00Z"), value: 0 }
    ])
  })
})
