/**
 * CDF for the holder of the facility's lease: who has lost it writes nothing any more.
 */
import { Deferred, Effect, Layer } from "effect"
import { CdfError, type LeaseLost, type StateError } from "../../domain/Errors.js"
import { BeforeSending } from "../../services/BeforeSending.js"
import { Cdf } from "../../services/Cdf.js"
import { waiting } from "../../services/Pulse.js"
import { Lease } from "../../services/Lease.js"

const notSent = (operation: string) => (error: LeaseLost | StateError) =>
  new CdfError({
    operation,
    reason: "Unavailable",
    detail: `not sent, as another process may be writing: ${error.message}`,
    missing: [],
    duplicated: []
  })

/**
 * `Cdf` over another `Cdf`. Writes begin when the lease is ours, and each attempt of each call that they consist of looks again: what was
 * stopped on its way and woken sends nothing over its successor. When the lease is lost the writes under way end, as Unavailable.
 */
export const layer: Layer.Layer<Cdf, never, Cdf | Lease> = Layer.effect(
  Cdf,
  Effect.gen(function* () {
    const cdf = yield* Cdf
    const lease = yield* Lease

    const fenced = <A>(operation: string, write: Effect.Effect<A, CdfError>): Effect.Effect<A, CdfError> =>
      Effect.gen(function* () {
        const unknown = yield* Deferred.make<never, StateError>()
        const check = Effect.catchAll(lease.check, (error) =>
          Effect.zipRight(Deferred.fail(unknown, error), Effect.never)
        )
        // The check does not end when the lease is lost: the race does.
        return yield* Effect.zipRight(waiting(check), write).pipe(
          Effect.provideService(BeforeSending, check),
          Effect.interruptible,
          Effect.raceFirst(
            Effect.raceFirst(lease.lost, Deferred.await(unknown)).pipe(Effect.mapError(notSent(operation)))
          )
        )
      })

    return Cdf.of({
      ...cdf,
      create: (kind, resources) => fenced(`create ${kind}`, cdf.create(kind, resources)),
      update: (kind, patches) => fenced(`update ${kind}`, cdf.update(kind, patches)),
      upsert: (kind, wanted) => fenced(`upsert ${kind}`, cdf.upsert(kind, wanted)),
      delete: (kind, externalIds) => fenced(`delete ${kind}`, cdf.delete(kind, externalIds)),
      insertPoints: (series) => fenced("insert points", cdf.insertPoints(series)),
      deletePoints: (ranges) => fenced("delete points", cdf.deletePoints(ranges)),
      insertRows: (sequences) => fenced("insert rows", cdf.insertRows(sequences)),
      deleteRows: (rows) => fenced("delete rows", cdf.deleteRows(rows))
    })
  })
)
