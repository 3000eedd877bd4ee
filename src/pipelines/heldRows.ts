/**
 * The rows that CDF holds of a sequence, to be held against those of another one.
 */
import { Effect } from "effect"
import type { NamedRows } from "../domain/cdf/RowDifference.js"
import type { StoredSequence } from "../domain/cdf/Stored.js"
import type { CdfError } from "../domain/Errors.js"
import { Cdf } from "../services/Cdf.js"

const namesOf = ({ columns }: StoredSequence): ReadonlyArray<string> =>
  columns.flatMap(({ externalId }) => externalId ?? [])

/** In the columns that the other one has too. A sequence that was listed and is gone by now has no rows. */
export const heldRows = (held: StoredSequence, other: StoredSequence): Effect.Effect<NamedRows, CdfError, Cdf> =>
  Effect.gen(function* () {
    const cdf = yield* Cdf
    const there = new Set(namesOf(other))
    const columns = namesOf(held).filter((name) => there.has(name))
    const { externalId } = held
    if (externalId === undefined || columns.length === 0) return { columns, rows: [] }
    const rows = yield* cdf
      .rows(
        externalId,
        columns.map((name) => ({ externalId: name }))
      )
      .pipe(
        Effect.catchIf(
          ({ reason }) => reason === "Refused",
          (error) =>
            Effect.flatMap(cdf.byids("sequences", [externalId]), (found) =>
              found.length === 0 ? Effect.succeed([]) : Effect.fail(error)
            )
        )
      )
    return { columns, rows }
  })
