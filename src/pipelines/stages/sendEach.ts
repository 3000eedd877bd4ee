/**
 * Calls that CDF refuses whole for some of their items: those are found, all others are sent.
 */
import { Effect } from "effect"
import { Halving } from "../../domain/cdf/Halving.js"
import type { CdfError } from "../../domain/Errors.js"

/** An item that CDF will not take, and why. */
export interface RefusedItem<A> {
  readonly item: A
  readonly error: CdfError
}

const idOf = (item: string | { readonly externalId: string }): string =>
  typeof item === "string" ? item : item.externalId

/** Gives the items that CDF refuses, those first that it names itself; failures that are not about the items fail the whole. */
export const sendEach = <A extends string | { readonly externalId: string }, R>(
  items: ReadonlyArray<A>,
  send: (items: ReadonlyArray<A>) => Effect.Effect<void, CdfError, R>
): Effect.Effect<ReadonlyArray<RefusedItem<A>>, CdfError, R> =>
  Effect.gen(function* () {
    const refused: Array<RefusedItem<A>> = []
    const halving = new Halving(items)
    for (let batch = halving.next(); batch.length > 0; batch = halving.next()) {
      const answer = yield* Effect.either(send(batch))
      if (answer._tag === "Right") {
        halving.taken()
        continue
      }
      const error = answer.left
      if (error.category !== "data") return yield* Effect.fail(error)
      const names = new Set(error.missing.map(({ externalId }) => externalId))
      const named = batch.filter((item) => names.has(idOf(item)))
      const found = halving.refused(new Set(named))
      for (const item of found === undefined ? named : [found]) refused.push({ item, error })
    }
    return refused
  })
