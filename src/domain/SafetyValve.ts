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

/** What a sweep would empty of the sets that it has seen. */
export interface Emptying {
  /** Sets that held something before. */
  readonly held: number
  /** Those of them that hold nothing now. */
  readonly emptied: number
}

/** The same of a sweep, which often sees one set only: that one may be empty, all of several may not. */
export const emptiesTooMany = ({ emptied, held }: Emptying): boolean =>
  emptied > 1 && closesValve({ live: held, vanished: emptied })
