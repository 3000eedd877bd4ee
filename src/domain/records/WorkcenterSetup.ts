/**
 * Live setups of workcenters (`POST /production/v1/control/workcenter-setups`, a read), and the status series each feeds.
 */
import { Either, Schema } from "effect"
import type { TimeSeriesDraft } from "../cdf/Draft.js"
import { type Fit, stringPointBytes } from "../cdf/Limits.js"
import type { Point } from "../cdf/Resource.js"
import type { Facility } from "../Facility.js"
import { assetName, keyField, seriesDraft, type Unmappable } from "../Mapping.js"
import { number, text } from "../plex/Fields.js"
import { present } from "../Text.js"

/** `id` is the workcenter's. */
export const WorkcenterSetup = Schema.Struct({
  id: text,
  code: text,
  name: text,
  type: text,
  group: text,
  statusId: text,
  statusDescription: text,
  jobId: text,
  jobNumber: text,
  jobOperationId: text,
  operationNumber: number,
  operationCode: text,
  jobOperationQuantity: number,
  partId: text,
  partNumber: text,
  partRevision: text,
  partNumberRevision: text,
  partName: text,
  jobOperationStatus: text,
  jobOperationQuantityCompleted: number,
  jobOperationQuantityBalance: number,
  containerType: text,
  standardQuantity: number
})
export interface WorkcenterSetup extends Schema.Schema.Type<typeof WorkcenterSetup> {}

/** The series of a workcenter's status texts: a step series, each text until the next. */
export const statusSeries =
  (facility: Facility) =>
  (setup: WorkcenterSetup): Either.Either<TimeSeriesDraft, Unmappable> =>
    Either.map(keyField("id", setup.id, setup.code ?? ""), (id) =>
      seriesDraft(facility, {
        metric: "status",
        key: id,
        code: assetName("workcenter", id, [setup.code]),
        dataSet: "production",
        link: facility.ids.of("workcenter", id),
        isString: true,
        isStep: true
      })
    )

/** The status as a point of `now` (epoch milliseconds), cut by `fit` to what CDF holds; none when Plex gives no status. */
export const statusPoint = (setup: WorkcenterSetup, now: number, fit: Fit): Point | undefined => {
  const status = present(setup.statusDescription)
  return status === undefined ? undefined : { timestamp: now, value: fit.bytes(status, stringPointBytes) }
}
