/**
 * Calls that CDF refuses whole for some of their items: those are found by halving, all others are sent.
 */
import { Effect } from "effect"
import type { CdfError } from "../../domain/Errors.js"

/** An item that CDF will not take, and why. */
export interface RefusedItem<A> {
  readonly item: A
  readonly error: CdfError
}

/** Gives the items that CDF refuses; failures that are not about the items fail the whole. */
export const sendEach = <A, R>(
  items: ReadonlyArray<A>,
  send: (items: ReadonlyArray<A>) => Effect.Effect<void, CdfError, R>
): Effect.Effect<ReadonlyArray<RefusedItem<A>>, CdfError, R> =>
  items.length === 0
    ? Effect.succeed([])
    : Effect.catchIf(
        Effect.as(send(items), []),
        ({ category }) => category === "data",
        (error) => {
          const [item, ...others] = items
          if (item === undefined || others.length === 0)
            return Effect.succeed(items.map((one) => ({ item: one, error })))
          const middle = Math.ceil(items.length / 2)
          return Effect.zipWith(
            sendEach(items.slice(0, middle), send),
            sendEach(items.slice(middle), send),
            (first, second) => [...first, ...second]
          )
        }
      )
