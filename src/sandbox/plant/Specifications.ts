import { dateText, day } from "./Instant.js"
import type { Row } from "./Plant.js"
import type { Random } from "./Random.js"
import type { Part, World } from "./World.js"

interface Characteristic {
  readonly text: string
  readonly unit: string
  readonly target: number
  readonly tolerance: number
}

const characteristics: ReadonlyArray<Characteristic> = [
  { text: "Core temperature", unit: "°C", target: -18, tolerance: 2 },
  { text: "Net weight", unit: "kg", target: 5, tolerance: 0.05 },
  { text: "Brix", unit: "°Bx", target: 14, tolerance: 1.5 },
  { text: "Cube edge", unit: "mm", target: 12, tolerance: 1 }
]

/** Two-sided, at least, at most, pass or fail, none. */
const sides = ["Bilateral", "Bilateral", "Minimum", "Maximum", "Attribute", null] as const

const tolerance = (side: (typeof sides)[number], of: Characteristic): Row | null =>
  side === null
    ? null
    : {
        name: side,
        attribute: side === "Attribute",
        target: side === "Bilateral" ? of.target : null,
        targetPlus: side === "Bilateral" ? of.tolerance : null,
        targetMinus: side === "Bilateral" ? of.tolerance : null,
        decimalPrecision: 1,
        unit: side === "Attribute" ? null : of.unit,
        oneSidedMinimum: side === "Minimum" ? of.target - of.tolerance : null,
        oneSidedMaximum: side === "Maximum" ? of.target + of.tolerance : null,
        measurementText: null,
        compareValue: null,
        referenceDisplayPopup: false,
        referencePopupMessage: null,
        bonusTolerances: []
      }

const specification = (world: World, random: Random, i: number): void => {
  const part = i === 0 ? (world.made[0] ?? random.pick(world.made)) : random.pick(world.made)
  const of = characteristics[i % characteristics.length] ?? { text: "Size", unit: "mm", target: 1, tolerance: 1 }
  const side = world.holes.enabled ? (sides[i % sides.length] ?? null) : "Bilateral"
  const id = random.uuid()
  const number = String((i + 1) * 10)
  world.tables.partSpecifications.put({
    id,
    partId: part.id,
    partNumber: part.number,
    partRevision: part.revision,
    specificationNumber: number,
    description: of.text,
    formula: null,
    formulaType: null,
    defaultGageType: null,
    plcName: null,
    specialSymbol: null,
    customerSpecified: false,
    toleranceType: tolerance(side, of),
    note: null,
    functionRequirementType: null,
    specificationDimensionType: null,
    updatedDateTime: dateText(world.options.startedAt - random.int(0, 400) * day)
  })
  if (side === "Minimum" || side === "Maximum") world.holes.note("specification-one-sided", "partSpecifications", id)
  if (side === null) world.holes.note("specification-without-tolerance", "partSpecifications", id)

  const key = 70_001 + i * 3
  const twoSided = side === "Bilateral"
  world.specificationKeys.set(id, key)
  world.tables.specificationPicker.put({
    Specification_Key: key,
    Specification_No: number,
    Name: of.text,
    Part_No: part.number,
    Revision: part.revision,
    Nominal: twoSided ? of.target : null,
    Upper_Limit: twoSided || side === "Maximum" ? of.target + of.tolerance : null,
    Lower_Limit: twoSided || side === "Minimum" ? of.target - of.tolerance : null,
    Unit: side === null || side === "Attribute" ? null : of.unit
  })
}

const lines = (world: World, random: Random, planId: string, part: Part): ReadonlyArray<Row> => {
  const specifications = world.tables.partSpecifications.rows
  return Array.from({ length: random.int(3, 6) }, (_, i) => {
    const step = part.steps[i % Math.max(part.steps.length, 1)]
    const of = characteristics[i % characteristics.length]
    return {
      id: random.uuid(),
      controlPlanId: planId,
      controlPlanLineStatus: "Active",
      inspectionMode: i % 2 === 0 ? "In Process" : "First Piece",
      partId: part.id,
      partNo: part.number,
      partRevision: part.revision,
      partOperationId: step?.id ?? null,
      operationId: step?.operation.id ?? null,
      operationCode: step?.operation.code ?? null,
      specificationId: specifications.length > 0 ? random.pick(specifications)["id"] : null,
      description: world.holes.enabled && i === 2 ? null : of?.text,
      passAnswer: "Pass",
      failAnswer: "Fail",
      note: null,
      gageType: i % 3 === 0 ? "Thermometer" : null,
      gageNote: null,
      partSpecificGages:
        i % 3 === 0
          ? [
              {
                gageId: null,
                gageType: "Thermometer",
                nextCalibrationDate: dateText(world.options.startedAt + 90 * day),
                note: null,
                electronicGage: false
              }
            ]
          : [],
      samplePlan: "1 per hour",
      customChecksheetDataCollectionType: null,
      reactionPlan: "Hold and notify QA",
      reactionPlanOwner: null,
      specificToWorkcenterId: step?.workcenter.id ?? null,
      specificToWorkcenterCode: step?.workcenter.code ?? null,
      defaultAttributeAnswerPass: false,
      deviationId: null,
      sortOrder: i + 1,
      checksheetSortOrder: i + 1,
      symbol: null,
      symbolAbbreviation: null,
      trackFailureModes: false
    }
  })
}

/** Specifications (REST and data source), control plans and their lines. */
export const makeSpecifications = (world: World): void => {
  const random = world.random.fork("specifications")
  for (let i = 0; i < world.options.size.specifications; i++) specification(world, random, i)
  for (let i = 0; i < world.options.size.controlPlans; i++) {
    const part = i === 0 ? (world.made[0] ?? random.pick(world.made)) : random.pick(world.made)
    const id = random.uuid()
    const original = world.options.startedAt - random.int(100, 900) * day
    world.tables.controlPlans.put({
      id,
      buildingCode: part.building.code,
      buildingId: part.building.id,
      controlPlanNo: 12 + i,
      controlPlanStatus: i % 5 === 4 ? "Inactive" : "Active",
      controlPlanType: "Production",
      description: i === 0 ? "Freezing control plan" : `Control plan ${part.number ?? ""}`,
      externalDocumentId: null,
      externalDocumentRevisionLevel: null,
      originalDate: dateText(original),
      partId: part.id,
      partNo: part.number,
      partRevision: part.revision,
      partName: part.name,
      primary: true,
      revisionDate: dateText(original + random.int(0, 90) * day)
    })
    world.controlPlanLines.set(id, lines(world, random, id, part))
  }
}
