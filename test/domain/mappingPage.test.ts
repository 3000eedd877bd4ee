/**
 * What `docs/mapping.md` tells those who read the data is what the mappings write.
 */
import { assert, describe, expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { format, resolveConfig } from "prettier"
import { makeFacility } from "../../src/domain/Facility.js"
import { flows } from "../../src/domain/Flow.js"
import { isPersonal, metadataFields } from "../../src/domain/Metadata.js"
import { Building } from "../../src/domain/records/Building.js"
import { Checksheet } from "../../src/domain/records/Checksheet.js"
import { Container } from "../../src/domain/records/Container.js"
import { ContainerAdjustment } from "../../src/domain/records/ContainerAdjustment.js"
import { ContainerMove } from "../../src/domain/records/ContainerMove.js"
import { ControlPlan } from "../../src/domain/records/ControlPlan.js"
import { ControlPlanLine } from "../../src/domain/records/ControlPlanLine.js"
import { Deviation } from "../../src/domain/records/Deviation.js"
import { Equipment } from "../../src/domain/records/Equipment.js"
import { Job } from "../../src/domain/records/Job.js"
import { Location } from "../../src/domain/records/Location.js"
import { Operation } from "../../src/domain/records/Operation.js"
import { Part } from "../../src/domain/records/Part.js"
import { PartSpecification } from "../../src/domain/records/PartSpecification.js"
import { Problem } from "../../src/domain/records/Problem.js"
import { ProductionEntry } from "../../src/domain/records/ProductionEntry.js"
import { ProductionLine } from "../../src/domain/records/ProductionLine.js"
import { ScrapEntry } from "../../src/domain/records/ScrapEntry.js"
import { SpecificationRow } from "../../src/domain/records/SpecificationRow.js"
import { SupplyItem } from "../../src/domain/records/SupplyItem.js"
import { Workcenter } from "../../src/domain/records/Workcenter.js"
import { WorkcenterStatusEntry } from "../../src/domain/records/WorkcenterStatusEntry.js"
import { rootDrafts } from "../../src/domain/Tree.js"
import { demoFacility } from "../support/DemoFacility.js"

const page = new URL("../../docs/mapping.md", import.meta.url).pathname
const text = readFileSync(page, "utf8")

interface Described {
  readonly fields: object
  /** Keys that the mapping adds to those of the record. */
  readonly more?: ReadonlyArray<string>
}

const limits = ["nominal", "upper_limit", "lower_limit", "unit"]

/** Kinds of asset and types of event, as the page calls them, by the schema of their records. */
const described: Readonly<Record<string, Described>> = {
  building: Building,
  part: Part,
  operation: Operation,
  supply_item: SupplyItem,
  equipment: Equipment,
  production_line: ProductionLine,
  workcenter: Workcenter,
  location: Location,
  container: Container,
  specification: { fields: PartSpecification.fields, more: limits },
  "specification (data source)": { fields: SpecificationRow.fields },
  control_plan: ControlPlan,
  inspection_point: ControlPlanLine,
  production_job: { fields: Job.fields, more: ["priority_rank"] },
  production_entry: ProductionEntry,
  scrap_entry: ScrapEntry,
  workcenter_status: WorkcenterStatusEntry,
  inventory_movement: ContainerMove,
  inventory_adjustment: ContainerAdjustment,
  quality_inspection: Checksheet,
  quality_ncr: Problem,
  quality_deviation: Deviation
}

const common = new Set(metadataFields({}).keys)

const rowOf = ([kind, { fields, more }]: readonly [string, Described]): string => {
  const keys = metadataFields(fields, more).keys.filter((key) => !common.has(key))
  const shown = keys.map((key) => (isPersonal(key) ? `_\`${key}\`_` : `\`${key}\``))
  return `| ${kind} | ${shown.join(", ")} |`
}

describe("docs/mapping.md", () => {
  it("shows the metadata of every kind (vitest -u writes it anew)", async () => {
    const table = [
      "| kind | keys; those in _italics_ tell of people |",
      "| --- | --- |",
      ...Object.entries(described).map(rowOf)
    ]
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
