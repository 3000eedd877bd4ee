/**
 * Live performance of one workcenter (data source 22870), and the point it becomes.
 */
import { Schema } from "effect"
import { numericPoint } from "../cdf/NumericPoint.js"
import type { Point } from "../cdf/Resource.js"
import { toDouble } from "../Decimal.js"
import { number, text } from "../plex/Fields.js"

/** Columns as the data source names them; the colours are not read. */
export const LivePerformance = Schema.Struct({
  Part_No_Revision: text,
  Performance: number,
  Workcenter_Code: text,
  Workcenter_Status: text
})
export interface LivePerformance extends Schema.Schema.Type<typeof LivePerformance> {}

/**
 * The point of `now`, the instant of the answer (epoch milliseconds), in percent, as Plex gives it. Only an answer of exactly one row
 * says what the workcenter does; any other, and a row without a value, gives none. The series: `percentSeries(…, "live_performance", …)`.
 */
export const livePerformancePoint = (rows: ReadonlyArray<LivePerformance>, now: number): Point | undefined => {
  const [row, ...others] = rows
  const performance = row?.Performance
  if (others.length > 0 || performance === null || performance === undefined) return undefined
  return numericPoint(now, toDouble(performance))
}
