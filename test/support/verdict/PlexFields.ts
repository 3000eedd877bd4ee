/**
 * The scalar fields of each Plex resource with the types that the vendor's API reference gives them, in its order. Nested
 * objects are left out: they are not written.
 */
const declared = {
  buildings:
    "id uuid, buildingCode string, buildingType string, name string, oldBuildingCode string, active bool, " +
    "address string, city string, state string, country string, zipCode string, phone string, fax string, " +
    "dunsNo string, taxId string, vatRegistrationNo string",
  parts:
    "id uuid, number string, name string, revision string, description string, type string, group string, " +
    "source string, productType string, status string, note string, leadTimeDays double, buildingCode string, " +
    "createdById uuid, createdDate datetime, modifiedById uuid, modifiedDate datetime, allergens string[]",
  operations: "id uuid, code string, type string, inventoryType string",
  supplyItems:
    "id uuid, supplyItemNumber string, type string, category string, group string, description string, " +
    "inventoryUnit string",
  productionLines:
    "id uuid, code string, description string, equipmentId string, equipmentDescription string, active bool, " +
    "addBy string, addDateTime datetime, updateBy string, updateDateTime datetime",
  workcenters:
    "workcenterId uuid, workcenterCode string, name string, workcenterType string, workcenterGroup string, " +
    "buildingId uuid, buildingCode string, tankSilo bool, productionLineId uuid, ipAddress string, " +
    "plcName string",
  equipment:
    "id uuid, equipmentId string, description string, brand string, modelNo string, equipmentType string, " +
    "equipmentTypeId uuid, equipmentGroup string, equipmentCategory string, equipmentPriority string, " +
    "location string, locationId uuid, building string, buildingId uuid, workcenter string, workcenterId uuid, " +
    "department string, status string, taxClassification string, champion string, serialNo string, active bool",
  jobs:
    "id uuid, externalJobCode string, jobNumber string, createdDate datetime, partId uuid, partNumber string, " +
    "partRevision string, partNumberRevision string, dueDate datetime, completedDate datetime, quantity double, " +
    "quantityCompleted double, jobStatus string, buildingId uuid, buildingCode string, jobType string, " +
    "earliestStartDateTime datetime, priority string",
  productionEntries:
    "transactionDate datetime, workcenterId uuid, workcenterCode string, serialNo string, lotNo string, " +
    "employeeId uuid, employeeName string, quantity double, jobId uuid, jobCode string, jobNo string, " +
    "partId uuid, partNumber string, revision string, partNumberRevision string, partOperationId uuid, " +
    "operationNumber int32, operationCode string, masterUnitNo string, masterUnitId uuid, lotId uuid, " +
    "heatCode string, heatNo string, heatId uuid, unit string, trackingNo string, shelfDateTime datetime, " +
    "manufacturedDateTime datetime, bestByDateTime datetime, useByDateTime datetime, sellByDateTime datetime",
  scrapEntries:
    "transactionDate datetime, scrapReason string, transactionType string, quantity double, workcenterId uuid, " +
    "workcenterCode string, jobId uuid, jobCode string, partId uuid, partNumber string, revision string, " +
    "partNumberRevision string, partOperationId uuid, operationNumber int32, operationCode string, " +
    "serialNo string",
  statusEntries:
    "workcenterId uuid, workcenterCode string, logDate datetime, workcenterStatus string, jobId uuid, " +
    "jobCode string, partId uuid, partNumber string, revision string, partNumberRevision string, " +
    "partOperationId uuid, operationNumber int32, operationCode string, duration int32",
  locations:
    "locationId uuid, locationCode string, buildingName string, buildingCode string, locationType string, " +
    "inventoryLocation bool, supplyLocation bool, tankSilo bool",
  containers:
    "serialNo string, partId uuid, partNo string, revision string, partNoRevision string, partName string, " +
    "partOperationId uuid, operationNo int32, operationCode string, containerStatus string, locationId uuid, " +
    "location string, quantity double, quantityInventoryUnit string, grossWeight double, netWeight double, " +
    "tareWeight double, containerType string, trackingNo string, addDateTime datetime, updateDateTime datetime, " +
    "containerShelfDateTime datetime, masterUnitId uuid, masterUnitNo string, lotId uuid, lotNo string, " +
    "heatId uuid, heatCode string, heatNo string, eun string, inventoryType string",
  locationMoves:
    "adjustmentDate datetime, serialNo string, quantity double, netWeight double, adjustmentCode string, " +
    "partId uuid, partNumber string, revision string, partNumberRevision string, partOperationId uuid, " +
    "operationCode string, operationNumber int32, location string, locationId uuid, movedFromLocation string, " +
    "movedFromLocationId uuid",
  adjustments:
    "adjustmentDate datetime, serialNo string, quantity double, netWeight double, adjustmentCode string, " +
    "partId uuid, partNumber string, revision string, partNumberRevision string, partOperationId uuid, " +
    "operationCode string, operationNumber int32, location string, locationId uuid",
  partSpecifications:
    "id uuid, partId uuid, partNumber string, partRevision string, specificationNumber string, " +
    "description string, formula string, formulaType string, defaultGageType string, plcName string, " +
    "specialSymbol string, customerSpecified bool, note string, functionRequirementType string, " +
    "specificationDimensionType string, updatedDateTime datetime",
  controlPlans:
    "id uuid, buildingCode string, buildingId uuid, controlPlanNo double, controlPlanStatus string, " +
    "controlPlanType string, description string, externalDocumentId string, " +
    "externalDocumentRevisionLevel string, originalDate datetime, partId uuid, partNo string, " +
    "partRevision string, partName string, primary bool, revisionDate datetime",
  controlPlanLines:
    "id uuid, controlPlanId uuid, controlPlanLineStatus string, inspectionMode string, partId uuid, " +
    "partNo string, partRevision string, partOperationId uuid, operationId uuid, operationCode string, " +
    "specificationId uuid, description string, passAnswer string, failAnswer string, note string, " +
    "gageType string, gageNote string, samplePlan string, customChecksheetDataCollectionType string, " +
    "reactionPlan string, reactionPlanOwner string, specificToWorkcenterId uuid, " +
    "specificToWorkcenterCode string, defaultAttributeAnswerPass bool, deviationId uuid, sortOrder double, " +
    "checksheetSortOrder double, symbol string, symbolAbbreviation string, trackFailureModes bool",
  deviations:
    "id uuid, acknowledgementLimit int32, approvedByUserId string, approvedDate datetime, buildingId uuid, " +
    "buildingCode string, codeNo string, departmentCode string, " +
    "deviationAcknowledgementFrequencyDescription string, deviationNo string, deviationStatus string, " +
    "effectiveDate datetime, expirationDate datetime, jobIds uuid[], note string, type string, " +
    "piecesAffected int32, reason string, revisionDeviationId uuid, revisionDeviationNo string, supplierId uuid",
  checksheets:
    "Checksheet_No int32, Part_Key int32, Part_No string, Revision string, Operation_Code string, " +
    "Inspection_Mode string, Inspection_Date datetime, Inspector_First_Name string, Inspector_Last_Name string, " +
    "Workcenter_Code string, Out_Of_Spec bool, Has_Null_Measurements bool, Note string",
  problems:
    "Problem_Key int32, Problem_No string, Problem_Status string, Problem_Type string, Title string, " +
    "Description string, Part_No string, Revision string, Workcenter_Code string, Reported_Date datetime, " +
    "Closed_Date datetime, Quantity double, Champion string"
} as const

export type Resource = keyof typeof declared

export interface Field {
  readonly name: string
  readonly type: string
  /** The name in metadata: `modifiedDate` and `Modified_Date` are `modified_date`. */
  readonly key: string
  /** Who did it: written only on demand. */
  readonly personal: boolean
}

const snake = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase()

const persons =
  /^(employee_(name|id)|account_id|operator.*|inspector.*|add_by|update_by|created_by.*|modified_by.*|approved_by.*|champion)$/

/** Tags and retirement marks: a field of that name stands aside. */
const reserved = /^(source|country|timezone|pcn|active|retired_at|asset_type|plex_id|facility_.*)$/

const fieldOf = (declaration: string): Field => {
  const [name = "", type = ""] = declaration.split(" ")
  const plain = snake(name)
  return { name, type, key: reserved.test(plain) ? `plex_${plain}` : plain, personal: persons.test(plain) }
}

const parsed = new Map<Resource, ReadonlyArray<Field>>()

export const fieldsOf = (resource: Resource): ReadonlyArray<Field> => {
  const fields = parsed.get(resource) ?? declared[resource].split(", ").map(fieldOf)
  parsed.set(resource, fields)
  return fields
}
