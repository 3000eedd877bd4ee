/**
 * Whether Plex and CDF answer and let us in: one cheap call to each, that changes nothing.
 */
import { Clock, Effect, type Scope } from "effect"
import type { RemoteError } from "../domain/Errors.js"
import { makeFacility } from "../domain/Facility.js"
import { AppConfig } from "../services/AppConfig.js"
import type { Cdf } from "../services/Cdf.js"
import type { Plex } from "../services/Plex.js"
import { dataSetsExist, tenantFits, type WrongFacility } from "./guard.js"

/** What a probe found. */
export interface Probed {
  readonly name: "plex" | "token" | "data sets"
  /** What is wrong; nothing where all is well. */
  readonly problem: string | undefined
}

/** What the probes found last, and when (epoch milliseconds); nothing yet before the first have ended. */
export interface Probes {
  readonly at: number | undefined
  readonly found: ReadonlyArray<Probed>
}

/** How long a probe may take, its turn and its retries included. */
const patience = "30 seconds"

const problemOf = <R>(probe: Effect.Effect<void, RemoteError | WrongFacility, R>) =>
  probe.pipe(
    Effect.as(undefined),
    Effect.timeoutFail({
      duration: patience,
      onTimeout: () => ({ message: `no answer within ${patience}`, operation: "" })
    }),
    Effect.catchAll((error) =>
      Effect.succeed({ message: error.message, operation: "operation" in error ? error.operation : "" })
    )
  )

const probe = Effect.gen(function* () {
  const facility = makeFacility((yield* AppConfig).facility)
  const [plex, cdf] = yield* Effect.all([problemOf(tenantFits), problemOf(dataSetsExist(facility))], { concurrency: 2 })
  const refused = cdf?.operation === "token"
  const found: ReadonlyArray<Probed> = [
    { name: "plex", problem: plex?.message },
    { name: "token", problem: refused ? cdf.message : undefined },
    { name: "data sets", problem: refused ? "not looked at without a token" : cdf?.message }
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
