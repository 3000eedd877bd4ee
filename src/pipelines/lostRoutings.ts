/**
 * Routings of jobs that somebody deleted from CDF: those of completed jobs would not be made again, as nothing looks at them any more.
 */
import { Chunk, Effect, Stream } from "effect"
import type { CdfError, StateError } from "../domain/Errors.js"
import { Cdf } from "../services/Cdf.js"
import { Ledger, type LedgerRow } from "../services/Ledger.js"

const rowsPerQuestion = 1000

const missing = (rows: ReadonlyArray<LedgerRow>) =>
  Effect.gen(function* () {
    const held = yield* (yield* Cdf).byids(
      "sequences",
      rows.map(({ externalId }) => externalId)
    )
    const there = new Set(held.map(({ externalId }) => externalId))
    return rows.filter(({ externalId }) => !there.has(externalId))
  })

/** Ids of the jobs whose routing the ledger knows and CDF does not hold. */
export const jobsWithLostRouting: Effect.Effect<ReadonlySet<string>, CdfError | StateError, Cdf | Ledger> = Effect.gen(
  function* () {
    const lost = new Set<string>()
    yield* (yield* Ledger).eachOf("job-operations", "sequences").pipe(
      Stream.filter(({ retiredAt }) => retiredAt === undefined),
      Stream.grouped(rowsPerQuestion),
      Stream.mapEffect((rows) => missing(Chunk.toReadonlyArray(rows))),
      Stream.runForEach((rows) =>
        Effect.sync(() => {
          for (const { plexId } of rows) lost.add(plexId)
        })
      )
    )
    return lost
  }
)
