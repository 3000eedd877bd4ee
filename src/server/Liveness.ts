/**
 * Whether the process gets on. What is wrong with Plex or CDF is no reason to start it anew.
 */
import { Effect, type Scope } from "effect"
import { longestSilence } from "../domain/Patience.js"
import { AppConfig } from "../services/AppConfig.js"
import { Status } from "../services/Status.js"
import type { Check } from "./Check.js"
import type { EventLoop } from "./EventLoop.js"

/** Milliseconds for which the event loop may stand still. */
const longestDelay = 5_000

/** Looks within the time after which the watchdog ends a flow. */
const looks = 20

/** Looks without a movement after which a run counts as stalled: the watchdog should have ended its flow by then. */
const most = looks * 1.5

/** The check of the event loop. */
export const checkEventLoop = (eventLoop: EventLoop): Effect.Effect<Check> =>
  Effect.sync(() => {
    const delay = Math.round(eventLoop.longest())
    const ok = delay <= longestDelay
    return {
      name: "event loop",
      ok,
      ...(ok ? {} : { detail: `it stood still for ${delay} ms within the last 10 s` })
    }
  })

/**
 * The check of progress. While a run goes on, something moves; counted in looks, not by the clock, so that a process that was stopped and
 * woken is not stalled.
 */
export const watchProgress: Effect.Effect<Effect.Effect<Check>, never, AppConfig | Scope.Scope> = Effect.gen(
  function* () {
    const { calls } = yield* AppConfig
    const { movement } = yield* Status
    const silence = longestSilence(calls)
    let still = 0
    let seen = (yield* movement).last
    const look = Effect.map(movement, ({ last, running }) => {
      still = running.length === 0 || last !== seen ? 0 : still + 1
      seen = last
    })
    yield* Effect.forkScoped(Effect.forever(Effect.delay(look, Math.ceil(silence / looks))))

    return Effect.map(movement, ({ running }) => {
      const stalled = still >= most
      return {
        name: "progress",
        ok: !stalled,
        ...(stalled
          ? { detail: `nothing moves in ${running.join(", ")} for over ${Math.round((silence * 1.5) / 60_000)} min` }
          : {})
      }
    })
  }
)
