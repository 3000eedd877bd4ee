/**
 * What `docs/mapping.md` tells those who read the data is what the mappings write.
 */
import { assert, describe, expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { Either } from "effect"
import { format, resolveConfig } from "prettier"
import type { AssetDraft, EventDraft } from "../../src/domain/cdf/Draft.js"
import { makeFacility } from "../../src/domain/Facility.js"
import { flows } from "../../src/domain/Flow.js"
import { HistoryKeys } from "../../src/domain/HistoryKey.js"
import { Instant } from "../../src/domain/Instant.js"
import type { Unmappable } from "../../src/domain/Mapping.js"
import { isPersonal, metadataFields } from "../../src/domain/Metadata.js"
import { buildingAsset } from "../../src/domain/records/Building.js"
import { checksheetEvent } from "../../src/domain/records/Checksheet.js"
import { containerAsset } from "../../src/domain/records/Container.js"
import { containerAdjustmentEvent } from "../../src/domain/records/ContainerAdjustment.js"
import { containerMoveEvent } from "../../src/domain/records/ContainerMove.js"
import { controlPlanAsset } from "../../src/domain/records/ControlPlan.js"
import { inspectionPointAsset } from "../../src/domain/records/ControlPlanLine.js"
import { deviationEvent } from "../../src/domain/records/Deviation.js"
import { equipmentAsset } from "../../src/domain/records/Equipment.js"
import { jobEvent } from "../../src/domain/records/Job.js"
import { locationAsset } from "../../src/domain/records/Location.js"
import { operationAsset } from "../../src/domain/records/Operation.js"
import { partAsset } from "../../src/domain/records/Part.js"
import { partSpecificationAsset } from "../../src/domain/records/PartSpecification.js"
import { problemEvent } from "../../src/domain/records/Problem.js"
import { productionEntryEvent } from "../../src/domain/records/ProductionEntry.js"
import { productionLineAsset } from "../../src/domain/records/ProductionLine.js"
import { scrapEntryEvent } from "../../src/domain/records/ScrapEntry.js"
import { specificationRowAsset } from "../../src/domain/records/SpecificationRow.js"
import { supplyItemAsset } from "../../src/domain/records/SupplyItem.js"
import { workcenterAsset } from "../../src/domain/records/Workcenter.js"
import { statusEvent } from "../../src/domain/records/WorkcenterStatusEntry.js"
import { rootDrafts } from "../../src/domain/Tree.js"
import { demoFacility } from "../support/DemoFacility.js"

const page = new URL("../../docs/mapping.md", import.meta.url).pathname
const text = readFileSync(page, "utf8")

const facility = demoFacility()
const id = "1"
const moment = Instant.make("2026-06-11T14:03:22.417Z")
const history = new HistoryKeys()
const nobody = () => undefined

/** Kinds of asset and types of event, as the page calls them, by an object of each. */
const drafts: Readonly<Record<string, Either.Either<AssetDraft | EventDraft, Unmappable>>> = {
  building: buildingAsset(facility)({ id }),
  part: partAsset(facility)({ id }),
  operation: operationAsset(facility)({ id }),
  supply_item: supplyItemAsset(facility)({ id }),
  equipment: equipmentAsset(facility)({ id }),
  production_line: productionLineAsset(facility)({ id }),
  workcenter: workcenterAsset(facility)({ workcenterId: id }),
  location: locationAsset(facility)({ locationId: id }),
  container: containerAsset(facility)({ serialNo: id }),
  specification: partSpecificationAsset(facility)({ id }),
  "specification (data source)": specificationRowAsset(facility)({ Specification_Key: id }),
  control_plan: controlPlanAsset(facility)({ id }),
  inspection_point: inspectionPointAsset(facility)({ id }, undefined),
  production_job: jobEvent(facility)({ id, jobNumber: id }, undefined),
  production_entry: productionEntryEvent(facility, history)({ transactionDate: moment }),
  scrap_entry: scrapEntryEvent(facility, history)({ transactionDate: moment }),
  workcenter_status: Either.right(
    statusEvent(facility)({ entry: {}, workcenterId: id, since: moment, ordinal: 1 }, undefined)
  ),
  inventory_movement: containerMoveEvent(facility, history)({ adjustmentDate: moment }),
  inventory_adjustment: containerAdjustmentEvent(facility, history)({ adjustmentDate: moment }),
  quality_inspection: checksheetEvent(facility)({ Checksheet_No: id }, nobody),
  quality_ncr: problemEvent(facility)({ Problem_No: id }, nobody),
  quality_deviation: deviationEvent(facility)({ id }, () => [])
}

const common = new Set(metadataFields({}).keys)

const rowOf = ([kind, draft]: (typeof entries)[number]): string => {
  const keys = Either.getOrThrow(draft).owns.filter((key) => !common.has(key))
  const shown = keys.map((key) => (isPersonal(key) ? `_\`${key}\`_` : `\`${key}\``))
  return `| ${kind} | ${shown.join(", ")} |`
}

const entries = Object.entries(drafts)

describe("docs/mapping.md", () => {
  it("shows the metadata of every kind (vitest -u writes it anew)", async () => {
    const table = ["| kind | keys; those in _italics_ tell of people |", "| --- | --- |", ...entries.map(rowOf)]
    const written = text.replace(
      /(<!-- begin metadata -->\n)[\s\S]*(<!-- end metadata -->)/,
      (_, begin: string, end: string) => `${begin}\n${table.join("\n")}\n\n${end}`
    )
    const formatted = await format(written, { ...(await resolveConfig(page)), filepath: page })
    await expect(formatted).toMatchFileSnapshot(page)
  })

  it("names every flow that makes assets", () => {
    const others = new Set(["hierarchy", "routings", "boms"])
    const inventory = ["locations", "containers"]
    const quality = ["specifications", "control-plans", "control-plan-lines"]
    for (const flow of [...flows["master-data"].filter((name) => !others.has(name)), ...inventory, ...quality]) {
      assert.match(text, new RegExp(`\\| ${flow} +\\|$`, "m"))
    }
  })

  it("shows the tree of a facility as it is made", () => {
    const facility = makeFacility({ ...demoFacility(), pcn: "{pcn}" })
    for (const { externalId } of rootDrafts(facility)) {
      assert.include(text, externalId.replace("PCN{pcn}_", "PCN_"), externalId)
    }
  })
})
