/**
 * Calls that CDF takes whole or refuses whole for one of their items: the items at fault are found, all others are sent.
 */
import { Effect } from "effect"
import { Halving } from "../../domain/cdf/Halving.js"
import type { CdfError, CdfReference } from "../../domain/Errors.js"

/** What an error says about the items of its call. */
export interface Explanation<I> {
  /** Items that belong into another call. */
  readonly elsewhere: ReadonlyArray<I>
  /** Items that CDF will not take, with what they refer to that does not exist. */
  readonly refused: ReadonlyMap<I, ReadonlyArray<CdfReference>>
}

/** An item that CDF will not take, with the error that says why. */
export interface Refusal<I> {
  readonly item: I
  readonly error: CdfError
  readonly missing: ReadonlyArray<CdfReference>
}

export interface Isolated<I, A> {
  /** The answers of the calls that CDF took. */
  readonly answers: ReadonlyArray<A>
  readonly elsewhere: ReadonlyArray<I>
  readonly refused: ReadonlyArray<Refusal<I>>
}

const itemStatuses: ReadonlySet<number> = new Set([400, 409, 413, 422])

/** Whether the items of a call are the cause of its failure. */
const isAboutItems = (error: CdfError): boolean =>
  error.reason === "Refused" && (error.status === undefined || itemStatuses.has(error.status))

/**
 * Sends the items in their order, as `Halving` says; `explain` tells what a refusal says of the items of its call. Failures that are
 * not about items fail the whole.
 */
export const isolate = <I, A>(
  items: ReadonlyArray<I>,
  ways: {
    readonly send: (items: ReadonlyArray<I>) => Effect.Effect<A, CdfError>
    readonly explain: (error: CdfError, items: ReadonlyArray<I>) => Effect.Effect<Explanation<I>, CdfError>
  }
): Effect.Effect<Isolated<I, A>, CdfError> =>
  Effect.gen(function* () {
    const answers: Array<A> = []
    const elsewhere: Array<I> = []
    const refused: Array<Refusal<I>> = []
    const halving = new Halving(items)
    for (let batch = halving.next(); batch.length > 0; batch = halving.next()) {
      const answer = yield* Effect.either(ways.send(batch))
      if (answer._tag === "Right") {
        answers.push(answer.right)
        halving.taken()
        continue
      }
      const error = answer.left
      if (!isAboutItems(error)) return yield* Effect.fail(error)
      const explanation = yield* ways.explain(error, batch)
      elsewhere.push(...explanation.elsewhere)
      for (const [item, missing] of explanation.refused) refused.push({ item, error, missing })
      const item = halving.refused(new Set([...explanation.elsewhere, ...explanation.refused.keys()]))
      if (item !== undefined) refused.push({ item, error, missing: error.missing })
    }
    return { answers, elsewhere, refused }
  })
