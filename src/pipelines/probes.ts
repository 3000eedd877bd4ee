/**
 * Whether Plex and CDF answer and let us in: cheap calls that change nothing.
 */
import { Clock, Effect, type Scope } from "effect"
import type { RemoteError } from "../domain/Errors.js"
import { makeFacility } from "../domain/Facility.js"
import { AppConfig } from "../services/AppConfig.js"
import type { Cdf } from "../services/Cdf.js"
import type { Plex } from "../services/Plex.js"
import { inTime } from "./inTime.js"
import { dataSetsExist, dataSetsWritable, tenantFits, type WrongFacility } from "./guard.js"

/** What a probe found. */
export interface Probed {
  readonly name: "plex" | "token" | "data sets" | "rights"
  /** What is wrong; nothing where all is well. */
  readonly problem: string | undefined
}

/** What the probes found last, and when (epoch milliseconds); nothing yet before the first have ended. */
export interface Probes {
  readonly at: number | undefined
  readonly found: ReadonlyArray<Probed>
}

const problemOf = <R>(probe: Effect.Effect<void, RemoteError | WrongFacility, R>) =>
  inTime(probe).pipe(
    Effect.as(undefined),
    Effect.catchAll((error) =>
      Effect.succeed({ message: error.message, operation: "operation" in error ? error.operation : "" })
    )
  )

/** A client that may not list data sets is trusted, as before the first write; one whose rights CDF does not tell too. */
const orForbidden = <A, R>(probe: Effect.Effect<A, RemoteError | WrongFacility, R>) =>
  Effect.catchIf(
    probe,
    (error) => error._tag === "CdfError" && error.reason === "Forbidden",
    () => Effect.void
  )

const probe = Effect.gen(function* () {
  const { dryRun, facility: identity } = yield* AppConfig
  const facility = makeFacility(identity)
  const rights = dryRun ? Effect.void : orForbidden(dataSetsWritable)
  const [plex, cdf, writing] = yield* Effect.all(
    [problemOf(tenantFits), problemOf(orForbidden(dataSetsExist(facility))), problemOf(rights)],
    { concurrency: 3 }
  )
  const withoutToken = cdf?.operation === "token" ? "not looked at without a token" : undefined
  const found: ReadonlyArray<Probed> = [
    { name: "plex", problem: plex?.message },
    { name: "token", problem: withoutToken === undefined ? undefined : cdf?.message },
    { name: "data sets", problem: withoutToken ?? cdf?.message },
    { name: "rights", problem: withoutToken ?? writing?.message }
  ]
  return { at: yield* Clock.currentTimeMillis, found }
})

/** Probes again and again, an `interval` (milliseconds) after each time, for as long as the scope; gives what was found last. */
export const probing = (
  interval: number
): Effect.Effect<Effect.Effect<Probes>, never, AppConfig | Cdf | Plex | Scope.Scope> =>
  Effect.gen(function* () {
    let last: Probes = { at: undefined, found: [] }
    const again = Effect.map(probe, (probes) => void (last = probes))
    yield* Effect.forkScoped(Effect.forever(Effect.zipLeft(again, Effect.sleep(interval))))
    return Effect.sync(() => last)
  })
