/**
 * How far something is of which it is known beforehand how much it is.
 */

/** What there is to do is counted in these. */
export type Unit = "objects" | "slices" | "days"

/** How much of how much is done. */
export interface Course {
  readonly done: number
  /** How many there are to do; known at the beginning, so that it may be more or less in the end. */
  readonly total: number
  readonly unit: Unit
}
