/**
 * The safety valve: when a list that misses much of what was there is not believed.
 */

/** So few may go at any time, unless they are all. */
const alwaysAllowed = 5

/** What a list would retire of the objects of one kind. */
export interface Removal {
  /** Objects that were there before the list and not retired. */
  readonly live: number
  /** Those of them that the list does not show. */
  readonly vanished: number
}

/** Whether so much is gone that nothing is retired: all, or more than half and more than five. */
export const closesValve = ({ live, vanished }: Removal): boolean =>
  vanished > 0 && (vanished >= live || (vanished > alwaysAllowed && vanished * 2 > live))

/** The same of a sweep: whether it would empty more than half of the sets that it looked at, and more than five. */
export const emptiesTooMany = ({ emptied, looked }: { readonly looked: number; readonly emptied: number }): boolean =>
  emptied > alwaysAllowed && emptied * 2 > looked
