/**
 * Statements with many values, within what both databases take.
 */
import type { SqlError } from "@effect/sql/SqlError"
import { Effect } from "effect"

/** SQLite takes 32,766 values a statement, PostgreSQL 65,535; smaller statements are as fast. */
const mostValues = 16_000

/** Runs `statement` for as many items at a time as fit; `values` is how many each item takes. */
export const inBatches = <I, A, R>(
  items: ReadonlyArray<I>,
  values: number,
  statement: (items: ReadonlyArray<I>) => Effect.Effect<ReadonlyArray<A>, SqlError, R>
): Effect.Effect<ReadonlyArray<A>, SqlError, R> => {
  const size = Math.floor(mostValues / values)
  if (items.length === 0) return Effect.succeed([])
  if (items.length <= size) return statement(items)
  const batches = Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size)
  )
  return Effect.map(Effect.forEach(batches, statement), (found) => found.flat())
}
