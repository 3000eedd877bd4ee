import type { Row } from "../../plant/Plant.js"
import { decimal, flag, inert, keeping, rowsOf, single, table, text, texts, uuid, uuids, within } from "../Endpoint.js"
import type { Endpoint } from "../Endpoint.js"

const effectiveAt = (row: Row, now: number): boolean => {
  const { effectiveDate, expirationDate } = row
  return (
    typeof effectiveDate === "string" &&
    Date.parse(effectiveDate) <= now &&
    (typeof expirationDate !== "string" || Date.parse(expirationDate) > now)
  )
}

/** Specifications, control plans with their lines, deviations. */
export const quality: ReadonlyArray<Endpoint> = [
  table("/quality/v1/part-specifications", "partSpecifications", [
    uuid("partId"),
    uuids("ids", "id"),
    text("specificationNumber")
  ]),
  single("/quality/v1/part-specifications/{id}", uuid("id"), "partSpecifications"),
  table("/quality/v1/control-plans", "controlPlans", [
    uuids("ids", "id"),
    decimal("controlPlanNo"),
    texts("controlPlanTypes", "controlPlanType"),
    uuid("partId"),
    flag("primary")
  ]),
  rowsOf("/quality/v1/control-plans/{id}/control-plan-lines", uuid("id"), (plant, id) => plant.controlPlanLines(id), [
    uuids("ids", "id"),
    inert(uuid("jobOpId")),
    uuid("specificToWorkcenterId"),
    uuid("partOperationId"),
    text("inspectionMode")
  ]),
  table("/quality/v1/deviations", "deviations", [
    uuids("ids", "id"),
    within(uuid("specificationId"), "parts", "specificationId"),
    uuid("jobId", "jobIds"),
    within(uuid("partId"), "parts", "partId"),
    texts("deviationStatus"),
    keeping(flag("currentlyEffectiveOnly"), (row, only, { now }) => only === false || effectiveAt(row, now))
  ]),
  single("/quality/v1/deviations/{id}", uuid("id"), "deviations")
]
