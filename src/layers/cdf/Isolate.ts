/**
 * Calls that CDF takes whole or refuses whole for one of their items: the items at fault are found, all others are sent.
 */
import { Effect } from "effect"
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

/** So many items may be found by halving before the untested parts go out one by one: with most items bad that is cheaper. */
const fewFound = 3

const itemStatuses: ReadonlySet<number> = new Set([400, 409, 413, 422])

/** Whether the items of a call are the cause of its failure. */
const isAboutItems = (error: CdfError): boolean =>
  error.reason === "Refused" && (error.status === undefined || itemStatuses.has(error.status))

/**
 * Sends the items in their order. Where CDF refuses a call, what the error names is set apart and the rest goes out again;
 * where it names nothing, the call is halved: the untested halves are set aside and go out as one call. One bad item in n
 * costs at most ⌈log₂ n⌉ + 2 calls more. Failures that are not about items fail the whole.
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
    /** Parts not tested yet, in order. */
    let waiting: ReadonlyArray<ReadonlyArray<I>> = [items]
    /** Items of which at least one is bad, as far as is known. */
    let suspects: ReadonlyArray<I> = []
    let found = 0

    for (;;) {
      let batch: ReadonlyArray<I>
      let rest: ReadonlyArray<I> = []
      if (suspects.length > 0) {
        const middle = Math.ceil(suspects.length / 2)
        batch = suspects.slice(0, middle)
        rest = suspects.slice(middle)
      } else if (found <= fewFound) {
        batch = waiting.flat()
        waiting = []
      } else {
        batch = waiting[0] ?? []
        waiting = waiting.slice(1)
      }
      if (batch.length === 0 && waiting.length === 0) break
      if (batch.length === 0) continue

      const answer = yield* Effect.either(ways.send(batch))
      if (answer._tag === "Right") {
        answers.push(answer.right)
        suspects = rest
        continue
      }
      const error = answer.left
      if (!isAboutItems(error)) return yield* Effect.fail(error)
      const explanation = yield* ways.explain(error, batch)
      const apart = new Set([...explanation.elsewhere, ...explanation.refused.keys()])
      if (apart.size > 0) {
        elsewhere.push(...explanation.elsewhere)
        for (const [item, missing] of explanation.refused) refused.push({ item, error, missing })
        waiting = [batch.filter((item) => !apart.has(item)), rest, ...waiting]
        suspects = []
        continue
      }
      waiting = [rest, ...waiting]
      const [item, ...others] = batch
      if (item !== undefined && others.length === 0) {
        refused.push({ item, error, missing: error.missing })
        found++
        suspects = []
      } else {
        suspects = batch
      }
    }
    return { answers, elsewhere, refused }
  })
