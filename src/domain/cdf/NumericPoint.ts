/**
 * Numeric data points within what CDF can hold.
 */
import type { Point } from "./Resource.js"

/** CDF's range of timestamps of data points: 1900-01-01 to the last millisecond of 2099. */
const firstTimestamp = -2_208_988_800_000
const lastTimestamp = 4_102_444_799_999

/** CDF refuses values of this size and above, and those that are not finite. */
const mostValue = 1e100

/** Whether CDF takes a data point of this moment (epoch milliseconds). */
export const isPointTime = (timestamp: number): boolean => timestamp >= firstTimestamp && timestamp <= lastTimestamp

/** The point, or nothing where CDF would refuse it: outside its range of time, not finite, 1e100 or more. */
export const numericPoint = (timestamp: number, value: number): Point | undefined =>
  isPointTime(timestamp) && Math.abs(value) < mostValue ? { timestamp, value: value === 0 ? 0 : value } : undefined
