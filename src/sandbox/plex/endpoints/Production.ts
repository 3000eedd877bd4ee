import type { Plant, Row } from "../../plant/Plant.js"
import { flag, history, rowsOf, single, singleOf, table, text, uuid } from "../Endpoint.js"
import type { Endpoint } from "../Endpoint.js"

const definitions = "/production/v1/production-definitions"
const histories = "/production/v1/production-history"

const workcenterFields = [
  "workcenterId",
  "workcenterCode",
  "name",
  "workcenterType",
  "workcenterGroup",
  "buildingId",
  "buildingCode"
]

/** A line's workcenters; `undefined` for an unknown line. Only here the link says when and by whom it was made. */
const workcentersOf = (plant: Plant, line: string): ReadonlyArray<Row> | undefined => {
  const known = plant.productionLines.find((each) => each["id"] === line)
  if (known === undefined) return undefined
  return plant.workcenters
    .filter((each) => each["productionLineId"] === line)
    .map((each) => ({
      ...Object.fromEntries(workcenterFields.map((field) => [field, each[field]])),
      productionLineStatusDriver: false,
      addBy: known["addBy"],
      addDateTime: known["addDateTime"]
    }))
}

const controlFields = [
  "id",
  "code",
  "name",
  "type",
  "statusId",
  "statusDescription",
  "jobId",
  "jobNumber",
  "jobOperationId",
  "operationNumber",
  "operationCode",
  "jobOperationQuantity"
]

/** One workcenter's live state: fewer fields than a setup, and its operators and batches instead. */
const controlPanel = (plant: Plant, id: string): Row | undefined => {
  const setup = plant.setups.find((each) => each["id"] === id)
  if (setup === undefined) return undefined
  return {
    ...Object.fromEntries(controlFields.map((field) => [field, setup[field]])),
    lotId: null,
    productionLineId: plant.workcenters.find((each) => each["workcenterId"] === id)?.["productionLineId"] ?? null,
    batches: [],
    operators: []
  }
}

const madeOf = [uuid("workcenterId"), uuid("jobId"), uuid("partId"), uuid("partOperationId")]

/** Workcenters and lines, the control panel, and what was produced. */
export const production: ReadonlyArray<Endpoint> = [
  table(`${definitions}/workcenters`, "workcenters", [
    text("workcenterCode"),
    text("name"),
    text("workcenterType"),
    text("workcenterGroup"),
    uuid("buildingId"),
    flag("tankSilo"),
    text("plcName"),
    text("ipAddress")
  ]),
  single(`${definitions}/workcenters/{id}`, uuid("id"), "workcenters", "workcenterId"),
  table(`${definitions}/workcenter-statuses`, "workcenterStatuses", [
    text("description"),
    flag("active"),
    flag("offStatus")
  ]),
  table(`${definitions}/production-lines`, "productionLines", [
    uuid("productionLineId", "id"),
    text("productionLineCode", "code"),
    text("equipmentId")
  ]),
  rowsOf(`${definitions}/production-lines/{id}/workcenters`, uuid("id"), workcentersOf),
  table(`${definitions}/approved-workcenters`, "approvedWorkcenters", [
    uuid("workcenterId"),
    uuid("partId"),
    uuid("partOperationId"),
    uuid("operationId")
  ]),
  singleOf("/production/v1/control/workcenters/{workcenterId}", uuid("workcenterId"), controlPanel),
  history(`${histories}/production-entries`, "productionEntries", madeOf),
  history(`${histories}/scrap-entries`, "scrapEntries", [text("scrapReason"), ...madeOf]),
  history(`${histories}/workcenter-status-entries`, "statusEntries", [
    uuid("workcenterId"),
    uuid("jobId"),
    uuid("partId"),
    text("status", "workcenterStatus")
  ])
]
